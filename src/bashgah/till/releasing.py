"""Giving back what waits for a yes: another customer stands at the till, or the cashier thinks again."""

from __future__ import annotations

from uuid import UUID

from bashgah.ground.trying import tried
from bashgah.redemption.services import redemption_release
from bashgah.redemption.types import RedemptionInfo
from bashgah.till.counter import Counter
from bashgah.till.forms import Typed


def release_all(counter: Counter, typed: Typed) -> None:
    """Give every waiting redemption of this purchase back; what was settled meanwhile stays as it is."""
    for id in typed.redemptions:
        release(counter, id)


def release(counter: Counter, id: UUID) -> None:
    """Give one waiting redemption back to its lots and its stock; one that is over changes nothing.

    Raises ``redemption_elsewhere`` (403) for one that another branch began.
    """

    def act() -> RedemptionInfo:
        return redemption_release(
            club=counter.club,
            redemption_id=id,
            at=counter.branch.code,
            actor=counter.actor,
            now=counter.now,
        )

    _released, refusal = tried(act)
    if refusal is not None and refusal.code != "redemption_closed":
        raise refusal

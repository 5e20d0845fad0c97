"""What handlers hear of a settled fact, as its news tells it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec import Struct

from bashgah.engine import CompiledProgram
from bashgah.engine.decisions import TierMove

if TYPE_CHECKING:
    from bashgah.activities.recording import Made


def tier_told(compiled: CompiledProgram, move: TierMove, made: Made) -> dict[str, Any]:
    """Return what handlers hear of a step on a ladder; ``before`` is empty for a member's first tier."""
    tiers = compiled.ladders[move.ladder].ladder.tiers
    name = next(tier.name for tier in tiers if tier.key == move.after)
    return {
        "activity": str(made.id),
        "occurred_at": made.fact.occurred_at.isoformat(),
        "ladder": move.ladder,
        "before": move.before,
        "after": move.after,
        "name": {"fa": name.fa, "en": name.en},
    }


class _Units(Struct, gc=False):
    """Units of one wallet, as news tells them."""

    wallet: str
    amount: int


class _Available(Struct, gc=False):
    """What can be spent of one wallet, as news tells it."""

    wallet: str
    available: int


class Heard(Struct, omit_defaults=True, gc=False):
    """What handlers hear of a settled fact: ids and figures, nothing personal."""

    activity: UUID
    occurred_at: datetime
    day: date
    branch: str
    gross: int
    net: int
    credits: list[_Units]
    balances: list[_Available]
    points: list[str]
    about: UUID | None = None
    back: list[_Units] = []
    claims: UUID | None = None


def heard_of(made: Made, compiled: CompiledProgram | None) -> Heard:
    """Return what handlers hear; balances are those of what can be spent."""
    fact, wallets, outcome = made.fact, compiled.wallets if compiled else {}, made.outcome
    units: dict[str, int] = {}
    for credit in outcome.credits:
        line = credit.line
        units[line.wallet] = units.get(line.wallet, 0) + line.amount
    told, points, spendable = [], [], []
    for wallet, amount in units.items():
        told.append(_Units(wallet, amount))
        if wallet in wallets and wallets[wallet].kind == "points":
            points.append(wallet)
    for b in outcome.balances:
        if b.wallet in wallets and wallets[b.wallet].kind != "status":
            spendable.append(_Available(b.wallet, b.available))
    return Heard(
        made.id,
        fact.occurred_at,
        fact.local_at.date(),
        fact.branch,
        fact.gross,
        fact.net,
        told,
        spendable,
        points,
        made.about,
        [_Units(back.wallet, back.amount) for back in outcome.given_back] if outcome.given_back else [],
        made.draft.claims if fact.kind == "return" else None,
    )

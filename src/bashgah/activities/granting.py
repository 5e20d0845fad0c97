"""Rewards that rules give: written with the fact, issued after it, taken back with the whole purchase."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import structs

from bashgah.activities.types import CreditLine
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram
from bashgah.engine.decisions import Grant
from bashgah.engine.document import REWARD_UNIT
from bashgah.ground import ids, outbox
from bashgah.ground.batch import cursor
from bashgah.ground.types import Actor
from bashgah.ledger.reading import credited_get
from bashgah.ledger.states import Origin
from bashgah.ledger.types import Cause
from bashgah.redemption.granting import grants_take_back
from bashgah.redemption.types import GrantBack, GrantLine

if TYPE_CHECKING:
    from bashgah.activities.recording import Batch
    from bashgah.activities.returning import Purchase
    from bashgah.activities.running import Running


def grants_add(
    batch: Batch, member_id: UUID, compiled: CompiledProgram, grants: Iterable[Grant], activity_id: UUID
) -> tuple[GrantLine, ...]:
    """Write a row for each copy and the news that lets them be issued; return what the answer says."""
    given, lines = [], []
    for grant in grants:
        lines.append(GrantLine(grant.reward, grant.count, grant.rule))
        for _copy in range(grant.count):
            given.append(ids.fresh())
            batch.grants.append(
                (
                    batch.now,
                    member_id,
                    given[-1],
                    batch.club.id,
                    activity_id,
                    compiled.number,
                    grant.valid_days,
                    grant.stays,
                    grant.rule,
                    grant.reward,
                )
            )
    batch.news.append(
        outbox.news_row(
            club_id=batch.club.id,
            kind="reward.granted",
            member_id=member_id,
            payload={"activity": activity_id, "member": member_id, "grants": given},
            now=batch.now,
        )
    )
    return tuple(lines)


def grants_taken_back(
    club: ClubInfo,
    purchase: Purchase,
    runnings: Iterable[Running],
    origin: Origin,
    actor: Actor,
) -> tuple[list[GrantBack], list[CreditLine]]:
    """Take back what rules gave for a purchase of which nothing is left, and say what stays.

    Credit that a reward gave goes as points go: out of its lot, then out of others, else it is owed.
    """
    holders = {running.member_id: running for running in runnings}
    back = grants_take_back(
        club=club,
        member_id=purchase.member_id,
        activity_id=purchase.id,
        books=holders.keys(),
        actor=actor,
        now=origin.recorded_at,
    )
    lines = []
    for each in back:
        if each.entry is not None:
            lines += credit_back(holders[each.entry[0]], each, purchase.member_id, origin)
    return back, lines


def lines_of(back: Iterable[GrantBack]) -> tuple[GrantLine, ...]:
    """Return what a whole return tells of rewards: how many of each went back, 0 where all of them stay."""
    counts: dict[tuple[str, str], int] = {}
    for each in back:
        key = each.reward, each.rule
        counts[key] = counts.get(key, 0) - int(each.is_gone)
    return tuple(GrantLine(reward, count, rule) for (reward, rule), count in counts.items())


def credit_back(holder: Running, back: GrantBack, buyer_id: UUID | None, origin: Origin) -> list[CreditLine]:
    """Take back what a reward credited; return it as a line of the return where it was the buyer's own.

    The survivor of a merge has an entry of their own, of the redemption: the return is the buyer's.
    """
    assert back.entry is not None  # noqa: S101 - the caller looked
    with cursor() as cur:
        one = credited_get(cur, holder.member_id, back.entry[1])
    left = one.amount - one.reversed_total if one is not None else 0
    if one is None or not left:
        return []
    if holder.member_id == buyer_id:
        holder.points.reverse(origin, one, left)
        return [CreditLine(one.unit, -left, f"{REWARD_UNIT}{back.reward}")]
    own = structs.replace(origin, id=ids.fresh(), cause=Cause.REDEMPTION, cause_id=back.redemption_id)
    holder.points.reverse(own, one, left)
    return []


def rules_over(credited: Iterable[str], given: Iterable[GrantLine], back: Iterable[GrantLine]) -> set[str]:
    """Return the rules of which a wholly returned purchase leaves nothing: only they may give once more.

    ``given`` is what the member had of it when it came back, recomputations counted.
    """
    held: dict[str, int] = {}
    for line in (*given, *back):
        held[line.rule] = held.get(line.rule, 0) + line.count
    return {*credited, *held} - {rule for rule, count in held.items() if count > 0}

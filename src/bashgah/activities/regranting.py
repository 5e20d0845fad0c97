"""What a recomputation makes of rewards that rules gave: more is granted, what was not used is taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from bashgah.activities.granting import credit_back
from bashgah.activities.living import Key, Lived
from bashgah.activities.running import Running
from bashgah.activities.undoing import limit_windows, times_freed
from bashgah.clubs.types import ClubInfo
from bashgah.engine.document import REWARD_UNIT
from bashgah.ground.outbox import NewsRow, news_row
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase
from bashgah.ledger.states import Origin
from bashgah.redemption.regranting import grants_give, grants_undo
from bashgah.redemption.types import GrantHeld

Held = Mapping[UUID, Sequence[GrantHeld]]


@dataclass(frozen=True, slots=True)
class GrantDifference:
    """Copies of a reward that a rule gave for one activity, and how many it should have given, and why.

    ``used`` are those that should not have been given and cannot be taken back: they are shown and stay.
    """

    activity_id: UUID
    kind: str
    reference: str
    occurred_at: datetime
    program: int
    reward: str
    rule: str
    given: int
    due: int
    used: int
    reasons: tuple[Phrase, ...]

    @property
    def change(self) -> int:
        """Copies to give (above zero) or to take; a used one is not taken."""
        return self.due - self.given + self.used


def counted_held(held: Sequence[GrantHeld]) -> dict[Key, int]:
    """Count what one activity gave that the member has, by reward and rule."""
    found: dict[Key, int] = {}
    for each in held:
        key = f"{REWARD_UNIT}{each.reward}", each.rule
        found[key] = found.get(key, 0) + 1
    return found


def grant_differences(lived: Lived, held: Sequence[GrantHeld]) -> list[GrantDifference]:
    """Compare what one activity gave of rewards with what it should have given.

    Of a purchase that came back whole nothing differs: what its return left stays.
    """
    if lived.is_gone:
        return []
    found = []
    for gap in lived.gaps(counted_held(held), of_rewards=True):
        reward = gap.unit.removeprefix(REWARD_UNIT)
        free = sum(1 for each in held if (each.reward, each.rule, each.is_used) == (reward, gap.rule, False))
        found.append(
            GrantDifference(
                lived.told.id,
                lived.told.kind,
                lived.told.reference,
                lived.fact.occurred_at,
                lived.compiled.number,
                reward,
                gap.rule,
                gap.given,
                gap.due,
                max(0, gap.given - gap.due - free),
                gap.reasons,
            )
        )
    return found


def windows_of(lived: Lived, held: Sequence[GrantHeld]) -> set[tuple[str, date]]:
    """Return the windows against which what an activity gave of rewards was counted."""
    day = lived.business_date
    found = {(key, start) for key, start, _n in times_freed(lived.compiled, {e.rule for e in held}, day)}
    for each in held:
        found.update(limit_windows(lived.compiled, each.rule, f"{REWARD_UNIT}{each.reward}", day))
    return found


def grants_put_right(  # noqa: PLR0917 one difference of one member
    club: ClubInfo,
    running: Running,
    lived: Lived,
    each: GrantDifference,
    held: Sequence[GrantHeld],
    origin: Origin,
    actor: Actor,
) -> tuple[list[NewsRow], tuple[int, int]]:
    """Grant what is missing, or take back what was not used; return the news and (given, taken).

    Copies not issued yet go first, then the youngest. What a taken one credited goes as points go.
    """
    now = origin.recorded_at
    if each.change > 0:
        granted = next(g for g in lived.grants if (g.reward, g.rule) == (each.reward, each.rule))
        ids = grants_give(
            club=club,
            member_id=running.member_id,
            activity_id=each.activity_id,
            program=each.program,
            granted=granted,
            count=each.change,
            now=now,
        )
        told = {"activity": each.activity_id, "member": running.member_id, "grants": ids}
        return [
            news_row(
                club_id=club.id, kind="reward.granted", member_id=running.member_id, payload=told, now=now
            )
        ], (each.change, 0)
    free = sorted(
        (one for one in held if (one.reward, one.rule) == (each.reward, each.rule) and not one.is_used),
        key=lambda one: not one.is_issued,
    )
    back = grants_undo(
        club=club,
        member_id=running.member_id,
        grant_ids=[one.id for one in free[each.change :]],
        books={running.member_id},
        actor=actor,
        now=now,
    )
    for one in back:
        if one.entry is not None:
            credit_back(running, one, None, origin)
    return [], (0, sum(one.is_gone for one in back))

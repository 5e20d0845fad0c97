"""What a rule in the making would touch: how many members can meet it, how many facts of the last days did.

The facts are decided by the same generated functions as at the till, one by one, without caps and budgets. A
fact's state is the one it was decided from; what no rule read that day is taken from the member as they stand
today. Where not all could be looked at, the number is an estimate with its 95 percent interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from math import sqrt
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import structs

from bashgah.activities.recent import COUNTED_MOST, RecentFact, facts_recent
from bashgah.activities.running import Running, running_read
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram, compile_program, decide
from bashgah.engine.criteria.parsing import parse
from bashgah.engine.criteria.selecting import Ground, of_members, selection
from bashgah.engine.document import Program, Rule, Schedule
from bashgah.engine.occasions import falls_on, occasions_named
from bashgah.engine.states import Needs, State
from bashgah.ground.batch import cursor
from bashgah.history.selectors import club_days
from bashgah.members.selectors.meeting import members_meeting
from bashgah.programs.selectors import program_by_number

DAYS = 30
FACTS_MOST = 4000
SHOWN_MOST = 12
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Count:
    """About ``number`` of ``of``, between ``low`` and ``high``; all three the same where it is exact."""

    number: int
    of: int
    low: int
    high: int

    @property
    def is_exact(self) -> bool:
        """Say whether all were looked at."""
        return self.low == self.high


@dataclass(frozen=True, slots=True)
class Touched:
    """What a rule would have done. ``units`` is by wallet, before caps, of all facts of the span.

    ``is_dateless``: the rule's own days lie outside the span, so it was tried as if they were these.
    ``facts`` are some facts it gives something for, newest first.
    """

    members: Count
    facts_count: Count
    buyers: int
    days: int
    units: Mapping[str, int] = field(default_factory=dict)
    is_dateless: bool = False
    facts: tuple[RecentFact, ...] = ()


def rule_touches(*, club: ClubInfo, program: Program, rule: Rule, now: datetime, days: int = DAYS) -> Touched:
    """Count what a rule of this program would touch; a rule that cannot be understood raises ``Refusal``."""
    zone = ZoneInfo(club.timezone)
    until = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), zone)
    since = until - timedelta(days=days)
    members = members_touched(club, program, rule, now)
    # how many purchases and visits there were is known by day; other activities are counted
    known = rule.trigger in ("purchase", "visit")
    counted = 0 if known else COUNTED_MOST
    recent = facts_recent(club, rule.trigger, since, until, most=FACTS_MOST, counted=counted)
    tried, is_dateless = _as_of_these_days(program, rule, since, until)
    given = rule_gives(club=club, program=program, rule=tried, facts=recent.facts)
    total = recent.seen
    if known and not recent.is_whole:
        total = max(total, _total(club, rule, since, until))
    scale = total / len(recent.facts) if recent.facts else 0.0
    units: dict[str, int] = {}
    for credits in given.values():
        for wallet, amount in credits.items():
            units[wallet] = units.get(wallet, 0) + amount
    touched = [each for each in recent.facts if each.id in given]
    return Touched(
        members=members,
        facts_count=_estimate(len(touched), len(recent.facts), total, is_whole=recent.is_whole),
        buyers=len({each.member_id for each in touched}) if recent.is_whole else 0,
        days=days,
        units={wallet: round(amount * scale) for wallet, amount in units.items()},
        is_dateless=is_dateless,
        facts=tuple(reversed(touched[-SHOWN_MOST:])),
    )


def rule_gives(
    *, club: ClubInfo, program: Program, rule: Rule, facts: Sequence[RecentFact]
) -> dict[UUID, dict[str, int]]:
    """Return by fact what the rule alone gives in each wallet, without caps and budgets."""
    compiled = _without_bounds(program, rule)
    found: dict[UUID, dict[str, int]] = {}
    members = _members_of(club, compiled, facts)
    # asked once for each: a version that is young is looked up anew whenever somebody asks
    needs = {number: program_by_number(club, number).needs for number in {each.program for each in facts}}
    for each in facts:
        state = state_of(needs[each.program], compiled, members[each.member_id], each)
        for credit in decide(compiled, state, each.fact).given:
            if credit.rule == rule.key and credit.amount:
                credits = found.setdefault(each.id, {})
                credits[credit.wallet] = credits.get(credit.wallet, 0) + credit.amount
    return found


def state_of(then: Needs, compiled: CompiledProgram, member: Running, each: RecentFact) -> State:
    """Return what is known of the member before a fact: what its version read ``then``, the rest as of today.

    Caps that version did not know have nothing used.
    """
    today, kept = member.state(compiled, each.fact), each.state
    limits = {key for key, _window in then.limits}
    used = {key: n for key, n in today.used.items() if key[0] not in limits and key[0].startswith("#")}
    return structs.replace(
        today,
        values={
            name: (kept.values.get(name) if name in then.fields else v) for name, v in today.values.items()
        },
        standings={k: s for k, s in today.standings.items() if k not in then.ladders} | dict(kept.standings),
        measures={**today.measures, **kept.measures},
        used=used | dict(kept.used),
    )


def _members_of(
    club: ClubInfo, compiled: CompiledProgram, facts: Sequence[RecentFact]
) -> dict[UUID, Running]:
    ids = sorted({each.member_id for each in facts})
    days = {each.fact.local_at.date() for each in facts}
    if not ids:
        return {}
    with cursor() as cur:
        return running_read(cur, club, ids, compiled.needs, days)


def _without_bounds(program: Program, rule: Rule) -> CompiledProgram:
    rules = [each.model_copy(update={"limits": (), "budget": None}) for each in program.rules]
    rules = [each for each in rules if each.key != rule.key]
    place = next((i for i, each in enumerate(program.rules) if each.key == rule.key), len(rules))
    rules.insert(
        place, rule.model_copy(update={"limits": (), "budget": None, "stage": "live", "pilot": None})
    )
    return compile_program(
        program.model_copy(update={"rules": tuple(rules)}), number=0, currency=program.currency
    )


def members_of_group(
    *, club: ClubInfo, program: Program, when: Mapping[str, Any] | None, now: datetime
) -> Count:
    """Count the members who meet a criterion that looks at members alone; ``None`` is all of them."""
    return _counted(
        club, program, None if when is None else parse(when, program=program, trigger="reward"), now
    )


def members_touched(club: ClubInfo, program: Program, rule: Rule, now: datetime) -> Count:
    """Count who can meet the rule by what is known of members; what looks at the purchase is left open."""
    node = None if rule.when is None else parse(rule.when, program=program, trigger=rule.trigger)
    return _counted(club, program, node, now)


def _counted(club: ClubInfo, program: Program, node: Any, now: datetime) -> Count:
    day = now.astimezone(ZoneInfo(club.timezone)).date()
    found = selection(of_members(node), Ground(club.id, program, day, club.timezone))
    met = members_meeting(club, found)
    if not met.is_sample:
        return Count(met.number, met.of, met.number, met.number)
    return _estimate(met.number, met.of, met.whole, is_whole=False)


def _as_of_these_days(program: Program, rule: Rule, since: datetime, until: datetime) -> tuple[Rule, bool]:
    """Return the rule without days that lie wholly outside the span, and whether any were taken away."""
    schedule, taken = rule.schedule, {}
    begins, ends = schedule.starts_at or since, schedule.ends_at or until
    if not (begins < until and ends > since and begins < ends):
        taken |= {"starts_at": None, "ends_at": None}
    if schedule.occasions:
        only = occasions_named(program, schedule.occasions, "/schedule/occasions")
        span = [since.date() + timedelta(days=n) for n in range((until - since).days)]
        if not any(falls_on(occasion, day) for occasion in only for day in span):
            taken["occasions"] = ()
    if not taken:
        return rule, False
    return rule.model_copy(update={"schedule": Schedule.model_validate(schedule.model_dump() | taken)}), True


def _total(club: ClubInfo, rule: Rule, since: datetime, until: datetime) -> int:
    """How many purchases or visits the club's days hold."""
    rows = club_days(club, since.date(), until.date())
    visits = rule.trigger == "visit"
    return sum(row.visits if visits else row.purchases for row in rows if not row.is_anonymous)


def _estimate(number: int, of: int, total: int, *, is_whole: bool) -> Count:
    """Wilson's interval of a share, carried over to the whole."""
    if is_whole or not of:
        return Count(number, total, number, number)
    share, z = number / of, _Z
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    low, high = max(number, int((middle - half) * total)), min(total, round((middle + half) * total) + 1)
    return Count(min(max(round(share * total), low), high), total, low, high)

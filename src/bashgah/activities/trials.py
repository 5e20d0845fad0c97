"""Reads of what is tried: what a rule in shadow would have given, and how a pilot's members fare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from bashgah.activities import compact
from bashgah.activities.compact import KIND_CODES
from bashgah.activities.shadows import OTHERS, OWN
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram
from bashgah.engine.document import REWARD_UNIT, Program, Rule
from bashgah.engine.piloting import PARTS, in_pilot
from bashgah.engine.program import ReadyPilot
from bashgah.ground.batch import cursor
from bashgah.history.services import limits_forget
from bashgah.ledger.reading import rules_given
from bashgah.programs import staging
from bashgah.programs.budgets import budgets_forget

AT_ONCE = 20_000
LEAST_DAYS = 1
Units = tuple[tuple[str, int], ...]
"""Units by wallet."""


OTHERS_OF_DAYS = f"""
    SELECT unit, sum(amount) FROM activities_shadow
    WHERE club_id = %(club)s AND kind = {OTHERS} AND business_date BETWEEN %(since)s AND %(until)s
    GROUP BY unit ORDER BY unit
"""
"""The kind stands in the text, so that the index of such rows alone serves a kept plan too."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A day, a tier or a branch of a shadow: facts, members and units by wallet."""

    key: str
    facts: int
    members: int
    units: Units


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """What a rule in shadow would have given from ``since`` on; returns are taken off.

    ``others`` are units that rules which count would have given more or less, all rules in shadow together;
    ``live`` is what all rules really gave in the same days.
    """

    since: date | None
    until: date
    facts: int
    members: int
    units: Units
    days: tuple[Slice, ...]
    tiers: tuple[Slice, ...]
    branches: tuple[Slice, ...]
    others: Units
    live: Units

    @property
    def length(self) -> int:
        """How many days it looks at, today included."""
        return (self.until - self.since).days + 1 if self.since is not None else 0


@dataclass(frozen=True, slots=True)
class PilotGroup:
    """Members of one side of a pilot who bought, and what they did."""

    buyers: int
    purchases: int
    spend: int
    units: Units


@dataclass(frozen=True, slots=True)
class PilotReport:
    """Buyers of a pilot's days: those it is for, and those it is not for."""

    since: date
    until: date
    assigned: PilotGroup
    others: PilotGroup


def shadow_report(club: ClubInfo, rule: str, *, since: date | None, until: date) -> ShadowReport:
    """Return what a rule in shadow would have given, from ``since`` (its first row, where None) on."""
    with cursor() as cur:
        where = "club_id = %(club)s AND rule = %(rule)s AND kind = %(own)s AND business_date <= %(until)s"
        params = {"club": club.id, "rule": rule, "own": OWN, "until": until, "since": since or date.min}
        first = cur.execute(
            f"SELECT min(business_date) FROM activities_shadow WHERE {where} AND business_date >= %(since)s",
            params,
        ).fetchone()
        begin = since or (first[0] if first else None)
        params["since"] = begin or date.min
        rows = cur.execute(
            f"""
            SELECT GROUPING(business_date, tier, branch), business_date, tier, branch, unit,
                   count(DISTINCT about_id), count(DISTINCT member_id), sum(amount)
            FROM activities_shadow WHERE {where} AND business_date >= %(since)s
            GROUP BY GROUPING SETS ((unit), (business_date, unit), (tier, unit), (branch, unit),
                                    (), (business_date), (tier), (branch))
            """,
            params,
        ).fetchall()
        others = cur.execute(OTHERS_OF_DAYS, params).fetchall()
        live = rules_given(cur, club.id, begin, until) if begin is not None else {}
    whole = _slices(rows, 7)[0] if rows else Slice("", 0, 0, ())
    sums: dict[str, int] = {}
    for (unit, _rule), amount in live.items():
        sums[unit] = sums.get(unit, 0) + amount
    return ShadowReport(
        begin,
        until,
        whole.facts,
        whole.members,
        whole.units,
        _slices(rows, 3),
        _slices(rows, 5),
        _slices(rows, 6),
        tuple((unit, int(amount)) for unit, amount in others),
        tuple(sorted(sums.items())),
    )


def _slices(rows: list[tuple[object, ...]], grouping: int) -> tuple[Slice, ...]:
    """Return the slices of one grouping, those without a unit telling facts and members."""
    column = {3: 1, 5: 2, 6: 3}.get(grouping)
    counts: dict[str, tuple[int, int]] = {}
    units: dict[str, dict[str, int]] = {}
    for row in rows:
        if row[0] != grouping:
            continue
        key = str(row[column]) if column is not None else ""
        if row[4] is None:
            counts[key] = (int(row[5]), int(row[6]))  # type: ignore[call-overload]
        else:
            units.setdefault(key, {})[str(row[4])] = int(row[7])  # type: ignore[call-overload]
    return tuple(
        Slice(key, *counts[key], tuple(sorted(units.get(key, {}).items()))) for key in sorted(counts)
    )


def pilot_report(
    club: ClubInfo, compiled: CompiledProgram, rule: str, *, since: date, until: date
) -> PilotReport | None:
    """Return how the buyers of these days fared whom the pilot of a rule is for, and the others.

    A member's group is judged as it stood at their last purchase of these days. None for a rule that is not
    in pilot.
    """
    pilot = next(
        (ready.pilot for found in compiled.rules.values() for ready in found if ready.key == rule), None
    )
    if pilot is None:
        return None
    with cursor() as cur:
        rows = cur.execute(
            f"""
            SELECT member_id, count(*), sum(net), (array_agg(id ORDER BY id DESC))[1],
                   {DRAWN} < %(share)s
            FROM activities_activity
            WHERE club_id = %(club)s AND kind = %(kind)s AND business_date BETWEEN %(since)s AND %(until)s
            GROUP BY member_id
            """,
            {
                "rule": f"{pilot.rule}:",
                "share": pilot.percent * (PARTS // 100) if pilot.percent < 100 else PARTS,
                "club": club.id,
                "kind": KIND_CODES["purchase"],
                "since": since,
                "until": until,
            },
        ).fetchall()
        inside = {row[0] for row in rows if row[4]}
        if pilot.when is not None:
            last = {row[0]: row[3] for row in rows if row[0] in inside}
            inside = _in_group(club, pilot, last)
        given = rules_given(cur, club.id, since, until, inside)
        total = rules_given(cur, club.id, since, until, {row[0] for row in rows})
    return PilotReport(
        since,
        until,
        _group([row for row in rows if row[0] in inside], given, {}),
        _group([row for row in rows if row[0] not in inside], total, given),
    )


_HALF = """
    (('x' || substr(encode(sha256(convert_to(%(rule)s || replace(member_id::text, '-', ''), 'UTF8')),
                           'hex'), {begin}, 8))::bit(32)::bigint & 4294967295)
"""
DRAWN = f"(({_HALF.format(begin=1)} %% 10000 * 7296 + {_HALF.format(begin=9)}) %% 10000)"
"""The part a member was drawn into, as ``engine.piloting.assigned`` says; 2^32 leaves 7296 of 10,000."""


def _in_group(club: ClubInfo, pilot: ReadyPilot, last: dict[UUID, UUID]) -> set[UUID]:
    """Return the members of whom the pilot's criterion held at their last purchase."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT a.member_id, a.state, a.fact FROM activities_activity a
            JOIN unnest(%s::uuid[], %s::uuid[]) k(member_id, id) USING (member_id, id) WHERE a.club_id = %s
            """,
            [list(last), list(last.values()), club.id],
        ).fetchall()
    return {
        member
        for member, state, fact in rows
        if in_pilot(pilot, compact.fact_unpack(fact), compact.state_unpack(state))
    }


def _group(
    rows: list[tuple[UUID, int, int, UUID, bool]],
    given: dict[tuple[str, str], int],
    less: dict[tuple[str, str], int],
) -> PilotGroup:
    units: dict[str, int] = {}
    for key, amount in given.items():
        units[key[0]] = units.get(key[0], 0) + amount - less.get(key, 0)
    return PilotGroup(
        len(rows), sum(row[1] for row in rows), int(sum(row[2] for row in rows)), tuple(sorted(units.items()))
    )


def shadow_cost(club: ClubInfo, program: Program, rule: Rule, now: datetime) -> int | None:
    """Return what a rule would cost a month as its shadow saw it (``programs.staging.ESTIMATES``).

    None before a whole day has passed, or where units of it have no worth.
    """
    days = staging.days_in(club, rule, "shadow", now)
    since = staging.first_in(club, rule, "shadow", now)
    if days < LEAST_DAYS or since is None:
        return None
    today = now.astimezone(ZoneInfo(club.timezone)).date()
    report = shadow_report(
        club, rule.key, since=since.astimezone(ZoneInfo(club.timezone)).date(), until=today
    )
    worths = {wallet.key: wallet.worth for wallet in program.wallets if wallet.kind != "status"}
    worths |= {f"{REWARD_UNIT}{terms.key}": terms.cost for terms in program.rewards}
    if not any(worths.get(effect.unit) for effect in rule.effects):
        return None
    money = sum(units * worths.get(wallet, 0) for wallet, units in report.units)
    return money * staging.MONTH_DAYS // days


def shadows_clear(club: ClubInfo, program: Program) -> None:
    """Forget the shadows of all rules that are neither in shadow nor in pilot any more, limits included."""
    kept = [rule.key for rule in program.rules if rule.stage in ("shadow", "pilot")]
    with transaction.atomic(), cursor() as cur:
        while True:
            gone = cur.execute(
                """
                WITH over AS (
                    SELECT member_id, activity_id, kind, rule, unit FROM activities_shadow
                    WHERE club_id = %s AND kind = %s AND rule <> ALL(%s) LIMIT %s)
                DELETE FROM activities_shadow t USING over s
                WHERE (t.member_id, t.activity_id, t.kind, t.rule, t.unit)
                    = (s.member_id, s.activity_id, s.kind, s.rule, s.unit)
                RETURNING t.member_id, t.rule
                """,
                [club.id, OWN, kept, AT_ONCE],
            ).fetchall()
            if not gone:
                break
            rules = {rule for _member, rule in gone}
            limits_forget(cur, {member for member, _rule in gone}, [f"?{rule}" for rule in rules])
            budgets_forget(cur, club.id, [f"?{rule}" for rule in rules])
        if not any(rule.stage == "shadow" for rule in program.rules):
            cur.execute("DELETE FROM activities_shadow WHERE club_id = %s AND kind = %s", [club.id, OTHERS])

"""Replays two programs side by side over one part of the members; no database and no framework.

This is what a process of the pool, or a task of a cluster, runs.
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from bashgah.activities.compact import outcome_unpack
from bashgah.engine import CompiledProgram, compile_program
from bashgah.engine.decisions import Credit, Decision
from bashgah.engine.document import REWARD_UNIT, Program
from bashgah.engine.facts import Fact
from bashgah.engine.ladders import tier_in_force
from bashgah.engine.states import State
from bashgah.lake import files
from bashgah.members.facts import MemberFacts
from bashgah.simulation.budgets import Demands, Ebbs
from bashgah.simulation.granting import Grants
from bashgah.simulation.leaning import Lean
from bashgah.simulation.replaying import Replay, limits_of
from bashgah.simulation.tallying import TIER, Tally, won
from bashgah.simulation.types import Cancelled

FACTS_A_PART = 60_000
PARTS_LEAST = 8
ASK_EVERY = 200
"""After how many members a part asks whether it shall stop."""
Watcher = Callable[[int, Fact, "tuple[State, Decision] | None"], None]
"""Hears (side, fact, state and decision; None for a return) of every fact of the period."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is replayed: the lake, the half-open period of local days, and the two program documents as JSON.

    ``live`` may be empty: then the tried program is replayed alone. ``permille`` of the members are taken,
    always the same ones. ``ebbs`` says of both programs how shared budgets ebb, as far as that is known.
    """

    folder: str
    since: date
    until: date
    live: bytes
    tried: bytes
    currency: str
    zone: str = "Asia/Tehran"
    permille: int = 1000
    ebbs: tuple[Ebbs, Ebbs] = field(default_factory=lambda: ({}, {}))

    @property
    def last_month(self) -> str:
        """The last month that holds a day of the period."""
        return f"{self.until - timedelta(days=1):%Y-%m}"


class Row(msgspec.Struct, frozen=True, gc=False):
    """One fact as the lake has it."""

    id: bytes
    fact: Fact
    about: bytes | None
    outcome: bytes


class Comparison:
    """Both programs, compiled once for a process, and how they are counted."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.lake = files.Opened(Path(plan.folder), plan.last_month)
        tried = compiled(plan.tried, plan.currency)
        live = compiled(plan.live, plan.currency) if plan.live else tried
        reviewed = files.reviewed_read(Path(plan.folder))
        self.sides = [
            Replay(each, reviewed, ebbs) for each, ebbs in zip((live, tried), plan.ebbs, strict=True)
        ]
        self.worths = [_worths(side.compiled) for side in self.sides]
        self.limits = [limits_of(side.compiled) for side in self.sides]
        self.gives = [bool(side.compiled.rewards) for side in self.sides]
        self.grants = Grants(self.worths)
        self.places = (0, 1) if plan.live else (1,)
        self.ends = datetime.combine(plan.until, datetime.min.time(), ZoneInfo(plan.zone))
        self.leans = [
            Lean(*each, self.ends) for each in zip(self.sides, self.limits, self.worths, strict=True)
        ]

    def part(self, buckets: Sequence[int], stopped: Callable[[], bool] | None = None) -> Tally:
        """Replay one part of the members and return what it comes to.

        ``stopped`` is asked now and then; once it says yes ``Cancelled`` is raised.
        """
        begun = time.process_time()
        tally = Tally()
        for side in self.sides:
            side.demands = Demands()
        gc_was_on = gc.isenabled()
        gc.disable()  # nothing here makes cycles, and looking for them takes a fifth of the time
        try:
            for no, (member, about, rows) in enumerate(self.members_of(buckets)):
                if stopped is not None and not no % ASK_EVERY and stopped():
                    raise Cancelled
                self.member(tally, member, about, rows)
        finally:
            if gc_was_on:
                gc.enable()
        for place in self.places:
            self.leans[place].fold(tally, place)
        tally.seconds = time.process_time() - begun
        tally.demands = [side.demands for side in self.sides]
        return tally

    def members_of(self, buckets: Sequence[int]) -> Iterator[tuple[bytes, MemberFacts, list[Row]]]:
        """Yield the members of one part with their facts, oldest first; those without any have none."""
        facts, members = self.lake.read(buckets)
        spans = _spans(facts["member_id"])
        columns = [facts[name].to_pylist() for name in ("id", "about_id", "outcome", "fact")]
        columns.append(facts["zone"].cast(pa.string()).to_pylist())
        joined: dict[bytes, list[bytes]] = {}
        for gone, survivor in self.lake.alias.items():
            joined.setdefault(survivor, []).append(gone)
        for member, about in _abouts(members):
            if not _taken(member, self.plan.permille):
                continue
            rows = _rows(columns, *spans.get(member, (0, 0)))
            for gone in joined.get(member, ()):
                rows += _rows(columns, *spans.get(gone, (0, 0)))
            if member in joined:
                rows.sort(key=lambda row: (row.fact.occurred_at, row.id))
            yield member, about, rows

    def member(
        self,
        tally: Tally,
        member: bytes,
        about: MemberFacts,
        rows: list[Row],
        watch: Watcher | None = None,
    ) -> None:
        """Replay one member's facts, oldest first, and add what they come to."""
        since, until = self.plan.since, self.plan.until
        kept = {row.about for row in rows if row.about is not None}
        sums = [[0, 0, 0, 0], [0, 0, 0, 0]]  # points, money, points that expired, money that expired
        at_branch: dict[str, list[int]] = {}
        facts = purchases = spend = 0
        self.grants.meet()
        for side, lean in zip(self.sides, self.leans, strict=True):
            side.meet(about)
            lean.meet(about)
        sides = [(place, self.leans[place], sums[place]) for place in self.places]
        for row in rows:
            fact = row.fact
            day = fact.local_at.date()
            if day >= until:
                break
            if day < since:
                self._before(row, fact, kept)
                continue
            facts += 1
            net = fact.gross - fact.discount
            if fact.kind == "purchase":
                purchases += 1
                spend += net
            by_branch = at_branch.get(fact.branch)
            if by_branch is None:
                by_branch = at_branch[fact.branch] = [0, 0, 0, 0]
            in_full = watch is not None or row.id in kept
            for place, lean, got in sides:
                if in_full or not lean.can(fact):
                    points, money = self._in_full(tally, row, day, place, kept, watch, got)
                else:
                    points, money = lean.count(fact, day, net, got)
                by_branch[place] += points
                by_branch[place + 2] += money
        tally.facts += facts
        tally.purchases += purchases
        tally.spend += spend
        if at_branch:
            self._counted(tally, member, about, sums, at_branch)
        self._stand(tally)

    def _in_full(  # noqa: PLR0917 one fact of one side
        self,
        tally: Tally,
        row: Row,
        day: date,
        place: int,
        kept: set[bytes],
        watch: Watcher | None,
        sums: list[int],
    ) -> tuple[int, int]:
        """Decide a fact with all its credits and reasons; return the points and the money it gave."""
        by_day = tally.days.setdefault(day.toordinal(), [0, 0, 0, 0])
        given, back = self._given(tally, row, row.fact, place, kept, watch)
        if not given:
            return 0, 0
        points, money = self._count(tally, given, back, place, sums)
        if self.gives[place]:
            self.grants.count(tally, given, back, place, (row.fact.branch, day))
        by_day[place] += points
        by_day[place + 2] += money
        return points, money

    def _given(  # noqa: PLR0917 the inner loop: a bundle of arguments would cost as much as deciding
        self, tally: Tally, row: Row, fact: Fact, place: int, kept: set[bytes], watch: Watcher | None
    ) -> tuple[Sequence[Credit], Sequence[int] | None]:
        """Let one program decide a fact, or take back; return its credits, and what of each went back."""
        side = self.sides[place]
        if fact.kind == "return":
            if watch is not None:
                watch(place, fact, None)
            back = side.back(row.about or b"", fact, row.id)
            return [credit for credit, _amount in back], [amount for _credit, amount in back]
        state, decision = side.decide(fact, row.id)
        if kept and row.id in kept:
            side.keep(row.id, fact, decision)
        if decision.used:
            self._limits_reached(tally, state, decision, place)
        for spent in decision.spent:
            key, start, branch = spent.slot
            tally.budgets.setdefault((key, start.isoformat(), branch), [0, 0])[place] += spent.amount
        if watch is not None:
            watch(place, fact, (state, decision))
        given = decision.given if decision.grants else decision.credits
        if given:
            tally.giving[place] += 1
        return given, None

    def _before(self, row: Row, fact: Fact, kept: set[bytes]) -> None:
        for place in self.places:
            side = self.sides[place]
            if fact.kind == "return":
                side.back(row.about or b"", fact, row.id)
                continue
            decision = side.take(fact, row.id, outcome_unpack(row.outcome))
            if row.id in kept:
                side.keep(row.id, fact, decision)

    def _count(
        self,
        tally: Tally,
        given: Sequence[Credit],
        back: Sequence[int] | None,
        place: int,
        sums: list[int],
    ) -> tuple[int, int]:
        """Add credits, or what of them was taken back, to the figures; return their points and money."""
        points = paid = 0
        worths, ends, credits_ = self.worths[place], self.ends, tally.credits
        for at, credit in enumerate(given):
            wallet, amount = credit.wallet, credit.amount
            figures = credits_.get((credit.rule, wallet))
            if figures is None:
                figures = credits_[credit.rule, wallet] = [0, 0, 0, 0]
            if back is None:
                figures[place + 2] += 1
            else:
                amount = -back[at]
            figures[place] += amount
            is_points, worth = worths[wallet]
            money = amount * worth
            paid += money
            if is_points:
                points += amount
            expires = credit.expires_at
            if expires is not None and expires <= ends:
                sums[3] += money
                if is_points:
                    sums[2] += amount
        sums[0] += points
        sums[1] += paid
        return points, paid

    def _limits_reached(self, tally: Tally, state: State, decision: Decision, place: int) -> None:
        reached, limits = set(), self.limits[place]
        for used in decision.used:
            most = limits.get(used.limit)
            before = state.used.get((used.limit, used.window_start), 0)
            if most is not None and before + used.amount >= most:
                reached.add(used.limit.split(".", 1)[0])
        for rule in reached:
            tally.limited.setdefault(rule, [0, 0])[place] += 1
        tally.at_limit[place] += bool(reached)

    def _counted(
        self,
        tally: Tally,
        member: bytes,
        about: MemberFacts,
        sums: list[list[int]],
        at_branch: Mapping[str, list[int]],
    ) -> None:
        for place in self.places:
            points, money, gone_points, gone_money = sums[place]
            tally.points[place] += points
            tally.money[place] += money
            tally.open_points[place] += points - gone_points
            tally.open_money[place] += money - gone_money
        live, tried = sums[0][:2], sums[1][:2]
        tally.members += member
        tally.live.append(live[0])
        tally.tried.append(tried[0])
        for branch, got in at_branch.items():
            won(tally.branches.setdefault(branch, [0] * 6), got[::2], got[1::2])
        for tag in about.tags:
            won(tally.tags.setdefault(tag, [0] * 6), live, tried)
        for trait in _traits(about):
            won(tally.segments.setdefault(trait, [0] * 6), live, tried)
        first = self.sides[self.places[0]]
        first.pass_time(self.ends)
        parts = []
        for key, ready in first.compiled.ladders.items():
            tier = f"{key}.{tier_in_force(ready.ladder, first.seen.standings.get(key))}"
            won(tally.tiers.setdefault(tier, [0] * 6), live, tried)
            parts.append((TIER, tier))
        if self.grants.any:
            self.grants.fold(tally, [*parts, *_traits(about)], about.tags)

    def _stand(self, tally: Tally) -> None:
        """Count where the member stands on each ladder at the period's end, in both programs."""
        for place in self.places:
            side = self.sides[place]
            side.pass_time(self.ends)
            for key, ready in side.compiled.ladders.items():
                tier = tier_in_force(ready.ladder, side.seen.standings.get(key))
                tally.standings.setdefault(f"{key}.{tier}", [0, 0])[place] += 1


def compiled(document: bytes, currency: str) -> CompiledProgram:
    """Return a program document ready to decide."""
    return compile_program(Program.model_validate_json(document), number=0, currency=currency)


def parts_of(plan: Plan) -> list[range]:
    """Return how the members are shared out: neighbouring buckets, together worth opening the files for."""
    facts = files.manifest_read(Path(plan.folder)).facts
    count = min(files.BUCKETS, max(PARTS_LEAST, facts // FACTS_A_PART))
    edges = [files.BUCKETS * place // count for place in range(count + 1)]
    return [range(begin, end) for begin, end in pairwise(edges)]


def _spans(members: pa.ChunkedArray) -> dict[bytes, tuple[int, int]]:
    """Return from where to where the facts of each member lie, in a column that is in their order."""
    found, begin = {}, 0
    runs = pc.run_end_encode(members.combine_chunks())
    for member, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
        found[member] = begin, end
        begin = end
    return found


def _rows(columns: list[list[Any]], begin: int, end: int) -> list[Row]:
    """Unpack one member's facts, only when they are wanted: what is just used is still at hand."""
    decode, place, rows = files.fact_decode, msgspec.structs.force_setattr, []
    for id_, about, outcome, packed, zone in zip(*(each[begin:end] for each in columns), strict=True):
        fact = decode(packed)  # its times lie in UTC
        place(fact, "local_at", fact.occurred_at.astimezone(_zone(zone)))
        rows.append(Row(id_, fact, about, outcome))
    return rows


def _abouts(members: pa.Table) -> Iterator[tuple[bytes, MemberFacts]]:
    for row in members.to_pylist():
        if row["member_id"] == row["survivor_id"]:
            yield (
                row["member_id"],
                MemberFacts(
                    row["city"],
                    row["gender"],
                    tuple(row["tags"]),
                    row["birth_date"],
                    json.loads(row["attributes"]) if row["attributes"] != "{}" else {},
                    row["enrolled_on"],
                    row["member_id"].hex(),
                ),
            )


def _traits(about: MemberFacts) -> Iterator[tuple[str, str]]:
    """Yield what else members are told apart by: (kind, value) of what is known."""
    if about.city:
        yield "city", about.city
    if about.gender:
        yield "gender", about.gender
    for key, value in about.attributes.items():
        if isinstance(value, str | bool) and value != "":
            yield f"attributes.{key}", str(value).lower() if isinstance(value, bool) else value


def _taken(member: bytes, permille: int) -> bool:
    return permille >= 1000 or int.from_bytes(member[-4:-1], "big") % 1000 < permille


def _worths(program: CompiledProgram) -> dict[str, tuple[int, int]]:
    """Return by wallet whether its units are points (1 or 0) and what one pays; a reward is what it costs."""
    worths = {
        key: (int(wallet.kind == "points"), wallet.worth if wallet.kind != "status" else 0)
        for key, wallet in program.wallets.items()
    }
    return worths | {f"{REWARD_UNIT}{key}": (0, ready.terms.cost) for key, ready in program.rewards.items()}


@lru_cache(maxsize=256)
def _zone(key: str) -> ZoneInfo:
    return ZoneInfo(key)

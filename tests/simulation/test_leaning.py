"""Counting facts for their sums alone comes to what deciding them in full does, and leaves the same past."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bashgah.activities.compact import Outcome, outcome_pack
from bashgah.engine.document import Program
from bashgah.engine.facts import Fact, Line
from bashgah.kit.ids import uuid7
from bashgah.members.facts import MemberFacts
from tests.laws.programs import COUNTERS, documents, facts

pytest.importorskip("pyarrow")

from bashgah.lake import files
from bashgah.simulation.comparing import Comparison, Plan, Row
from bashgah.simulation.leaning import Lean
from bashgah.simulation.replaying import Replay
from bashgah.simulation.tallying import Tally

LAW = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
NOTHING = outcome_pack(Outcome())
MEMBER = UUID(int=77).bytes
ABOUT = MemberFacts("ونک", "female", ("a", "dairy"), date(1990, 1, 9), {"size": 3}, date(2025, 6, 1), "4d")
SINCE, UNTIL = date(2026, 3, 1), date(2027, 3, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake without anybody in it, whose tiers were reviewed every month."""
    folder = tmp_path_factory.mktemp("lake")
    files.table_write(folder / "members.parquet", files.members_table([]))
    days = [date(2026 + month // 12, month % 12 + 1, 2) for month in range(18)]
    files.reviewed_write(folder, [(datetime(day.year, day.month, 2, 3, tzinfo=UTC), day) for day in days])
    return folder


@st.composite
def histories(draw: st.DrawFn) -> list[Row]:
    """What a member did in a year and a half, oldest first; something of some purchases comes back."""
    told = sorted(draw(st.lists(facts(), min_size=1, max_size=25)), key=lambda fact: fact.occurred_at)
    rows = []
    for place, fact in enumerate(told):
        id_ = uuid7(fact.occurred_at, place.to_bytes(10, "big")).bytes
        rows.append(Row(id_, fact, None, NOTHING))
        if fact.kind == "purchase" and draw(st.integers(0, 3)) == 0:
            later = fact.occurred_at + timedelta(days=draw(st.integers(0, 40)))
            lines = tuple(Line(line.no, quantity=line.quantity, gross=line.gross) for line in fact.lines[:1])
            kind = draw(st.sampled_from(["whole", "part"]))
            back = Fact("return", kind, later, later, lines=lines, gross=fact.gross)
            rows.append(Row(uuid7(later, (100 + place).to_bytes(10, "big")).bytes, back, id_, NOTHING))
    return sorted(rows, key=lambda row: (row.fact.occurred_at, row.id))


def programs(document: dict[str, Any], rate: int, pilot: int) -> Program:
    """A program most of whose rules have no budget, one of which may be in pilot."""
    for place, rule in enumerate(document["rules"]):
        if place % 4 != rate:
            rule["budget"] = None
    if pilot:
        document["rules"][0] |= {"stage": "pilot", "pilot": {"percent": pilot}}
    return Program.model_validate(document)


def replayed(plan: Plan, rows: list[Row], *, in_full: bool) -> tuple[Any, ...]:
    comparison, tally = Comparison(plan), Tally()
    watch = (lambda _place, _fact, _made: None) if in_full else None
    for _again in range(2):
        comparison.member(tally, MEMBER, ABOUT, rows, watch)
    for place, lean in enumerate(comparison.leans):
        lean.fold(tally, place)
    return tally, [left(side) for side in comparison.sides]


def left(side: Replay) -> tuple[Any, ...]:
    seen = side.seen
    past = seen.history
    used = {key: amount for key, amount in past.used.items() if amount}
    return past.sums, past.days, used, past.last_purchase_at, seen.standings, seen.acts, side.next_review


@LAW
@given(documents(), documents(), histories(), st.integers(0, 3), st.sampled_from([0, 0, 30, 100]))
def test_both_ways_come_to_the_same(
    folder: Path, live: dict[str, Any], tried: dict[str, Any], rows: list[Row], rate: int, pilot: int
) -> None:
    plan = Plan(
        folder=str(folder),
        since=SINCE,
        until=UNTIL,
        live=programs(live, rate, pilot).model_dump_json().encode(),
        tried=programs(tried, 4, 0).model_dump_json().encode(),
        currency="IRR",
    )
    lean, full = replayed(plan, rows, in_full=False), replayed(plan, rows, in_full=True)
    assert lean == full


@pytest.mark.prove
@settings(LAW, max_examples=1500)
@given(documents(most=12), documents(), histories(), st.integers(0, 3), st.sampled_from([0, 0, 30, 100]))
def test_both_ways_come_to_the_same_at_length(
    folder: Path, live: dict[str, Any], tried: dict[str, Any], rows: list[Row], rate: int, pilot: int
) -> None:
    test_both_ways_come_to_the_same.hypothesis.inner_test(folder, live, tried, rows, rate, pilot)


def test_a_fact_that_is_only_counted_makes_no_credits(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The quick way is really taken: two purchases of 30 steps of 5 units, at most 200 a month."""
    counted: list[int] = []
    count = Lean.count

    def counting(self: Lean, fact: Fact, on: date, net: int, sums: list[int]) -> tuple[int, int]:
        counted.append(count(self, fact, on, net, sums)[0])
        return counted[-1], 0

    monkeypatch.setattr(Lean, "count", counting)
    effect = {"amount": "per_step", "params": {"units": 5, "step": 1000}}
    limits = [{"window": "month", "most": 200}]
    rule = {"key": "base", "name": {"en": "Base"}, "effects": [effect], "limits": limits}
    wallet = {"key": "points", "kind": "points", "name": {"en": "Points"}}
    document = {"wallets": [wallet], "rules": [rule], "calendar": "gregorian"}
    plan = Plan(str(folder), SINCE, UNTIL, b"", json.dumps(document).encode(), "IRR")
    at = datetime(2026, 5, 3, 12, tzinfo=UTC)
    rows = [
        Row(place.to_bytes(16, "big"), Fact("purchase", "purchase", at, at, gross=30_000), None, NOTHING)
        for place in (1, 2)
    ]
    tally, _left = replayed(plan, rows[:2], in_full=False)
    assert counted == [150, 50, 150, 50]
    assert tally.credits == {("base", "points"): [0, 400, 0, 4]}
    assert tally.limited == {"base": [0, 2]}


def test_the_law_has_counters_that_last() -> None:
    assert {"streak", "days_since"} <= {counter["counts"] for counter in COUNTERS}

"""Counting facts for their sums alone comes to what deciding them in full does, and leaves the same past."""

from __future__ import annotations

import json
import random
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


def test_both_ways_agree_over_years_of_limits_ages_falls_and_counters(folder: Path) -> None:
    """One program in which each of these matters, told by figures that show that they did."""
    chance = random.Random(1405)
    step = {"amount": "per_step", "params": {"units": 5, "step": 1000}}
    status = {"amount": "per_step", "params": {"units": 1, "step": 1000}, "wallet": "status"}
    fixed = {"amount": "fixed", "params": {"units": 3}}

    def of(key: str, effects: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        return {"key": key, "name": {"en": key}, "effects": effects, **more}

    document = {
        "wallets": [
            {"key": "points", "kind": "points", "name": {"en": "Points"}, "worth": 2,
             "expiry": {"kind": "age_days", "count": 90}},
            {"key": "status", "kind": "status", "name": {"en": "Status"}},
        ],
        "rules": [
            of("base", [step, status]),
            of("twice", [fixed, step], limits=[{"window": "month", "most": 260}]),
            of("often", [fixed], limits=[{"window": "week", "most": 1, "of": "times"}]),
            of("old", [fixed], when={"field": "member.age_days", "op": "gte", "value": 400}),
            of("golden", [fixed], when={"field": "member.tier.main", "op": "is", "value": "b"}),
            of("row", [fixed], when={"field": "counter.row", "op": "gte", "value": 3}),
        ],
        "ladders": [
            {"key": "main", "name": {"en": "Main"}, "window": "calendar_year", "tiers": [
                {"key": "a", "name": {"en": "A"}, "threshold": 0},
                {"key": "b", "name": {"en": "B"}, "threshold": 1500},
            ]}
        ],
        "counters": [{"key": "row", "name": {"en": "Row"}, "counts": "streak", "window": "week"}],
        "calendar": "gregorian",
    }  # fmt: skip
    plan = Plan(str(folder), date(2025, 1, 1), date(2028, 1, 1), b"", json.dumps(document).encode(), "IRR")
    rows = []
    for place in range(400):
        # much is bought in the first year, little in the years after it: what was reached is lost again
        days = chance.randrange(365) if place < 350 else chance.randrange(365, 1000)
        at = datetime(2025, 1, 1, 9, tzinfo=UTC) + timedelta(days=days, minutes=place)
        bought = Fact("purchase", "purchase", at, at, gross=chance.randrange(20_000))
        rows.append(Row(place.to_bytes(16, "big"), bought, None, NOTHING))
    rows.sort(key=lambda row: (row.fact.occurred_at, row.id))
    lean, full = replayed(plan, rows, in_full=False), replayed(plan, rows, in_full=True)
    assert lean == full
    tally = lean[0]
    times = {rule: figures[3] // 2 for (rule, _wallet), figures in tally.credits.items()}
    assert all(0 < times[rule] < 400 for rule in ("twice", "often", "old", "golden", "row"))
    assert tally.limited.keys() == {"twice", "often"}
    assert tally.standings == {"main.a": [0, 2]}
    assert tally.open_points[1] < tally.points[1]

"""Straight from rows to rows or through its member's books, a purchase comes to the same."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bashgah.activities import usual
from bashgah.activities.drafts import Draft
from bashgah.activities.services import settle
from bashgah.activities.types import Intake, Refused, Settled, VisitIn
from bashgah.ground.types import SYSTEM
from tests.activities.shop import Shop, line, open_shop, per_step, program, rule
from tests.books import books_must_hold
from tests.cast import NOW

pytestmark = pytest.mark.django_db

TABLES = (
    "activities_reference",
    "activities_activity",
    "activities_shadow",
    "ledger_entry",
    "ledger_posting",
    "ledger_lot",
    "ledger_allocation",
    "ledger_wallet",
    "history_sums",
    "history_day",
    "history_used",
    "tiers_standing",
    "tiers_change",
    "programs_budget",
    "ground_news",
)
FIXED = {"wallet": "points", "amount": "fixed", "params": {"units": 3}}
EARLY = {
    **rule("early", "purchase", [FIXED]),
    "when": {"field": "history.purchases", "op": "lt", "value": 4},
    "limits": [{"window": "week", "most": 7}, {"window": "month", "most": 2, "of": "times"}],
}
LOYAL = {
    **rule("loyal", "purchase", [per_step("points")]),
    "when": {"field": "member.tier.club", "op": "at_least", "value": "gold"},
}
AGAIN = {
    **rule("again", "purchase", [FIXED]),
    "when": {"field": "history.days_since_last_purchase", "op": "gte", "value": 10},
}
OFTEN = {
    **rule("often", "purchase", [FIXED]),
    "when": {"field": "counter.it", "op": "gte", "value": 2},
}
SHARED = rule("shared", "purchase", [FIXED], budget={"most": 10})
TRIAL = rule("trial", "purchase", [FIXED], stage="shadow")
MONEY_BACK = rule("back", "purchase", [{"wallet": "credit", "amount": "fixed", "params": {"units": 900}}])
LADDER = program()["ladders"][0]
COUNTER = {"key": "it", "name": {"en": "It"}, "trigger": "purchase", "counts": "times", "window": "month"}
STREAK = COUNTER | {"counts": "streak", "window": "week"}

programs = st.fixed_dictionaries(
    {
        "rules": st.lists(
            st.sampled_from([EARLY, LOYAL, AGAIN, SHARED, TRIAL, MONEY_BACK]),
            unique_by=lambda each: each["key"],
        ),
        "points": st.sampled_from(
            [
                {},
                {"expiry": {"kind": "age_months", "count": 12}},
                {"expiry": {"kind": "age_days", "count": 9}},
                {"expiry": {"kind": "age_days", "count": 15}},
                {"expiry": {"inactive_months": 6}},
                {"pending_days": 14},
            ]
        ),
        "counter": st.sampled_from([None, None, COUNTER, STREAK]),
        "window": st.sampled_from(["rolling_12m", "calendar_year"]),
        "step": st.sampled_from([1, 3, 60]),
    }
)
acts = st.tuples(
    st.sampled_from(["purchase"] * 6 + ["visit", "return"]),
    st.integers(0, 90),
    st.integers(0, 12) | st.integers(0, 40),
    st.booleans(),
    st.booleans(),
)
batches = st.lists(st.lists(acts, min_size=1, max_size=3), min_size=3, max_size=7)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs, batches)
def test_both_ways_leave_the_same_rows_and_give_the_same_answers(
    terms: dict[str, Any], told: list[list[tuple[str, int, int, bool, bool]]]
) -> None:
    with transaction.atomic():
        shop = shop_of(terms)
        straight, _taken = settled(shop, told, terms["step"], is_usual=True)
        in_full, none = settled(shop, told, terms["step"], is_usual=False)
        assert straight == in_full
        assert none == 0
        transaction.set_rollback(True)


PLAIN: dict[str, Any] = {
    "rules": [EARLY],
    "points": {"expiry": {"kind": "age_months", "count": 12}},
    "window": "rolling_12m",
}
NINE_DAYS = {"points": {"expiry": {"kind": "age_days", "count": 9}}}
LAPSING = {"points": {"expiry": {"inactive_months": 3}}, "rules": []}
ALONE = [[("purchase", 20, 0, True, False)], [("purchase", 40, 1, True, False)]] * 2
LATE = [[("purchase", 20, 0, True, False)], [("purchase", 40, 12, True, False)]]
FREE_FIRST = [[("purchase", 0, 0, True, False)], [("purchase", 40, 0, True, False)]]


@pytest.mark.parametrize(
    ("step", "told", "changed"),
    [
        (1, ALONE, {}),
        (60, ALONE, NINE_DAYS),
        (1, LATE, NINE_DAYS),
        (60, ALONE, {"window": "calendar_year"}),
        (1, FREE_FIRST, LAPSING),
        (1, ALONE, {"points": {"pending_days": 14}}),
        (1, ALONE, {"rules": [SHARED]}),
        (1, ALONE, {"rules": [TRIAL]}),
    ],
    ids=["plain", "due", "late", "kept longer", "lapsing", "pending", "budget", "shadow"],
)
def test_what_is_not_usual_goes_the_full_way(
    step: int, told: list[list[tuple[str, int, int, bool, bool]]], changed: dict[str, Any]
) -> None:
    with transaction.atomic():
        shop = shop_of(PLAIN | changed)
        straight, _taken = settled(shop, told, step, is_usual=True)
        assert straight == settled(shop, told, step, is_usual=False)[0]
        transaction.set_rollback(True)


def test_the_law_is_about_something() -> None:
    """Purchases of a plain program go the short way, so the law compares two ways and not one with itself."""
    with transaction.atomic():
        shop = shop_of(PLAIN)
        told = [[("purchase", 20, 0, True, False), ("purchase", 30, 0, False, True)]] * 3
        _straight, taken = settled(shop, told, 1, is_usual=True)
        assert taken == 4, "all but the first of each, which puts its member on a tier"
        transaction.set_rollback(True)


def shop_of(terms: dict[str, Any]) -> Shop:
    document = {"ladders": [LADDER | {"window": terms["window"]}]}
    rules = list(terms["rules"])
    if terms.get("counter"):
        document["counters"] = [terms["counter"]]
        rules.append(OFTEN)
    return open_shop(rules=rules, points=terms["points"], document=document)


def settled(
    shop: Shop, told: list[list[tuple[str, int, int, bool, bool]]], step: int, *, is_usual: bool
) -> tuple[list[Any], int]:
    """Settle the batches one way; return the answers with all rows, and how many went straight."""
    taken = 0

    def watched(batch: Any, draft: Any) -> Settled | None:
        nonlocal taken
        found = usual_settled(batch, draft)
        taken += found is not None
        return found

    def unmarked(_batch: Any, drafts: list[Draft], _named: Any) -> None:
        for draft in drafts:
            draft.is_usual = False

    usual_settled = usual.usual_settled
    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(usual, "usual_settled", watched)
        if not is_usual:
            patch.setattr(usual, "usual_found", unmarked)
        answers: list[Any] = []
        for number, acts_ in enumerate(told):
            now = NOW + timedelta(days=step * number)
            facts = [fact(shop, f"{number}-{place}", act, now) for place, act in enumerate(acts_)]
            answers += settle(facts, club=shop.club, actor=SYSTEM, now=now)
        if is_usual:
            books_must_hold()
        names = names_of(answers)
        seen = [[answer_of(answer, names) for answer in answers], rows_of(names)]
        transaction.set_rollback(True)
    return seen, taken


def fact(shop: Shop, number: str, act: tuple[str, int, int, bool, bool], now: datetime) -> Intake:
    kind, size, days, is_sara, is_whole = act
    member, at = shop.sara if is_sara else shop.reza, now - timedelta(days=days, hours=size % 24)
    if kind == "return":
        return shop.returns(f"R-{number}", f"A-{number.split('-', maxsplit=1)[0]}-0", at=now)
    if kind == "visit":
        ref = shop.ref(member)
        assert ref is not None
        return VisitIn(source="app", reference=f"V-{number}", occurred_at=at, member=ref)
    if is_whole:
        return shop.purchase(f"A-{number}", member=member, amount=size * 40_000, at=at)
    lines = (line("egg", size * 70_000, pieces=2, discount=size * 900), line("milk", size * 31_000))
    return shop.purchase(f"A-{number}", *lines, member=member, at=at)


def names_of(answers: list[Any]) -> dict[UUID, str]:
    """Call each new id by what it stands for, since no two are made alike."""
    names = {each.activity_id: each.reference for each in answers if isinstance(each, Settled)}
    for id_, cause_id, cause, at, member in selected(
        "SELECT id, cause_id, cause, occurred_at, member_id FROM ledger_entry ORDER BY id"
    ):
        names.setdefault(id_, f"{names.get(cause_id, '')} {cause} {at} {member}")
    postings: Counter[str] = Counter()
    for id_, entry, debit, credit, unit, rule_, amount in selected(
        "SELECT id, entry_id, debit, credit, unit, rule, amount FROM ledger_posting ORDER BY id"
    ):
        name = f"{names[entry]} {debit} {credit} {unit} {rule_} {amount}"
        names[id_] = f"{name} {postings[name]}"
        postings[name] += 1
    return names


def answer_of(answer: Any, names: dict[UUID, str]) -> Any:
    if isinstance(answer, Refused):
        return answer.reference, answer.refusal.code
    said = {name: getattr(answer, name) for name in answer.__struct_fields__ if name != "decision"}
    return {**said, "activity_id": names[answer.activity_id]}, answer.decision


def rows_of(names: dict[UUID, str]) -> dict[str, list[str]]:
    """Return every row of every table, with names for ids; news and steps are told apart by what they say."""
    found = {}
    for table in TABLES:
        columns = [name for (name,) in selected(COLUMNS, [table])]
        own = {"ground_news": ("id",), "tiers_change": ("id",)}.get(table, ())
        kept = ", ".join(f"{name}" for name in columns if name not in own)
        rows = []
        for row in selected(f"SELECT {kept} FROM {table}"):
            said = repr(
                [names.get(value, value) if isinstance(value, UUID) else plain(value) for value in row]
            )
            for id_, name in names.items():
                said = said.replace(str(id_), name)
            rows.append(said)
        found[table] = sorted(rows)
    return found


def plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


COLUMNS = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"


def selected(sql: str, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()

"""What was stored is enough to tell why for ever: decided again from it, every fact gives what it gave."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bashgah.activities import whys
from bashgah.activities.services import settle
from bashgah.activities.types import CustomIn, Intake, Settled, VisitIn
from bashgah.ground.types import SYSTEM
from tests.activities.shop import Shop, line, open_shop, per_step, rule
from tests.books import books_must_hold
from tests.cast import NOW

pytestmark = pytest.mark.django_db

RULES = [
    {
        **rule("tier_points", "purchase", [per_step("points")]),
        "when": {"field": "member.tier.club", "op": "at_least", "value": "gold"},
    },
    {
        **rule("early", "purchase", [{"wallet": "points", "amount": "fixed", "params": {"units": 3}}]),
        "when": {"field": "history.purchases", "op": "lt", "value": 4},
        "limits": [{"window": "week", "most": 7}],
    },
    {
        **rule("comes_back", "purchase", [{"wallet": "points", "amount": "fixed", "params": {"units": 2}}]),
        "when": {"field": "history.days_since_last_purchase", "op": "gte", "value": 10},
    },
    {
        **rule("from_tehran", "visit", [{"wallet": "points", "amount": "fixed", "params": {"units": 1}}]),
        "when": {"field": "member.city", "op": "is", "value": "تهران"},
    },
]
acts = st.lists(
    st.tuples(
        st.sampled_from(["purchase", "visit", "review"]),
        st.integers(1, 60),
        st.integers(0, 40),
        st.booleans(),
    ),
    min_size=1,
    max_size=14,
)


def told(shop: Shop, number: int, act: tuple[str, int, int, bool]) -> Intake:
    kind, size, days, is_sara = act
    member = shop.sara if is_sara else shop.reza
    at: datetime = NOW - timedelta(days=days)
    if kind == "purchase":
        lines = (line("egg", size * 70_000, pieces=2), line("milk", size * 31_000))
        return shop.purchase(f"A-{number}", *lines, member=member, at=at)
    common = {"source": "app", "reference": f"B-{number}", "occurred_at": at, "member": shop.ref(member)}
    return VisitIn(**common) if kind == "visit" else CustomIn(**common, type="review")


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts, st.integers(1, 5))
def test_every_fact_decided_again_gives_what_it_gave(
    history: list[tuple[str, int, int, bool]], at_once: int
) -> None:
    with transaction.atomic():
        shop = open_shop(rules=RULES)
        facts = [told(shop, number, act) for number, act in enumerate(history)]
        outcomes = [
            outcome
            for start in range(0, len(facts), at_once)
            for outcome in settle(facts[start : start + at_once], club=shop.club, actor=SYSTEM, now=NOW)
        ]
        for outcome in outcomes:
            assert isinstance(outcome, Settled)
            assert outcome.member_id is not None
            why = whys.activity_why(shop.club, outcome.member_id, outcome.activity_id)
            given_: dict[str, int] = {}
            for credit in outcome.credits:
                given_[credit.wallet] = given_.get(credit.wallet, 0) + credit.amount
            assert {wallet: units for wallet, units in why.totals if units} == given_
            assert why.tier_moves == outcome.moves
            assert tuple(each for each in why.outcomes if each.fired) == outcome.reasons
        again = settle(facts, club=shop.club, actor=SYSTEM, now=NOW)
        assert all(isinstance(each, Settled) and each.repeated for each in again)
        books_must_hold()
        transaction.set_rollback(True)

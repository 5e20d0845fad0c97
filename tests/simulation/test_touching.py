"""What a rule in the making would touch, and examples made of what really happened."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bashgah.activities.recent import facts_recent
from bashgah.engine import examples
from bashgah.engine.criteria.parsing import parse
from bashgah.engine.criteria.selecting import Ground, selection
from bashgah.engine.document import Program, Rule
from bashgah.kit.refusals import Refusal
from bashgah.members.selectors.meeting import members_meeting
from bashgah.programs import selectors as programs
from bashgah.simulation.cases import example_of
from bashgah.simulation.touching import Touched, rule_touches
from tests.activities.shop import Shop, line, open_shop
from tests.cast import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def program(shop: Shop) -> Program:
    draft = programs.draft_get(shop.club)
    assert draft.program is not None
    return draft.program


def rule(**terms: Any) -> Rule:
    effects = [{"amount": "fixed", "params": {"units": 7}}]
    return Rule.model_validate({"key": "tried", "name": {"en": "Tried"}, "effects": effects} | terms)


def touched(shop: Shop, **terms: Any) -> Touched:
    return rule_touches(club=shop.club, program=program(shop), rule=rule(**terms), now=NOW)


def buys(shop: Shop) -> None:
    """Two purchases of one member: a small one and one of much milk."""
    shop.tell(shop.purchase("A-1", line("bread", 250_000)))
    shop.tell(shop.purchase("A-2", line("milk", 900_000), line("rice", 480_000)))


def test_purchases_and_members_are_counted(shop: Shop) -> None:
    buys(shop)
    found = touched(shop, when={"field": "purchase.net", "op": "gte", "value": 10_000_000})
    assert (found.facts_count.number, found.facts_count.of, found.facts_count.is_exact) == (1, 2, True)
    assert (found.buyers, found.units) == (1, {"points": 7})
    assert found.members.number == found.members.of == 2
    nobody = touched(shop, when={"field": "member.city", "op": "is", "value": "Nowhere"})
    assert (nobody.members.number, nobody.facts_count.number) == (0, 0)


def test_caps_do_not_hide_what_a_rule_touches(shop: Shop) -> None:
    buys(shop)
    assert touched(shop, limits=[{"window": "ever", "most": 1, "of": "times"}]).facts_count.number == 2


def test_a_rule_of_coming_days_is_counted_as_if_they_were_now(shop: Shop) -> None:
    buys(shop)
    later = {"starts_at": (NOW + timedelta(days=90)).isoformat(), "occasions": ["nowruz"]}
    found = touched(shop, schedule=later)
    assert (found.facts_count.number, found.is_dateless) == (2, True)


def test_what_happened_earlier_is_left_out(shop: Shop) -> None:
    buys(shop)
    later = NOW + timedelta(days=40)
    assert rule_touches(club=shop.club, program=program(shop), rule=rule(), now=later).facts_count.of == 0


def test_an_example_of_a_real_purchase_holds_and_names_nobody(shop: Shop) -> None:
    buys(shop)
    tried = rule(
        when={
            "all": [
                {"field": "history.purchases", "op": "gte", "value": 1},
                {"lines": {"measure": "count", "op": "gte", "value": 2}},
            ]
        },
        limits=[{"window": "week", "most": 100}],
    )
    recent = facts_recent(shop.club, "purchase", NOW - timedelta(days=3), NOW + timedelta(days=1), most=9)
    second = recent.facts[-1]
    made = example_of(club=shop.club, program=program(shop), rule=tried, activity_id=second.id)

    assert made.expect == {"points": 7}
    assert [each["sku"] for each in made.fact["lines"]] == ["milk", "rice"]
    assert set(made.state) == {"values"}
    text = json.dumps(made.model_dump(mode="json"), ensure_ascii=False)
    assert str(second.member_id) not in text
    assert "reference" not in text
    kept = tried.model_copy(update={"examples": (made,)})
    (result,) = examples.run(program(shop), kept)
    assert result.ok


def test_an_example_of_another_kind_is_refused(shop: Shop) -> None:
    buys(shop)
    recent = facts_recent(shop.club, "purchase", NOW - timedelta(days=3), NOW + timedelta(days=1), most=9)
    with pytest.raises(Refusal) as refused:
        example_of(
            club=shop.club, program=program(shop), rule=rule(trigger="visit"), activity_id=recent.facts[0].id
        )
    assert refused.value.code == "example_of_another_kind"


def test_a_spread_of_many_facts_is_the_same_all_day(shop: Shop) -> None:
    for n in range(8):
        shop.tell(shop.purchase(f"B-{n}", line("bread", 250_000)))
    span = NOW - timedelta(days=3), NOW + timedelta(days=1)
    spread = facts_recent(shop.club, "purchase", *span, most=4)
    assert (spread.is_whole, spread.seen) == (False, 8)
    assert spread == facts_recent(shop.club, "purchase", *span, most=4)
    assert spread.facts


def test_a_count_asks_no_more_for_more_purchases(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that was just published is asked for anew each time somebody asks: once, not once a fact."""
    monkeypatch.setattr(programs, "LONGEST_TRANSACTION", timedelta(days=100_000))
    monkeypatch.setattr(programs, "_lasting", {})
    asked = []
    for round_ in range(2):
        for n in range(1 + 5 * round_):
            shop.tell(shop.purchase(f"C-{round_}-{n}", line("bread", 250_000)))
        with CaptureQueriesContext(connection) as seen:
            touched(shop)
        asked.append(len(seen))
    assert asked[0] == asked[1]


def test_a_count_that_takes_too_long_is_made_on_a_sample(shop: Shop) -> None:
    ground = Ground(shop.club.id, program(shop), NOW.date())
    node = parse(
        {"field": "history.spend", "op": "gte", "value": 0}, program=program(shop), trigger="purchase"
    )
    found = selection(node, ground)
    slow = replace(found, where=f"({found.where} AND pg_sleep(0.02) IS NOT NULL)")
    met = members_meeting(shop.club, slow, quick_ms=15)
    assert (met.number, met.of, met.is_sample) == (2, 2, True)
    assert members_meeting(shop.club, found).is_sample is False
    assert members_meeting(shop.club, found, quick_cost=0.5) == met
    with connection.cursor() as cur:
        cur.execute("SHOW enable_hashjoin")
        assert cur.fetchone() == ("on",)

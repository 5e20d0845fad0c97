"""Beside a rule in the making: what it would touch, and real purchases that become its examples."""

from __future__ import annotations

import re

from bashgah.kit import ids
from tests.console.conftest import Console, text

FORM = {
    "name_fa": "تازه",
    "name_en": "Fresh",
    "trigger": "purchase",
    "effect-0-wallet": "points",
    "effect-0-amount": "fixed",
    "effect-0-p-units": "5",
}
BIG = {"w-0-kind": "all", "w-1-kind": "test", "w-1-in": "0", "w-1-field": "purchase.net", "w-1-op": "gte"}


def test_a_complete_rule_says_what_it_would_have_touched(console: Console) -> None:
    console.buys(console.cast.sara, 9_000_000, reference="a")
    console.buys(console.cast.reza, 1_000_000, reference="b")
    shown = text(console.post("rules/count/", **FORM, **BIG, **{"w-1-value": "500000"}))
    assert re.search(r'b-proof">۱ <small>از ۲</small>', shown)
    assert "۲ از ۲" in shown
    assert "۵ امتیاز" in shown


def test_a_rule_that_is_not_complete_has_nothing_to_count(console: Console) -> None:
    shown = text(console.post("rules/count/", **FORM, **BIG, **{"w-1-value": ""}))
    assert "b-proof" not in shown


def test_a_real_purchase_becomes_an_example_that_names_nobody(console: Console) -> None:
    settled = console.buys(console.cast.sara, 9_000_000)
    public = ids.public("activity", settled.activity_id)
    shown = text(console.post("rules/preview/?part=form", **FORM, act=f"take|{public}"))
    assert 'name="example-0-case"' in shown
    assert 'name="example-0-expect-points" value="۵"' in shown
    assert console.cast.sara.last_name not in shown
    assert public not in shown.split('id="rule-side"')[0]


def test_an_example_needs_a_complete_rule(console: Console) -> None:
    public = ids.public("activity", console.buys(console.cast.sara, 9_000_000).activity_id)
    broken = FORM | {"effect-0-p-units": ""}
    assert console.post("rules/preview/?part=form", **broken, act=f"take|{public}").status_code == 422


def test_a_member_s_purchases_are_found_by_mobile_and_strangers_are_not(console: Console) -> None:
    console.buys(console.cast.sara, 9_000_000)
    assert "take|act_" in text(console.post("rules/find/", trigger="purchase", member="09121234567"))
    assert "take|act_" not in text(console.post("rules/find/", trigger="visit", member="09121234567"))
    assert "take|act_" not in text(console.post("rules/find/", trigger="purchase", member="09120000000"))


def test_who_may_not_write_rules_may_not_count_nor_look(console: Console) -> None:
    analyst = console.works_as("analyst")
    assert analyst.post("rules/count/", **FORM).status_code == 403
    assert analyst.post("rules/find/", member="09121234567").status_code == 403

"""Promotions in the console: built by form, said as they are built, tried on a cart, published, counted."""

from __future__ import annotations

from typing import Any

import pytest

from bashgah.console.building import promotion as forms
from bashgah.console.building.promoted import judge
from bashgah.console.building.sources import sources_of
from bashgah.engine.document import Promotion
from bashgah.ground import clock
from bashgah.programs import selectors
from bashgah.rewards.selectors import coupon_list
from tests.console.conftest import Console
from tests.coupons import coupon_of

pytestmark = pytest.mark.django_db

DAIRY = {"field": "line.sku", "op": "is", "value": "milk"}
DEALS: list[dict[str, Any]] = [
    {"kind": "percent", "permille": 125},
    {"kind": "amount", "amount": 100_000, "per": "piece"},
    {"kind": "fixed_price", "price": 250_000},
    {"kind": "buy_get", "buy": 2, "get": 1, "of": DAIRY, "permille": 500, "times": 3},
    {"kind": "cheapest_free", "every": 3, "free": 1},
    {"kind": "brackets", "by": "value", "brackets": [{"at_least": 5_000_000, "permille": 50, "amount": 0}]},
    {"kind": "brackets", "by": "quantity", "brackets": [{"at_least": 3000, "permille": 0, "amount": 70_000}]},
    {"kind": "free_shipping", "up_to": 500_000},
]


def typed(**more: Any) -> dict[str, Any]:
    """Ten percent off, as the form posts it."""
    return {
        "name_fa": "جشن لبنیات",
        "name_en": "Dairy days",
        "stage": "live",
        "kind": "percent",
        "kind_before": "percent",
        "deal_permille": "۱۰",
        "priority": "100",
        **more,
    }


@pytest.mark.parametrize("deal", DEALS, ids=[f"{d['kind']}-{i}" for i, d in enumerate(DEALS)])
def test_a_stored_promotion_survives_its_form(console: Console, deal: dict[str, Any]) -> None:
    draft = selectors.draft_get(console.club)
    assert draft.program is not None
    stored = Promotion.model_validate(
        {
            "key": "full",
            "name": {"fa": "کامل", "en": "Full"},
            "deal": deal,
            "when": {"field": "fact.branch", "op": "is", "value": "101"},
            "lines": DAIRY,
            "codes": ["YALDA-1", "YALDA-2"],
            "single_use_codes": True,
            "minimum_value": 1_000_000,
            "minimum_quantity": 1500,
            "most": 0 if deal["kind"] == "free_shipping" else 900_000,
            "limits": [{"window": "day", "most": 1}, {"window": "ever", "most": 3}],
            "uses": 100,
            "budget": 50_000_000,
            "group": "dairy",
            "priority": 7,
            "stage": "draft",
        }
    )
    sources = sources_of(console.club, draft.program, "fa")
    document = forms.document_of(forms.form_of(stored, sources), sources)
    assert Promotion.model_validate(document) == stored
    judged = judge(draft, document, sources)
    assert judged.problems == ()
    assert "{" not in judged.parts[0].text


def test_a_promotion_is_written_listed_and_taken_out(console: Console) -> None:
    fresh = console.get("promotions/new/")
    assert fresh.status_code == 200
    assert " checked" not in fresh.content.decode().split("single_use")[1][:60]
    answer = console.post("promotions/new/", **typed(codes="yalda-1\nYALDA-2", limit_ever="1"))
    assert answer.status_code == 302
    program = selectors.draft_get(console.club).program
    assert program is not None
    (made,) = program.promotions
    assert (made.key, made.deal.model_dump()["permille"], made.codes) == (
        "dairy_days",
        100,
        ("YALDA-1", "YALDA-2"),
    )
    assert [(limit.window, limit.most) for limit in made.limits] == [("ever", 1)]
    page = console.get("promotions/").content.decode()
    assert "جشن لبنیات" in page
    assert "۱۰ درصد" in page
    assert console.get("promotions/dairy_days/", "en").status_code == 200
    assert console.post("promotions/dairy_days/remove/").status_code == 302
    program = selectors.draft_get(console.club).program
    assert program is not None
    assert program.promotions == ()


def test_the_sentence_changes_and_faults_stand_at_their_part(console: Console) -> None:
    said = console.post("promotions/preview/?part=said", **typed(deal_permille="25")).content.decode()
    assert "۲۵ درصد" in said
    wrong = console.post("promotions/preview/?part=said", **typed(deal_permille="many")).content.decode()
    assert "b-error" in wrong
    other = console.post("promotions/preview/?part=form", **typed(kind="buy_get")).content.decode()
    assert 'name="deal_buy"' in other
    built = console.post("promotions/preview/?part=form", **typed(act="l|start|")).content.decode()
    assert 'name="l-1-field"' in built
    refused = console.post("promotions/new/", **typed(deal_permille="2000"))
    assert refused.status_code == 422


def test_an_empty_form_blames_nobody_until_something_is_typed(console: Console) -> None:
    assert "b-error" not in console.get("promotions/new/").content.decode()
    typing = console.post("promotions/preview/?part=said", **typed(name_fa="", name_en=""))
    assert "b-error" in typing.content.decode()


def test_a_trial_cart_is_quoted_line_by_line(console: Console) -> None:
    cart = {
        "trial_sku": ["milk", "rice"],
        "trial_category": ["", ""],
        "trial_quantity": ["۳", "1"],
        "trial_price": ["100,000", "۵۰۰٬۰۰۰"],
        "trial_member": "09121234567",
    }
    page = console.post("promotions/trial/", **typed(minimum_quantity="4"), **cart).content.decode()
    assert "۷۲۰٬۰۰۰" in page
    assert "۸۰٬۰۰۰" in page
    few = console.post("promotions/trial/", **typed(minimum_quantity="5"), **cart).content.decode()
    assert "۱ عدد دیگر" in few
    unclear = console.post("promotions/trial/", **typed(), **{**cart, "trial_price": ["x", ""]})
    assert "به عدد بنویسید" in unclear.content.decode()
    nobody = console.post("promotions/trial/", **typed(), **{**cart, "trial_member": "0912000"})
    assert "پیدا نشد" in nobody.content.decode()


def test_a_trial_cart_takes_coupons_off_and_spends_none(console: Console) -> None:
    sara = console.cast.sara
    coupon = coupon_of(console.club, sara, now=clock.now(), amount=1_000_000)
    least = coupon_of(console.club, sara, now=clock.now(), amount=10, minimum_order=90_000_000)
    cart = {
        "trial_sku": ["milk", "rice"],
        "trial_category": ["", ""],
        "trial_quantity": ["1", "1"],
        "trial_price": ["300,000", "200,000"],
        "trial_member": "09121234567",
        "trial_codes": f"{coupon.code}، {least.code}",
    }
    page = console.post("promotions/trial/", **typed(minimum_quantity="9"), **cart).content.decode()
    assert "۲۴۰٬۰۰۰" in page
    assert "۱۶۰٬۰۰۰" in page
    assert "دیگر خرید لازم دارد" in page
    assert [each.state for each in coupon_list(console.club, [sara.id], now=clock.now())] == ["issued"] * 2


def test_who_may_only_read_rules_changes_no_promotion(console: Console) -> None:
    console.post("promotions/new/", **typed())
    analyst = console.works_as("analyst")
    assert analyst.get("promotions/").status_code == 200
    assert analyst.post("promotions/new/", **typed()).status_code == 403
    assert analyst.post("promotions/dairy_days/remove/").status_code == 403

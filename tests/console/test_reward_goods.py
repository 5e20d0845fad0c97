"""A discount for some goods, built in the console: its condition, its sentence, and what is wrong with it."""

from __future__ import annotations

import pytest

from bashgah.kit.text import Texts
from bashgah.products.services import categories_upsert_bulk
from bashgah.products.types import CategoryInfo
from bashgah.programs.selectors import draft_get
from tests import cast
from tests.console.conftest import Console

pytestmark = pytest.mark.django_db
FORM = {
    "kind": "discount_coupon",
    "name_fa": "لبنیات ارزان",
    "name_en": "Cheap dairy",
    "price": "100",
    "wallet": "points",
    "p-percent": "15",
    "p-valid_days": "30",
    "channels": ["portal", "till"],
    "is_visible": "1",
}
DAIRY = {
    "l-0-kind": "all", "l-0-in": "",
    "l-1-kind": "test", "l-1-in": "0", "l-1-field": "line.category", "l-1-op": "under", "l-1-value": "dairy",
}  # fmt: skip


def dairy(console: Console) -> None:
    categories_upsert_bulk(
        club=console.club, categories=[CategoryInfo("dairy", Texts("لبنیات", "Dairy"), "")], now=cast.LONG_AGO
    )


def revision(console: Console) -> str:
    return str(draft_get(console.club).revision)


def test_the_builder_makes_a_discount_for_some_goods_and_says_it(console: Console) -> None:
    dairy(console)
    answer = console.post("rewards/new/", **FORM, **DAIRY, revision=revision(console))
    assert answer.status_code == 302, answer.content.decode()
    program = draft_get(console.club).program
    assert program is not None
    (terms,) = (each for each in program.rewards if each.name.en == "Cheap dairy")
    assert terms.params == {
        "percent": 15,
        "lines": {"field": "line.category", "op": "under", "value": "dairy"},
    }
    shown = console.get(f"rewards/{terms.key}/", "fa").content.decode()
    assert "۱۵٪ تخفیف روی کالاهایی که گروه کالا زیر لبنیات باشد" in shown
    assert (
        "15% off on goods where the category is under Dairy"
        in console.get(f"rewards/{terms.key}/", "en").content.decode()
    )
    # shown and saved as it stands, it stays the same; without its condition it is for all goods again
    console.post(f"rewards/{terms.key}/", **FORM, **DAIRY, revision=revision(console))
    program = draft_get(console.club).program
    assert program is not None
    assert terms in program.rewards
    console.post(f"rewards/{terms.key}/", **FORM, revision=revision(console))
    program = draft_get(console.club).program
    assert program is not None
    assert next(each for each in program.rewards if each.key == terms.key).params == {"percent": 15}


def test_a_button_changes_the_condition_and_saves_nothing(console: Console) -> None:
    dairy(console)
    before = revision(console)
    begun = console.post("rewards/new/goods/", **FORM, act="l|start|")
    assert begun.status_code == 200
    text = begun.content.decode()
    assert 'name="l-1-field"' in text
    assert "line.category" in text
    assert '"id": "l-1-field"' in begun.headers["HX-Trigger-After-Settle"]
    said = console.post("rewards/new/goods/", **FORM, **DAIRY).content.decode()
    assert "کالاهایی که گروه کالا زیر لبنیات باشد" in said
    # without scripts the same button stands in the form itself
    page = console.post("rewards/new/", **FORM, revision=before, act="l|start|")
    assert page.status_code == 200
    assert 'name="l-1-field"' in page.content.decode()
    assert revision(console) == before


def test_a_condition_that_is_not_whole_is_named_and_not_saved(console: Console) -> None:
    before = revision(console)
    open_ = DAIRY | {"l-1-value": ""}
    answer = console.post("rewards/new/", **FORM, **open_, revision=before)
    assert answer.status_code == 422
    assert 'name="l-1-field"' in answer.content.decode()
    assert revision(console) == before


def test_a_reward_of_another_kind_asks_for_no_goods(console: Console) -> None:
    form = FORM | {"kind": "store_credit", "act": "kind"}
    assert 'id="rule-body"' not in console.post("rewards/new/", **form).content.decode()
    form = FORM | {"act": "kind"}
    assert 'id="rule-body"' in console.post("rewards/new/", **form).content.decode()

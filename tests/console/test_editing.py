"""The editors of rules, promotions and counters have one shape: the same is asked of all three."""

from __future__ import annotations

import pytest

from bashgah.programs import selectors
from tests.console.conftest import Console, text

pytestmark = pytest.mark.django_db

KINDS = ["rules/", "promotions/", "rules/counters/"]


@pytest.mark.parametrize("at", KINDS)
def test_a_new_one_blames_nobody_until_something_is_sent(console: Console, at: str) -> None:
    assert "b-error" not in text(console.get(f"{at}new/"))
    assert "b-error" in text(console.post(f"{at}preview/", name_fa="", name_en=""))


@pytest.mark.parametrize("at", KINDS)
def test_a_key_the_draft_does_not_have_is_not_found_and_not_made_by_saving(console: Console, at: str) -> None:
    before = selectors.draft_get(console.club).document
    assert console.get(f"{at}gone/").status_code == 404
    assert console.post(f"{at}gone/", name_fa="رفته", name_en="Gone").status_code == 404
    assert selectors.draft_get(console.club).document == before


@pytest.mark.parametrize("at", KINDS)
def test_a_button_of_the_form_brings_it_anew_and_says_where_to_go_on(console: Console, at: str) -> None:
    answer = console.post(f"{at}preview/", trigger="purchase", act="w|start|")
    assert '"bashgah:focus": {"id": "w-1-field"}' in answer.headers["HX-Trigger-After-Settle"]
    assert 'id="w-1-field"' in text(answer)


@pytest.mark.parametrize("at", KINDS)
def test_saving_names_what_is_stored_by_its_address_alone(console: Console, at: str) -> None:
    typed = {"name_fa": "یک", "name_en": "One", "key": "other", "trigger": "purchase", "kind": "percent"}
    console.post(f"{at}new/", **typed, deal_permille="10", **{"effect-0-amount": "fixed"})
    part = {"rules/": "rules", "promotions/": "promotions", "rules/counters/": "counters"}[at]
    keys = [one["key"] for one in selectors.draft_get(console.club).document[part]]
    assert "one" in keys
    assert "other" not in keys

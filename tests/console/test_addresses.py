"""Parts of the program are reached by their keys, whatever word a key is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, reverse

from bashgah.console import urls
from bashgah.console.addresses import PAGES
from bashgah.ground.types import SYSTEM
from bashgah.programs import selectors, services
from tests.cast import NOW
from tests.console.conftest import Console, text


def addresses() -> Iterator[str]:
    """Every address of the console."""
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        yield str(pattern.pattern)


def test_every_word_that_stands_where_a_key_would_is_known() -> None:
    before = {address.split("<key:")[0] for address in addresses() if "<key:" in address}
    words = {
        address.removeprefix(head).split("/")[0]
        for head in before
        for address in addresses()
        if address.startswith(head) and not address.removeprefix(head).startswith("<")
    }
    assert words - {""} == PAGES


@pytest.mark.parametrize("key", sorted(PAGES))
def test_a_key_that_is_a_pages_word_has_an_address_of_its_own(key: str) -> None:
    assert reverse("console:rule", args=[key]) == f"/console/rules/~{key}/"
    assert reverse("console:rule", args=["weekend"]) == "/console/rules/weekend/"


@pytest.mark.django_db
def test_a_rule_named_new_is_saved_and_opens_as_itself(console: Console) -> None:
    rule = dict(selectors.draft_get(console.club).document["rules"][0])
    services.rule_put(
        club=console.club,
        rule=rule | {"key": "new", "name": {"fa": "تازه‌واردها", "en": "New"}},
        revision=selectors.draft_get(console.club).revision,
        actor=SYSTEM,
        now=NOW,
    )
    assert "/console/rules/~new/" in text(console.get("rules/"))
    assert "تازه‌واردها" in text(console.get("rules/~new/"))
    console.post("rules/~new/remove/")
    assert "/console/rules/~new/" not in text(console.get("rules/"))

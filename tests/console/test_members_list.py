"""The list of members narrowed by any field: from the address to the rows, the chips and the file."""

from __future__ import annotations

import re

import pytest

from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.kit.text import Texts
from bashgah.members.services import attribute_declare, member_update
from tests.console.conftest import Console, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def described(console: Console) -> Console:
    """Sara with a shoe size, a source and a favourite branch; nobody else has any."""
    now = clock.now()
    attribute_declare(
        club=console.club, key="shoe", label=Texts("شمارهٔ کفش", "Shoe size"), type="number", now=now
    )
    member_update(
        club=console.club,
        id=console.cast.sara.id,
        changes={
            "source": "اینستاگرام",
            "favourite_branch_id": console.cast.tajrish.id,
            "attributes": {"shoe": 42},
        },
        actor=SYSTEM,
        now=now,
    )
    return console


def branch(console: Console) -> str:
    return ids.public("branch", console.cast.tajrish.id)


@pytest.mark.parametrize(
    "query",
    [
        "city=تهران",
        "gender=female",
        "month=2",
        "born=۱۳۷۲/۰۲/۱۴",
        "source=اینستاگرام",
        "favourite={tajrish}",
        "a.shoe.from=۴۰&a.shoe.to=۴۲",
        "since=1404/12/01",
        "q=سارا&gender=female&month=2",
    ],
)
def test_a_field_in_the_address_narrows_the_list_and_the_file(described: Console, query: str) -> None:
    asked = query.format(tajrish=branch(described))
    for page in (text(described.get(f"members/?{asked}")), text(described.get(f"members.csv?{asked}"))):
        assert "سارا محمدی" in page
        assert "رضا کریمی" not in page


def test_a_chip_says_what_narrows_and_takes_it_away(described: Console) -> None:
    page = text(described.get("members/?month=2&a.shoe.from=40&sort=name"))

    assert "<b>اردیبهشت</b>" in page
    assert "<b>۴۰</b>" in page
    links = re.findall(r'class="b-chip"\s+href="([^"]+)"', page)
    assert sorted(links) == [
        "/console/members/?a.shoe.from=40&amp;sort=name",
        "/console/members/?month=2&amp;sort=name",
    ]


def test_the_file_is_offered_with_the_filters_in_force(described: Console) -> None:
    page = text(described.get("members/?month=2&city=تهران"))

    assert re.search(r'href="/console/members\.csv\?[^"]*month=2', page)


@pytest.mark.parametrize(
    "query", ["month=13", "month=x", "born=nonsense", "a.shoe.from=x", "a.nothing=1", "gender=x", "sort=x"]
)
def test_what_cannot_be_read_narrows_nothing(described: Console, query: str) -> None:
    page = text(described.get(f"members/?{query}"))

    assert "سارا محمدی" in page
    assert "رضا کریمی" in page
    assert "b-chip" not in page


def test_a_tier_narrows_the_list_the_lowest_too(described: Console) -> None:
    assert "سارا محمدی" in text(described.get("members/?tier=bronze"))
    assert "سارا محمدی" not in text(described.get("members/?tier=gold"))


def test_a_branch_managers_list_holds_who_enrolled_there_or_likes_it_best(described: Console) -> None:
    manager = described.works_as("branch_manager")
    page = text(manager.get("members/"))
    assert "سارا محمدی" in page
    assert "رضا کریمی" not in page

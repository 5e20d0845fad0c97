"""A rule's history names only the versions that changed it, and an earlier wording comes back whole."""

from __future__ import annotations

import pytest

from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import SYSTEM
from bashgah.kit.refusals import Refusal
from bashgah.programs import selectors, services
from bashgah.programs.rule_history import rule_restore, rule_versions
from tests.cast import NOW, naderi, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def club() -> ClubInfo:
    """Club Naderi with three versions: the dairy rule is in all, changed in the third."""
    club = naderi().club
    published(club)
    change(club, "base", {"name": {"fa": "پایه", "en": "Ground"}}, "a name")
    change(club, "dairy_weekend", {"priority": 7}, "first of all")
    return club


def change(club: ClubInfo, key: str, terms: dict[str, object], note: str) -> None:
    """Change a rule and publish, examples left out because of what they would say."""
    draft = selectors.draft_get(club)
    (rule,) = (each for each in draft.document["rules"] if each["key"] == key)
    saved = services.rule_put(club=club, rule=rule | terms, revision=draft.revision, actor=SYSTEM, now=NOW)
    services.draft_publish(club=club, revision=saved.revision, actor=SYSTEM, now=NOW, note=note)


def test_only_versions_that_changed_the_rule_are_its_history(club: ClubInfo) -> None:
    assert [(each.number, each.note) for each in rule_versions(club, "dairy_weekend")] == [
        (3, "first of all"),
        (1, ""),
    ]
    assert [each.number for each in rule_versions(club, "base")] == [2, 1]
    assert rule_versions(club, "nobody") == []


def test_a_rule_that_went_is_in_its_history_as_gone(club: ClubInfo) -> None:
    draft = selectors.draft_get(club)
    gone = services.rule_remove(
        club=club, key="dairy_weekend", revision=draft.revision, actor=SYSTEM, now=NOW
    )
    services.draft_publish(club=club, revision=gone.revision, actor=SYSTEM, now=NOW)
    newest = rule_versions(club, "dairy_weekend")[0]
    assert (newest.number, newest.rule) == (4, None)
    back = restore(club, "dairy_weekend", 3)
    assert (back["priority"], back["stage"]) == (7, "draft")


def restore(club: ClubInfo, key: str, number: int) -> dict[str, object]:
    revision = selectors.draft_get(club).revision
    draft = rule_restore(club=club, key=key, number=number, revision=revision, actor=SYSTEM, now=NOW)
    (rule,) = (each for each in draft.document["rules"] if each["key"] == key)
    return dict(rule)


def test_an_earlier_wording_comes_back_and_the_stage_stays(club: ClubInfo) -> None:
    draft = selectors.draft_get(club)
    (rule,) = (each for each in draft.document["rules"] if each["key"] == "dairy_weekend")
    services.rule_put(
        club=club, rule=rule | {"stage": "ended"}, revision=draft.revision, actor=SYSTEM, now=NOW
    )
    back = restore(club, "dairy_weekend", 1)
    assert (back["priority"], back["stage"]) == (100, "ended")
    live = selectors.program_in_force(club, NOW).document.rules
    assert next(rule for rule in live if rule.key == "dairy_weekend").priority == 7


def test_a_version_without_the_rule_gives_nothing_back(club: ClubInfo) -> None:
    with pytest.raises(Refusal) as refused:
        restore(club, "nobody", 1)
    assert refused.value.code == "rule_not_found"

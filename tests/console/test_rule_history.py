"""The pages of a rule's history and of two versions side by side."""

from __future__ import annotations

from bashgah.ground import clock
from bashgah.programs import selectors, services
from tests import cast
from tests.console.conftest import Console, text


def changes(console: Console, note: str) -> None:
    """The dairy rule goes first, and is published with a reason."""
    draft = selectors.draft_get(console.club)
    (rule,) = (each for each in draft.document["rules"] if each["key"] == "dairy_weekend")
    now, owner = clock.now(), cast.acting(cast.staff(console.cast).mina)
    changed = rule | {"priority": 7}
    saved = services.rule_put(club=console.club, rule=changed, revision=draft.revision, actor=owner, now=now)
    services.draft_publish(club=console.club, revision=saved.revision, actor=owner, now=now, note=note)


def test_a_change_stands_beside_what_was_before_it_with_who_and_why(console: Console) -> None:
    changes(console, "اول از همه")
    shown = text(console.get("rules/dairy_weekend/history/"))
    assert "اول از همه" in shown
    assert "<ins>اولویت آن ۷" in shown
    assert shown.count('action="/console/rules/dairy_weekend/history/1/restore/"') == 1
    assert "/history/2/restore/" not in shown


def test_one_button_brings_an_earlier_wording_into_the_draft(console: Console) -> None:
    changes(console, "")
    assert console.post("rules/dairy_weekend/history/1/restore/").status_code == 302
    draft = selectors.draft_get(console.club)
    (rule,) = (each for each in draft.document["rules"] if each["key"] == "dairy_weekend")
    assert rule["priority"] == 100
    assert "منتشر نشده" in text(console.get("rules/dairy_weekend/history/"))


def test_two_versions_are_side_by_side(console: Console) -> None:
    changes(console, "")
    shown = text(console.get("rules/versions/?a=1&b=2"))
    assert "<ins>اولویت آن ۷" in shown


def test_a_reader_sees_the_history_and_no_button(console: Console) -> None:
    changes(console, "")
    analyst = console.works_as("analyst")
    assert "restore" not in text(analyst.get("rules/dairy_weekend/history/"))
    assert analyst.post("rules/dairy_weekend/history/1/restore/").status_code == 403

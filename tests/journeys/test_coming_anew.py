"""A form that comes anew takes nothing back from the person who is at it; each answer is held until they have
done what would be lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Route, expect

from bashgah.ground.throttle import throttle_close
from tests import cast
from tests.browser import Look, Window
from tests.journeys.conftest import Visit
from tests.journeys.test_from_rule_to_reward import signs_in

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Line:
    """A slow line: answers that bring the form anew wait until they are let in."""

    window: Window
    held: list[Route] = field(default_factory=list)

    def holds(self, route: Route) -> None:
        self.held.append(route)

    def lets_in(self, asked: int = 1) -> None:
        """Wait until so many were asked for, then let them in."""
        while len(self.held) < asked:
            self.window.page.wait_for_timeout(10)
        while self.held:
            self.held.pop(0).continue_()


@pytest.fixture
def open_rule(visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    """A new rule, open in the editor."""
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))
    with transaction.atomic():
        made = cast.naderi()
        cast.published(made.club)
        cast.staff(made)
    with visit(Look("fa"), allow=("htmx:sendAbort", "htmx:afterRequest")) as mina:
        signs_in(mina, cast.MINA_EMAIL)
        mina.page.wait_for_url("**/console/")
        mina.goto("/console/rules/new/")
        yield mina
    throttle_close()


@contextmanager
def slow_line(window: Window) -> Iterator[Line]:
    """While it is open, answers that bring the form anew are held."""
    line = Line(window)
    window.page.route("**/rules/preview/?part=form", line.holds)
    try:
        yield line
    finally:
        window.page.unroute("**/rules/preview/?part=form")


def conditioned(window: Window) -> None:
    """Give the rule three conditions."""
    for button in ("w-start", "w-0-add", "w-0-add"):
        window.page.locator(f"#{button}").click()
        window.settle()


def chosen(window: Window) -> None:
    """A choice that brings the form anew."""
    window.page.locator("#f-trigger").select_option("visit")


def renewed(window: Window, id: str) -> None:
    """Wait until the form has come anew: the old control is marked and gone."""
    expect(window.page.locator(f"#{id}[data-old]")).to_have_count(0)


def marks(window: Window, id: str) -> None:
    window.page.locator(f"#{id}").evaluate("e => e.setAttribute('data-old', '')")


def test_a_key_held_down_while_the_form_comes_anew_counts_once(open_rule: Window) -> None:
    page, box = open_rule.page, open_rule.page.locator("#weekday-6")
    with slow_line(open_rule) as line:
        chosen(open_rule)
        box.focus()
        marks(open_rule, "weekday-6")
        page.keyboard.down(" ")
        line.lets_in()
        renewed(open_rule, "weekday-6")
        page.keyboard.up(" ")
        expect(box).to_be_checked()
        expect(box).to_be_focused()
    open_rule.settle()
    expect(box).to_be_checked()
    page.keyboard.press(" ")
    expect(box).not_to_be_checked()


def test_a_mouse_button_held_down_while_the_form_comes_anew_counts_once(open_rule: Window) -> None:
    page, box = open_rule.page, open_rule.page.locator("#weekday-6")
    label = page.locator("label:has(#weekday-6)")
    with slow_line(open_rule) as line:
        chosen(open_rule)
        label.hover()
        marks(open_rule, "weekday-6")
        page.mouse.down()
        line.lets_in()
        renewed(open_rule, "weekday-6")
        label.hover()
        page.mouse.up()
        expect(box).to_be_checked()
    open_rule.settle()
    expect(box).to_be_checked()
    label.click()
    expect(box).not_to_be_checked()


def test_a_press_that_ends_on_another_control_counts_nowhere(open_rule: Window) -> None:
    page = open_rule.page
    with slow_line(open_rule) as line:
        chosen(open_rule)
        page.locator("label:has(#weekday-6)").hover()
        marks(open_rule, "weekday-6")
        page.mouse.down()
        line.lets_in()
        renewed(open_rule, "weekday-6")
        page.locator("label:has(#weekday-5)").hover()
        page.mouse.up()
    open_rule.settle()
    expect(page.locator("[name=weekdays]:checked")).to_have_count(0)


def test_what_is_typed_while_a_buttons_answer_is_under_way_stays_and_so_does_the_caret(
    open_rule: Window,
) -> None:
    page, name = open_rule.page, open_rule.page.locator("#f-name_en")
    with slow_line(open_rule) as line:
        page.locator("#effect-add").click()
        name.focus()
        page.keyboard.type("Dary")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        marks(open_rule, "f-name_en")
        line.lets_in()
        renewed(open_rule, "f-name_en")
        open_rule.settle()
        expect(page.locator("#effect-1-wallet")).to_have_count(1)
        expect(name).to_be_focused()
        page.keyboard.type("i")
    expect(name).to_have_value("Dairy")


def test_a_box_ticked_while_a_buttons_answer_is_under_way_stays_ticked(open_rule: Window) -> None:
    page = open_rule.page
    with slow_line(open_rule) as line:
        page.locator("#effect-add").click()
        page.locator("#weekday-6").check(force=True)
        line.lets_in()
        open_rule.settle()
    expect(page.locator("#effect-1-wallet")).to_be_focused()
    expect(page.locator("#weekday-6")).to_be_checked()


def test_a_button_pressed_while_another_ones_answer_is_under_way_counts_too(open_rule: Window) -> None:
    page = open_rule.page
    with slow_line(open_rule) as line:
        page.locator("#effect-add").click()
        page.locator("#example-add").click()
        page.locator("#f-trigger").select_option("visit")
        line.lets_in()
        line.lets_in()
        line.lets_in()
        open_rule.settle()
    expect(page.locator("#effect-1-wallet")).to_have_count(1)
    expect(page.locator("#example-0-name_fa")).to_have_count(1)
    expect(page.locator("#f-trigger")).to_have_value("visit")


def test_saving_while_a_buttons_answer_is_under_way_saves_what_the_button_did(open_rule: Window) -> None:
    page = open_rule.page
    conditioned(open_rule)
    page.locator("#f-name_en").fill("Three for all")
    page.locator("#f-name_fa").fill("سه برای همه")
    for number in (1, 2, 3):
        page.locator(f"#w-{number}-value").select_option("gold")
        open_rule.settle()
    with slow_line(open_rule) as line:
        page.locator("[name=act][value='w|remove|2']").click()
        page.keyboard.press("Control+s")
        line.lets_in()
        page.wait_for_url("**/console/rules/three_for_all/")
    open_rule.settle()
    expect(page.locator("[name$='-field']")).to_have_count(2)


def test_what_is_typed_below_a_condition_that_is_taken_away_stays_where_it_was_typed(
    open_rule: Window,
) -> None:
    page = open_rule.page
    conditioned(open_rule)
    page.locator("#w-2-field").select_option("member.tier.main")
    open_rule.settle()
    page.locator("#w-3-field").select_option("fact.city")
    open_rule.settle()
    with slow_line(open_rule) as line:
        page.locator("[name=act][value='w|remove|1']").click()
        page.locator("#w-2-value").select_option("diamond")
        line.lets_in()
        open_rule.settle()
    expect(page.locator("#w-1-field")).to_have_count(0)
    expect(page.locator("#w-2-field")).to_have_value("member.tier.main")
    expect(page.locator("#w-2-value")).to_have_value("diamond")
    expect(page.locator("#w-3-field")).to_have_value("fact.city")

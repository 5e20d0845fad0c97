"""Every component in every look: accessible, inside its width, with charts drawn and digits grouped."""

from __future__ import annotations

import pytest

from tests.browser import Look
from tests.journeys.conftest import Visit
from tests.ui.conftest import gallery_site

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("gallery_site")]
__all__ = ["gallery_site"]


def test_every_component_is_accessible_and_fits_in_every_look(visit: Visit, look: Look) -> None:
    with visit(look) as window:
        window.goto("/gallery")
        window.page.locator("details:not(.b-menu)").evaluate_all("all => all.forEach(d => { d.open = true })")
        window.shot("gallery")
        assert window.overflow() <= 0
        assert "\n".join(window.axe()) == ""


def test_digits_of_any_script_are_grouped_while_typing(visit: Visit) -> None:
    with visit() as window:
        window.goto("/gallery")
        field = window.page.locator("#f-cap")
        assert field.input_value() == "۱٬۲۳۴٬۵۶۷"
        field.fill("")
        field.press_sequentially("12۳۴٥")
        assert field.input_value() == "۱۲٬۳۴۵"


def test_a_date_is_picked_from_the_jalali_calendar(visit: Visit) -> None:
    with visit() as window:
        window.goto("/gallery")
        window.page.get_by_role("button", name="تقویم، از").click()
        assert window.page.locator(".b-cal-head strong").inner_text() == "آذر ۱۴۰۵"
        window.page.get_by_role("button", name="ماه بعد").click()
        window.page.locator(".b-cal td button:not(.out)").nth(9).click()
        assert window.page.locator("#f-from").input_value() == "۱۴۰۵/۱۰/۱۰"


def test_the_dialog_asks_and_the_safe_choice_closes_it(visit: Visit) -> None:
    with visit() as window:
        window.goto("/gallery")
        window.page.get_by_role("button", name="حذف").click()
        dialog = window.page.locator("#sure")
        assert dialog.is_visible()
        dialog.get_by_role("button", name="نه، بماند").click()
        assert not dialog.is_visible()


def test_unsaved_changes_are_counted(visit: Visit) -> None:
    with visit() as window:
        window.goto("/gallery?well=1")
        said = window.page.locator("[data-changes]")
        assert said.inner_text() == "تغییر ذخیره‌نشده‌ای ندارید"
        window.page.locator("#f-name").fill("نام دیگر")
        assert said.inner_text() == "۱ تغییر ذخیره‌نشده"
        window.page.locator("#f-tell").uncheck()
        assert said.inner_text() == "۲ تغییر ذخیره‌نشده"


def test_a_form_that_was_refused_is_not_saved_yet(visit: Visit) -> None:
    with visit() as window:
        window.goto("/gallery")
        said = window.page.locator("[data-changes]")
        assert said.inner_text() == "۱ تغییر ذخیره‌نشده"


def test_language_and_theme_are_kept(visit: Visit) -> None:
    with visit() as window:
        window.goto("/gallery")
        window.page.get_by_role("button", name="روشن یا تیره").first.click()
        assert window.page.locator("html").get_attribute("data-bs-theme") == "dark"
        window.page.get_by_role("button", name="English").click()
        window.settle()
        html = window.page.locator("html")
        assert (
            html.get_attribute("lang"),
            html.get_attribute("dir"),
            html.get_attribute("data-bs-theme"),
        ) == (
            "en",
            "ltr",
            "dark",
        )


def test_the_phone_menu_opens_and_closes(visit: Visit) -> None:
    with visit(Look("fa", "phone")) as window:
        window.goto("/gallery")
        window.page.get_by_role("button", name="باز کردن منو").click()
        assert window.page.locator("#menu").is_visible()
        window.shot("gallery-menu", full=False)
        window.page.get_by_role("button", name="بستن منو").click()
        assert not window.page.locator("#menu").is_visible()

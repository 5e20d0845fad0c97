"""A member does social tasks and reviews a purchase; staff decide by keys. Every page reads well."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from bashgah.clubs.services import settings_set
from bashgah.ground import clock
from bashgah.social import selectors
from tests import cast
from tests.browser import Look
from tests.journeys.conftest import Visit
from tests.journeys.test_console_pages import signs_in, social_of
from tests.journeys.test_till_and_portal import naderi, signed_in
from tests.portal.test_social import bought

__all__ = ["naderi"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("look", [Look("fa", "phone", "dark"), Look("en")], ids=str)
def test_a_member_sends_proofs_and_a_review(visit: Visit, look: Look, naderi: cast.Naderi) -> None:
    now = clock.now()
    social_of(naderi, now)
    settings_set(club=naderi.club, changes={"reviews": "looked_at"}, now=now)
    purchase = bought(naderi)
    with visit(look) as window:
        signed_in(window, naderi, cast.SARA_MOBILE)
        for path in ("/", "/tasks", "/tasks/follow_us", "/tasks/story", f"/statement/{purchase}/why"):
            window.goto(path)
            assert (path, window.axe(), window.overflow()) == (path, [], 0)
        window.goto(f"/statement/{purchase}/review")
        assert window.axe() == []
        window.page.locator("input[name=stars][value='4']").check()
        window.page.fill("textarea[name=text]", "خوب بود")
        window.page.locator("form button[type=submit].btn-primary").click()
        window.page.wait_for_url("**/why")
        expect(window.page.locator(".b-note").last).to_be_visible()
    (review,) = [each for each in selectors.proofs_list(naderi.club).rows if each.kind == "review"]
    assert (review.stars, review.words) == (4, "خوب بود")


def test_staff_decide_by_keys(visit: Visit, naderi: cast.Naderi) -> None:
    social_of(naderi, clock.now())
    with visit(Look("fa")) as window:
        signs_in(window)
        window.goto("/console/social/queue/")
        window.page.keyboard.press("Alt+r")
        expect(window.page.locator("#refuse-one")).to_be_visible()
        window.page.keyboard.press("Escape")
        window.page.keyboard.press("Alt+a")
        expect(window.page.locator("[data-toast]").first).to_be_visible()
    assert [each.state for each in selectors.proofs_of_member(naderi.club, naderi.reza.id)] == ["accepted"]

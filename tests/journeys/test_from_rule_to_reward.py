"""The whole way of a point: a marketer changes a rule and publishes it, a cashier records, a member redeems.

In Persian on a desktop and in English on a phone, through the pages alone.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import transaction

from bashgah.access.services import invitation_accept, staff_invite
from bashgah.clubs.types import ClubInfo
from bashgah.ground import clock
from bashgah.ground.throttle import throttle_close
from bashgah.ground.types import SYSTEM
from bashgah.kit import mobile
from bashgah.kit.text import Texts
from bashgah.messaging import sending
from bashgah.messaging.selectors import trial_messages
from bashgah.rewards.services import reward_save
from tests import cast
from tests.browser import Look, Window
from tests.journeys.conftest import Visit

pytestmark = pytest.mark.django_db(transaction=True)

MARYAM = "maryam@naderi.example"

WORDS = {
    "fa": {
        "units": "۱۵ امتیاز",
        "published": "نسخهٔ ۲ منتشر شد.",
        "earned": "+۳۹۰",
        "rule": "امتیاز پایه",
        "steps": "۲۶ بار ۱۰۰٬۰۰۰ تومان، هر بار ۱۵ امتیاز",
        "left": "۹۰",
    },
    "en": {
        "units": "15 points",
        "published": "Version 2 is published.",
        "earned": "+390",
        "rule": "Base points",
        "steps": "26 times 100,000 toman, 15 points each",
        "left": "90",
    },
}


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> cast.Naderi:
    """Club Naderi with its starter program, a coffee to be had, Maryam the marketer and Omid at the till."""
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))
    with transaction.atomic():
        return house()


def house() -> cast.Naderi:
    """Makes the club and its people."""
    made = cast.naderi()
    cast.published(made.club)
    cast.staff(made)
    _invitation, token = staff_invite(
        club=made.club, email=MARYAM, name="مریم احمدی", role="marketer", actor=SYSTEM, now=cast.LONG_AGO
    )
    invitation_accept(token=token, name="مریم احمدی", password=cast.PASSWORD, now=cast.LONG_AGO)
    name = Texts("قهوهٔ کافه", "Café coffee")
    reward_save(club=made.club, key="free_coffee", name=name, actor=SYSTEM, now=cast.LONG_AGO)
    return made


@pytest.mark.parametrize("look", [Look("fa"), Look("en", "phone", "dark")], ids=str)
def test_a_changed_rule_becomes_points_with_a_reason_and_a_reward(
    visit: Visit, look: Look, people: cast.Naderi
) -> None:
    words = WORDS[look.lang]
    with visit(look) as maryam:
        signs_in(maryam, MARYAM)
        maryam.page.wait_for_url("**/console/")
        changes_the_base_rule(maryam, words)
        cannot_publish_yet(maryam)
        mends_an_example(maryam, "tier_multiplier", "90")
        mends_an_example(maryam, "birthday_month", "180")
        publishes(maryam, words)
    with visit(Look(look.lang)) as omid:
        signs_in(omid, cast.OMID_EMAIL)
        omid.page.wait_for_url("**/till/**")
        records_a_purchase(omid, words)
    with visit(Look(look.lang, "phone", look.theme)) as sara:
        signs_in_by_code(sara, people.club)
        reads_why(sara, words)
        redeems_a_coffee(sara)
        sara.goto("/")
        assert words["left"] in sara.page.locator(".b-pass .bal").inner_text()
    throttle_close()


def signs_in(window: Window, email: str) -> None:
    """By password, as staff."""
    window.goto("/accounts/login/")
    window.page.locator("#id_login").fill(email)
    window.page.locator("#id_password").fill(cast.PASSWORD)
    window.page.locator("#id_password").press("Enter")


def changes_the_base_rule(window: Window, words: dict[str, str]) -> None:
    """Ten points become fifteen: the sentence follows, an example fails until it is mended."""
    page = window.page
    window.goto("/console/rules/base/")
    assert window.axe() == []
    page.locator("#effect-0-p-units").fill("15")
    page.locator("#sentence", has_text=words["units"]).wait_for()
    page.locator("#rule-side .b-example .bad").first.wait_for()
    for number, points in ((0, "180"), (2, "30")):
        page.locator(f"[name='example-{number}-expect-points']").fill(points)
    page.locator("#rule-side .b-tag.is-good").wait_for()
    page.locator("#rule-form .b-save button[type=submit]").click()
    window.settle()
    assert page.locator("#effect-0-p-units").input_value() in {"۱۵", "15"}


def cannot_publish_yet(window: Window) -> None:
    """Two rules build on the changed one: their examples fail, so publishing waits and says why."""
    window.goto("/console/rules/publish/")
    assert window.axe() == []
    assert window.page.locator("aside .b-todo li").count() == 2
    assert window.page.locator("main form button[type=submit]").count() == 0


def mends_an_example(window: Window, rule: str, points: str) -> None:
    """What the first example of a rule must give is written anew and saved."""
    window.goto(f"/console/rules/{rule}/")
    window.page.locator("[name='example-0-expect-points']").fill(points)
    window.page.locator("#rule-side .b-tag.is-good").wait_for()
    window.page.locator("#rule-form .b-save button[type=submit]").click()
    window.settle()


def publishes(window: Window, words: dict[str, str]) -> None:
    """The draft becomes version 2."""
    window.goto("/console/rules/publish/")
    assert window.axe() == []
    window.page.locator("main form button[type=submit]").click()
    window.page.locator(".b-toast", has_text=words["published"]).wait_for()


def records_a_purchase(window: Window, words: dict[str, str]) -> None:
    """2,600,000 toman by amount alone, by keyboard."""
    page = window.page
    if page.locator("[name=number]").count():
        page.locator("[name=number]").fill("3")
        page.locator("main form button.btn-primary").click()
        window.settle()
    page.locator("#till-q").fill(mobile.national(cast.SARA_MOBILE))
    page.keyboard.press("Enter")
    page.locator("#till-balance").wait_for()
    if page.locator("#till-amount").is_hidden():
        page.locator("[data-mode=amount]").click()
    page.keyboard.press("F3")
    page.locator("#till-amount").fill("2600000")
    page.locator("#till-sum .points", has_text=words["earned"].strip("+")).first.wait_for()
    page.keyboard.press("F12")
    page.locator(".till-result", has_text=words["earned"]).wait_for()


def signs_in_by_code(window: Window, club: ClubInfo) -> None:
    """With the code that the trial channel wrote."""
    window.goto("/")
    window.page.locator("[name=mobile]").fill(mobile.national(cast.SARA_MOBILE))
    window.page.locator("[name=mobile]").press("Enter")
    window.page.wait_for_url("**/sign-in/code")
    sending.messages_send(now=clock.now())
    found = re.search(r"(?<!\d)(\d{6})(?!\d)", trial_messages(club)[0].body)
    assert found is not None
    window.page.locator(".b-otp input").first.press_sequentially(found[1])
    window.page.wait_for_url(lambda url: "/sign-in" not in url)
    window.settle()


def reads_why(window: Window, words: dict[str, str]) -> None:
    """The purchase stands in the statement with the rule and its steps."""
    window.goto("/statement")
    row = window.page.locator(".b-row", has_text=words["earned"]).first
    row.locator("summary").click()
    said = row.inner_text()
    assert words["rule"] in said
    assert words["steps"] in said
    assert window.axe() == []


def redeems_a_coffee(window: Window) -> None:
    """Three taps from home: rewards, the coffee, take it."""
    window.goto("/rewards/free_coffee")
    assert window.axe() == []
    window.page.locator(".b-buy button[type=submit], main form button[type=submit]").first.click()
    window.page.locator(".b-moment").wait_for()

"""The first day of a club: from the link of the terminal to the first purchase and a member with points."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from bashgah.access.services import staff_invite
from bashgah.clubs.selectors import club_get
from bashgah.clubs.services import club_create
from bashgah.clubs.types import ClubInfo
from bashgah.ground import clock
from bashgah.ground.throttle import throttle_close
from bashgah.ground.types import SYSTEM
from bashgah.kit.text import Texts
from bashgah.messaging import sending
from bashgah.messaging.selectors import trial_messages
from bashgah.programs.services import program_start
from bashgah.rewards.services import reward_save
from tests import cast
from tests.browser import Look, Window
from tests.journeys.conftest import Visit

pytestmark = pytest.mark.django_db(transaction=True)

OWNER, MOBILE = "nilufar@ketab.example", "09121112233"
BURGUNDY = """() => { const field = document.querySelector('input[name=brand]');
    field.value = '#8a2b4d'; field.dispatchEvent(new Event('input', {bubbles: true})); }"""


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[ClubInfo, str]:
    """A club as `bashgah club open` leaves it, and where its owner comes in."""
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))
    now = clock.now()
    with transaction.atomic():
        club = club_create(slug="nilufar", name=Texts("کتاب‌سرای نیلوفر", "Nilufar Books"), now=now)
        for terms in program_start(club=club, actor=SYSTEM, now=now).program.rewards:
            name = Texts(terms.name.fa, terms.name.en)
            reward_save(club=club, key=terms.key, name=name, is_visible=False, actor=SYSTEM, now=now)
        _, token = staff_invite(club=club, email=OWNER, name="", role="owner", actor=SYSTEM, now=now)
    return club, reverse("console:join", args=[token])


@pytest.mark.parametrize("look", [Look("fa"), Look("en", "phone", "dark")], ids=str)
def test_an_owner_goes_from_the_link_to_the_first_purchase(
    visit: Visit, look: Look, opened: tuple[ClubInfo, str]
) -> None:
    club, link = opened
    with visit(look) as owner:
        comes_in(owner, link)
        assert still_open(owner) == 8
        assert owner.axe() == []
        assert owner.overflow() <= 0
        colours(owner)
        fills(owner, "console:branch_new", name_fa="شعبهٔ انقلاب", code="1")
        invites(owner)
        shows_the_coffee(owner)
        fills(owner, "console:member_new", mobile=MOBILE, first_name="سارا")
        assert still_open(owner) == 2
        records(owner)
        owner.goto("/console/")
        expect(owner.page.locator("#first-steps")).to_have_count(0)
    with visit(Look(look.lang, "phone")) as member:
        signs_in_by_code(member, club)
        expect(member.page.locator(".b-pass .bal")).to_contain_text("۸۰" if look.lang == "fa" else "80")
        expect(member.page.locator(".b-rail a.b-reward")).to_have_count(1)
        assert member.axe() == []
    assert club_get(club.id).theme.brand == "#8a2b4d"
    throttle_close()


def comes_in(window: Window, link: str) -> None:
    """A password behind the link, then the sign-in."""
    page = window.page
    window.goto(link)
    page.fill("[name=name]", "نیلوفر صادقی")
    for field in page.locator("input[type=password]").all():
        field.fill(cast.PASSWORD)
    page.locator("form[method=post] button.btn-primary").last.click()
    page.wait_for_url("**/accounts/login/**")
    page.fill("#id_login", OWNER)
    page.fill("#id_password", cast.PASSWORD)
    page.locator("#id_password").press("Enter")
    page.wait_for_url("**/console/")
    window.settle()


def still_open(window: Window) -> int:
    """How many steps the home page still offers."""
    window.goto("/console/")
    return window.page.locator(".b-steps > ol > li").count()


def colours(window: Window) -> None:
    step(window, "console:brand")
    window.page.evaluate(BURGUNDY)
    saves(window)


def fills(window: Window, route: str, **values: str) -> None:
    step(window, route)
    for name, value in values.items():
        window.page.fill(f"[name={name}]", value)
    saves(window)


def invites(window: Window) -> None:
    """One cashier is a colleague and somebody at the till."""
    step(window, "console:invite")
    window.page.fill("[name=name]", "آرش")
    window.page.fill("[name=email]", "arash@ketab.example")
    window.page.locator("[name=branches]").first.check()
    window.page.locator("form[data-guard] button.btn-primary").click()
    window.page.locator(".b-toast").wait_for()


def shows_the_coffee(window: Window) -> None:
    step(window, "console:rewards")
    window.goto("/console/rewards/free_coffee/")
    window.page.check("[name=is_visible]")
    saves(window)


def records(window: Window) -> None:
    """85,000 toman ten times over, at till 1 of the only branch."""
    step(window, "till:desk")
    window.page.locator("form button.btn-primary").click()
    expect(window.page.locator("#till-q")).to_be_focused()
    window.page.keyboard.type(MOBILE)
    window.page.keyboard.press("Enter")
    expect(window.page.locator("#till-member h2")).to_be_visible()
    window.page.fill("#till-amount", "850000")
    window.page.keyboard.press("F12")
    expect(window.page.locator("#till-result h2")).to_be_visible()


def step(window: Window, route: str) -> None:
    """The way that the card on the home page offers."""
    window.goto("/console/")
    window.page.locator(f".b-steps > ol a[href='{reverse(route)}']").first.click()
    window.settle()


def saves(window: Window) -> None:
    window.page.locator(".b-save button.btn-primary").click()
    window.page.locator(".b-toast").wait_for()


def signs_in_by_code(window: Window, club: ClubInfo) -> None:
    window.goto("/")
    window.page.fill("[name=mobile]", MOBILE)
    window.page.locator("[name=mobile]").press("Enter")
    window.page.wait_for_url("**/sign-in/code")
    sending.messages_send(now=clock.now())
    found = re.search(r"(?<!\d)(\d{6})(?!\d)", trial_messages(club)[0].body)
    assert found is not None
    window.page.locator(".b-otp input").first.press_sequentially(found[1])
    window.page.wait_for_url(lambda url: "/sign-in" not in url)
    window.settle()

"""U1, U3, U4: a cashier's and a member's ways counted in keys and taps, at 250 ms each, in both languages.

Counts are asserted; times are printed, because a busy machine says nothing about people.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from bashgah.activities.selectors import activity_list, anonymous_list
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import mobile
from bashgah.kit.text import Texts
from bashgah.ledger.selectors import wallets_get
from bashgah.members import selectors as members
from bashgah.messaging import sending
from bashgah.messaging.selectors import trial_messages
from bashgah.rewards.services import reward_save
from tests import cast
from tests.browser import Look, Window
from tests.journeys.conftest import Visit

pytestmark = pytest.mark.django_db(transaction=True)

PACE = 250
LANGS = ("fa", "en")


@dataclass
class Hand:
    """A hand on the keyboard or the glass: every key and tap takes its time and is counted."""

    page: Page
    count: int = 0
    began: float = field(default_factory=time.monotonic)

    def keys(self, text: str) -> None:
        self.page.keyboard.type(text, delay=PACE)
        self.count += len(text)

    def press(self, key: str) -> None:
        self.page.wait_for_timeout(PACE)
        self.page.keyboard.press(key)
        self.count += 1

    def tap(self, what: str) -> None:
        self.page.wait_for_timeout(PACE)
        self.page.locator(what).first.click()
        self.count += 1

    def scan(self, text: str) -> None:
        """A scanner types fast and counts as no key."""
        self.page.keyboard.type(text, delay=5)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


@pytest.fixture
def naderi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[cast.Naderi]:
    """Club Naderi with staff, a program and a reward with a name."""
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))
    made = cast.naderi()
    with transaction.atomic():
        cast.staff(made)
    cast.published(made.club)
    for key, fa, en in (("free_coffee", "قهوهٔ کافه نادری", "Café Naderi coffee"),):
        reward_save(club=made.club, key=key, name=Texts(fa, en), actor=SYSTEM, now=cast.LONG_AGO)
    return made


def till_opened(window: Window) -> Hand:
    """Omid signs in and opens till 3 of Vanak."""
    page = window.page
    window.goto("/till/")
    page.fill("input[name=login]", cast.OMID_EMAIL)
    page.fill("input[name=password]", cast.PASSWORD)
    page.locator("form button[type=submit].btn-primary").click()
    page.fill("input[name=number]", "3")
    page.locator("form button[type=submit].btn-primary").click()
    expect(page.locator("#till-q")).to_be_focused()
    return Hand(page)


def signed_in(window: Window, naderi: cast.Naderi, number: str) -> Hand:
    """A member signs in with the code from the trial channel."""
    page = window.page
    window.goto("/")
    page.fill("input[name=mobile]", mobile.national(number))
    page.locator("form button[type=submit].btn-primary").click()
    page.wait_for_url("**/sign-in/code")
    sending.messages_send(now=clock.now())
    code = re.search(r"(?<!\d)(\d{6})(?!\d)", trial_messages(naderi.club)[0].body)
    assert code is not None
    page.keyboard.type(code[1])
    page.wait_for_url(lambda url: not url.endswith("/code"))
    return Hand(page)


def points(naderi: cast.Naderi) -> int:
    wallet = wallets_get(naderi.club, naderi.sara.id, clock.now()).get("points")
    return wallet.available if wallet else 0


@pytest.mark.parametrize("lang", LANGS)
def test_u1_a_known_members_purchase_takes_at_most_22_keys(
    visit: Visit, naderi: cast.Naderi, lang: str
) -> None:
    with visit(Look(lang)) as window:
        hand = till_opened(window)

        hand.keys("09121234567")
        hand.keys("1330000")
        expect(window.page.locator("#till-member h2")).to_have_text("سارا محمدی")
        hand.press("F12")
        expect(window.page.locator("#till-result h2")).to_be_visible()

        assert hand.count <= 22
        assert [each.net for each in activity_list(naderi.club).rows] == [13_300_000]
        assert points(naderi) == 130
        expect(window.page.locator("#till-q")).to_be_focused()
        assert window.axe() == []


@pytest.mark.parametrize("lang", LANGS)
def test_u4_somebody_joins_at_the_till_by_mobile(visit: Visit, naderi: cast.Naderi, lang: str) -> None:
    with visit(Look(lang)) as window:
        hand = till_opened(window)

        hand.keys("09351112233")
        expect(window.page.locator("#till-member .btn-primary")).to_be_visible()
        hand.press("F9")
        expect(window.page.locator("#till-enrol-name")).to_be_focused()
        hand.press("F12")
        expect(window.page.locator("#till-balance")).to_be_visible()

        assert hand.count <= 14
        assert members.member_resolve(naderi.club, "mobile", "09351112233") is not None
        expect(window.page.locator("#till-amount")).to_be_focused()


@pytest.mark.parametrize("lang", LANGS)
def test_u3_a_reward_is_redeemed_within_three_taps_from_home(
    visit: Visit, naderi: cast.Naderi, lang: str
) -> None:
    cast.given(naderi.club, naderi.sara, 1_000, now=clock.now())
    with visit(Look(lang, "phone")) as window:
        hand = signed_in(window, naderi, cast.SARA_MOBILE)
        expect(window.page.locator(".b-pass .bal")).to_be_visible()
        hand = Hand(window.page)

        hand.tap(".b-rail a.b-reward")
        hand.tap(".b-buy button")
        window.page.wait_for_url("**/coupons/**")

        assert hand.count <= 3
        assert points(naderi) == 700
        expect(window.page.locator("#coupon-code")).to_be_visible()
        assert window.axe() == []
        assert window.overflow() <= 0


def test_a_scanned_card_is_never_taken_for_an_amount(visit: Visit, naderi: cast.Naderi) -> None:
    with visit(Look()) as window:
        hand = till_opened(window)
        page = window.page
        hand.press("F3")
        hand.keys("1330")
        hand.scan(naderi.sara.number)

        expect(page.locator("#till-member h2")).to_have_text("سارا محمدی")
        assert page.input_value("#till-amount") == "۱٬۳۳۰"
        expect(page.locator("#toasts .b-toast")).to_be_visible()


def test_the_portals_qr_scanned_into_the_invoice_number_finds_the_member(
    visit: Visit, naderi: cast.Naderi
) -> None:
    with visit(Look()) as window:
        hand = till_opened(window)
        page = window.page
        hand.press("F3")
        before = page.input_value("#till-invoice")
        page.locator("#till-invoice").focus()
        hand.scan(members.member_qr_token(naderi.club, naderi.sara.id, clock.now()))

        expect(page.locator("#till-member h2")).to_have_text("سارا محمدی")
        assert page.input_value("#till-invoice") == before


def test_a_lost_answer_and_a_second_press_record_one_purchase(visit: Visit, naderi: cast.Naderi) -> None:
    with visit(Look(), allow=("ERR_FAILED", "Failed to load", "htmx:")) as window:
        hand = till_opened(window)
        page = window.page
        hand.scan("09121234567")
        expect(page.locator("#till-member h2")).to_be_visible()
        hand.scan("1330000")
        expect(page.locator("#till-sum > .b-sum > div > .points")).to_be_visible()

        def lose(route, request) -> None:  # type: ignore[no-untyped-def]
            route.fetch()
            route.abort()

        page.route("**/till/record", lose)
        hand.press("F12")
        expect(page.locator("#till-connection")).to_have_class(re.compile("is-warn"))
        page.unroute("**/till/record")
        hand.press("F12")
        expect(page.locator("#till-result h2")).to_be_visible()

        assert len(activity_list(naderi.club).rows) == 1
        assert points(naderi) == 130


def test_a_purchase_without_a_member_is_two_keys_and_the_amount(visit: Visit, naderi: cast.Naderi) -> None:
    with visit(Look()) as window:
        hand = till_opened(window)
        hand.press("F3")
        hand.keys("99000")
        expect(window.page.locator("#till-record[aria-disabled]")).to_have_count(0)
        hand.press("F12")
        expect(window.page.locator("#till-result h2")).to_be_visible()

        assert hand.count == 7
        assert [each.net for each in anonymous_list(naderi.club).rows] == [990_000]


def test_the_card_opens_without_a_line_and_goes_with_the_sign_out(visit: Visit, naderi: cast.Naderi) -> None:
    with visit(Look("fa", "phone"), allow=("ERR_INTERNET_DISCONNECTED", "Failed to load")) as window:
        signed_in(window, naderi, cast.SARA_MOBILE)
        page = window.page
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        window.goto("/")
        page.wait_for_function("caches.match('/card/offline').then((kept) => Boolean(kept))", timeout=10_000)
        window.context.set_offline(True)
        page.goto(window.base + "/statement")
        expect(page.locator("h1")).to_have_text("سارا محمدی")
        expect(page.locator(".b-note.is-warn")).to_be_visible()

        window.context.set_offline(False)
        window.goto("/me")
        page.locator("form[action='/sign-out'] button").click()
        page.wait_for_url(lambda url: url.endswith("/"))
        page.wait_for_function("caches.match('/card/offline').then((kept) => !kept)", timeout=10_000)

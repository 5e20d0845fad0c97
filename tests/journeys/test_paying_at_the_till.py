"""A customer with a promotion's code and points: all of it by keys, to the receipt that says every step."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from bashgah.activities.selectors import activity_list
from bashgah.clubs.services import settings_set
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.ledger.selectors import wallets_get
from bashgah.messaging import sending
from bashgah.messaging.selectors import trial_messages
from bashgah.programs.selectors import draft_get
from bashgah.programs.services import draft_publish, draft_save
from tests import cast
from tests.browser import Look
from tests.journeys.conftest import Visit
from tests.journeys.test_till_and_portal import naderi, till_opened

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove]

__all__ = ["naderi"]


@pytest.fixture
def paying(naderi: cast.Naderi) -> cast.Naderi:
    """A fifth off by a code; half a bill by points of 100 toman; Sara has 1,000, and her yes is asked."""
    now, club = clock.now(), naderi.club
    draft = draft_get(club)
    yalda = {"key": "yalda", "name": {"fa": "شب یلدا", "en": "Yalda night"}, "codes": ["YALDA-1"]}
    wallets = [
        {**each, "worth": 1_000} if each["key"] == "points" else each for each in draft.document["wallets"]
    ]
    document = {
        **draft.document,
        "wallets": wallets,
        "promotions": [{**yalda, "deal": {"kind": "percent", "permille": 200}, "single_use_codes": True}],
        "pay_with_points": {"least": 100, "step": 10, "most_permille": 500},
    }
    saved = draft_save(club=club, document=document, revision=draft.revision, actor=SYSTEM, now=now)
    draft_publish(club=club, revision=saved.revision, actor=SYSTEM, now=now)
    settings_set(club=club, changes={"redeem_consent": "always"}, now=now)
    cast.given(club, naderi.sara, 1_000, now=now)
    return naderi


def test_a_code_and_points_pay_a_bill_and_the_receipt_says_so(visit: Visit, paying: cast.Naderi) -> None:
    with visit(Look("fa")) as window:
        hand, page = till_opened(window), window.page
        hand.scan("09121234567")
        expect(page.locator("#till-member h2")).to_have_text("سارا محمدی")
        page.locator("[data-mode=lines]").click()
        hand.scan("tv\n")
        page.locator("#till-found-item button").click()
        expect(page.locator("[name=line_price]")).to_be_focused()
        hand.scan("100000")
        page.keyboard.press("F4")
        hand.scan("yalda-1\n")
        expect(page.locator("#till-codes [data-code]")).to_have_count(1)
        expect(page.locator("#till-pay-said")).to_have_attribute("data-most", "400")

        page.keyboard.press("F6")
        page.keyboard.press("F6")
        expect(page.locator("#till-pay")).to_have_value("۴۰۰")
        hand.scan("250")
        expect(page.locator("#till-sum [name=pay_shown]")).to_have_value("250")
        expect(page.locator("#till-record")).to_have_attribute("aria-disabled", "true")
        page.keyboard.press("Enter")
        expect(page.locator("#till-yes-answer")).to_be_focused()
        sending.messages_send(now=clock.now())
        code = re.search(r"(?<!\d)(\d{6})(?!\d)", trial_messages(paying.club)[0].body)
        assert code is not None
        hand.scan(f"{code[1]}\n")
        expect(page.locator(".b-yes")).to_have_count(0)
        expect(page.locator("#till-record[aria-disabled]")).to_have_count(0)
        assert window.axe() == []
        page.keyboard.press("F12")

        expect(page.locator("#till-result h2")).to_be_visible()
        steps = page.locator(".till-result .b-sum > div").all_inner_texts()
        assert [re.sub(r"[\s\u200f\u2066-\u2069]+", " ", step).strip() for step in steps] == [
            "مبلغ ۱۰۰٬۰۰۰ تومان",
            "شب یلدا −۲۰٬۰۰۰ تومان",
            "پرداخت با ۲۵۰ امتیاز −۲۵٬۰۰۰ تومان",
            "پرداخت با پول ۵۵٬۰۰۰ تومان",
        ]
        assert window.axe() == []
        assert window.overflow() <= 0
    (activity,) = activity_list(paying.club).rows
    assert (activity.net, activity.fact.paid_by_points) == (800_000, 250_000)
    held = wallets_get(paying.club, paying.sara.id, clock.now())["points"]
    assert (held.available, held.held) == (750, 0)

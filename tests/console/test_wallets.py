"""Wallets in the console: added and changed in the draft, every term of them, with the sentence."""

from __future__ import annotations

from datetime import date

import pytest

from bashgah.engine.document import ConfirmationTerms, ExpiryTerms, Wallet
from bashgah.programs.selectors import draft_get
from tests.console.conftest import Console, text


def wallet(console: Console, key: str) -> Wallet:
    program = draft_get(console.club).program
    assert program is not None
    return next(each for each in program.wallets if each.key == key)


PLAIN = {"name_fa": "ستاره", "name_en": "Stars", "rounding": "down", "negative": "allow", "wait": "none"}


def test_a_marketer_adds_a_wallet_with_its_own_terms(console: Console) -> None:
    told = console.post(
        "wallets/new/",
        **PLAIN,
        kind="points",
        worth="۱۰۰",
        expiry="period_end",
        period="quarter",
        grace_months="۲",
    )
    assert told.status_code == 302
    made = wallet(console, "stars")
    assert (made.kind, made.worth, made.name.fa) == ("points", 1_000, "ستاره")
    assert made.expiry == ExpiryTerms(kind="period_end", period="quarter", grace_months=2)
    page = text(console.get("wallets/"))
    assert "ستاره" in page
    assert "در پایان همان فصلی" in page


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ({"expiry": "age_days", "count": "90", "until": "month_end"},
         ExpiryTerms(kind="age_days", count=90, until="month_end")),
        ({"expiry": "age_months", "count": "۱۲", "calendar": "gregorian"},
         ExpiryTerms(kind="age_months", count=12, calendar="gregorian")),
        ({"expiry": "on_date", "last_day": "۱۴۰۵/۱۲/۲۹"},
         ExpiryTerms(kind="on_date", last_day=date(2027, 3, 20))),
        ({"expiry": "never", "inactive_months": "6"}, ExpiryTerms(inactive_months=6)),
    ],
)  # fmt: skip
def test_every_kind_of_expiry_can_be_chosen(
    console: Console, typed: dict[str, str], terms: ExpiryTerms
) -> None:
    assert console.post("wallets/points/", **PLAIN, **typed).status_code == 302
    assert wallet(console, "points").expiry == terms


def test_units_can_wait_for_days_or_for_a_confirmation(console: Console) -> None:
    form = PLAIN | {"wait": "days", "pending_days": "14", "expiry": "never", "negative": "refuse"}
    console.post("wallets/points/", **form)
    assert (wallet(console, "points").pending_days, wallet(console, "points").negative) == (14, "refuse")
    form |= {"wait": "event", "within_days": "10", "otherwise": "cancel"}
    console.post("wallets/points/", **form)
    made = wallet(console, "points")
    assert (made.pending_days, made.confirmation) == (
        0,
        ConfirmationTerms(within_days=10, otherwise="cancel"),
    )


def test_a_look_shows_the_sentence_and_saves_nothing(console: Console) -> None:
    before = wallet(console, "points")
    form = PLAIN | {"expiry": "never", "inactive_months": "6", "act": "look"}
    assert "۶ ماه بدون خرید و مراجعه" in text(console.post("wallets/points/", **form))
    assert wallet(console, "points") == before


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"expiry": "age_days"}, "پس از چه مدت"),
        ({"expiry": "on_date"}, "آخرین روز را مشخص کنید"),
        ({"expiry": "never", "inactive_months": "999"}, "خارج از محدوده"),
        ({"expiry": "never", "wait": "days"}, "تعداد روزها را بنویسید"),
    ],
)
def test_terms_that_cannot_be_are_said_beside_the_form(
    console: Console, typed: dict[str, str], sentence: str
) -> None:
    told = console.post("wallets/points/", **PLAIN | typed)
    assert told.status_code == 422
    assert sentence in text(told)


def test_qualifying_points_keep_their_kind_and_have_no_expiry(console: Console) -> None:
    console.post("wallets/status/", **PLAIN | {"kind": "points", "expiry": "age_days", "count": "9"})
    made = wallet(console, "status")
    assert (made.kind, made.expiry, made.name.fa) == ("status", ExpiryTerms(), "ستاره")

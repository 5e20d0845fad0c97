"""Opening balances: a lot each with its own expiry, each name once, whoever tells it and however often."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bashgah.activities.openings import Answer, NotOpened, Opened, OpeningIn, openings_post
from bashgah.activities.types import MemberRef
from bashgah.ground.types import SYSTEM
from bashgah.ledger.selectors import lots_open, program_totals, statement_list, wallets_get
from bashgah.ledger.types import Account, Cause
from tests.activities.shop import Shop, open_shop
from tests.cast import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def shop() -> Shop:
    return open_shop(points={"expiry": {"kind": "age_days", "count": 30}})


def opening(shop: Shop, reference: str, amount: int, **more: Any) -> OpeningIn:
    ref = shop.ref(shop.sara)
    assert ref is not None
    values = {"member": ref, "wallet": "points", **more}
    return OpeningIn(source="old", reference=reference, amount=amount, **values)


def post(shop: Shop, *batch: OpeningIn) -> list[Answer]:
    return openings_post(batch, club=shop.club, actor=SYSTEM, now=NOW)


def codes(answers: list[Answer]) -> list[str]:
    return [answer.refusal.code if isinstance(answer, NotOpened) else "" for answer in answers]


def test_an_opening_is_a_lot_with_the_expiry_it_had(shop: Shop) -> None:
    ends = NOW + 5 * DAY
    post(shop, opening(shop, "1", 40, expires_at=ends), opening(shop, "2", 60))
    lots = lots_open(shop.club, shop.sara.id, "points")
    midnight = datetime.fromisoformat("2026-12-22T00:00+03:30")
    assert [(lot.remaining, lot.expires_at) for lot in lots] == [(40, ends), (60, midnight)]
    assert wallets_get(shop.club, shop.sara.id, ends)["points"].available == 60
    row = statement_list(shop.club, shop.sara.id).rows[0]
    assert (row.cause, row.debit, row.change) == (Cause.OPENING, Account.ISSUED, 60)


def test_an_opening_may_live_for_ever(shop: Shop) -> None:
    post(shop, opening(shop, "1", 40, never_expires=True))
    assert lots_open(shop.club, shop.sara.id)[0].expires_at is None


def test_told_twice_it_counts_once_and_answers_the_same(shop: Shop) -> None:
    first = post(shop, opening(shop, "1", 40))[0]
    again = post(shop, opening(shop, "1", 40), opening(shop, "1", 40))
    assert isinstance(first, Opened)
    assert [isinstance(a, Opened) and a.repeated and a.posting_id == first.posting_id for a in again] == [
        True,
        True,
    ]
    assert codes(post(shop, opening(shop, "1", 41))) == ["reference_reused"]
    assert wallets_get(shop.club, shop.sara.id, NOW)["points"].available == 40


def test_what_cannot_be_opened_is_declined_alone(shop: Shop) -> None:
    answers = post(
        shop,
        opening(shop, "1", 40),
        opening(shop, "2", 40, member=MemberRef(external="nobody-9")),
        opening(shop, "3", 40, wallet="stars"),
        opening(shop, "4", 40, wallet="status"),
        opening(shop, "5", 40, expires_at=NOW),
    )
    assert codes(answers) == [
        "",
        "member_not_found",
        "wallet_unknown",
        "wallet_not_openable",
        "opening_expired",
    ]
    totals = {(total.unit, total.account): total.given for total in program_totals(shop.club)}
    assert totals == {("points", Account.ISSUED): 40}


def test_money_is_opened_like_points(shop: Shop) -> None:
    post(shop, opening(shop, "1", 5, wallet="credit"))
    assert wallets_get(shop.club, shop.sara.id, NOW)["credit"].available == 5


def test_an_opening_starts_the_clock_of_inactivity() -> None:
    shop = open_shop(points={"expiry": {"inactive_months": 6}})
    post(shop, opening(shop, "1", 40))
    lapse = datetime.fromisoformat("2027-05-21T00:00+03:30")
    assert wallets_get(shop.club, shop.sara.id, NOW)["points"].lapses_at == lapse
    assert wallets_get(shop.club, shop.sara.id, lapse)["points"].available == 0

"""A purchase or a visit keeps everything in a wallet alive; months without one take it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bashgah.activities.types import CustomIn, VisitIn
from bashgah.ground.types import SYSTEM
from bashgah.ledger.selectors import wallets_get
from bashgah.ledger.services import dues_run
from bashgah.programs.selectors import draft_get
from bashgah.programs.services import draft_publish, wallet_put
from tests.activities.shop import Shop, open_shop
from tests.cast import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
# NOW is 30 Aban 1405 in Tehran; six months later is 30 Ordibehesht 1406, 20 May 2027
LAPSE = datetime.fromisoformat("2027-05-21T00:00+03:30")


@pytest.fixture
def shop() -> Shop:
    return open_shop(points={"expiry": {"inactive_months": 6}})


def available(shop: Shop, at: datetime) -> int:
    return wallets_get(shop.club, shop.sara.id, at)["points"].available


def visit(shop: Shop, reference: str, at: datetime) -> VisitIn:
    ref = shop.ref(shop.sara)
    assert ref is not None
    return VisitIn(source="pos", reference=reference, occurred_at=at, member=ref, branch="101")


def test_units_live_through_the_last_day_and_not_a_moment_longer(shop: Shop) -> None:
    shop.buys("A-1", 1_000_000)
    assert available(shop, LAPSE - INSTANT) == 10
    assert available(shop, LAPSE) == 0


def test_a_visit_moves_the_date_of_all_units(shop: Shop) -> None:
    shop.buys("A-1", 1_000_000)
    at = NOW + 100 * DAY
    shop.tell(visit(shop, "V-1", at), now=at)
    assert available(shop, LAPSE) == 15
    assert available(shop, LAPSE + 110 * DAY) == 0


def test_a_purchase_that_earns_nothing_keeps_units_alive_too(shop: Shop) -> None:
    shop.buys("A-1", 1_000_000)
    shop.buys("A-2", 1_000, at=NOW + 100 * DAY)
    assert available(shop, LAPSE) == 10


def test_another_activity_and_a_return_keep_nothing_alive(shop: Shop) -> None:
    shop.buys("A-1", 1_000_000)
    at = NOW + 100 * DAY
    ref = shop.ref(shop.sara)
    assert ref is not None
    shop.tell(CustomIn(source="pos", reference="C-1", occurred_at=at, member=ref, type="review"), now=at)
    shop.buys("A-2", 500_000, member=shop.reza, at=at)
    shop.tell(shop.returns("R-1", "A-1", at=at), now=at)
    assert available(shop, LAPSE - INSTANT) == 7
    assert available(shop, LAPSE) == 0


def test_a_returned_purchase_was_an_activity_all_the_same(shop: Shop) -> None:
    shop.buys("A-1", 1_000_000)
    shop.buys("A-2", 500_000, at=NOW + 100 * DAY)
    shop.tell(shop.returns("R-1", "A-2", at=NOW + 101 * DAY), now=NOW + 101 * DAY)
    assert available(shop, LAPSE) == 10


def test_a_fact_told_late_shortens_nothing(shop: Shop) -> None:
    shop.buys("A-1", 1_000_000)
    shop.tell(shop.purchase("A-0", amount=500_000, at=NOW - 30 * DAY))
    assert available(shop, LAPSE - INSTANT) == 15
    assert available(shop, LAPSE) == 0


def test_after_the_lapse_a_member_begins_anew(shop: Shop) -> None:
    shop.buys("A-1", 1_000_000)
    later = LAPSE + DAY
    told = shop.buys("A-2", 300_000, at=later)
    assert next(b.available for b in told.balances if b.wallet == "points") == 3
    assert available(shop, later + 180 * DAY) == 3
    assert available(shop, later + 200 * DAY) == 0


def test_years_of_old_purchases_do_not_expire_one_before_the_other_arrives() -> None:
    shop = open_shop(points={"expiry": {"inactive_months": 6}})
    for years in range(5, 0, -1):
        shop.tell(shop.purchase(f"A-{years}", amount=1_000_000, at=NOW - years * 365 * DAY))
    assert available(shop, NOW) == 50
    shop.tell(shop.purchase("A-0", amount=1_000_000, at=NOW))
    assert available(shop, LAPSE - INSTANT) == 60


def test_old_units_with_nothing_after_them_lapse_a_week_after_they_arrived(shop: Shop) -> None:
    shop.tell(shop.purchase("A-1", amount=1_000_000, at=NOW - 900 * DAY))
    assert available(shop, NOW + 7 * DAY - INSTANT) == 10
    assert available(shop, NOW + 7 * DAY) == 0


def test_the_job_posts_a_lapse_once_and_takes_no_look_after_it(shop: Shop) -> None:
    shop.buys("A-1", 1_000_000)
    shop.buys("A-2", 1_000, at=NOW + 100 * DAY)
    assert dues_run(club=shop.club, now=LAPSE) is None  # the date moved: a look in vain
    after = LAPSE + 110 * DAY
    assert dues_run(club=shop.club, now=after) is None
    assert dues_run(club=shop.club, now=after) is None
    wallet = wallets_get(shop.club, shop.sara.id, after)["points"]
    assert (wallet.available, wallet.next_change_at) == (0, None)


def test_when_the_club_gives_the_term_up_the_next_activity_ends_it(shop: Shop) -> None:
    shop.buys("A-1", 1_000_000)
    draft = draft_get(shop.club)
    wallet = {"key": "points", "kind": "points", "name": {"fa": "امتیاز", "en": "Points"}}
    draft = wallet_put(club=shop.club, wallet=wallet, revision=draft.revision, actor=SYSTEM, now=NOW)
    draft_publish(club=shop.club, revision=draft.revision, actor=SYSTEM, now=NOW + DAY)
    assert available(shop, LAPSE) == 0
    shop.buys("A-2", 1_000, at=NOW + 2 * DAY)
    assert available(shop, LAPSE + 999 * DAY) == 10

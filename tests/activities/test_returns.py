"""What comes back takes back what it earned, in proportion, whatever happened to the points meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bashgah.activities import selectors
from bashgah.activities.services import settle
from bashgah.activities.types import PurchaseRef, Refused, ReturnIn, Settled
from bashgah.ground.types import SYSTEM
from bashgah.history.selectors import sums_get, window_value
from bashgah.kit.ids import public
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import lots_open, program_totals, wallets_get
from bashgah.ledger.services import dues_run, hold_capture, hold_open
from bashgah.ledger.types import Account
from bashgah.members.services import members_lock
from tests.activities.shop import Shop, line, open_shop
from tests.cast import NOW
from tests.ledger.hand import Hand

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def units(shop: Shop, unit: str = "points") -> int:
    """Sara's available units."""
    return wallets_get(shop.club, shop.sara.id, NOW)[unit].available


def spend(shop: Shop, amount: int) -> None:
    """Let Sara spend points."""
    locked = members_lock(shop.club, [shop.sara.id])[shop.sara.id]
    hold = hold_open(
        club=shop.club,
        locked=locked,
        unit="points",
        amount=amount,
        expires_at=NOW + timedelta(minutes=10),
        purpose="test",
        now=NOW,
    )
    hold_capture(club=shop.club, locked=locked, hold_id=hold.id, now=NOW)


def test_a_whole_return_takes_everything_back(shop: Shop) -> None:
    shop.tell(shop.purchase("A-1", line("milk", 250_000), line("rice", 480_000)))
    back = shop.tell(shop.returns("R-1", "A-1"))

    assert [(credit.wallet, credit.amount) for credit in back.credits] == [("points", -7), ("status", -7)]
    assert (units(shop), units(shop, "status")) == (0, 0)
    assert lots_open(shop.club, shop.sara.id) == []
    sums = sums_get(shop.club, shop.sara.id)
    assert (sums.purchases, sums.returns, sums.spend, sums.qualifying) == (0, 1, 0, 0)


def test_partial_returns_add_up_to_the_whole(shop: Shop) -> None:
    shop.tell(shop.purchase("A-1", line("egg", 1_000_000, pieces=3), line("rice", 330_000)))
    taken = [
        shop.tell(shop.returns(f"R-{n}", "A-1", lines)).points_of("points")
        for n, lines in enumerate([(1, 1000), (1, 1000), (2, 1000), (1, 1000)])
    ]
    assert sum(taken) == -13
    assert units(shop) == 0
    assert window_value(shop.club, shop.sara.id, "spend", NOW.date(), NOW.date() + timedelta(days=1)) == 0


def test_a_part_of_a_lines_quantity_takes_its_part(shop: Shop) -> None:
    shop.tell(shop.purchase("A-1", line("egg", 1_000_000, pieces=10)))
    back = shop.tell(shop.returns("R-1", "A-1", (1, 4000)))
    assert back.points_of("points") == -4
    assert selectors.activity_get(shop.club, back.activity_id).net == 4_000_000
    assert [(row.no, row.bought, row.returned, row.left) for row in selectors.purchase_lines(
        shop.club, selectors.activity_find(shop.club, "pos", "A-1").id
    )] == [(1, 10_000, 4_000, 6_000)]  # fmt: skip


def test_more_than_was_bought_is_refused_and_takes_nothing(shop: Shop) -> None:
    shop.tell(shop.purchase("A-1", line("egg", 1_000_000, pieces=2)))
    shop.tell(shop.returns("R-1", "A-1", (1, 1000)))
    with pytest.raises(Refusal) as refused:
        shop.tell(shop.returns("R-2", "A-1", (1, 2000)))
    assert (refused.value.code, refused.value.status) == ("return_exceeds", 409)
    assert refused.value.extra == {"line": 1, "left": 1000}
    assert units(shop) == 5
    assert shop.tell(shop.returns("R-2", "A-1", (1, 1000))).points_of("points") == -5
    with pytest.raises(Refusal, match="return_exceeds"):
        shop.tell(shop.returns("R-3", "A-1"))


def test_a_return_told_twice_takes_back_once(shop: Shop) -> None:
    shop.tell(shop.purchase("A-1", line("egg", 1_000_000)))
    first = shop.tell(shop.returns("R-1", "A-1"))
    again = shop.tell(shop.returns("R-1", "A-1"))
    assert (first.repeated, again.repeated, again.credits) == (False, True, first.credits)
    assert units(shop) == 0


def test_a_return_follows_its_purchase_in_one_batch(shop: Shop) -> None:
    batch = [
        shop.purchase("A-1", line("egg", 1_000_000, pieces=2)),
        shop.returns("R-1", "A-1", (1, 1000)),
        shop.returns("R-2", "A-1", (1, 1000)),
        shop.returns("R-3", "A-1", (1, 1000)),
    ]
    outcomes = settle(batch, club=shop.club, actor=SYSTEM, now=NOW)
    assert [type(outcome) for outcome in outcomes] == [Settled, Settled, Settled, Refused]
    assert units(shop) == 0


def test_a_purchase_by_amount_is_returned_by_amount(shop: Shop) -> None:
    shop.buys("A-1", 1_000_000)
    told = ReturnIn(
        source="pos",
        reference="R-1",
        occurred_at=NOW,
        purchase=PurchaseRef(reference="A-1"),
        amount=3_000_000,
    )
    assert shop.tell(told).points_of("points") == -3
    assert shop.tell(shop.returns("R-2", "A-1")).points_of("points") == -7
    assert sums_get(shop.club, shop.sara.id).spend == 0


def test_a_purchase_can_be_named_by_its_activity(shop: Shop) -> None:
    bought = shop.buys("A-1", 1_000_000)
    told = ReturnIn(
        source="desk",
        reference="R-1",
        occurred_at=NOW,
        purchase=PurchaseRef(activity=public("activity", bought.activity_id)),
    )
    assert shop.tell(told).points_of("points") == -10


def test_points_that_were_spent_become_a_debt_that_the_next_credits_repay(shop: Shop) -> None:
    shop.buys("A-1", 1_000_000)
    spend(shop, 8)
    back = shop.tell(shop.returns("R-1", "A-1"))
    assert back.points_of("points") == -10
    assert units(shop) == -8
    with pytest.raises(Refusal, match="points_short"):
        spend(shop, 1)

    shop.buys("A-2", 500_000)
    assert (units(shop), lots_open(shop.club, shop.sara.id)) == (-3, [])
    shop.buys("A-3", 1_000_000)
    assert units(shop) == 7
    assert [lot.remaining for lot in lots_open(shop.club, shop.sara.id)] == [7]


def test_spent_points_are_taken_from_other_lots_before_there_is_a_debt(shop: Shop) -> None:
    shop.buys("A-1", 1_000_000)
    spend(shop, 8)
    shop.buys("A-2", 500_000)
    shop.tell(shop.returns("R-1", "A-1"))
    assert units(shop) == -3


def test_units_still_pending_are_taken_from_pending() -> None:
    shop = open_shop(points={"pending_days": 14})
    shop.tell(shop.purchase("A-1", line("egg", 1_000_000, pieces=2)))
    shop.tell(shop.returns("R-1", "A-1", (1, 1000)))
    wallet = wallets_get(shop.club, shop.sara.id, NOW)["points"]
    assert (wallet.available, wallet.pending) == (0, 5)
    later = wallets_get(shop.club, shop.sara.id, NOW + timedelta(days=15))["points"]
    assert (later.available, later.pending) == (5, 0)


def test_units_that_expired_are_not_taken_a_second_time() -> None:
    shop = open_shop(points={"expiry": {"kind": "age_days", "count": 10}})
    shop.buys("A-1", 1_000_000, at=NOW)
    later = NOW + timedelta(days=20)
    shop.buys("A-2", 300_000, at=later)
    back = shop.tell(shop.returns("R-1", "A-1", at=later), now=later)
    assert back.points_of("points") == -10
    assert wallets_get(shop.club, shop.sara.id, later)["points"].available == 3
    totals = {(total.unit, total.account): (total.given, total.taken) for total in program_totals(shop.club)}
    assert totals["points", Account.EXPIRED] == (10, 10)
    assert totals["points", Account.ISSUED] == (13, 10)
    assert dues_run(club=shop.club, now=later) is None


def test_units_that_expired_but_were_not_posted_yet_are_not_taken_from_others() -> None:
    shop = open_shop(points={"expiry": {"kind": "age_days", "count": 10}})
    shop.buys("A-1", 1_000_000, at=NOW)
    later = NOW + timedelta(days=20)
    Hand(shop.club, shop.sara.id).adjusts(4, now=NOW)
    shop.tell(shop.returns("R-1", "A-1", at=later), now=later)
    assert wallets_get(shop.club, shop.sara.id, later)["points"].available == 4


def test_an_id_that_nobody_knows_cannot_come_back(shop: Shop) -> None:
    told = ReturnIn(
        source="pos",
        reference="R-1",
        occurred_at=NOW,
        purchase=PurchaseRef(activity=public("activity", shop.sara.id)),
    )
    with pytest.raises(Refusal, match="purchase_not_found"):
        shop.tell(told)

"""What a return undoes besides the points it takes back: tiers, limits, counters, what was spent, sales."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bashgah.activities import selectors
from bashgah.activities.handlers import on_purchases
from bashgah.activities.rollup import club_days
from bashgah.activities.services import anonymous_claim, settle, settle_one
from bashgah.activities.strangers import returns_of
from bashgah.activities.types import PaymentIn, PurchaseIn, PurchaseRef, Refused, ReturnIn, Settled
from bashgah.activities.waiting import return_discard, returns_waiting
from bashgah.ground import outbox
from bashgah.ground.batch import cursor
from bashgah.ground.types import SYSTEM, Actor, News
from bashgah.history.selectors import sums_get, used_get, window_value
from bashgah.kit.ids import public
from bashgah.kit.phrases import say
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.ledger.selectors import lots_open, wallets_get
from bashgah.redemption import services as redemption
from bashgah.rewards import selectors as rewards
from bashgah.rewards.services import coupon_use, reward_save
from bashgah.tiers import selectors as tiers
from bashgah.tiers.services import tier_grant
from tests.activities.shop import Shop, line, open_shop, per_step, rule
from tests.cast import NOW
from tests.ledger.hand import Hand

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MINA = Actor(kind="system")
MILLION = 1_000_000


def shop_with(**changes: Any) -> Shop:
    """A shop whose rewards give a coupon for 5 points and a coffee for 4."""
    off = {"amount": 500_000, "valid_days": 30}
    coffee = {"sku": "coffee", "name": {"fa": "قهوه", "en": "Coffee"}}
    terms = [
        {"key": "off", "kind": "discount_coupon", "price": 5, "params": off},
        {"key": "coffee", "kind": "free_product", "price": 4, "params": coffee},
        {"key": "once", "kind": "discount_coupon", "price": 5, "params": off, "reusable_after_return": False},
    ]
    document = {"rewards": terms, **changes.pop("document", {})}
    shop = open_shop(document=document, **changes)
    for key in ("off", "coffee", "once"):
        reward_save(club=shop.club, key=key, name=Texts(key, key), actor=SYSTEM, now=NOW)
    return shop


@pytest.fixture
def shop() -> Shop:
    return shop_with()


def tier(shop: Shop, at: Any = NOW) -> str:
    found = tiers.standing_get(shop.club, shop.sara.id, at)
    assert found is not None
    return found.tier


def points(shop: Shop, at: Any = NOW) -> int:
    wallet = wallets_get(shop.club, shop.sara.id, at).get("points")
    return wallet.available if wallet else 0


def hand(shop: Shop) -> Hand:
    return Hand(shop.club, shop.sara.id)


def redeem(shop: Shop, key: str) -> Any:
    return redemption.redemption_begin(
        club=shop.club,
        member_id=shop.sara.id,
        reward_key=key,
        channel="portal",
        actor=Actor(kind="member", id=public("member", shop.sara.id)),
        now=NOW,
    )


def paid(shop: Shop, reference: str, *payments: PaymentIn, amount: int = MILLION, **more: Any) -> PurchaseIn:
    return shop.purchase(reference, amount=amount, paid_with=payments, **more)


# tiers


def test_the_tier_falls_when_the_purchase_that_lifted_it_comes_back(shop: Shop) -> None:
    shop.buys("A-1", 2 * MILLION)
    shop.buys("A-2", 9 * MILLION)
    assert tier(shop) == "gold"
    back = shop.tell(shop.returns("R-1", "A-2"))
    assert [(m.before, m.after, m.direction) for m in back.moves] == [("gold", "plain", "lowered")]
    assert tier(shop) == "plain"
    newest = tiers.changes_list(shop.club, shop.sara.id)[0]
    assert (newest.before, newest.after, newest.activity_id) == ("gold", "plain", back.activity_id)
    assert (
        say(newest.why, "en")
        == "20 qualifying points left after what came back; Gold takes 100 qualifying points"
    )
    kinds = [row[0] for row in cursor().execute("SELECT kind FROM ground_news ORDER BY id").fetchall()]
    assert kinds.count("tier.lowered") == 1


def test_the_tier_stays_when_the_rest_still_reaches_it(shop: Shop) -> None:
    shop.buys("A-1", 10 * MILLION)
    shop.buys("A-2", 10 * MILLION)
    assert shop.tell(shop.returns("R-1", "A-1")).moves == ()
    assert tier(shop) == "gold"


def test_a_purchase_before_the_rise_that_comes_back_undoes_it_too(shop: Shop) -> None:
    shop.buys("A-1", 4 * MILLION)
    shop.buys("A-2", 6 * MILLION)
    assert shop.tell(shop.returns("R-1", "A-1")).moves[0].after == "plain"


def test_part_of_the_purchase_lowers_only_as_far_as_it_must() -> None:
    shop = open_shop()
    shop.tell(shop.purchase("A-1", line("sofa", 9 * MILLION), line("lamp", 2 * MILLION)))
    assert shop.tell(shop.returns("R-1", "A-1", (2, 1000))).moves[0].after == "plain"
    other = shop.purchase("A-2", line("sofa", 9 * MILLION), line("lamp", 2 * MILLION))
    assert shop.tell(other).moves[0].after == "gold"


def test_a_rise_of_the_same_day_in_one_batch_falls_with_a_later_return(shop: Shop) -> None:
    shop.buys("A-0", 4 * MILLION)
    batch = [shop.purchase("A-1", amount=6 * MILLION), shop.returns("R-0", "A-0")]
    raised, lowered = settle(batch, club=shop.club, actor=SYSTEM, now=NOW)
    assert isinstance(raised, Settled)
    assert isinstance(lowered, Settled)
    assert ([m.after for m in raised.moves], [m.after for m in lowered.moves]) == (["gold"], ["plain"])


def bought_apart(shop: Shop, *purchases: tuple[str, int]) -> None:
    """Buy so much with each, a day apart."""
    for days, (reference, amount) in enumerate(purchases):
        at = NOW + timedelta(days=days)
        shop.tell(shop.purchase(reference, amount=amount, at=at), now=at)


def gives_back(shop: Shop, *references: str) -> list[str | None]:
    """Bring these purchases back, a day apart; return the tier after each."""
    tiers_then = []
    for days, reference in enumerate(references, start=10):
        at = NOW + timedelta(days=days)
        shop.tell(shop.returns(f"R-{reference}", reference, at=at), now=at)
        tiers_then.append(tier(shop))
    return tiers_then


def test_a_tier_that_another_purchase_held_falls_with_that_one(shop: Shop) -> None:
    """A second purchase holds what the first had lifted: who returns both, the first one first, is plain."""
    bought_apart(shop, ("A-1", 11 * MILLION), ("A-2", 11 * MILLION))
    assert gives_back(shop, "A-1", "A-2") == ["gold", "plain"]


def test_a_tier_held_by_one_after_the_other_falls_with_the_last(shop: Shop) -> None:
    bought_apart(shop, ("A-1", 11 * MILLION), ("A-2", 11 * MILLION))
    assert gives_back(shop, "A-1") == ["gold"]
    at = NOW + timedelta(days=20)
    shop.tell(shop.purchase("A-3", amount=11 * MILLION, at=at), now=at)
    for days, reference, after in ((21, "A-2", "gold"), (22, "A-3", "plain")):
        at = NOW + timedelta(days=days)
        shop.tell(shop.returns(f"R-{reference}", reference, at=at), now=at)
        assert tier(shop) == after


def test_two_that_come_back_in_one_batch_leave_no_tier_behind(shop: Shop) -> None:
    bought_apart(shop, ("A-1", 11 * MILLION), ("A-2", 11 * MILLION))
    at = NOW + timedelta(days=9)
    facts = [shop.returns("R-1", "A-1", at=at), shop.returns("R-2", "A-2", at=at)]
    settle(facts, club=shop.club, actor=SYSTEM, now=at)
    assert tier(shop) == "plain"


def test_a_tier_granted_by_hand_does_not_fall(shop: Shop) -> None:
    shop.buys("A-1", 10 * MILLION)
    tier_grant(
        club=shop.club,
        member_id=shop.sara.id,
        ladder="club",
        tier="gold",
        until=(NOW + 90 * DAY).date(),
        reason="a guest",
        actor=MINA,
        now=NOW,
    )
    assert shop.tell(shop.returns("R-1", "A-1")).moves == ()
    assert tier(shop) == "gold"


def test_a_tier_kept_for_life_does_not_fall() -> None:
    ladder = {
        "key": "club",
        "name": {"fa": "سطح", "en": "Tier"},
        "tiers": [
            {"key": "plain", "name": {"fa": "عادی", "en": "Plain"}, "threshold": 0},
            {"key": "gold", "name": {"fa": "طلایی", "en": "Gold"}, "threshold": 100, "kept_for_life": True},
        ],
    }
    shop = open_shop(document={"ladders": [ladder]})
    shop.buys("A-1", 10 * MILLION)
    assert shop.tell(shop.returns("R-1", "A-1")).moves == ()
    assert tier(shop) == "gold"


def test_a_tier_reached_before_the_purchase_is_not_touched_by_it(shop: Shop) -> None:
    shop.buys("A-1", 10 * MILLION)
    shop.buys("A-2", 3 * MILLION, at=NOW + 200 * DAY)
    back = shop.tell(shop.returns("R-1", "A-2", at=NOW + 201 * DAY), now=NOW + 201 * DAY)
    assert back.moves == ()


def test_a_ladder_of_purchases_counts_a_returned_one_no_more() -> None:
    ladder = {
        "key": "club",
        "name": {"fa": "سطح", "en": "Tier"},
        "measure": "purchases",
        "tiers": [
            {"key": "plain", "name": {"fa": "عادی", "en": "Plain"}, "threshold": 0},
            {"key": "gold", "name": {"fa": "طلایی", "en": "Gold"}, "threshold": 2},
        ],
    }
    shop = open_shop(document={"ladders": [ladder]})
    shop.tell(shop.purchase("A-1", line("egg", MILLION, pieces=2)))
    shop.buys("A-2", MILLION)
    assert tier(shop) == "gold"
    assert shop.tell(shop.returns("R-1", "A-1", (1, 1000))).moves == ()
    assert shop.tell(shop.returns("R-2", "A-1", (1, 1000))).moves[0].after == "plain"
    assert sums_get(shop.club, shop.sara.id).purchases == 1
    found = selectors.activity_find(shop.club, "pos", "R-2")
    assert found is not None
    assert found.type == "whole"


# limits


def test_units_that_come_back_free_the_limit_of_the_purchases_window() -> None:
    shop = open_shop(base={"limits": [{"window": "day", "most": 10}]})
    assert shop.tell(shop.purchase("A-1", line("egg", MILLION, pieces=2))).points_of("points") == 10
    assert shop.buys("A-2", MILLION).points_of("points") == 0
    shop.tell(shop.returns("R-1", "A-1", (1, 1000)))
    assert used_get(shop.club, shop.sara.id, [("base.points.day", NOW.date())]) == {
        ("base.points.day", NOW.date()): 5
    }
    assert shop.buys("A-3", MILLION).points_of("points") == 5


def test_another_days_limit_is_not_freed() -> None:
    shop = open_shop(base={"limits": [{"window": "day", "most": 10}]})
    shop.buys("A-1", MILLION)
    shop.buys("A-2", MILLION, at=NOW + DAY)
    shop.tell(shop.returns("R-1", "A-1", at=NOW + DAY), now=NOW + DAY)
    assert shop.buys("A-3", MILLION, at=NOW + DAY).points_of("points") == 0


def test_counters_count_what_came_back_no_more() -> None:
    counters = [
        {"key": key, "name": {"fa": key, "en": key}, "counts": key} for key in ("times", "pieces", "money")
    ]
    shop = open_shop(document={"counters": counters})
    shop.tell(shop.purchase("A-1", line("egg", 300_000, pieces=3), line("rice", 200_000)))
    shop.buys("A-2", 100_000)

    def counts() -> list[int]:
        keys = [(f"#{key}", date.min) for key in ("times", "pieces", "money")]
        used = used_get(shop.club, shop.sara.id, keys)
        return [used.get(key, 0) for key in keys]

    assert counts() == [2, 4000, 6_000_000]
    shop.tell(shop.returns("R-1", "A-1", (1, 1000)))
    assert counts() == [2, 3000, 5_000_000]
    shop.tell(shop.returns("R-2", "A-1"))
    assert counts() == [1, 0, 1_000_000]


def test_a_limit_of_times_is_freed_by_the_whole_purchase() -> None:
    shop = open_shop(base={"limits": [{"window": "day", "most": 1, "of": "times"}]})
    shop.tell(shop.purchase("A-1", line("egg", MILLION, pieces=2)))
    assert shop.buys("A-2", MILLION).points_of("points") == 0
    shop.tell(shop.returns("R-1", "A-1", (1, 1000)))
    assert shop.buys("A-3", MILLION).points_of("points") == 0
    shop.tell(shop.returns("R-2", "A-1"))
    assert shop.buys("A-4", MILLION).points_of("points") == 10


# what was spent


def test_points_spent_go_back_to_their_lots_with_their_old_day(shop: Shop) -> None:
    hand(shop).gives(30, now=NOW, expires_at=NOW + 10 * DAY)
    hand(shop).gives(30, now=NOW, expires_at=NOW + 20 * DAY)
    shop.tell(paid(shop, "A-1", PaymentIn(wallet="points", amount=40)))
    assert [(lot.remaining, lot.expires_at) for lot in lots_open(shop.club, shop.sara.id)] == [
        (20, NOW + 20 * DAY),
        (10, None),
    ]
    back = shop.tell(shop.returns("R-1", "A-1"))
    assert [(given.wallet, given.amount) for given in back.given_back] == [("points", 40)]
    assert [(lot.remaining, lot.expires_at) for lot in lots_open(shop.club, shop.sara.id)] == [
        (30, NOW + 10 * DAY),
        (30, NOW + 20 * DAY),
    ]


def test_points_spent_go_back_in_parts_that_add_up(shop: Shop) -> None:
    hand(shop).gives(100, now=NOW, expires_at=NOW + 10 * DAY)
    shop.tell(
        shop.purchase(
            "A-1", line("egg", 900_000, pieces=3), paid_with=(PaymentIn(wallet="points", amount=10),)
        )
    )
    given = [shop.tell(shop.returns(f"R-{n}", "A-1", (1, 1000))).given_back[0].amount for n in range(3)]
    assert given == [3, 3, 4]
    assert points(shop) == 100


def test_what_was_taken_last_goes_back_first_part_by_part(shop: Shop) -> None:
    hand(shop).gives(30, now=NOW, expires_at=NOW + 10 * DAY)
    hand(shop).gives(30, now=NOW, expires_at=NOW + 20 * DAY)
    shop.tell(
        shop.purchase(
            "A-1", line("egg", 40_000, pieces=4), paid_with=(PaymentIn(wallet="points", amount=40),)
        )
    )
    left = []
    for n in range(4):
        shop.tell(shop.returns(f"R-{n}", "A-1", (1, 1000)))
        left.append([lot.remaining for lot in lots_open(shop.club, shop.sara.id)])
    assert left == [[30], [10, 30], [20, 30], [30, 30]]


def test_the_part_paid_by_points_lies_on_the_lines_that_name_it(shop: Shop) -> None:
    from msgspec.structs import replace

    hand(shop).gives(100, now=NOW)
    lines = (replace(line("egg", 100_000), paid_by_points=1_000_000), line("rice", 900_000))
    shop.tell(shop.purchase("A-1", *lines, paid_with=(PaymentIn(wallet="points", amount=10),)))
    assert shop.tell(shop.returns("R-1", "A-1", (2, 1000))).given_back == ()
    assert shop.tell(shop.returns("R-2", "A-1", (1, 1000))).given_back[0].amount == 10


def test_units_whose_lot_expired_meanwhile_are_gone_unless_the_wallet_has_grace(shop: Shop) -> None:
    hand(shop).gives(30, now=NOW, expires_at=NOW + 10 * DAY)
    shop.tell(paid(shop, "A-1", PaymentIn(wallet="points", amount=30), amount=50_000))
    later = NOW + 15 * DAY
    back = shop.tell(shop.returns("R-1", "A-1", at=later), now=later)
    assert back.given_back[0].amount == 30
    assert points(shop, later) == 0


def test_with_grace_units_of_an_expired_lot_are_good_for_some_days() -> None:
    shop = shop_with(points={"return_grace_days": 14})
    hand(shop).gives(10, now=NOW, expires_at=NOW + 10 * DAY)
    hand(shop).gives(20, now=NOW, expires_at=NOW + 40 * DAY)
    shop.tell(paid(shop, "A-1", PaymentIn(wallet="points", amount=30), amount=50_000))
    later = NOW + 15 * DAY
    shop.tell(shop.returns("R-1", "A-1", at=later), now=later)
    assert [(lot.remaining, lot.expires_at) for lot in lots_open(shop.club, shop.sara.id)] == [
        (10, later + 14 * DAY),
        (20, NOW + 40 * DAY),
    ]


def test_what_comes_back_repays_a_debt_first(shop: Shop) -> None:
    shop.buys("A-1", MILLION)
    shop.tell(paid(shop, "A-2", PaymentIn(wallet="points", amount=8), amount=50_000))
    shop.tell(shop.returns("R-1", "A-1"))
    assert points(shop) == -8
    shop.tell(shop.returns("R-2", "A-2"))
    assert (points(shop), lots_open(shop.club, shop.sara.id)) == (0, [])


def test_store_credit_goes_back_to_its_wallet(shop: Shop) -> None:
    hand(shop).gives(500, now=NOW, unit="credit")
    shop.tell(paid(shop, "A-1", PaymentIn(wallet="credit", amount=300)))
    assert wallets_get(shop.club, shop.sara.id, NOW)["credit"].available == 200
    shop.tell(shop.returns("R-1", "A-1"))
    assert wallets_get(shop.club, shop.sara.id, NOW)["credit"].available == 500


def test_a_hold_is_captured_by_the_purchase_that_names_it_and_goes_back(shop: Shop) -> None:
    hand(shop).gives(30, now=NOW, expires_at=NOW + 10 * DAY)
    hold = hand(shop).holds(12, now=NOW)
    shop.tell(paid(shop, "A-1", PaymentIn(hold=public("hold", hold.id)), amount=50_000))
    assert points(shop) == 18
    with pytest.raises(Refusal, match="hold_closed"):
        shop.tell(paid(shop, "A-2", PaymentIn(hold=public("hold", hold.id)), amount=50_000))
    assert shop.tell(shop.returns("R-1", "A-1")).given_back[0].amount == 12
    assert [lot.remaining for lot in lots_open(shop.club, shop.sara.id)] == [30]


def test_one_batch_captures_a_hold_once(shop: Shop) -> None:
    hand(shop).gives(30, now=NOW)
    name = public("hold", hand(shop).holds(12, now=NOW).id)
    batch = [paid(shop, f"A-{n}", PaymentIn(hold=name), amount=50_000) for n in range(2)]
    outcomes = settle(batch, club=shop.club, actor=SYSTEM, now=NOW)
    assert [type(outcome) for outcome in outcomes] == [Settled, Refused]


def test_too_few_points_refuse_the_purchase_and_nothing_is_taken(shop: Shop) -> None:
    hand(shop).gives(30, now=NOW)
    asked = (PaymentIn(wallet="points", amount=20), PaymentIn(wallet="points", amount=20))
    with pytest.raises(Refusal) as refused:
        shop.tell(paid(shop, "A-1", *asked))
    assert (refused.value.code, refused.value.extra["missing"]) == ("points_short", 10)
    assert (points(shop), selectors.activity_find(shop.club, "pos", "A-1")) == (30, None)


@pytest.mark.parametrize(
    "payment",
    [
        PaymentIn(),
        PaymentIn(wallet="points"),
        PaymentIn(amount=5),
        PaymentIn(wallet="points", amount=5, coupon="X"),
    ],
)
def test_an_unclear_payment_is_refused(shop: Shop, payment: PaymentIn) -> None:
    with pytest.raises(Refusal, match="payment_unclear"):
        shop.tell(paid(shop, "A-1", payment))


def test_nobodys_purchase_cannot_be_paid_with_points(shop: Shop) -> None:
    told = PurchaseIn(
        source="pos",
        reference="A-1",
        occurred_at=NOW,
        amounts=shop.purchase("x", amount=1).amounts,
        paid_with=(PaymentIn(wallet="points", amount=5),),
    )
    with pytest.raises(Refusal, match="payer_missing"):
        shop.tell(told)


def test_a_coupon_is_used_by_the_purchase_and_usable_again_when_all_of_it_comes_back(shop: Shop) -> None:
    hand(shop).gives(50, now=NOW)
    coupon = redeem(shop, "off").coupon
    lines = (line("egg", MILLION, pieces=2),)
    shop.tell(shop.purchase("A-1", *lines, paid_with=(PaymentIn(coupon=coupon.code),)))
    with pytest.raises(Refusal, match="coupon_used"):
        shop.tell(paid(shop, "A-2", PaymentIn(coupon=coupon.code)))
    assert shop.tell(shop.returns("R-1", "A-1", (1, 1000))).coupons_back == ()
    assert shop.tell(shop.returns("R-2", "A-1", (1, 1000))).coupons_back == (coupon.id,)
    assert rewards.coupon_get(shop.club, shop.sara.id, coupon.id, now=NOW).state == "issued"
    shop.tell(paid(shop, "A-3", PaymentIn(coupon=public("coupon", coupon.id))))
    assert rewards.coupon_get(shop.club, shop.sara.id, coupon.id, now=NOW).used_reference == "pos:A-3"


def test_a_coupon_whose_terms_say_so_stays_used(shop: Shop) -> None:
    hand(shop).gives(50, now=NOW)
    coupon = redeem(shop, "once").coupon
    shop.tell(paid(shop, "A-1", PaymentIn(coupon=coupon.code)))
    assert shop.tell(shop.returns("R-1", "A-1")).coupons_back == ()
    assert rewards.coupon_get(shop.club, shop.sara.id, coupon.id, now=NOW).state == "used"


def test_a_refused_purchase_uses_no_coupon(shop: Shop) -> None:
    hand(shop).gives(50, now=NOW)
    coupon = redeem(shop, "off").coupon
    with pytest.raises(Refusal, match="points_short"):
        shop.tell(paid(shop, "A-1", PaymentIn(coupon=coupon.code), PaymentIn(wallet="points", amount=999)))
    assert rewards.coupon_get(shop.club, shop.sara.id, coupon.id, now=NOW).state == "issued"


def test_a_redemption_goes_back_with_the_whole_purchase_it_paid(shop: Shop) -> None:
    hand(shop).gives(50, now=NOW)
    found = redeem(shop, "coffee")
    name = PaymentIn(redemption=public("redemption", found.id))
    shop.tell(paid(shop, "A-1", name, amount=50_000))
    with pytest.raises(Refusal, match="redemption_spent"):
        shop.tell(paid(shop, "A-2", name, amount=50_000))
    assert points(shop) == 46
    shop.tell(shop.returns("R-1", "A-1"))
    assert points(shop) == 50


def test_a_redemption_that_pays_uses_up_its_coupon(shop: Shop) -> None:
    """Else the same reward could be had twice: named by its redemption here, by its coupon there."""
    hand(shop).gives(50, now=NOW)
    found = redeem(shop, "coffee")
    assert found.coupon is not None
    by_redemption = PaymentIn(redemption=public("redemption", found.id))
    by_coupon = PaymentIn(coupon=found.coupon.code)
    with pytest.raises(Refusal, match="payment_unclear"):
        shop.tell(paid(shop, "A-0", by_redemption, by_coupon, amount=50_000))
    shop.tell(paid(shop, "A-1", by_redemption, amount=50_000))
    with pytest.raises(Refusal, match="coupon_used"):
        shop.tell(paid(shop, "A-2", by_coupon, amount=50_000))
    shop.tell(shop.returns("R-1", "A-1"))
    assert points(shop) == 50
    assert rewards.coupon_get(shop.club, shop.sara.id, found.coupon.id, now=NOW).state == "used"


def test_a_redemption_whose_coupon_was_used_elsewhere_pays_nothing(shop: Shop) -> None:
    hand(shop).gives(50, now=NOW)
    found = redeem(shop, "coffee")
    assert found.coupon is not None
    shop.tell(paid(shop, "A-1", PaymentIn(coupon=found.coupon.code), amount=50_000))
    with pytest.raises(Refusal, match="redemption_spent"):
        shop.tell(paid(shop, "A-2", PaymentIn(redemption=public("redemption", found.id)), amount=50_000))


def test_a_redemption_whose_coupon_was_used_for_this_purchase_pays_it(shop: Shop) -> None:
    """A till uses the coupon by its code first, and names the redemption with the purchase."""
    hand(shop).gives(50, now=NOW)
    found = redeem(shop, "coffee")
    assert found.coupon is not None
    coupon_use(club=shop.club, code=found.coupon.code or "", reference="A-1", actor=SYSTEM, now=NOW)
    shop.tell(paid(shop, "A-1", PaymentIn(redemption=public("redemption", found.id)), amount=50_000))
    shop.tell(shop.returns("R-1", "A-1"))
    assert points(shop) == 50


def test_a_purchase_told_again_pays_once(shop: Shop) -> None:
    hand(shop).gives(50, now=NOW)
    told = paid(shop, "A-1", PaymentIn(wallet="points", amount=20), amount=50_000)
    shop.tell(told)
    assert shop.tell(told).repeated
    assert points(shop) == 30


# out of order


def test_a_return_told_before_its_purchase_waits_and_settles_when_it_comes(shop: Shop) -> None:
    (early,) = settle([shop.returns("R-1", "A-1")], club=shop.club, actor=SYSTEM, now=NOW)
    assert isinstance(early, Refused)
    assert (early.refusal.code, early.refusal.status) == ("return_waits", 202)
    assert [waiting.reference for waiting in returns_waiting(shop.club)] == ["R-1"]
    shop.buys("A-1", MILLION)
    assert points(shop) == 10
    hear_purchases(shop)
    assert (points(shop), returns_waiting(shop.club)) == (0, [])
    assert shop.tell(shop.returns("R-1", "A-1")).repeated


def test_a_return_waits_once_however_often_it_is_told(shop: Shop) -> None:
    for _ in range(2):
        with pytest.raises(Refusal, match="return_waits"):
            shop.tell(shop.returns("R-1", "A-1"))
    with pytest.raises(Refusal, match="reference_reused"):
        shop.tell(shop.returns("R-1", "A-2"))
    both = [shop.returns("R-2", "A-1"), shop.returns("R-2", "A-1")]
    outcomes = settle(both, club=shop.club, actor=SYSTEM, now=NOW)
    assert [o.refusal.code for o in outcomes if isinstance(o, Refused)] == ["return_waits", "return_waits"]
    assert len(returns_waiting(shop.club)) == 2


def test_a_waiting_return_of_more_than_was_bought_is_closed_with_its_reason(shop: Shop) -> None:
    with pytest.raises(Refusal, match="return_waits"):
        shop.tell(shop.returns("R-1", "A-1", (1, 9000)))
    shop.tell(shop.purchase("A-1", line("egg", MILLION)))
    hear_purchases(shop)
    assert [(w.reference, w.outcome) for w in returns_waiting(shop.club)] == [("R-1", "return_exceeds")]
    assert points(shop) == 10


def test_a_waiting_return_can_be_let_go(shop: Shop) -> None:
    with pytest.raises(Refusal, match="return_waits"):
        shop.tell(shop.returns("R-1", "A-1"))
    return_discard(club=shop.club, id=returns_waiting(shop.club)[0].id, actor=SYSTEM, now=NOW)
    shop.buys("A-1", MILLION)
    hear_purchases(shop)
    assert points(shop) == 10


def hear_purchases(shop: Shop) -> None:
    news = News(
        id=shop.sara.id, club_id=shop.club.id, kind="purchase.settled", member_id=None, payload={}, at=NOW
    )
    on_purchases([news])


# nobody's purchases


def nobodys(shop: Shop, reference: str, amount: int) -> Settled:
    told = PurchaseIn(
        source="pos",
        reference=reference,
        occurred_at=NOW,
        branch="101",
        lines=(line("egg", amount, pieces=2),),
    )
    return settle_one(told, club=shop.club, actor=SYSTEM, now=NOW)


def test_the_return_of_nobodys_purchase_counts_in_sales(shop: Shop) -> None:
    bought = nobodys(shop, "A-1", MILLION)
    back = shop.tell(shop.returns("R-1", "A-1", (1, 1000)))
    assert (back.member_id, back.credits, back.kind) == (None, (), "return")
    assert shop.tell(shop.returns("R-1", "A-1", (1, 1000))).repeated
    with pytest.raises(Refusal, match="return_exceeds"):
        shop.tell(shop.returns("R-2", "A-1", (1, 2000)))
    assert club_days(shop.club)[NOW.date(), "101", True] == [
        1,
        1,
        0,
        10_000_000,
        10_000_000,
        0,
        5_000_000,
        0,
        0,
    ]
    by_id = ReturnIn(
        source="desk",
        reference="R-3",
        occurred_at=NOW,
        purchase=PurchaseRef(activity=public("activity", bought.activity_id)),
    )
    shop.tell(by_id)
    assert [back.fact.net for back in returns_of(shop.club, bought.activity_id)] == [5_000_000, 5_000_000]


def test_a_claimed_purchase_comes_with_what_came_back_of_it(shop: Shop) -> None:
    bought = nobodys(shop, "A-1", MILLION)
    shop.tell(shop.returns("R-1", "A-1", (1, 1000)))
    for _ in range(2):
        anonymous_claim(
            club=shop.club, anonymous_id=bought.activity_id, member_id=shop.sara.id, actor=SYSTEM, now=NOW
        )
        assert points(shop) == 5
    assert club_days(shop.club) == heard_days(shop)
    shop.tell(shop.returns("R-2", "A-1"))
    assert points(shop) == 0
    assert sums_get(shop.club, shop.sara.id).spend == 0
    assert window_value(shop.club, shop.sara.id, "purchases", NOW.date(), NOW.date() + DAY) == 0


def heard_days(shop: Shop) -> dict[Any, list[int]]:
    """What the handler adds up from the news; days of nothing left out."""
    outbox.relay_once()
    while outbox.deliveries_run(now=NOW + 2 * DAY):
        continue
    rows = (
        cursor()
        .execute(
            """
        SELECT day, branch, is_anonymous, purchases, returns, visits, gross, spend, discount, returned,
               points_issued, points_back FROM history_clubday WHERE club_id = %s
        """,
            [shop.club.id],
        )
        .fetchall()
    )
    return {tuple(row[:3]): list(row[3:]) for row in rows if any(row[3:])}


def test_a_rule_for_first_purchases_sees_no_purchase_where_all_of_it_came_back() -> None:
    first = rule(
        "first",
        "purchase",
        [{"wallet": "points", "amount": "fixed", "params": {"units": 50}}],
        when={"field": "history.purchases", "op": "eq", "value": 0},
    )
    shop = open_shop(base={"effects": [per_step("status")]}, rules=[first])
    assert shop.buys("A-1", MILLION).points_of("points") == 50
    assert shop.buys("A-2", MILLION).points_of("points") == 0
    shop.tell(shop.returns("R-2", "A-2"))
    shop.tell(shop.returns("R-1", "A-1"))
    assert shop.buys("A-3", MILLION).points_of("points") == 50

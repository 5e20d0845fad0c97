"""Facts by a merged member's card: the survivor's while they are one, the member's own once they are two."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from bashgah.activities.confirming import Verdict, pending_decide, pending_of
from bashgah.activities.services import settle_one
from bashgah.activities.types import (
    AmountsIn,
    CustomIn,
    MemberRef,
    PaymentIn,
    PurchaseIn,
    PurchaseRef,
    Settled,
)
from bashgah.dealings import services
from bashgah.ground.types import SYSTEM
from bashgah.history.selectors import sums_get
from bashgah.kit.refusals import Refusal
from bashgah.tiers.selectors import standing_get
from tests.activities.shop import TOMAN, Shop, line, open_shop, program, rule
from tests.activities.test_shadow import would
from tests.cast import NOW
from tests.ledger.hand import Hand

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MILLION = 1_000_000
GIFT = {"wallet": "points", "amount": "fixed", "params": {"units": 4}}


def merged(shop: Shop) -> UUID:
    """Sara is merged into Reza."""
    made = services.members_merge(
        club=shop.club, survivor_id=shop.reza.id, merged_id=shop.sara.id, actor=SYSTEM, now=NOW
    )
    return made.id


def parted(shop: Shop, merge_id: UUID, *, days: int = 1) -> None:
    services.merge_undo(club=shop.club, merge_id=merge_id, actor=SYSTEM, now=NOW + days * DAY)


def by_card(shop: Shop, reference: str, amount: int = MILLION, *, days: int = 0, **more: Any) -> Settled:
    """A purchase by Sara's card, whoever stands for it."""
    told = PurchaseIn(
        source="pos",
        reference=reference,
        occurred_at=NOW + days * DAY,
        member=MemberRef(card=shop.sara.number),
        branch="101",
        amounts=AmountsIn(gross=amount * TOMAN),
        **more,
    )
    return settle_one(told, club=shop.club, actor=SYSTEM, now=NOW + days * DAY)


def points(shop: Shop, *, days: int = 0) -> list[tuple[int, int]]:
    """(available, pending) of Sara and of Reza under their own ids."""
    found = [Hand(shop.club, one.id).wallet(NOW + days * DAY) for one in (shop.sara, shop.reza)]
    return [(wallet.available, wallet.pending) for wallet in found]


def purchases(shop: Shop) -> list[tuple[int, int]]:
    return [(s.purchases, s.spend) for s in (sums_get(shop.club, one.id) for one in (shop.sara, shop.reza))]


def used(shop: Shop, key: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT member_id, sum(used) FROM history_used WHERE limit_key = %s GROUP BY member_id", [key]
        )
        found = dict(cursor.fetchall())
    return [int(found.get(one.id, 0)) for one in (shop.sara, shop.reza)]


def tiers(shop: Shop, *, days: int = 1) -> list[str]:
    found = [standing_get(shop.club, one.id, NOW + days * DAY) for one in (shop.sara, shop.reza)]
    return [standing.tier if standing else "" for standing in found]


def test_what_her_card_did_meanwhile_is_hers_after_the_undo() -> None:
    shop = open_shop()
    shop.buys("S-1", 2 * MILLION)
    shop.buys("R-1", 3 * MILLION, member=shop.reza)
    merge_id = merged(shop)
    answer = by_card(shop, "S-2", 4 * MILLION)
    assert (answer.member_id, answer.balances[0].available) == (shop.reza.id, 90)
    assert by_card(shop, "S-2", 4 * MILLION).member_id == shop.reza.id
    shop.buys("R-2", MILLION, member=shop.reza)
    assert (points(shop)[1], purchases(shop)[1]) == ((100, 0), (4, 100 * MILLION))
    parted(shop, merge_id)
    assert points(shop, days=1) == [(60, 0), (40, 0)]
    assert purchases(shop) == [(2, 60 * MILLION), (2, 40 * MILLION)]


def test_what_her_card_earned_and_the_survivor_spent_is_the_survivors_to_pay() -> None:
    shop = open_shop()
    merge_id = merged(shop)
    by_card(shop, "S-1", 3 * MILLION)
    shop.tell(
        shop.purchase(
            "R-1", amount=100_000, member=shop.reza, paid_with=(PaymentIn(wallet="points", amount=25),)
        )
    )
    assert points(shop)[1] == (6, 0)
    parted(shop, merge_id)
    assert points(shop, days=1) == [(30, 0), (-24, 0)]


def test_what_her_card_was_paid_with_is_hers_to_pay() -> None:
    shop = open_shop()
    shop.buys("R-1", 3 * MILLION, member=shop.reza)
    merge_id = merged(shop)
    by_card(shop, "S-1", 2 * MILLION, paid_with=(PaymentIn(wallet="points", amount=25),))
    assert points(shop)[1] == (25, 0)
    parted(shop, merge_id)
    assert points(shop, days=1) == [(-5, 0), (30, 0)]


@pytest.mark.parametrize("days", [0, 2])
def test_goods_of_her_purchase_come_back_before_and_after_the_undo(days: int) -> None:
    shop = open_shop()
    shop.buys("R-1", MILLION, member=shop.reza)
    merge_id = merged(shop)
    by_card(shop, "S-1", 2 * MILLION)
    by_card(shop, "S-2", 3 * MILLION)
    back = shop.returns("B-1", "S-1", at=NOW + days * DAY)
    if not days:
        shop.tell(back)
        assert (points(shop)[1], purchases(shop)[1]) == ((40, 0), (2, 40 * MILLION))
    parted(shop, merge_id)
    if days:
        assert points(shop, days=1) == [(50, 0), (10, 0)]
        shop.tell(back, now=NOW + days * DAY)
    assert points(shop, days=2) == [(30, 0), (10, 0)]
    assert purchases(shop) == [(1, 30 * MILLION), (1, 10 * MILLION)]


def test_limits_counters_and_last_days_are_each_ones_own_again() -> None:
    counters = [
        {"key": "often", "name": {"en": "O"}, "trigger": "purchase", "counts": "times", "window": "ever"},
        {"key": "since", "name": {"en": "S"}, "trigger": "purchase", "counts": "days_since"},
    ]
    at_most = [{"window": "ever", "most": 9}, {"window": "ever", "most": 2, "of": "times"}]
    gift = rule("gift", "purchase", [GIFT], limits=at_most)
    shop = open_shop(rules=[gift], document={"counters": counters})
    shop.buys("S-1", MILLION, at=NOW - 9 * DAY)
    shop.buys("R-1", MILLION, member=shop.reza, at=NOW - 5 * DAY)
    today = NOW.date().toordinal()
    merge_id = merged(shop)
    assert (used(shop, "gift.points.ever"), used(shop, "#since")) == ([4, 8], [today - 9, today - 5])
    told = by_card(shop, "S-2")
    assert sum(credit.amount for credit in told.credits if credit.rule == "gift") == 0, "twice was enough"
    assert used(shop, "#since") == [today, today]
    parted(shop, merge_id)
    assert (used(shop, "gift.points.ever"), used(shop, "#often")) == ([4, 4], [2, 1])
    assert used(shop, "#since") == [today, today - 5]
    assert sums_get(shop.club, shop.reza.id).last_purchase_at == NOW - 5 * DAY
    assert sums_get(shop.club, shop.sara.id).last_purchase_at == NOW


def test_a_tier_her_card_reached_is_hers_and_the_survivor_falls() -> None:
    shop = open_shop()
    shop.buys("R-1", 3 * MILLION, member=shop.reza)
    merge_id = merged(shop)
    by_card(shop, "S-1", 12 * MILLION)
    assert tiers(shop)[1] == "gold"
    parted(shop, merge_id)
    assert tiers(shop) == ["gold", "plain"]


def test_the_survivor_falls_when_what_her_card_reached_comes_back() -> None:
    shop = open_shop()
    merged(shop)
    by_card(shop, "S-1", 12 * MILLION)
    told = shop.tell(shop.returns("B-1", "S-1"))
    assert ([move.direction for move in told.moves], tiers(shop)[1]) == (["lowered"], "plain")


def test_whom_the_merge_itself_lifted_falls_when_the_goods_come_back() -> None:
    shop = open_shop()
    early = NOW - 5 * DAY
    shop.tell(shop.purchase("R-1", amount=5 * MILLION, member=shop.reza, at=early), now=early)
    shop.buys("S-1", 6 * MILLION)
    merge_id = merged(shop)
    assert tiers(shop)[1] == "gold"
    told = shop.tell(shop.returns("B-1", "S-1"))
    assert ([move.direction for move in told.moves], tiers(shop)[1]) == (["lowered"], "plain")
    parted(shop, merge_id)
    assert tiers(shop) == ["plain", "plain"]


def test_a_tier_that_her_card_completed_falls_when_the_survivors_goods_come_back() -> None:
    shop = open_shop()
    early = NOW - 5 * DAY
    shop.tell(shop.purchase("R-0", amount=MILLION, member=shop.reza, at=early), now=early)
    shop.buys("R-1", 5 * MILLION, member=shop.reza)
    merged(shop)
    by_card(shop, "S-1", 6 * MILLION)
    assert tiers(shop)[1] == "gold"
    shop.tell(shop.returns("B-1", "R-1"))
    assert tiers(shop)[1] == "plain"


def test_the_tier_a_merged_member_has_from_last_year_holds_when_other_goods_come_back() -> None:
    yearly = {**program()["ladders"][0], "window": "calendar_year"}
    shop = open_shop(document={"ladders": [yearly]})
    past = NOW - 300 * DAY
    shop.tell(shop.purchase("S-1", amount=11 * MILLION, at=past), now=past)
    shop.buys("R-1", MILLION, member=shop.reza)
    merged(shop)
    assert tiers(shop)[1] == "gold"
    shop.tell(shop.returns("B-1", "R-1"))
    assert tiers(shop)[1] == "gold"


def test_a_tier_that_went_back_with_the_goods_does_not_return_with_the_undo() -> None:
    shop = open_shop()
    shop.buys("S-1", MILLION)
    shop.buys("R-1", 12 * MILLION, member=shop.reza)
    merge_id = merged(shop)
    assert tiers(shop)[1] == "gold"
    shop.tell(shop.returns("B-1", "R-1"))
    assert tiers(shop)[1] == "plain"
    parted(shop, merge_id)
    assert tiers(shop) == ["plain", "plain"]


def test_whom_she_lifted_falls_when_what_held_her_up_comes_back() -> None:
    shop = open_shop()
    shop.buys("S-1", 12 * MILLION)
    shop.buys("R-1", MILLION, member=shop.reza)
    merge_id = merged(shop)
    assert tiers(shop)[1] == "gold"
    shop.tell(shop.returns("B-1", "S-1"))
    assert tiers(shop)[1] == "plain"
    parted(shop, merge_id)
    assert tiers(shop) == ["plain", "plain"]


def waiting_shop(**confirmation: Any) -> Shop:
    """Points wait for the delivery of the purchase."""
    terms = {"confirms": "delivery", "cancels": "undelivered", **confirmation}
    return open_shop(
        points={"confirmation": terms}, document={"activity_types": {"delivery": {}, "undelivered": {}}}
    )


def decided(shop: Shop, type_: str, of: str) -> None:
    told = CustomIn(
        source="pos",
        reference=f"{type_} of {of}",
        occurred_at=NOW,
        member=shop.ref(shop.reza),
        type=type_,
        purchase=PurchaseRef(reference=of),
    )
    shop.tell(told)


def test_pending_points_of_her_purchases_can_be_confirmed_and_cancelled_while_they_are_one() -> None:
    shop = waiting_shop()
    shop.buys("S-1", MILLION)
    shop.buys("S-2", 2 * MILLION)
    merge_id = merged(shop)
    by_card(shop, "S-3", 4 * MILLION)
    by_card(shop, "S-4", 8 * MILLION)
    for type_, of in (
        ("delivery", "S-1"),
        ("undelivered", "S-2"),
        ("delivery", "S-3"),
        ("undelivered", "S-4"),
    ):
        decided(shop, type_, of)
    assert points(shop)[1] == (50, 0)
    parted(shop, merge_id)
    assert points(shop, days=1) == [(50, 0), (0, 0)]


@pytest.mark.parametrize(("verdict", "left"), [("confirm", 20), ("cancel", 0)])
def test_what_her_purchase_gave_before_the_merge_is_decided_by_hand_where_it_lies(
    verdict: Verdict, left: int
) -> None:
    shop = waiting_shop()
    told = shop.buys("S-1", 2 * MILLION)
    shop.buys("R-1", MILLION, member=shop.reza)
    merge_id = merged(shop)
    assert pending_of(shop.club, told.activity_id, shop.sara.id, NOW) == {"points": 20}
    assert by_hand(shop, told, verdict) == 20
    assert points(shop)[1] == (left, 10)
    assert pending_of(shop.club, told.activity_id, shop.sara.id, NOW) == {}
    with pytest.raises(Refusal, match="nothing_pending"), transaction.atomic():
        by_hand(shop, told, verdict)
    parted(shop, merge_id)
    assert points(shop, days=1) == [(left, 0), (0, 10)]


def test_what_her_card_earned_while_they_are_one_is_confirmed_by_hand() -> None:
    shop = waiting_shop()
    merge_id = merged(shop)
    told = by_card(shop, "S-1", 3 * MILLION)
    assert by_hand(shop, told, "confirm") == 30
    assert points(shop)[1] == (30, 0)
    parted(shop, merge_id)
    assert points(shop, days=1) == [(30, 0), (0, 0)]


def by_hand(shop: Shop, told: Settled, verdict: Verdict) -> int:
    return pending_decide(
        club=shop.club, activity_id=told.activity_id, verdict=verdict, reason="asked", actor=SYSTEM, now=NOW
    )


def lapsing_shop() -> Shop:
    """Points lapse when nothing was done for a month."""
    return open_shop(points={"expiry": {"inactive_months": 1}})


def test_her_day_of_lapsing_does_not_take_what_the_survivor_keeps_alive() -> None:
    shop = lapsing_shop()
    shop.tell(shop.purchase("S-1", line("egg", 2 * MILLION, pieces=2), at=NOW), now=NOW)
    merged(shop)
    shop.buys("R-1", MILLION, member=shop.reza, at=NOW + 20 * DAY)
    shop.tell(shop.returns("B-1", "S-1", (1, 1000), at=NOW + 40 * DAY), now=NOW + 40 * DAY)
    assert points(shop, days=40)[1] == (20, 0)


def test_units_that_the_survivor_kept_alive_do_not_lapse_by_the_undo() -> None:
    shop = lapsing_shop()
    shop.buys("S-1", 2 * MILLION)
    shop.buys("R-1", MILLION, member=shop.reza)
    merge_id = services.members_merge(
        club=shop.club, survivor_id=shop.reza.id, merged_id=shop.sara.id, actor=SYSTEM, now=NOW + 15 * DAY
    ).id
    shop.buys("R-2", MILLION, member=shop.reza, at=NOW + 20 * DAY)
    parted(shop, merge_id, days=40)
    assert points(shop, days=40) == [(20, 0), (20, 0)]
    assert points(shop, days=60) == [(0, 0), (0, 0)]


def test_goods_that_come_back_take_what_is_still_pending_of_them_and_nothing_else() -> None:
    shop = waiting_shop()
    shop.buys("S-1", 2 * MILLION)
    shop.buys("R-1", MILLION, member=shop.reza)
    decided(shop, "delivery", "R-1")
    merge_id = merged(shop)
    assert points(shop)[1] == (10, 20)
    shop.tell(shop.returns("B-1", "S-1"))
    assert points(shop)[1] == (10, 0)
    parted(shop, merge_id)
    assert points(shop, days=1) == [(0, 0), (10, 0)]


def test_merged_again_after_the_undo_nothing_is_counted_twice() -> None:
    shop = open_shop()
    shop.buys("R-1", MILLION, member=shop.reza)
    for number in (1, 2):
        merge_id = merged(shop)
        by_card(shop, f"S-{number}", 2 * MILLION)
        shop.tell(shop.returns(f"B-{number}", f"S-{number}"))
        by_card(shop, f"T-{number}", 3 * MILLION)
        parted(shop, merge_id)
    assert points(shop, days=1) == [(60, 0), (10, 0)]
    assert purchases(shop) == [(2, 60 * MILLION), (1, 10 * MILLION)]


def test_a_rule_in_shadow_counts_her_card_for_both_against_its_own_limit() -> None:
    limit = [{"window": "ever", "most": 1, "of": "times"}]
    shop = open_shop(rules=[rule("trial", "purchase", [GIFT], stage="shadow", limits=limit)])
    merge_id = merged(shop)
    by_card(shop, "S-1")
    shop.buys("R-1", MILLION, member=shop.reza)
    assert [(row[1], row[3]) for row in would()] == [("trial", 4)]
    shop.tell(shop.returns("B-1", "S-1"))
    shop.buys("R-2", MILLION, member=shop.reza)
    assert [row[3] for row in would()] == [4, -4, 4]
    parted(shop, merge_id)
    assert used(shop, "?trial.#times.ever") == [0, 1]


def test_points_that_left_pending_and_ripened_since_come_back_available() -> None:
    """What was brought back for a return was available by then; the rest of it is pending no more."""
    shop = open_shop(points={"pending_days": 2})
    merge_id = merged(shop)
    told = shop.purchase("S-1", line("egg", 3_600_000, pieces=3), member=shop.sara)
    shop.tell(told)
    sara, reza = Hand(shop.club, shop.sara.id), Hand(shop.club, shop.reza.id)
    later = NOW + 4 * DAY
    assert (reza.wallet(NOW).pending, reza.wallet(later).available) == (36, 36)
    hold = reza.holds(11, now=later)
    shop.tell(shop.returns("B-1", "S-1", (1, 1000), at=later), now=later)
    assert reza.wallet(later).available == 36 - 11 - 12
    parted(shop, merge_id, days=4)
    wallets = [(each.wallet(later).available, each.wallet(later).pending) for each in (sara, reza)]
    # Reza owes what he set aside: it was Sara's
    assert wallets == [(24, 0), (-11, 0)]
    reza.releases(hold, now=later)
    assert (sara.wallet(later).available, reza.wallet(later).available) == (24, 0)

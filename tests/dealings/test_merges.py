"""Two memberships of one person become one and, within thirty days, two again; nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction

from bashgah.activities.types import MemberRef
from bashgah.dealings import selectors, services
from bashgah.dealings.types import MergeInfo
from bashgah.ground.types import SYSTEM
from bashgah.history.selectors import sums_get
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import lots_open, statement_list, wallets_get
from bashgah.members import selectors as members
from bashgah.members.services import member_block, member_enrol, member_leave
from bashgah.tiers.selectors import standing_get
from tests.activities.shop import Shop, open_shop
from tests.cast import NOW, SARA_MOBILE
from tests.ledger.hand import Hand

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MILLION = 1_000_000


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def merges(shop: Shop, *, reason: str = "one person") -> MergeInfo:
    """Sara is merged into Reza."""
    return services.members_merge(
        club=shop.club,
        survivor_id=shop.reza.id,
        merged_id=shop.sara.id,
        reason=reason,
        actor=SYSTEM,
        now=NOW,
    )


def parts(shop: Shop, merge_id: UUID, *, days: int = 1) -> MergeInfo:
    return services.merge_undo(club=shop.club, merge_id=merge_id, actor=SYSTEM, now=NOW + days * DAY)


def points(shop: Shop, *, days: int = 0) -> tuple[int, int]:
    """What Sara and Reza have available under their own ids."""
    now = NOW + days * DAY
    return tuple(Hand(shop.club, one.id).wallet(now).available for one in (shop.sara, shop.reza))


def refusal_of(act: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as refusal, transaction.atomic():
        act()
    return refusal.value


def test_a_merge_joins_points_history_tier_and_card(shop: Shop) -> None:
    shop.buys("S-1", 12 * MILLION)
    shop.buys("R-1", 3 * MILLION, member=shop.reza)
    assert standing_get(shop.club, shop.sara.id, NOW).tier == "gold"
    merges(shop)
    assert points(shop) == (150, 150)
    sums = sums_get(shop.club, shop.reza.id)
    assert (sums.purchases, sums.spend) == (2, 150 * MILLION)
    assert standing_get(shop.club, shop.reza.id, NOW).tier == "gold"
    assert members.member_resolve(shop.club, "mobile", SARA_MOBILE) == shop.reza.id
    assert members.member_resolve(shop.club, "card", shop.sara.number) == shop.reza.id
    by_card = shop.purchase("S-2", amount=MILLION)
    answer = shop.tell(
        type(by_card)(
            source="pos",
            reference="S-3",
            occurred_at=NOW,
            member=MemberRef(card=shop.sara.number),
            branch="101",
            amounts=by_card.amounts,
        )
    )
    assert (answer.member_id, points(shop)[1]) == (shop.reza.id, 160)


def test_joined_history_may_lift_a_tier_and_never_lowers_one(shop: Shop) -> None:
    shop.buys("S-1", 6 * MILLION)
    shop.buys("R-1", 6 * MILLION, member=shop.reza)
    assert standing_get(shop.club, shop.reza.id, NOW).tier == "plain"
    made = merges(shop)
    assert standing_get(shop.club, shop.reza.id, NOW).tier == "gold"
    parts(shop, made.id)
    assert standing_get(shop.club, shop.reza.id, NOW + DAY).tier == "plain"
    assert standing_get(shop.club, shop.sara.id, NOW + DAY).tier == "plain"


def test_the_undo_restores_both(shop: Shop) -> None:
    shop.buys("S-1", 12 * MILLION)
    shop.buys("R-1", 3 * MILLION, member=shop.reza)
    before = [lots_open(shop.club, one.id) for one in (shop.sara, shop.reza)]
    earlier = [sums_get(shop.club, one.id) for one in (shop.sara, shop.reza)]
    made = merges(shop)
    undone = parts(shop, made.id)
    assert undone.undone_at is not None
    assert [lots_open(shop.club, one.id) for one in (shop.sara, shop.reza)] == before
    assert [sums_get(shop.club, one.id) for one in (shop.sara, shop.reza)] == earlier
    assert members.member_resolve(shop.club, "mobile", SARA_MOBILE) == shop.sara.id
    tiers = [standing_get(shop.club, one.id, NOW + DAY).tier for one in (shop.sara, shop.reza)]
    assert tiers == ["gold", "plain"]
    assert parts(shop, made.id).undone_at == undone.undone_at
    shop.buys("S-2", MILLION)
    assert points(shop) == (130, 30)


def test_what_was_spent_since_is_the_survivors_to_pay(shop: Shop) -> None:
    shop.buys("S-1", 12 * MILLION)
    made = merges(shop)
    reza = Hand(shop.club, shop.reza.id)
    reza.captures(reza.holds(100, now=NOW), now=NOW)
    parts(shop, made.id)
    assert points(shop, days=1) == (120, -100)


def test_goods_of_the_merged_member_come_back_and_the_survivor_pays(shop: Shop) -> None:
    shop.buys("S-1", 12 * MILLION)
    shop.buys("R-1", 3 * MILLION, member=shop.reza)
    made = merges(shop)
    shop.tell(shop.returns("S-1R", "S-1"))
    assert points(shop)[1] == 30
    assert sums_get(shop.club, shop.reza.id).spend == 30 * MILLION
    parts(shop, made.id)
    assert points(shop, days=1) == (0, 30)
    assert sums_get(shop.club, shop.sara.id).spend == 0


def test_the_statement_of_the_survivor_tells_both_pasts_and_no_moving(shop: Shop) -> None:
    shop.buys("S-1", 12 * MILLION)
    shop.buys("R-1", 3 * MILLION, member=shop.reza)
    merges(shop)
    rows = statement_list(shop.club, shop.reza.id, unit="points").rows
    assert sorted(row.change for row in rows) == [30, 120]
    wallets = wallets_get(shop.club, shop.sara.id, NOW)
    assert (wallets["points"].available, wallets["points"].earned_ever) == (150, 150)


def test_after_thirty_days_a_merge_is_final(shop: Shop) -> None:
    made = merges(shop)
    assert refusal_of(lambda: parts(shop, made.id, days=30)).code == "merge_final"
    assert parts(shop, made.id, days=29).undone_at is not None


def test_what_cannot_be_merged(shop: Shop) -> None:
    def merge(survivor: UUID, merged: UUID) -> object:
        return services.members_merge(
            club=shop.club, survivor_id=survivor, merged_id=merged, actor=SYSTEM, now=NOW
        )

    third = member_enrol(club=shop.club, mobile="09121110044", channel="till", now=NOW)
    house = member_enrol(club=shop.club, kind="group", first_name="خانه", channel="console", now=NOW)
    assert refusal_of(lambda: merge(third.id, third.id)).code == "merge_with_self"
    assert refusal_of(lambda: merge(third.id, house.id)).code == "merge_kinds_differ"
    assert refusal_of(lambda: merge(third.id, UUID(int=9))).code == "member_not_found"
    merges(shop)
    assert refusal_of(lambda: merge(third.id, shop.sara.id)).code == "member_merged"
    assert refusal_of(lambda: merge(third.id, shop.reza.id)).code == "merge_has_others"
    merge(shop.reza.id, third.id)
    assert members.alias_set(shop.club, third.id) == [shop.reza.id, *sorted((shop.sara.id, third.id))]


def test_a_blocked_member_is_not_freed_by_a_merge(shop: Shop) -> None:
    member_block(club=shop.club, id=shop.sara.id, reason="fraud", actor=SYSTEM, now=NOW)
    assert refusal_of(lambda: merges(shop)).code == "merge_blocked"
    member_leave(club=shop.club, id=shop.reza.id, reason="moved", actor=SYSTEM, now=NOW)
    assert refusal_of(lambda: merges(shop)).code == "member_left"


def test_nobody_is_merged_into_a_blocked_member(shop: Shop) -> None:
    member_block(club=shop.club, id=shop.reza.id, reason="abuse", actor=SYSTEM, now=NOW)
    assert refusal_of(lambda: merges(shop)).code == "member_blocked"


def test_units_on_hold_are_finished_first(shop: Shop) -> None:
    shop.buys("S-1", 12 * MILLION)
    Hand(shop.club, shop.sara.id).holds(10, now=NOW)
    assert refusal_of(lambda: merges(shop)).code == "holds_open"
    preview = services.merge_preview(
        club=shop.club, survivor_id=shop.reza.id, merged_id=shop.sara.id, now=NOW
    )
    assert preview.obstacle is not None
    assert (preview.merged.holds, preview.totals["points"]) == (1, (110, 0))


def test_the_preview_writes_nothing(shop: Shop) -> None:
    shop.buys("S-1", 12 * MILLION)
    preview = services.merge_preview(
        club=shop.club, survivor_id=shop.reza.id, merged_id=shop.sara.id, now=NOW
    )
    assert (preview.obstacle, preview.merged.tier, preview.survivor.tier) == (None, "gold", "plain")
    assert members.member_get(shop.club, shop.sara.id).merged_into is None


def test_nobody_writes_in_the_book_of_a_merged_member(shop: Shop) -> None:
    shop.buys("S-1", 12 * MILLION)
    merges(shop)
    sara = Hand(shop.club, shop.sara.id)
    for act in (
        lambda: sara.gives(5, now=NOW),
        lambda: sara.holds(5, now=NOW),
        lambda: sara.adjusts(5, now=NOW),
    ):
        assert refusal_of(act).code == "member_merged"
    blocked = refusal_of(
        lambda: member_block(club=shop.club, id=shop.sara.id, reason="fraud", actor=SYSTEM, now=NOW)
    )
    assert blocked.code == "member_merged"


def test_merges_can_be_looked_up(shop: Shop) -> None:
    made = merges(shop)
    for one in (shop.sara, shop.reza):
        assert [info.id for info in selectors.merges_of_member(shop.club, one.id)] == [made.id]
    assert selectors.merge_get(shop.club, made.id).can_be_undone(NOW + 29 * DAY)


def test_a_member_without_a_number_is_reached_by_the_merged_ones(shop: Shop) -> None:
    paper = member_enrol(club=shop.club, external_id="K-1", channel="import", now=NOW)
    services.members_merge(
        club=shop.club, survivor_id=paper.id, merged_id=shop.sara.id, actor=SYSTEM, now=NOW
    )
    assert members.members_mobiles(shop.club, [paper.id]) == {paper.id: SARA_MOBILE}

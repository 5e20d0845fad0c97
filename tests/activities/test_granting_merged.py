"""Rewards of rules around a merge and its undo: what is said to go back goes back, to the unit."""

from __future__ import annotations

import pytest

from bashgah.activities.types import MemberRef, PurchaseIn
from bashgah.clubs.types import ClubInfo
from bashgah.dealings.services import members_merge, merge_undo
from bashgah.ground.types import SYSTEM
from bashgah.ledger.selectors import wallets_get
from bashgah.members.types import MemberInfo
from bashgah.redemption import granting
from bashgah.redemption.selectors import grants_of_activities, redemptions_of_member
from bashgah.redemption.types import GrantLine
from tests.activities.shop import line
from tests.activities.test_granting import codes, delivered, gives, shop_of
from tests.cast import NOW

pytestmark = pytest.mark.django_db
CASH = {"kind": "reward", "reward": "cash"}


def credit(club: ClubInfo, member: MemberInfo) -> int:
    wallet = wallets_get(club, member.id, NOW).get("credit")
    return wallet.available if wallet else 0


@pytest.mark.parametrize("parted", [False, True])
def test_credit_given_under_a_merge_goes_back_or_is_said_to_stay(parted: bool) -> None:
    """Sara has it, for a purchase by Reza's card; parted from him, his return takes nothing from her."""
    shop = shop_of(gives("gift", CASH))
    merge = members_merge(
        club=shop.club, survivor_id=shop.sara.id, merged_id=shop.reza.id, actor=SYSTEM, now=NOW
    )
    told = PurchaseIn(
        source="pos",
        reference="A-1",
        occurred_at=NOW,
        member=MemberRef(card=shop.reza.number),
        branch="101",
        lines=(line("milk", 250_000),),
    )
    shop.tell(told)
    delivered()
    assert credit(shop.club, shop.sara) == 200_000
    if parted:
        merge_undo(club=shop.club, merge_id=merge.id, actor=SYSTEM, now=NOW)
    back = shop.tell(shop.returns("R-1", "A-1"))
    (issued,) = redemptions_of_member(shop.club, [shop.sara.id], now=NOW)
    if parted:
        assert (credit(shop.club, shop.sara), issued.state) == (200_000, "captured")
        assert back.grants == (GrantLine("cash", 0, "gift"),)
        assert credit(shop.club, shop.reza) == 0
    else:
        assert (credit(shop.club, shop.sara), issued.state) == (0, "cancelled")
        assert back.grants == (GrantLine("cash", -1, "gift"),)
    assert codes() == set()


def test_a_reward_issued_while_two_become_one_is_the_survivors(monkeypatch: pytest.MonkeyPatch) -> None:
    """The owner was looked up just before the merge, the lock was had just after it."""
    shop = shop_of(gives("gift", CASH))
    told = shop.buys("A-1", 250_000, member=shop.reza)
    members_merge(club=shop.club, survivor_id=shop.sara.id, merged_id=shop.reza.id, actor=SYSTEM, now=NOW)
    with monkeypatch.context() as before:
        before.setattr(granting.members, "member_root", lambda _club, id_: id_)
        delivered()
    (grant,) = grants_of_activities(shop.club, [shop.reza.id], [told.activity_id])[told.activity_id]
    assert (grant.state, grant.reason) == ("issued", "")
    (issued,) = redemptions_of_member(shop.club, [shop.sara.id], now=NOW)
    assert issued.state == "captured"
    assert credit(shop.club, shop.sara) == 200_000

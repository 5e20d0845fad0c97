"""A household or company: what its people earn goes to its wallet, they spend from it, and it comes apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction

from bashgah.activities.confirming import Verdict, pending_decide, pending_of
from bashgah.activities.types import PaymentIn
from bashgah.clubs.selectors import club_get
from bashgah.clubs.services import settings_set
from bashgah.clubs.types import ClubInfo
from bashgah.dealings import selectors, services
from bashgah.ground.types import SYSTEM, Actor
from bashgah.history.selectors import sums_get
from bashgah.kit.ids import public
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import lots_open
from bashgah.members import selectors as members
from bashgah.members.services import (
    belonging_add,
    belonging_set,
    group_open,
    invitation_make,
    invitation_take,
    member_block,
    member_enrol,
    member_erase,
    member_leave,
)
from bashgah.members.types import MemberInfo
from bashgah.tiers.selectors import standing_get
from tests.activities.shop import Shop, line, open_shop
from tests.cast import NOW, given
from tests.ledger.hand import Hand

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Home:
    """Sara heads a household in which Reza is an adult and Tina a child."""

    shop: Shop
    club: ClubInfo
    group_id: UUID
    sara: MemberInfo
    reza: MemberInfo
    tina: MemberInfo

    def points(self, *, days: int = 0) -> tuple[int, int, int, int]:
        """What the household, Sara, Reza and Tina have available."""
        now = NOW + days * DAY
        ids = (self.group_id, self.sara.id, self.reza.id, self.tina.id)
        return tuple(Hand(self.club, id_).wallet(now).available for id_ in ids)  # type: ignore[return-value]

    def pays_in(self, member: MemberInfo, amount: int, *, actor: Actor = SYSTEM) -> None:
        services.group_contribute(
            club=self.club,
            group_id=self.group_id,
            member_id=member.id,
            unit="points",
            amount=amount,
            actor=actor,
            now=NOW,
        )

    def pays_with(self, reference: str, amount: int, *, member: MemberInfo | None = None) -> None:
        """Somebody buys for 10 million and pays a part with the household's points."""
        self.shop.tell(
            self.shop.purchase(
                reference,
                member=member,
                amount=MILLION,
                paid_with=(PaymentIn(wallet="points", amount=amount, pool=True),),
            )
        )

    def leaves(self, member: MemberInfo) -> dict[UUID, dict[str, int]]:
        answer = services.group_leave(
            club=self.club, group_id=self.group_id, member_id=member.id, actor=SYSTEM, now=NOW
        )
        return {id_: dict(units) for id_, units in answer.got.items()}

    def closes(self) -> dict[UUID, dict[str, int]]:
        answer = services.group_close(club=self.club, group_id=self.group_id, actor=SYSTEM, now=NOW)
        return {id_: dict(units) for id_, units in answer.got.items()}


def home_of(*, share: int = 0, leaving: str = "stay", **program: object) -> Home:
    shop = open_shop(**program)
    terms = {"kinds": ["household", "company"], "most_members": 4, "leaving": leaving}
    settings_set(club=shop.club, changes={"groups": terms}, now=NOW)
    club = club_get(shop.club.id)
    shop = Shop(shop.cast, club, shop.sara, shop.reza)
    tina = member_enrol(club=club, mobile="+989120000077", first_name="تینا", channel="till", now=NOW)
    group = group_open(
        club=club, type="household", name="خانهٔ ما", head_id=shop.sara.id, share=share, channel="console",
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    for member, role in ((shop.reza, "adult"), (tina, "junior")):
        belonging_add(
            club=club, group_id=group.id, member_id=member.id, role=role, actor=SYSTEM, now=NOW  # type: ignore[arg-type]
        )  # fmt: skip
    return Home(shop, club, group.id, shop.sara, shop.reza, tina)


def refusal_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refusal, transaction.atomic():
        act()
    return refusal.value.code


def the(member: MemberInfo) -> Actor:
    return Actor(kind="member", id=public("member", member.id))


# earning


def test_a_share_of_what_members_earn_goes_to_the_household_and_the_fact_stays_theirs() -> None:
    home = home_of(share=30)
    home.shop.buys("S-1", 12 * MILLION)
    home.shop.buys("R-1", MILLION // 2, member=home.reza)
    assert home.points() == (36 + 1, 84, 4, 0)
    assert sums_get(home.club, home.sara.id).purchases == 1
    assert standing_get(home.club, home.sara.id, NOW).tier == "gold"
    assert selectors.paid_in(home.club, home.group_id, [home.sara.id, home.reza.id]) == {
        home.sara.id: {"points": 36},
        home.reza.id: {"points": 1},
    }


def test_who_is_in_no_household_keeps_everything() -> None:
    home = home_of(share=100)
    home.leaves(home.reza)
    home.shop.buys("R-1", MILLION, member=home.reza)
    assert home.points() == (0, 0, 10, 0)


def test_members_of_one_household_earn_in_one_batch() -> None:
    from bashgah.activities.services import settle

    home = home_of(share=100)
    facts = [
        home.shop.purchase(f"B-{n}", amount=MILLION, member=member)
        for n, member in enumerate((home.sara, home.reza, home.tina, home.sara))
    ]
    settle(facts, club=home.club, actor=SYSTEM, now=NOW)
    assert home.points() == (40, 0, 0, 0)


def test_pending_points_mature_in_the_household() -> None:
    home = home_of(share=50, points={"pending_days": 3})
    home.shop.buys("S-1", MILLION)
    assert home.points() == (0, 0, 0, 0)
    assert home.points(days=4) == (5, 5, 0, 0)


# what comes back


@pytest.mark.parametrize(("share", "verdict", "left"), [
    (30, "confirm", (3, 7)), (30, "cancel", (0, 0)), (100, "confirm", (10, 0)), (100, "cancel", (0, 0)),
])  # fmt: skip
def test_pending_points_are_released_and_cancelled_by_hand_where_they_went(
    share: int, verdict: Verdict, left: tuple[int, int]
) -> None:
    home = home_of(share=share, points={"pending_days": 5})
    told = home.shop.buys("S-1", MILLION)

    def decides() -> int:
        return pending_decide(
            club=home.club, activity_id=told.activity_id, verdict=verdict, reason="x", actor=SYSTEM, now=NOW
        )

    assert pending_of(home.club, told.activity_id, home.sara.id, NOW) == {"points": 10}
    assert decides() == 10
    assert home.points()[:2] == left
    assert pending_of(home.club, told.activity_id, home.sara.id, NOW) == {}
    assert refusal_of(decides) == "nothing_pending"
    home.shop.tell(home.shop.returns("B-1", "S-1"))
    assert home.points(days=6)[:2] == (0, 0)


def test_a_return_takes_from_where_the_points_went() -> None:
    home = home_of(share=30)
    home.shop.tell(home.shop.purchase("S-1", line("a", MILLION), line("b", MILLION)))
    assert home.points() == (6, 14, 0, 0)
    home.shop.tell(home.shop.returns("R-1", "S-1", (1, 1000)))
    assert home.points() == (3, 7, 0, 0)
    home.shop.tell(home.shop.returns("R-2", "S-1"))
    assert home.points() == (0, 0, 0, 0)


def test_partial_returns_of_odd_shares_add_up_exactly() -> None:
    home = home_of(share=33)
    home.shop.tell(home.shop.purchase("S-1", *(line(f"x{n}", MILLION // 10 * 7) for n in range(5))))
    before = home.points()
    assert before[0] + before[1] == 35
    for n in range(1, 6):
        home.shop.tell(home.shop.returns(f"R-{n}", "S-1", (n, 1000)))
    assert home.points() == (0, 0, 0, 0)


def test_a_return_after_the_member_left_still_takes_from_the_household() -> None:
    home = home_of(share=100)
    home.shop.buys("R-1", 2 * MILLION, member=home.reza)
    home.shop.buys("S-1", MILLION)
    home.leaves(home.reza)
    home.shop.tell(home.shop.returns("B-1", "R-1"))
    assert home.points() == (10, 0, 0, 0)


def test_what_the_household_spent_meanwhile_it_owes() -> None:
    home = home_of(share=100)
    home.shop.buys("S-1", 2 * MILLION)
    home.pays_with("S-2", 15)
    assert home.points()[0] == 15  # 20 earned, 15 spent, 10 earned anew
    home.shop.tell(home.shop.returns("B-1", "S-1"))
    assert home.points() == (-5, 0, 0, 0)
    home.shop.buys("S-3", MILLION)
    assert home.points() == (5, 0, 0, 0)


def test_after_it_closed_the_buyer_pays_for_the_return() -> None:
    home = home_of(share=100)
    home.shop.buys("S-1", MILLION)
    assert home.closes() == {home.sara.id: {"points": 10}}
    home.shop.tell(home.shop.returns("B-1", "S-1"))
    assert home.points() == (0, 0, 0, 0)


def test_matured_halves_are_taken_back_from_either_wallet() -> None:
    home = home_of(share=50, points={"pending_days": 3})
    home.shop.buys("S-1", 2 * MILLION)
    later = NOW + 5 * DAY
    home.shop.tell(home.shop.returns("B-1", "S-1", at=later), now=later)
    assert home.points(days=6) == (0, 0, 0, 0)


# spending


def test_goods_paid_from_the_household_come_back_to_its_own_lots() -> None:
    home = home_of()
    given(home.club, home.sara, 100, expires_at=NOW + 30 * DAY)
    home.pays_in(home.sara, 80)
    home.pays_with("R-1", 50, member=home.reza)
    assert home.points()[:2] == (30, 20)
    home.leaves(home.reza)
    home.shop.tell(home.shop.returns("B-1", "R-1"))
    assert home.points()[:2] == (80, 20)
    assert [lot.expires_at for lot in lots_open(home.club, home.group_id)] == [NOW + 30 * DAY]


def test_a_child_spends_up_to_the_limit_of_the_month_and_not_without_one() -> None:
    home = home_of()
    given(home.club, home.sara, 100)
    home.pays_in(home.sara, 100)
    assert refusal_of(lambda: home.pays_with("T-1", 10, member=home.tina)) == "group_role_spends_not"
    belonging_set(
        club=home.club, group_id=home.group_id, member_id=home.tina.id, role="junior", monthly_limit=30,
        actor=the(home.sara), now=NOW,
    )  # fmt: skip
    home.pays_with("T-2", 20, member=home.tina)
    assert refusal_of(lambda: home.pays_with("T-3", 11, member=home.tina)) == "group_limit_reached"
    home.shop.tell(home.shop.returns("B-1", "T-2"))
    home.pays_with("T-4", 30, member=home.tina)


def test_somebody_outside_cannot_pay_from_it_and_neither_can_its_own_card() -> None:
    home = home_of()
    given(home.club, home.sara, 100)
    home.pays_in(home.sara, 100)
    home.leaves(home.reza)
    assert refusal_of(lambda: home.pays_with("R-1", 10, member=home.reza)) == "not_in_group"
    card = members.member_get(home.club, home.group_id)
    own = home.shop.purchase(
        "G-1", member=card, amount=MILLION, paid_with=(PaymentIn(wallet="points", amount=10),)
    )
    assert refusal_of(lambda: home.shop.tell(own)) == "group_spends_by_person"


def test_a_blocked_household_neither_gets_nor_spends() -> None:
    home = home_of(share=100)
    given(home.club, home.sara, 100)
    home.pays_in(home.sara, 50)
    member_block(club=home.club, id=home.group_id, reason="misuse", actor=SYSTEM, now=NOW)
    home.shop.buys("S-1", MILLION)
    assert home.points()[:2] == (50, 60)
    assert refusal_of(lambda: home.pays_with("S-2", 10)) == "group_blocked"


# coming apart


def test_closing_shares_out_by_what_each_paid_in_to_the_unit() -> None:
    home = home_of()
    for member, amount in ((home.sara, 50), (home.reza, 30), (home.tina, 20)):
        given(home.club, member, amount)
        home.pays_in(member, amount)
    home.pays_with("S-1", 33)
    assert home.points() == (67, 10, 0, 0)
    assert home.closes() == {
        home.sara.id: {"points": 34}, home.reza.id: {"points": 20}, home.tina.id: {"points": 13}
    }  # fmt: skip
    assert home.points() == (0, 44, 20, 13)
    assert members.belonging_get(home.club, home.sara.id) is None


def test_every_lot_is_divided_so_that_nobody_gets_only_what_ends_tomorrow() -> None:
    home = home_of()
    for member, days in ((home.sara, 1), (home.reza, 300)):
        given(home.club, member, 60, expires_at=NOW + days * DAY)
        home.pays_in(member, 60)
    home.closes()
    for member in (home.sara, home.reza):
        lots = lots_open(home.club, member.id)
        assert sorted((lot.expires_at, lot.remaining) for lot in lots) == [
            (NOW + DAY, 30),
            (NOW + 300 * DAY, 30),
        ]


@pytest.mark.parametrize(("leaving", "left"), [("stay", (90, 0)), ("share", (60, 30))])
def test_who_leaves_takes_their_part_where_the_club_says_so(leaving: str, left: tuple[int, int]) -> None:
    home = home_of(leaving=leaving)
    for member, amount in ((home.sara, 60), (home.reza, 30)):
        given(home.club, member, amount)
        home.pays_in(member, amount)
    home.leaves(home.reza)
    assert (home.points()[0], home.points()[2]) == left


def test_the_last_head_stays_while_others_do() -> None:
    home = home_of()
    assert refusal_of(lambda: home.leaves(home.sara)) == "group_needs_head"
    belonging_set(
        club=home.club, group_id=home.group_id, member_id=home.reza.id, role="head", monthly_limit=None,
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    home.leaves(home.sara)
    assert [one.role for one in members.belonging_list(home.club, home.group_id)] == ["head", "junior"]


def test_it_does_not_close_while_it_owes() -> None:
    home = home_of(share=100)
    home.shop.buys("S-1", 2 * MILLION)
    home.pays_with("S-2", 20, member=home.reza)
    home.shop.tell(home.shop.returns("B-1", "S-1"))
    assert home.points()[0] == -10
    assert refusal_of(home.closes) == "group_owes"


@pytest.mark.parametrize("erase", [False, True])
def test_who_leaves_the_club_leaves_the_household_and_the_next_heads_it(erase: bool) -> None:
    home = home_of()
    given(home.club, home.sara, 40)
    home.pays_in(home.sara, 40)
    act = member_erase if erase else member_leave
    act(club=home.club, id=home.sara.id, reason="asked", actor=SYSTEM, now=NOW)
    found = members.belonging_list(home.club, home.group_id)
    assert [(one.member_id, one.role) for one in found] == [
        (home.reza.id, "head"),
        (home.tina.id, "junior"),
    ]
    assert home.points() == (40, 0, 0, 0)


# who is in it


def test_a_code_lets_one_person_in_once() -> None:
    home = home_of()
    nima = member_enrol(club=home.club, mobile="+989120000078", channel="till", now=NOW)
    made = invitation_make(club=home.club, group_id=home.group_id, actor=the(home.sara), now=NOW)
    assert len(made.code) == 10

    def takes() -> object:
        return invitation_take(club=home.club, member_id=nima.id, code=made.code, actor=the(nima), now=NOW)

    takes()
    assert members.belonging_get(home.club, nima.id).group_id == home.group_id
    home.leaves(nima)
    assert refusal_of(takes) == "invitation_over"


def test_only_heads_invite_and_a_full_household_takes_nobody() -> None:
    home = home_of()

    def asks() -> object:
        return invitation_make(club=home.club, group_id=home.group_id, actor=the(home.reza), now=NOW)

    assert refusal_of(asks) == "group_head_only"
    for n in range(2):
        one = member_enrol(club=home.club, mobile=f"+98912000008{n}", channel="till", now=NOW)

        def joins(one: MemberInfo = one) -> object:
            return belonging_add(
                club=home.club, group_id=home.group_id, member_id=one.id, actor=SYSTEM, now=NOW
            )

        if n == 0:
            joins()
        else:
            assert refusal_of(joins) == "group_full"


def test_an_invitation_by_name_is_nobody_elses_and_ends_after_a_week() -> None:
    home = home_of()
    home.leaves(home.reza)
    made = invitation_make(
        club=home.club, group_id=home.group_id, member_id=home.reza.id, actor=SYSTEM, now=NOW
    )
    nima = member_enrol(club=home.club, mobile="+989120000079", channel="till", now=NOW)

    def takes(member: MemberInfo, days: int) -> object:
        return invitation_take(
            club=home.club, member_id=member.id, code=made.code, actor=the(member), now=NOW + days * DAY
        )

    assert refusal_of(lambda: takes(nima, 1)) == "invitation_over"
    assert refusal_of(lambda: takes(home.reza, 8)) == "invitation_over"
    assert members.invitation_list(home.club, member_id=home.reza.id, now=NOW) != []


def test_nobody_is_in_two_and_a_household_is_in_none() -> None:
    home = home_of()

    def second() -> object:
        return group_open(
            club=home.club,
            type="company",
            name="x",
            head_id=home.reza.id,
            channel="api",
            actor=SYSTEM,
            now=NOW,
        )

    assert refusal_of(second) == "in_another_group"

    def inside() -> object:
        return belonging_add(
            club=home.club, group_id=home.group_id, member_id=home.group_id, actor=SYSTEM, now=NOW
        )

    assert refusal_of(inside) == "group_in_group"


def test_a_merged_member_keeps_the_survivor_in_the_household_and_the_undo_gives_it_back() -> None:
    home = home_of(share=100)
    home.shop.buys("S-1", MILLION)
    home.leaves(home.reza)
    merge = services.members_merge(
        club=home.club, survivor_id=home.reza.id, merged_id=home.sara.id, actor=SYSTEM, now=NOW
    )
    found = members.belonging_get(home.club, home.reza.id)
    assert (found.group_id, found.role) == (home.group_id, "head")
    home.shop.buys("R-1", MILLION, member=home.reza)
    assert home.points()[0] == 20
    home.shop.tell(home.shop.returns("B-1", "S-1"))
    assert home.points() == (10, 0, 0, 0)
    assert selectors.paid_in(home.club, home.group_id, [home.reza.id]) == {home.reza.id: {"points": 10}}
    services.merge_undo(club=home.club, merge_id=merge.id, actor=SYSTEM, now=NOW + DAY)
    assert members.belonging_get(home.club, home.reza.id) is None
    assert members.belonging_get(home.club, home.sara.id).role == "head"


def test_a_child_who_stood_for_the_head_is_a_child_again_after_the_undo() -> None:
    home = home_of()
    merge = services.members_merge(
        club=home.club, survivor_id=home.tina.id, merged_id=home.sara.id, actor=SYSTEM, now=NOW
    )
    assert members.belonging_get(home.club, home.tina.id).role == "head"
    services.merge_undo(club=home.club, merge_id=merge.id, actor=SYSTEM, now=NOW + DAY)
    roles = [members.belonging_get(home.club, one.id).role for one in (home.sara, home.reza, home.tina)]
    assert roles == ["head", "adult", "junior"]


def test_households_are_not_merged_nor_given_away() -> None:
    home = home_of()
    home.leaves(home.reza)
    other = group_open(
        club=home.club, type="household", name="y", head_id=home.reza.id, channel="api", actor=SYSTEM, now=NOW
    )

    def merges() -> object:
        return services.members_merge(
            club=home.club, survivor_id=home.group_id, merged_id=other.id, actor=SYSTEM, now=NOW
        )

    assert refusal_of(merges) == "group_not_merged"
    assert refusal_of(lambda: member_leave(
        club=home.club, id=other.id, reason="x", actor=SYSTEM, now=NOW
    )) == "group_closes_itself"  # fmt: skip


def test_what_comes_back_to_a_closed_household_is_shared_out_by_closing_it_again() -> None:
    home = home_of()
    given(home.club, home.sara, 100)
    home.pays_in(home.sara, 100)
    home.pays_with("S-1", 60)
    home.closes()
    home.shop.tell(home.shop.returns("B-1", "S-1"))
    assert home.points()[:2] == (60, 40)
    assert home.closes() == {home.sara.id: {"points": 60}}


def test_a_contribution_told_twice_moves_once() -> None:
    home = home_of()
    given(home.club, home.sara, 100)

    def pays(amount: int = 30) -> bool:
        return services.group_contribute(
            club=home.club, group_id=home.group_id, member_id=home.sara.id, unit="points", amount=amount,
            reference=("crm", "1"), actor=SYSTEM, now=NOW,
        ).repeated  # fmt: skip

    assert (pays(), pays()) == (False, True)
    assert home.points()[:2] == (30, 70)
    assert refusal_of(lambda: pays(31)) == "reference_reused"

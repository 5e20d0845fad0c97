"""How a batch is cut into transactions: by member where that changes nothing, else in its order."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from msgspec import structs

from bashgah.activities import cutting
from bashgah.activities.drafts import drafts_of
from bashgah.activities.services import settle
from bashgah.activities.types import CustomIn, Intake, MemberRef, PurchaseRef, Refused, Settled, VisitIn
from bashgah.dealings.services import members_merge
from bashgah.ground.types import SYSTEM
from bashgah.kit.ids import public
from bashgah.ledger.selectors import wallets_get
from bashgah.members.selectors import member_resolve
from bashgah.members.services import member_enrol
from bashgah.members.types import MemberInfo
from tests.activities.shop import Shop, open_shop, rule
from tests.cast import LONG_AGO, NOW
from tests.dealings.test_groups import home_of

pytestmark = pytest.mark.django_db(transaction=True)
FACTS = 300
"""A little more than is settled whole; it makes two parts."""


@pytest.fixture(autouse=True)
def _from_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "_beginnings", iter([0] * 100))


def people(shop: Shop, count: int = 6) -> list[MemberInfo]:
    """Members of both parts by turns."""
    found: list[MemberInfo] = []
    mobiles = (f"0912000{i:04d}" for i in itertools.count())
    while len(found) < count:
        one = member_enrol(club=shop.club, mobile=next(mobiles), channel="till", now=LONG_AGO)
        if one.id.int % 2 == len(found) % 2:
            found.append(one)
    return found


def buys(shop: Shop, members: list[MemberInfo], count: int = FACTS) -> list[Intake]:
    """Each member in turn buys for 100,000 toman: one point."""
    return [shop.purchase(f"C-{n}", member=members[n % len(members)], amount=100_000) for n in range(count)]


def parts(shop: Shop, facts: list[Intake]) -> list[list[str]]:
    cut = cutting.parts_of(shop.club, drafts_of(facts), NOW)
    return [[draft.intake.reference for draft in part] for part in cut]


def references(facts: list[Intake]) -> list[str]:
    return [fact.reference for fact in facts]


def test_each_members_facts_are_in_one_part_and_in_their_order() -> None:
    shop = open_shop()
    members = people(shop)
    facts = buys(shop, members)
    cut = parts(shop, facts)
    assert sorted(reference for part in cut for reference in part) == sorted(references(facts))
    assert len(cut) == 2
    for number in range(len(members)):
        own = references(facts[number :: len(members)])
        (holding,) = [part for part in cut if own[0] in part]
        assert [reference for reference in holding if reference in own] == own


def test_a_member_is_the_same_by_every_name() -> None:
    shop = open_shop()
    members = people(shop)
    facts: list[Any] = buys(shop, members)
    (mobile,) = [f"0912000{i:04d}" for i in range(50) if is_of(shop, f"0912000{i:04d}", members[0])]
    facts[6] = structs.replace(facts[6], member=MemberRef(mobile=mobile))
    (holding,) = [part for part in parts(shop, facts) if "C-0" in part]
    assert holding.index("C-0") < holding.index("C-6") < holding.index("C-12")


def is_of(shop: Shop, mobile: str, member: MemberInfo) -> bool:
    return member_resolve(shop.club, "mobile", mobile) == member.id


def test_who_shares_an_account_or_gave_way_is_in_the_part_of_the_others() -> None:
    home = home_of()
    shop = home.shop
    merged = people(shop, 2)[home.sara.id.int % 2 - 1]
    members_merge(club=shop.club, survivor_id=home.sara.id, merged_id=merged.id, actor=SYSTEM, now=NOW)
    facts = buys(shop, [home.sara, home.reza, merged])
    assert parts(shop, facts) == [references(facts)]


def test_anonymous_purchases_and_strangers_are_shared_out() -> None:
    shop = open_shop()
    facts = buys(shop, people(shop))
    anonymous = [structs.replace(fact, reference=f"A-{n}", member=None) for n, fact in enumerate(facts[:10])]
    nobody = VisitIn(source="pos", reference="V-1", occurred_at=NOW, member=MemberRef(mobile="09990000000"))
    outcomes = settle([*facts, *anonymous, nobody], club=shop.club, actor=SYSTEM, now=NOW)
    assert [outcome.reference for outcome in outcomes] == references([*facts, *anonymous, nobody])
    assert sum(isinstance(outcome, Settled) for outcome in outcomes) == FACTS + 10
    assert isinstance(outcomes[-1], Refused)
    assert outcomes[-1].refusal.code == "member_not_found"


def kept_whole(shop: Shop, facts: list[Intake]) -> bool:
    return parts(shop, facts) == [references(facts)]


def test_few_facts_are_one_transaction() -> None:
    shop = open_shop()
    facts = buys(shop, people(shop))
    assert kept_whole(shop, facts[:256])
    assert len(parts(shop, facts)) == 2


@pytest.mark.parametrize("kind", ["twice", "coupon", "about a purchase", "return"])
def test_a_batch_with_anything_that_bears_on_others_keeps_its_order(kind: str) -> None:
    shop = open_shop()
    members = people(shop)
    facts = buys(shop, members)
    whose = MemberRef(id=public("member", members[0].id))
    odd: dict[str, Intake] = {
        "twice": shop.purchase("C-0", member=members[1], amount=200_000),
        "coupon": shop.purchase("X-1", member=members[1], amount=200_000, coupons=("ABC",)),
        "about a purchase": CustomIn(
            source="pos", reference="X-2", occurred_at=NOW, member=whose, type="review",
            purchase=PurchaseRef(reference="another"),
        ),
        "return": shop.returns("X-3", "another"),
    }  # fmt: skip
    assert kept_whole(shop, [*facts, odd[kind]])


def test_who_comes_first_gets_of_a_budget_first() -> None:
    shop = open_shop(
        rules=[
            rule(
                "gift",
                "purchase",
                [{"wallet": "points", "amount": "fixed", "params": {"units": 10}}],
                budget={"most": 30},
            )
        ]
    )
    members = people(shop)
    facts = buys(shop, members)
    assert kept_whole(shop, facts)
    outcomes = settle(facts, club=shop.club, actor=SYSTEM, now=NOW)
    given = [n for n, outcome in enumerate(outcomes) if any(c.rule == "gift" for c in outcome.credits)]
    assert given == [0, 1, 2]


def test_inside_a_callers_transaction_nothing_is_taken_out_of_its_order() -> None:
    shop = open_shop()
    facts = buys(shop, people(shop))
    with transaction.atomic():
        assert kept_whole(shop, facts)


def test_a_batch_in_parts_is_answered_in_its_order_and_to_the_unit() -> None:
    shop = open_shop()
    members = people(shop)
    facts = buys(shop, members)
    facts[7] = shop.purchase("C-7", member=members[1], amount=100_000, at=NOW.replace(year=NOW.year + 1))
    outcomes = settle(facts, club=shop.club, actor=SYSTEM, now=NOW)
    assert [outcome.reference for outcome in outcomes] == references(facts)
    assert [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Refused)] == [7]
    assert [points(shop, member.id) for member in members] == [50, 49, 50, 50, 50, 50]
    running = [outcome.balances[0].available for outcome in outcomes[::6]]
    assert running == list(range(1, 51))
    again = settle(facts, club=shop.club, actor=SYSTEM, now=NOW)
    assert sum(isinstance(outcome, Settled) and outcome.repeated for outcome in again) == FACTS - 1


def points(shop: Shop, member: UUID) -> int:
    return wallets_get(shop.club, member, NOW)["points"].available

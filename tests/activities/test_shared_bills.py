"""A household's points pay part of a bill: as role and month let, agreed to, and back with the goods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from bashgah.activities.carts import Evaluated, cart_evaluate
from bashgah.activities.proving_pools import spends_against_payments
from bashgah.activities.receipts import receipt_of
from bashgah.activities.selectors import activity_get
from bashgah.activities.types import CartIn, PaymentIn, PurchaseIn
from bashgah.clubs.services import settings_set
from bashgah.clubs.types import ClubInfo
from bashgah.dealings.services import group_leave, members_merge
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit.ids import public
from bashgah.kit.phrases import say
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import wallets_get
from bashgah.members import selectors as members
from bashgah.members.services import belonging_add, belonging_set, group_open, member_block, member_enrol
from bashgah.redemption import services
from bashgah.redemption.bills import payment_begin
from bashgah.redemption.types import RedemptionInfo
from tests.activities.shop import Shop
from tests.activities.test_quotes import BASKET, PAYING, SOON, purchase, settles, shop_with
from tests.cast import NOW, given

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Home:
    """Reza heads a household with 100 points; Sara is in it and has 20 of her own."""

    shop: Shop
    club: ClubInfo
    group_id: UUID

    def points(self, at: datetime = SOON) -> tuple[int, int, int]:
        """What the household has available and on hold, and what Sara has."""
        ours = wallets_get(self.club, self.group_id, at)["points"]
        mine = wallets_get(self.club, self.shop.sara.id, at)["points"]
        return ours.available, ours.held, mine.available

    def is_let(self, role: str = "adult", limit: int | None = None) -> None:
        belonging_set(
            club=self.club, group_id=self.group_id, member_id=self.shop.sara.id, role=role,  # type: ignore[arg-type]
            monthly_limit=limit, actor=SYSTEM, now=NOW,
        )  # fmt: skip

    def quoted(self, pay: int, now: datetime = SOON, aside: int = 0, member: Any = None) -> Evaluated:
        ref = self.shop.ref(member or self.shop.sara)
        cart = CartIn(member=ref, branch="101", lines=BASKET, pay=pay, pool=True)
        held = {"points": aside} if aside else None
        return cart_evaluate(club=self.club, cart=cart, actor=SYSTEM, now=now, set_aside=held)

    def set_aside(self, amount: int, now: datetime = SOON) -> RedemptionInfo:
        """The club always asks; Sara says yes in her portal."""
        club = settings_set(club=self.club, changes={"redeem_consent": "always"}, now=NOW)
        found = payment_begin(
            club=club, member_id=self.shop.sara.id, unit="points", amount=amount, pays=amount * 10_000,
            from_group=True, channel="till", branch="101", actor=SYSTEM, now=now,
        )  # fmt: skip
        assert (found.awaits_yes, found.payer_id) == (True, self.group_id)
        sara = Actor(kind="member", id=public("member", self.shop.sara.id))
        return services.redemption_confirm(club=club, redemption_id=found.id, way="app", actor=sara, now=now)

    def spent(self, at: datetime = SOON) -> int:
        month = members.month_of(self.club, at)
        return members.spent_of(self.club, self.group_id, self.shop.sara.id, "points", month)

    def is_proved(self) -> bool:
        return not list(spends_against_payments(self.club.id))


@pytest.fixture
def home() -> Home:
    opened = shop_with(**PAYING)
    changes = {"redeem_consent": "never", "groups": {"kinds": ["household"]}}
    club = settings_set(club=opened.club, changes=changes, now=NOW)
    shop = Shop(opened.cast, club, opened.sara, opened.reza)
    group = group_open(
        club=club, type="household", name="خانهٔ ما", head_id=shop.reza.id, channel="console", actor=SYSTEM,
        now=NOW,
    )  # fmt: skip
    belonging_add(club=club, group_id=group.id, member_id=shop.sara.id, role="adult", actor=SYSTEM, now=NOW)
    given(club, members.member_get(club, group.id), 100)
    given(club, shop.sara, 20)
    return Home(shop, club, group.id)


def refused(act: Any) -> tuple[str, int]:
    with pytest.raises(Refusal) as found:
        act()
    assert "{" not in say(found.value.phrase, "fa")
    return found.value.code, found.value.status


def pays(found: RedemptionInfo) -> tuple[PaymentIn, ...]:
    return (PaymentIn(redemption=public("redemption", found.id)),)


def test_a_cart_says_what_the_shared_account_can_pay_and_its_purchase_takes_it(home: Home) -> None:
    found = home.quoted(60)
    assert found.quote.payment is not None
    assert (found.quote.payment.units, found.quote.payment.chosen, found.to_pay) == (100, 60, 7_400_000)
    settled = settles(home.shop, purchase(home.shop, found))
    earned = settled.points_of("points")
    assert (settled.paid_by_points, home.points(), home.spent()) == (600_000, (40, 0, 20 + earned), 60)
    receipt = receipt_of(home.club, activity_get(home.club, settled.activity_id))
    (step,) = receipt.steps
    assert say(step.name, "en") == "Paid with 60 points of the shared account"
    assert say(step.name, "fa") == "پرداخت با ۶۰ امتیاز حساب مشترک"
    back = home.shop.tell(home.shop.returns("R-1", "P-1", (1, 3000), at=SOON), now=SOON)
    assert (back.given_back, home.points()[0], home.spent()) == ((), 40 + 23, 60 - 23)
    home.shop.tell(home.shop.returns("R-2", "P-1", at=SOON), now=SOON)
    assert (home.points(), home.spent(), home.is_proved()) == ((100, 0, 20), 0, True)


def test_the_months_limit_is_as_much_as_can_be_paid(home: Home) -> None:
    home.is_let(limit=70)
    assert home.quoted(90).quote.payment.chosen == 70  # type: ignore[union-attr]
    settles(home.shop, purchase(home.shop, home.quoted(50)))
    assert home.quoted(90).quote.payment.units == 20  # type: ignore[union-attr]
    assert home.quoted(90, now=SOON + MONTH).quote.payment.units == 50  # type: ignore[union-attr]
    two = [home.quoted(20), home.quoted(20)]
    settles(home.shop, purchase(home.shop, two[0], "P-2"))
    told = purchase(home.shop, two[1], "P-3")
    assert refused(lambda: settles(home.shop, told)) == ("group_limit_reached", 409)
    assert (home.spent(), home.is_proved()) == (70, True)


def test_who_may_not_spend_from_it_is_told_why(home: Home) -> None:
    home.is_let("junior")
    assert refused(lambda: home.quoted(50)) == ("group_role_spends_not", 403)
    home.is_let("adult")
    member_block(club=home.club, id=home.group_id, reason="lost", actor=SYSTEM, now=NOW)
    assert refused(lambda: home.quoted(50)) == ("group_blocked", 409)
    cart = CartIn(branch="101", lines=BASKET, pay=50, pool=True)
    asked = refused(lambda: cart_evaluate(club=home.club, cart=cart, actor=SYSTEM, now=SOON))
    assert asked == ("payer_missing", 422)


def test_what_a_quote_promised_of_one_account_is_not_taken_from_the_other(home: Home) -> None:
    own = (PaymentIn(wallet="points", amount=20),)
    told = purchase(home.shop, home.quoted(20), paid_with=own)
    assert refused(lambda: settles(home.shop, told)) == ("quote_payment_differs", 409)
    assert home.points() == (100, 0, 20)


def test_points_agreed_to_are_captured_by_their_purchase_and_go_back_to_the_account(home: Home) -> None:
    home.is_let(limit=70)
    found = home.set_aside(60)
    assert found.name.say("fa") == "پرداخت با امتیاز حساب مشترک"
    assert (home.points(), home.spent(), home.is_proved()) == ((40, 60, 20), 60, True)
    told = purchase(home.shop, home.quoted(60, aside=60), paid_with=pays(found))
    settled = settles(home.shop, told)
    assert settles(home.shop, told).repeated
    earned = settled.points_of("points")
    assert (home.points(), home.spent(), home.is_proved()) == ((40, 0, 20 + earned), 60, True)
    home.shop.tell(home.shop.returns("R-1", "P-1", at=SOON), now=SOON)
    assert (home.points(), home.spent(), home.is_proved()) == ((100, 0, 20), 0, True)


def test_what_nobody_bought_for_goes_back_to_the_account_and_its_month(home: Home) -> None:
    home.is_let(limit=70)
    home.set_aside(60)
    assert refused(lambda: home.set_aside(20)) == ("group_limit_reached", 409)
    assert services.redemptions_due_release(now=SOON + timedelta(minutes=11)) == 1
    assert (home.points(), home.spent(), home.is_proved()) == ((100, 0, 20), 0, True)


def test_a_yes_before_midnight_counts_in_the_month_of_its_purchase(home: Home) -> None:
    """21 November 2026 is the last day of Aban 1405; in Tehran the next month begins at 20:30 UTC."""
    home.is_let(limit=70)
    evening = datetime.fromisoformat("2026-11-21T20:25:00+00:00")
    night = evening + timedelta(minutes=8)
    found = home.set_aside(60, now=evening)
    assert (home.spent(evening), home.spent(night)) == (60, 0)
    quote = home.quoted(60, now=night, aside=60)
    settles(home.shop, dated(purchase(home.shop, quote, paid_with=pays(found)), night), now=night)
    assert (home.spent(evening), home.spent(night), home.is_proved()) == (0, 60, True)


def test_the_month_of_a_merged_member_goes_on_with_the_survivor(home: Home) -> None:
    home.is_let(limit=70)
    settles(home.shop, purchase(home.shop, home.quoted(50)))
    nora = member_enrol(club=home.club, first_name="نورا", mobile="09121112244", channel="console", now=NOW)
    members_merge(club=home.club, survivor_id=nora.id, merged_id=home.shop.sara.id, actor=SYSTEM, now=SOON)
    assert home.quoted(90, member=nora).quote.payment.units == 20  # type: ignore[union-attr]
    told = purchase(home.shop, home.quoted(20, member=nora), "P-2", member=home.shop.ref(nora))
    settles(home.shop, told)
    assert (home.points()[0], home.is_proved()) == (30, True)
    home.shop.tell(home.shop.returns("R-1", "P-1", at=SOON), now=SOON)
    assert home.quoted(90, member=nora).quote.payment.units == 50  # type: ignore[union-attr]
    assert (home.points()[0], home.is_proved()) == (80, True)


def test_who_left_the_account_meanwhile_pays_nothing_from_it(home: Home) -> None:
    found = home.set_aside(60)
    told = purchase(home.shop, home.quoted(60, aside=60), paid_with=pays(found))
    group_leave(club=home.club, group_id=home.group_id, member_id=home.shop.sara.id, actor=SYSTEM, now=SOON)
    assert refused(lambda: settles(home.shop, told)) == ("not_in_group", 409)
    assert services.redemptions_due_release(now=SOON + timedelta(minutes=11)) == 1
    assert home.points() == (100, 0, 20)


def dated(told: PurchaseIn, at: datetime) -> PurchaseIn:
    return structs.replace(told, occurred_at=at)

"""Rewards at the till: given with the purchase, held until the member's yes, given back when dropped."""

from __future__ import annotations

import re

import pytest

from bashgah.access.models import Staff
from bashgah.access.services import role_grant
from bashgah.activities.selectors import activity_list
from bashgah.clubs.selectors import club_get
from bashgah.clubs.services import settings_set
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit import ids
from bashgah.ledger.selectors import wallets_get
from bashgah.members import selectors as members
from bashgah.redemption.services import redemption_begin, redemption_confirm
from bashgah.rewards.selectors import coupon_list
from tests import cast
from tests.till.conftest import Till

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich(till: Till) -> Till:
    """Sara holds 1,000 points; the club asks nobody's yes."""
    cast.given(till.club, till.cast.sara, 1_000, now=clock.now())
    settings_set(club=till.club, changes={"redeem_consent": "never"}, now=clock.now())
    return till


@pytest.fixture
def asking(rich: Till) -> Till:
    """The club asks for a yes above 400 points."""
    changes = {"redeem_consent": "above", "redeem_consent_above": 400}
    settings_set(club=rich.club, changes=changes, now=clock.now())
    return rich


def wallet(till: Till) -> tuple[int, int]:
    """Sara's points: available and on hold."""
    points = wallets_get(till.club, till.cast.sara.id, clock.now())["points"]
    return points.available, points.held


def field(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, f"no {name} in the page"
    return found[1]


def test_rewards_are_listed_with_keys_and_with_every_reason_for_the_others(till: Till) -> None:
    page = till.post("find", q="09121234567").content.decode()

    assert "۳۰۰ امتیاز" in page
    assert "اکنون در دسترس نیست" in page
    assert "data-offer" not in page


def test_a_reward_is_given_with_the_purchase_and_not_before(rich: Till) -> None:
    page = rich.post(
        "take", **rich.purchase(rich.cast.sara, "1330000", reward="discount_50k")
    ).content.decode()
    assert field(page, "marked") == "discount_50k"
    assert wallet(rich) == (1_000, 0)

    answer = rich.post("record", **rich.purchase(rich.cast.sara, "1330000", marked=["discount_50k"]))

    assert answer.status_code == 200
    (activity,) = activity_list(rich.club).rows
    assert (activity.gross, activity.net) == (13_300_000, 12_800_000)
    assert wallet(rich) == (1_000 - 500 + 120, 0)
    (coupon,) = coupon_list(rich.club, [rich.cast.sara.id], now=clock.now())
    assert coupon.state == "used"
    receipt = answer.content.decode()
    assert "۵۰ هزار تومان تخفیف" in receipt[receipt.index("b-sum") :]
    assert "تخفیف‌های دیگر" not in receipt


def test_pressing_f12_twice_gives_the_reward_once(rich: Till) -> None:
    form = rich.purchase(rich.cast.sara, "1330000", marked=["discount_50k"])

    assert [rich.post("record", **form).status_code for _press in range(2)] == [200, 200]

    assert wallet(rich) == (620, 0)
    assert len(coupon_list(rich.club, [rich.cast.sara.id], now=clock.now())) == 1


def test_a_refused_purchase_gives_no_reward(rich: Till) -> None:
    form = rich.purchase(
        rich.cast.sara, "1330000", marked=["free_coffee"], occurred_at="2031-01-01T00:00:00Z"
    )

    assert rich.post("record", **form).status_code == 422
    assert wallet(rich) == (1_000, 0)
    assert coupon_list(rich.club, [rich.cast.sara.id], now=clock.now()) == []


def test_the_discount_waits_for_the_amount_it_asks_for(rich: Till) -> None:
    page = rich.post("preview", **rich.purchase(rich.cast.sara, "150000")).content.decode()

    assert "۵۰٬۰۰۰ تومان دیگر خرید لازم دارد" in page


def test_a_discount_is_never_more_than_the_purchase_and_lines_carry_it_exactly(rich: Till) -> None:
    answer = rich.post(
        "record",
        **{
            **rich.purchase(rich.cast.sara, "", marked=["discount_50k"]),
            "mode": "lines",
            "line_sku": ["a", "b", "c"],
            "line_name": ["a", "b", "c"],
            "line_quantity": ["1", "1", "1"],
            "line_price": ["100001", "100001", "100001"],
        },
    )

    assert answer.status_code == 200
    (activity,) = activity_list(rich.club).rows
    assert [line.discount for line in activity.fact.lines] == [166_667, 166_667, 166_666]


def test_points_above_the_threshold_are_held_until_the_members_code(asking: Till) -> None:
    form = asking.purchase(asking.cast.sara, "1330000", reward="discount_50k")
    page = asking.post("take", **form).content.decode()
    redemption, request = field(page, "redemption"), field(page, "request")
    assert wallet(asking) == (500, 500)

    waiting = asking.purchase(asking.cast.sara, "1330000", redemption=[redemption])
    assert asking.post("record", **waiting).status_code == 422

    code = asking.code_sent()
    wrong = {**waiting, "asked": redemption, "way": "code", "request": request, "answer": "000000"}
    assert "b-error" in asking.post("yes/check", **wrong).content.decode()
    assert wallet(asking) == (500, 500)

    given = asking.post("yes/check", **{**wrong, "answer": code}).content.decode()
    coupon = field(given, "coupon")
    assert wallet(asking) == (500, 0)

    done = asking.post("record", **asking.purchase(asking.cast.sara, "1330000", coupon=[coupon]))
    assert done.status_code == 200
    (activity,) = activity_list(asking.club).rows
    assert activity.net == 12_800_000


def test_the_qr_of_the_members_own_portal_is_a_yes_and_anothers_is_none(asking: Till) -> None:
    page = asking.post("take", **asking.purchase(asking.cast.sara, "1330000", reward="discount_50k"))
    redemption = field(page.content.decode(), "redemption")
    asked = {
        **asking.purchase(asking.cast.sara, "1330000", redemption=[redemption]),
        "asked": redemption,
        "way": "qr",
    }
    rezas = members.member_qr_token(asking.club, asking.cast.reza.id, clock.now())
    saras = members.member_qr_token(asking.club, asking.cast.sara.id, clock.now())

    refused = asking.post("yes/check", **asked, answer=rezas).content.decode()
    assert "b-error" in refused
    assert wallet(asking) == (500, 500)

    asking.post("yes/check", **asked, answer=saras)
    assert wallet(asking) == (500, 0)


def test_the_members_yes_in_the_portal_reaches_the_till_by_itself(asking: Till) -> None:
    page = asking.post("take", **asking.purchase(asking.cast.sara, "1330000", reward="discount_50k"))
    redemption = field(page.content.decode(), "redemption")
    waiting = asking.purchase(asking.cast.sara, "1330000", redemption=[redemption], asked=redemption)
    assert asking.post("yes", **waiting, way="app").status_code == 200
    assert asking.post("yes/state", **waiting).status_code == 204

    redemption_confirm(
        club=asking.club,
        redemption_id=ids.parse("redemption", redemption),
        way="app",
        actor=Actor(kind="member", id=ids.public("member", asking.cast.sara.id)),
        now=clock.now(),
    )
    page = asking.post("yes/state", **waiting)

    assert field(page.content.decode(), "coupon").startswith("cpn_")
    assert 'name="redemption"' not in page.content.decode()


def test_dropping_a_reward_gives_its_points_back_to_use(asking: Till) -> None:
    page = asking.post("take", **asking.purchase(asking.cast.sara, "1330000", reward="discount_50k"))
    redemption = field(page.content.decode(), "redemption")

    form = asking.purchase(asking.cast.sara, "1330000", redemption=[redemption], drop=redemption)
    asking.post("drop", **form)

    assert wallet(asking) == (1_000, 0)


def test_the_next_customer_does_not_leave_points_on_hold_behind(asking: Till) -> None:
    page = asking.post("take", **asking.purchase(asking.cast.sara, "1330000", reward="discount_50k"))
    redemption = field(page.content.decode(), "redemption")

    form = asking.purchase(asking.cast.sara, "1330000", redemption=[redemption], q="09352345678")
    asking.post("find", **form)

    assert wallet(asking) == (1_000, 0)


def test_a_members_coupon_goes_on_the_invoice_and_is_used_up_once(rich: Till) -> None:
    rich.post("record", **rich.purchase(rich.cast.sara, "1330000", marked=["discount_50k"]))
    (used,) = coupon_list(rich.club, [rich.cast.sara.id], now=clock.now())

    again = rich.post(
        "record",
        **rich.purchase(
            rich.cast.sara, "2330000", invoice="1405-3-00002", coupon=[ids.public("coupon", used.id)]
        ),
    )

    assert again.status_code == 409
    assert len(activity_list(rich.club).rows) == 1


def test_another_members_coupon_takes_nothing_off(rich: Till) -> None:
    rich.post("record", **rich.purchase(rich.cast.sara, "1330000", marked=["free_coffee"]))
    (saras,) = coupon_list(rich.club, [rich.cast.sara.id], now=clock.now())

    rich.post(
        "record",
        **rich.purchase(
            rich.cast.reza, "1330000", invoice="1405-3-00002", coupon=[ids.public("coupon", saras.id)]
        ),
    )

    nets = sorted(each.net for each in activity_list(rich.club).rows)
    assert nets == [13_300_000, 13_300_000]


def test_a_scanned_coupon_opens_its_member_and_goes_on_the_invoice(rich: Till) -> None:
    redemption_begin(
        club=club_get(rich.club.id),
        member_id=rich.cast.sara.id,
        reward_key="discount_50k",
        channel="portal",
        actor=Actor(kind="member", id=ids.public("member", rich.cast.sara.id)),
        now=clock.now(),
    )
    (coupon,) = coupon_list(rich.club, [rich.cast.sara.id], now=clock.now(), with_codes=True)

    page = rich.post("find", q=coupon.code).content.decode()

    assert "سارا محمدی" in page
    assert field(page, "coupon") == ids.public("coupon", coupon.id)


def test_a_finished_redemption_is_called_off_with_a_reason_and_once(rich: Till) -> None:
    manager = Staff.objects.create_user("leila2@naderi.example", name="leila")
    role_grant(
        club=rich.club,
        staff_id=manager.id,
        role="branch_manager",
        branches=[rich.cast.vanak.id],
        actor=SYSTEM,
        now=cast.LONG_AGO,
    )
    rich.client.force_login(manager)
    rich.post("branch", branch=str(rich.cast.vanak.id), number="3")
    sara = rich.cast.sara
    redemption_begin(
        club=rich.club, member_id=sara.id, reward_key="free_coffee", channel="till", branch="101",
        actor=SYSTEM, now=clock.now(),
    )  # fmt: skip
    assert wallet(rich) == (700, 0)
    assert "redeemed?member" in rich.post("find", q="09121234567").content.decode()
    id_ = field(rich.get(f"redeemed?member={ids.public('member', sara.id)}").content.decode(), "redemption")

    assert rich.post("redeemed/cancel", redemption=id_, reason=" ").status_code == 422
    assert wallet(rich) == (700, 0)
    for _twice in range(2):
        said = rich.post("redeemed/cancel", redemption=id_, reason="اشتباه بود").content.decode()
        assert "قهوه لغو شد؛ ۳۰۰ امتیاز برگشت." in said
    assert wallet(rich) == (1_000, 0)


def test_a_cashier_without_the_right_calls_nothing_off(rich: Till) -> None:
    member = ids.public("member", rich.cast.sara.id)
    assert "redeemed?member" not in rich.post("find", q="09121234567").content.decode()
    assert rich.get(f"redeemed?member={member}").status_code == 403

"""The shared account at the till: it pays for a reward where the member's own points do not reach."""

from __future__ import annotations

import pytest

from bashgah.activities.selectors import activity_list
from bashgah.clubs.selectors import club_get
from bashgah.clubs.services import settings_set
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.ledger.selectors import wallets_get
from bashgah.members import selectors as members
from bashgah.members.services import belonging_add, belonging_set, group_open
from tests import cast
from tests.till.conftest import Till
from tests.till.test_paying import field, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(till: Till) -> Till:
    """Sara has 10 points of her own and heads a household with 600."""
    settings_set(
        club=till.club,
        changes={"redeem_consent": "never", "groups": {"kinds": ["household"]}},
        now=clock.now(),
    )
    group = group_open(
        club=club_get(till.club.id),
        type="household",
        name="خانهٔ سارا",
        head_id=till.cast.sara.id,
        channel="console",
        actor=SYSTEM,
        now=clock.now(),
    )
    cast.given(till.club, till.cast.sara, 10, now=clock.now())
    cast.given(till.club, members.member_get(till.club, group.id), 600, now=clock.now())
    return till


def shared_points(till: Till) -> int:
    mine = members.belonging_get(till.club, till.cast.sara.id)
    assert mine is not None
    return wallets_get(till.club, mine.group_id, clock.now())["points"].available


def test_the_household_pays_once_and_the_cashier_is_told(home: Till) -> None:
    page = home.post("find", q="09121234567").content.decode()
    assert "از حساب مشترک" in page
    assert "حساب مشترک «\u2068خانهٔ سارا\u2069»: ۶۰۰ امتیاز" in page
    assert "عضو می‌تواند از همهٔ آن استفاده کند." in page
    form = home.purchase(home.cast.sara, "1330000", marked=["discount_50k"])
    assert [home.post("record", **form).status_code for _press in range(2)] == [200, 200]
    assert shared_points(home) == 100
    assert wallets_get(home.club, home.cast.sara.id, clock.now())["points"].available == 10 + 120


def test_who_may_not_use_its_points_is_not_offered_them(home: Till) -> None:
    group_id = members.belonging_get(home.club, home.cast.sara.id).group_id
    belonging_add(
        club=club_get(home.club.id),
        group_id=group_id,
        member_id=home.cast.reza.id,
        role="head",
        actor=SYSTEM,
        now=clock.now(),
    )
    belonging_set(
        club=home.club,
        group_id=group_id,
        member_id=home.cast.sara.id,
        role="junior",
        monthly_limit=None,
        actor=SYSTEM,
        now=clock.now(),
    )
    page = home.post("find", q="09121234567").content.decode()
    assert "از حساب مشترک" not in page
    assert "خانهٔ سارا" not in page
    form = home.purchase(home.cast.sara, "1330000", marked=["discount_50k"])
    assert home.post("record", **form).status_code != 200
    assert shared_points(home) == 600


def test_a_monthly_limit_is_said_as_what_is_left_of_it(home: Till) -> None:
    mine = members.belonging_get(home.club, home.cast.sara.id)
    assert mine is not None
    belonging_add(
        club=club_get(home.club.id), group_id=mine.group_id, member_id=home.cast.reza.id, role="head",
        actor=SYSTEM, now=clock.now(),
    )  # fmt: skip
    belonging_set(
        club=home.club, group_id=mine.group_id, member_id=home.cast.sara.id, role="junior", monthly_limit=550,
        actor=SYSTEM, now=clock.now(),
    )  # fmt: skip
    page = home.post("find", q="09121234567").content.decode()
    assert "عضو این ماه تا ۵۵۰ امتیاز دیگر از آن می‌تواند استفاده کند." in page
    form = home.purchase(home.cast.sara, "1330000", marked=["discount_50k"])
    assert home.post("record", **form).status_code == 200
    page = home.post("find", q="09121234567").content.decode()
    assert "حساب مشترک «\u2068خانهٔ سارا\u2069»: ۱۰۰ امتیاز" in page
    assert "عضو این ماه تا ۵۰ امتیاز دیگر از آن می‌تواند استفاده کند." in page


def bill(home: Till, **more: object) -> dict[str, object]:
    """A bill of 100,000 toman; a point pays 100 of them, half of the bill at most."""
    return home.purchase(home.cast.sara, "100000", pay_pool="1", **more)


def test_the_household_pays_part_of_a_bill_and_gets_it_back_with_the_goods(home: Till) -> None:
    published(home, pay_with_points={"least": 100, "step": 10, "most_permille": 500})
    page = home.post("preview", **home.purchase(home.cast.sara, "100000")).content.decode()
    assert "data-most" not in page  # ten points of her own pay nothing
    page = home.post("preview", **bill(home, pay="400")).content.decode()
    assert 'data-most="500"' in page
    assert "پرداخت با ۴۰۰ امتیاز حساب مشترک" in page
    form = bill(home, pay="400", pay_shown="400")
    for _press in range(2):
        answer = home.post("record", **form)
        assert answer.status_code == 200
        assert "پرداخت با ۴۰۰ امتیاز حساب مشترک" in answer.content.decode()
    assert shared_points(home) == 200
    (activity,) = activity_list(home.club).rows
    assert activity.fact.paid_by_points == 400_000
    assert home.post("void", activity=ids.public("activity", activity.id)).status_code == 200
    assert shared_points(home) == 600


def test_the_households_points_wait_for_the_members_yes(home: Till) -> None:
    published(home, pay_with_points={"least": 100, "step": 10, "most_permille": 500})
    settings_set(club=home.club, changes={"redeem_consent": "always"}, now=clock.now())
    page = home.post("pay", **bill(home, pay="400")).content.decode()
    assert "پرداخت با امتیاز حساب مشترک" in page
    asked = field(page, "redemption")
    waiting = bill(home, pay="400", pay_shown="400", redemption=[asked])
    assert home.post("record", **waiting).status_code == 422
    yes = {**waiting, "asked": asked, "way": "code", "request": field(page, "request")}
    assert home.post("yes/check", **yes, answer=home.code_sent()).status_code == 200
    own = {**waiting, "pay_pool": ""}
    assert home.post("record", **own).status_code == 409  # her own ten points pay nothing of it
    assert home.post("record", **waiting).status_code == 200
    assert shared_points(home) == 200


def test_a_member_without_a_shared_account_pays_with_their_own(home: Till) -> None:
    published(home, pay_with_points={"least": 5, "step": 1, "most_permille": 500})
    cast.given(home.club, home.cast.reza, 50, now=clock.now())
    form = home.purchase(home.cast.reza, "100000", pay_pool="1", pay="40")
    assert "پرداخت با ۴۰ امتیاز" in home.post("preview", **form).content.decode()
    assert home.post("record", **form, pay_shown="40").status_code == 200
    assert wallets_get(home.club, home.cast.reza.id, clock.now())["points"].available == 10

"""Paying part of the bill by points at the till: said, agreed to, captured once, given back."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bashgah.access.models import Staff
from bashgah.access.services import role_grant
from bashgah.activities.selectors import activity_list
from bashgah.clubs.services import settings_set
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.ledger.selectors import wallets_get
from bashgah.members import selectors as members
from bashgah.programs.selectors import draft_get
from bashgah.programs.services import draft_publish, draft_save
from tests import cast
from tests.till.conftest import Till

pytestmark = pytest.mark.django_db
TERMS = {"least": 100, "step": 10, "most_permille": 500}


@pytest.fixture(autouse=True)
def paying(till: Till) -> None:
    """Sara holds 1,000 points worth 100 toman each; they can pay half a bill, and nobody's yes is asked."""
    published(till, pay_with_points=TERMS)
    cast.given(till.club, till.cast.sara, 1_000, now=clock.now())
    consent(till, "never")


def published(till: Till, **changes: Any) -> None:
    now, draft = clock.now(), draft_get(till.club)
    wallets = [
        {**each, "worth": 1_000} if each["key"] == "points" else each for each in draft.document["wallets"]
    ]
    document = {**draft.document, "wallets": wallets, **changes}
    saved = draft_save(club=till.club, document=document, revision=draft.revision, actor=SYSTEM, now=now)
    draft_publish(club=till.club, revision=saved.revision, actor=SYSTEM, now=now)


def consent(till: Till, policy: str) -> None:
    settings_set(club=till.club, changes={"redeem_consent": policy}, now=clock.now())


def bill(till: Till, amount: str = "100000", **more: Any) -> dict[str, Any]:
    """A bill of 100,000 toman, unless said otherwise; half of it is 500 points."""
    return till.purchase(till.cast.sara, amount, **more)


def wallet(till: Till) -> tuple[int, int]:
    points = wallets_get(till.club, till.cast.sara.id, clock.now())["points"]
    return points.available, points.held


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return found[1] if found else ""


def test_the_desk_asks_for_points_only_while_bills_can_be_paid_by_them(till: Till) -> None:
    assert 'id="till-pay"' in till.client.get("/till/").content.decode()
    published(till, pay_with_points=None)
    assert 'id="till-pay"' not in till.client.get("/till/").content.decode()
    assert "till-pay" not in till.post("preview", **bill(till)).content.decode()


def test_what_can_be_paid_is_said_and_what_remains(till: Till) -> None:
    page = till.post("preview", **bill(till)).content.decode()
    assert 'data-most="500"' in page
    assert "حداکثر ۵۰۰ امتیاز، به ارزش ۵۰٬۰۰۰ تومان" in page
    assert field(page, "pay_shown") == ""
    page = till.post("preview", **bill(till, pay="۲۵۰")).content.decode()
    assert field(page, "pay_shown") == "250"
    assert "پرداخت با ۲۵۰ امتیاز" in page
    assert "۷۵٬۰۰۰ تومان" in page


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [("255", 250), ("9999", 500), ("99", 0), ("0", 0)],
    ids=["step", "most", "least", "none"],
)
def test_what_is_not_taken_as_typed_says_the_terms(till: Till, typed: str, chosen: int) -> None:
    page = till.post("preview", **bill(till, pay=typed)).content.decode()
    assert field(page, "pay_shown") == (str(chosen) if chosen else "")
    assert ("۵۰ درصد" in page) is (typed != "0")


def test_as_much_as_possible_follows_the_bill(till: Till) -> None:
    for amount, units in (("100000", "500"), ("60000", "300"), ("900000", "1000")):
        page = till.post("preview", **bill(till, amount, pay="7", pay_most="1")).content.decode()
        assert f'data-chosen="{units}"' in page


def test_why_nothing_can_be_paid_is_said(till: Till) -> None:
    page = till.post("preview", **bill(till, "19000")).content.decode()
    assert "data-most" not in page
    assert "مبلغ این خرید کمتر از آن است" in page


def test_the_purchase_takes_the_points_once_and_returning_it_gives_them_back(till: Till) -> None:
    form = bill(till, pay="250", pay_shown="250")
    for _press in range(2):
        answer = till.post("record", **form)
        assert answer.status_code == 200
        page = answer.content.decode()
        assert "پرداخت با ۲۵۰ امتیاز" in page
        assert "۷۵٬۰۰۰ تومان" in page
    (activity,) = activity_list(till.club).rows
    assert (activity.net, activity.fact.paid_by_points) == (1_000_000, 250_000)
    assert activity.credits == ()
    assert wallet(till) == (750, 0)
    assert till.post("void", activity=ids.public("activity", activity.id)).status_code == 200
    assert wallet(till) == (1_000, 0)


def test_lines_carry_their_part_and_a_promotion_comes_first(till: Till) -> None:
    tenth = {
        "key": "tenth",
        "name": {"fa": "ده درصد", "en": "Tenth"},
        "deal": {"kind": "percent", "permille": 100},
    }
    published(till, pay_with_points=TERMS, promotions=[tenth])
    form = bill(till, "", mode="lines", line_sku=["a", "b"], line_name=["a", "b"], line_quantity=["1", "1"],
                line_price=["60000", "40000"], pay_most="1", pay_shown="450")  # fmt: skip
    answer = till.post("record", **form)
    assert answer.status_code == 200, answer.content.decode()
    (activity,) = activity_list(till.club).rows
    assert [(line.discount, line.paid_by_points) for line in activity.fact.lines] == [
        (60_000, 270_000), (40_000, 180_000),
    ]  # fmt: skip
    page = answer.content.decode()
    assert page.index("ده درصد") < page.index("پرداخت با ۴۵۰ امتیاز")


def test_other_points_than_the_cashier_saw_are_not_taken(till: Till) -> None:
    answer = till.post("record", **bill(till, pay="250"))
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (409, "#till-sum")
    assert field(answer.content.decode(), "pay_shown") == "250"
    assert activity_list(till.club).rows == []
    answer = till.post("record", **bill(till, "20000", pay="250", pay_shown="250"))
    assert answer.status_code == 409
    assert wallet(till) == (1_000, 0)


def test_the_members_yes_is_asked_for_and_only_to_these_points(till: Till) -> None:
    consent(till, "always")
    form = bill(till, pay="250", pay_shown="250")
    preview = till.post("preview", **form).content.decode()
    assert "عضو هنوز" in preview
    assert 'data-act="payAsk"' in preview
    assert till.post("record", **form).status_code == 422
    asked = till.post("pay", **form).content.decode()
    redemption, request = field(asked, "redemption"), field(asked, "request")
    assert wallet(till) == (750, 250)
    waiting = {**form, "redemption": redemption}
    assert till.post("record", **waiting).status_code == 422
    agreed = till.post(
        "yes/check", **waiting, asked=redemption, way="code", request=request, answer=till.code_sent()
    ).content.decode()
    assert field(agreed, "redemption") == redemption
    assert "b-yes" not in agreed
    preview = till.post("preview", **waiting).content.decode()
    assert 'data-most="500"' in preview
    assert "aria-disabled" not in preview
    for _press in range(2):
        assert till.post("record", **waiting).status_code == 200
    assert len(activity_list(till.club).rows) == 1
    assert wallet(till) == (750, 0)


def test_more_points_than_agreed_to_are_asked_for_anew_and_the_first_go_back(till: Till) -> None:
    consent(till, "always")
    form = bill(till, pay="250", pay_shown="250")
    asked = till.post("pay", **form).content.decode()
    first, request = field(asked, "redemption"), field(asked, "request")
    till.post("yes/check", **form, redemption=first, asked=first, way="code", request=request,
              answer=till.code_sent())  # fmt: skip
    more = bill(till, pay="400", pay_shown="400", redemption=first)
    assert till.post("record", **more).status_code == 422
    again = till.post("pay", **more).content.decode()
    assert field(again, "redemption") not in ("", first)
    assert wallet(till) == (600, 400)
    dropped = till.post(
        "drop", **{**more, "redemption": field(again, "redemption")}, drop=field(again, "redemption")
    )
    assert dropped.headers["HX-Trigger"] == "till:unpaid"
    assert wallet(till) == (1_000, 0)


def test_points_agreed_to_and_not_needed_go_back_when_the_purchase_is_recorded(till: Till) -> None:
    consent(till, "always")
    asked = till.post("pay", **bill(till, pay="250", pay_shown="250")).content.decode()
    first, request = field(asked, "redemption"), field(asked, "request")
    form = bill(till, redemption=first)
    till.post("yes/check", **form, asked=first, way="code", request=request, answer=till.code_sent())
    assert till.post("record", **form).status_code == 200
    (activity,) = activity_list(till.club).rows
    assert activity.fact.paid_by_points == 0
    assert wallet(till) == (1_010, 0)


def test_the_members_qr_agrees_too_and_the_portal_shows_what_is_asked(till: Till) -> None:
    consent(till, "always")
    form = bill(till, pay="250", pay_shown="250")
    redemption = field(till.post("pay", **form).content.decode(), "redemption")
    token = members.member_qr_token(till.club, till.cast.sara.id, clock.now())
    waiting = {**form, "redemption": redemption}
    agreed = till.post("yes/check", **waiting, asked=redemption, way="qr", answer=token)
    assert "b-yes" not in agreed.content.decode()
    assert till.post("record", **waiting).status_code == 200


def test_without_a_member_nothing_is_paid_by_points(till: Till) -> None:
    form = till.purchase(None, "100000", anonymous="1", pay="250")
    assert "data-most" not in till.post("preview", **form).content.decode()
    assert till.post("record", **form).status_code == 200


def test_a_yes_that_was_asked_for_is_not_offered_to_be_asked_for_again(till: Till) -> None:
    consent(till, "always")
    form = bill(till, pay="250")
    assert 'data-act="payAsk"' in till.post("preview", **form).content.decode()
    asked = field(till.post("pay", **form).content.decode(), "redemption")
    waiting = till.post("preview", **form, redemption=[asked]).content.decode()
    assert 'data-act="payAsk"' not in waiting
    assert "تأیید عضو هنوز نیامده است." in waiting
    other = till.post("preview", **{**form, "pay": "300"}, redemption=[asked]).content.decode()
    assert 'data-act="payAsk"' in other


def test_a_number_nobody_has_is_offered_in_the_digits_of_the_language(till: Till) -> None:
    page = till.post("find", q="09351112233").content.decode()
    assert "ثبت‌نام \u2066۰۹۳۵۱۱۱۲۲۳۳\u2069" in " ".join(page.split())


def test_the_day_so_far_is_asked_for_again(till: Till) -> None:
    page = till.get("today").content.decode()
    assert "خرید امروز" in page
    assert "۰" in page


def test_points_that_paid_a_bill_are_not_among_what_can_be_called_off(till: Till) -> None:
    """They go back with the goods; a manager is offered no other way."""
    consent(till, "always")
    form = bill(till, pay="250")
    page = till.post("pay", **form).content.decode()
    asked = {**form, "pay_shown": "250", "redemption": [field(page, "redemption")]}
    yes = {"asked": field(page, "redemption"), "way": "code", "request": field(page, "request")}
    assert till.post("yes/check", **asked, **yes, answer=till.code_sent()).status_code == 200
    assert till.post("record", **asked).status_code == 200
    manager = Staff.objects.create_user("leila2@naderi.example", name="leila")
    role_grant(
        club=till.club, staff_id=manager.id, role="branch_manager", branches=[till.cast.vanak.id],
        actor=SYSTEM, now=cast.LONG_AGO,
    )  # fmt: skip
    till.client.force_login(manager)
    till.post("branch", branch=str(till.cast.vanak.id), number="3")
    page = till.get(f"redeemed?member={ids.public('member', till.cast.sara.id)}").content.decode()
    assert "به‌تازگی در این شعبه چیزی دریافت نشده است." in page

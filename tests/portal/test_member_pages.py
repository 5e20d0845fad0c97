"""What a member sees and does: always their own, always with the reason, each act once."""

from __future__ import annotations

import re
import uuid

import pytest

from bashgah.activities.behaviours import check_in_token
from bashgah.activities.selectors import member_activities
from bashgah.activities.services import settle_one
from bashgah.activities.types import AmountsIn, MemberRef, PurchaseIn, PurchaseRef, ReturnIn, Settled
from bashgah.clubs.selectors import branch_list
from bashgah.clubs.services import settings_set
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.ledger.selectors import wallets_get
from bashgah.members import selectors as members
from bashgah.members.services import member_block
from bashgah.redemption.selectors import redemption_get
from bashgah.redemption.services import redemption_begin
from bashgah.rewards.selectors import coupon_list
from tests import cast
from tests.portal.conftest import House, Visitor

pytestmark = pytest.mark.django_db


def buys(house: House, member: object, reference: str, rials: int) -> Settled:
    now = clock.now()
    return settle_one(
        PurchaseIn(
            source="pos",
            reference=reference,
            occurred_at=now,
            member=MemberRef(id=ids.public("member", member.id)),  # type: ignore[attr-defined]
            branch="101",
            amounts=AmountsIn(gross=rials),
        ),
        club=house.club,
        actor=SYSTEM,
        now=now,
    )


def taps(visitor: Visitor, key: str) -> str:
    """The reference in the form of a reward's page."""
    found = re.search(r'name="reference" value="([^"]+)"', visitor.get(f"/rewards/{key}").content.decode())
    assert found is not None
    return found[1]


def test_home_shows_balance_tier_and_why(house: House) -> None:
    buys(house, house.cast.sara, "A-1", 12_800_000)
    page = house.sara().get("/").content.decode()

    assert '<div class="bal">۱۲۰</div>' in page
    assert "۱۲۰ از ۱٬۰۰۰" in page
    assert "خرید از میدان ونک" in page
    assert "۱۲ بار" in page
    assert page.count('class="b-qr') >= 1


def test_the_statement_explains_every_rule_of_a_purchase_that_is_the_members_own(house: House) -> None:
    mine = buys(house, house.cast.sara, "A-1", 12_800_000)
    anothers = buys(house, house.cast.reza, "A-2", 12_800_000)
    sara = house.sara()

    assert (
        "امتیاز پایه"
        in sara.get(f"/statement/{ids.public('activity', mine.activity_id)}/why").content.decode()
    )
    assert sara.get(f"/statement/{ids.public('activity', anothers.activity_id)}/why").status_code == 404


def test_a_return_is_explained_to_the_member_by_its_purchase(house: House) -> None:
    buys(house, house.cast.sara, "A-1", 12_800_000)
    now = clock.now()
    told = ReturnIn(source="pos", reference="R-1", occurred_at=now, purchase=PurchaseRef(reference="A-1"))
    back = settle_one(told, club=house.club, actor=SYSTEM, now=now)

    page = house.sara().get(f"/statement/{ids.public('activity', back.activity_id)}/why").content.decode()
    assert "برای خرید ۱۲۰ امتیاز" in page
    assert "سهم آنچه مرجوع شد برمی‌گردد" in page


def test_the_statement_pages_without_losing_or_repeating_a_line(house: House) -> None:
    told = [buys(house, house.cast.sara, f"A-{n}", 1_000_000) for n in range(25)]
    sara = house.sara()

    first = sara.get("/statement").content.decode()
    onward = re.search(r'href="(\?unit=points&amp;after=[^"]+)"', first)
    assert onward is not None
    second = sara.get("/statement" + onward[1].replace("&amp;", "&")).content.decode()

    shown = re.findall(r"/statement/(act_\w+)/why", first + second)
    assert sorted(shown) == sorted(ids.public("activity", each.activity_id) for each in told)
    assert 'href="?unit=points&amp;after=' not in second


def test_a_reward_is_taken_once_however_often_the_button_is_pressed(house: House) -> None:
    cast.given(house.club, house.cast.sara, 1_000, now=clock.now())
    sara = house.sara()
    reference = taps(sara, "free_coffee")

    first = sara.post("/rewards/free_coffee", reference=reference)
    again = sara.post("/rewards/free_coffee", reference=reference)

    assert first.headers["Location"] == again.headers["Location"]
    assert wallets_get(house.club, house.cast.sara.id, clock.now())["points"].available == 700
    assert "مال شماست" in sara.get(first.headers["Location"]).content.decode()


def test_a_reward_beyond_reach_names_what_is_missing_and_cannot_be_forced(house: House) -> None:
    sara = house.sara()

    page = sara.get("/rewards/free_coffee").content.decode()
    forced = sara.post("/rewards/free_coffee", reference=str(uuid.uuid4()))

    assert "۳۰۰ امتیاز" in page
    assert "disabled" in page
    assert forced.status_code == 409
    assert coupon_list(house.club, [house.cast.sara.id], now=clock.now()) == []


def test_a_coupon_shows_its_code_to_its_owner_alone(house: House) -> None:
    cast.given(house.club, house.cast.sara, 1_000, now=clock.now())
    sara = house.sara()
    where = sara.post("/rewards/free_coffee", reference=taps(sara, "free_coffee")).headers["Location"]
    reza = house.visitor()
    reza.signs_in(cast.REZA_MOBILE)

    (coupon,) = coupon_list(house.club, [house.cast.sara.id], now=clock.now(), with_codes=True)
    assert coupon.code in sara.get(where).content.decode()
    assert reza.get(where).status_code == 404


def asked(house: House) -> str:
    """Begin a redemption at the till that needs Sara's yes; return its public id."""
    settings_set(club=house.club, changes={"redeem_consent": "always"}, now=clock.now())
    cast.given(house.club, house.cast.sara, 1_000, now=clock.now())
    from bashgah.clubs.selectors import club_get

    begun = redemption_begin(
        club=club_get(house.club.id),
        member_id=house.cast.sara.id,
        reward_key="free_coffee",
        channel="till",
        branch="101",
        actor=SYSTEM,
        now=clock.now(),
    )
    assert begun.awaits_yes
    return ids.public("redemption", begun.id)


@pytest.mark.parametrize(("answer", "state", "left"), [("yes", "captured", 700), ("no", "released", 1_000)])
def test_the_members_own_answer_settles_what_the_till_asked(
    house: House, answer: str, state: str, left: int
) -> None:
    redemption = asked(house)
    sara = house.sara()
    assert "قهوه" in sara.get("/asks").content.decode()

    sara.post(f"/asks/{redemption}", answer=answer)

    found = redemption_get(house.club, ids.parse("redemption", redemption), now=clock.now())
    assert found.state == state
    assert wallets_get(house.club, house.cast.sara.id, clock.now())["points"].available == left
    assert sara.get("/asks").content.decode().strip() == ""


def test_nobody_says_yes_for_another(house: House) -> None:
    redemption = asked(house)
    reza = house.visitor()
    reza.signs_in(cast.REZA_MOBILE)

    assert reza.post(f"/asks/{redemption}", answer="yes").status_code == 404
    found = redemption_get(house.club, ids.parse("redemption", redemption), now=clock.now())
    assert found.state == "open"


def test_details_are_changed_and_a_mistake_is_said_at_its_field(house: House) -> None:
    sara = house.sara()

    assert sara.post("/me", first_name="سارا", last_name="نادری", birth_date="1372/02/14").status_code == 302
    wrong = sara.post("/me", first_name="سارا", last_name="x" * 300, birth_date="")

    assert members.member_get(house.club, house.cast.sara.id).last_name == "نادری"
    assert wrong.status_code == 422
    assert 'id="f-last_name-e"' in wrong.content.decode()


def test_consents_are_given_and_withdrawn_with_one_press_each(house: House) -> None:
    sara = house.sara()
    member_id = house.cast.sara.id

    sara.post("/me/consents", consent=["app"])

    said = {key: each.granted for key, each in members.consents(house.club, member_id).items()}
    assert said[("sms", "marketing")] is False
    assert said[("app", "marketing")] is True


def test_a_new_number_counts_after_its_code_and_not_before(house: House) -> None:
    sara = house.sara()
    old_cookie = sara.cookie
    sara.post("/me/mobile", mobile="09127654321")
    code = sara.code_sent()

    assert sara.post("/me/mobile/code", code="000000" if code != "000000" else "111111").status_code == 422
    assert members.member_resolve(house.club, "mobile", "09127654321") is None
    assert sara.post("/me/mobile/code", code=code).status_code == 302

    assert members.member_resolve(house.club, "mobile", "09127654321") == house.cast.sara.id
    assert sara.cookie != old_cookie


def test_a_code_for_a_new_number_serves_the_member_who_asked_alone(house: House) -> None:
    sara, reza = house.sara(), house.visitor()
    reza.signs_in(cast.REZA_MOBILE)
    sara.post("/me/mobile", mobile="09127654321")
    code = sara.code_sent()
    reza.client.cookies["bashgah_entry"] = sara.client.cookies["bashgah_entry"].value

    assert reza.post("/me/mobile/code", code=code).status_code == 422
    assert members.member_resolve(house.club, "mobile", "09127654321") is None


def test_a_blocked_member_still_sees_the_points_but_takes_nothing(house: House) -> None:
    cast.given(house.club, house.cast.sara, 1_000, now=clock.now())
    sara = house.sara()
    member_block(club=house.club, id=house.cast.sara.id, reason="بررسی", actor=SYSTEM, now=clock.now())

    assert '<div class="bal">۱٬۰۰۰</div>' in sara.get("/").content.decode()
    assert sara.post("/rewards/free_coffee", reference=str(uuid.uuid4())).status_code == 409


def test_pages_of_a_member_are_kept_by_no_cache(house: House) -> None:
    sara = house.sara()

    for path in ("/", "/statement", "/rewards", "/coupons", "/me", "/inbox", "/card", "/qr", "/asks"):
        answer = sara.get(path)
        assert (path, answer.status_code, answer.headers["Cache-Control"]) == (path, 200, "no-store")


@pytest.mark.parametrize("path", ["/statement", "/rewards", "/coupons", "/me", "/inbox", "/card"])
def test_pages_of_members_send_visitors_to_the_door_which_remembers_them(house: House, path: str) -> None:
    assert house.visitor().get(path).headers["Location"] == f"/?next=%2F{path[1:]}"


@pytest.mark.parametrize("path", ["/qr", "/asks"])
def test_what_a_page_fetches_for_itself_is_no_place_to_come_back_to(house: House, path: str) -> None:
    answer = house.visitor().client.get(path, headers={"Sec-Fetch-Dest": "empty"})

    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(
    ("path", "to"),
    [("/me/consents", "/me"), ("/sign-out", "/"), ("/sign-in/again", "/")],
)
def test_addresses_of_forms_opened_as_pages_lead_back_and_do_nothing(
    house: House, path: str, to: str
) -> None:
    sara = house.sara()

    assert sara.get(path).headers["Location"] == to
    assert sara.get("/me").status_code == 200


def test_a_member_checks_in_by_the_printed_qr_of_a_branch(house: House) -> None:
    settings_set(club=house.club, changes={"behaviours": ["check_in", "app_opened"]}, now=clock.now())
    branch = next(each for each in branch_list(house.club) if each.code == "101")
    path = f"/here/{check_in_token(house.club, branch)}"
    sara = house.sara()

    assert "اینجا هستم" in sara.get(path).content.decode()
    assert "حضور شما ثبت شد" in sara.post(path).content.decode()
    again = sara.post(path)
    assert again.status_code == 409
    assert "حضور شما در اینجا ثبت شده است" in again.content.decode()
    assert sara.get(path[:-2] + "00").status_code == 422


def test_opening_the_portal_is_recorded_once_a_day_where_the_club_listens(house: House) -> None:
    sara = house.sara()
    sara.get("/")
    settings_set(club=house.club, changes={"behaviours": ["app_opened"]}, now=clock.now())
    for _again in range(3):
        sara.get("/")
    assert [row.type for row in member_activities(house.club, house.cast.sara.id).rows] == ["app_opened"]

"""A member gives points to another: only where the club allows it, and only by their own code."""

from __future__ import annotations

import re

import pytest

from bashgah.clubs.services import settings_set
from bashgah.ground import clock, throttle
from bashgah.kit import mobile
from bashgah.ledger.selectors import wallets_get
from bashgah.members.types import MemberInfo
from tests import cast
from tests.portal.conftest import House, Visitor

pytestmark = pytest.mark.django_db
TERMS = {"wallet": "points", "least": 10, "most": 500, "member_days": 0}


def points(house: House, member: MemberInfo) -> int:
    wallet = wallets_get(house.club, member.id, clock.now()).get("points")
    return wallet.available if wallet else 0


def opened(house: House) -> Visitor:
    """Sara with a hundred points, where giving is allowed; the wait for her next code is over."""
    settings_set(club=house.club, changes={"transfers": [TERMS]}, now=clock.now())
    cast.given(house.club, house.cast.sara, 100, now=clock.now())
    sara = house.sara()
    with throttle.own_connection() as connection:
        connection.execute("DELETE FROM ground_throttle")
    return sara


def wish(sara: Visitor, amount: str = "۳۰", to: str = cast.REZA_MOBILE) -> object:
    found = re.search(r'name="reference" value="([^"]+)"', sara.get("/give").content.decode())
    assert found is not None
    return sara.post("/give", mobile=mobile.national(to), amount=amount, note="", reference=found[1])


def test_nothing_moves_before_the_code(house: House) -> None:
    sara = opened(house)
    answer = wish(sara)
    address = answer.headers["Location"]  # type: ignore[attr-defined]
    assert points(house, house.cast.reza) == 0
    page = sara.get(address).content.decode()
    assert "رضا ک." in page
    code = sara.code_sent()
    wrong = "000000" if code != "000000" else "111111"
    assert sara.post(address, code=wrong).status_code == 422
    assert points(house, house.cast.reza) == 0
    assert sara.post(address, code=code).status_code == 200
    assert (points(house, house.cast.sara), points(house, house.cast.reza)) == (70, 30)


def test_another_members_gift_is_not_to_be_seen(house: House) -> None:
    sara = opened(house)
    address = wish(sara).headers["Location"]  # type: ignore[attr-defined]
    sara.code_sent()
    reza = house.visitor()
    assert reza.signs_in(cast.REZA_MOBILE).status_code == 302
    assert reza.get(address).status_code == 404


def test_what_is_wrong_is_said_beside_its_field(house: House) -> None:
    sara = opened(house)
    assert wish(sara, amount="many").status_code == 422  # type: ignore[attr-defined]
    assert wish(sara, to="+989120000001").status_code == 422  # type: ignore[attr-defined]
    assert wish(sara, amount="501").status_code == 422  # type: ignore[attr-defined]
    assert wish(sara, to=cast.SARA_MOBILE).status_code == 422  # type: ignore[attr-defined]


def test_where_the_club_does_not_allow_it_there_is_no_such_page(house: House) -> None:
    sara = house.sara()
    assert sara.get("/give").status_code == 404
    assert 'href="/give"' not in sara.get("/me").content.decode()

"""The way in: codes, sessions, and what neither gives away."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from bashgah.members import selectors as members
from bashgah.portal import sessions
from tests import cast
from tests.portal.conftest import House

pytestmark = pytest.mark.django_db

NOBODYS = "+989120000001"


def plain(response: HttpResponse) -> str:
    """The page without what is random in every page."""
    return re.sub(r"[A-Za-z0-9]{64}", "", response.content.decode())


def test_a_member_signs_in_with_the_code_and_sees_home(house: House) -> None:
    visitor = house.visitor()

    assert visitor.asks_code(cast.SARA_MOBILE).headers["Location"] == "/sign-in/code"
    assert visitor.post("/sign-in/code", code=visitor.code_sent()).headers["Location"] == "/"

    assert "سلام سارا" in visitor.get("/").content.decode()


def test_known_and_unknown_numbers_get_the_same_answer(house: House) -> None:
    known, unknown = house.visitor(), house.visitor()

    first, second = known.asks_code(cast.SARA_MOBILE), unknown.asks_code(NOBODYS)
    assert (first.status_code, first.headers["Location"]) == (second.status_code, second.headers["Location"])

    pages = [
        plain(visitor.get("/sign-in/code")).replace(number, "…")
        for visitor, number in ((known, "۰۹۱۲ ۱۲۳ ۴۵۶۷"), (unknown, "۰۹۱۲ ۰۰۰ ۰۰۰۱"))
    ]
    assert pages[0] == pages[1]


def test_a_wrong_code_says_how_many_tries_are_left_and_five_end_it(house: House) -> None:
    visitor = house.visitor()
    visitor.asks_code(cast.SARA_MOBILE)
    right = visitor.code_sent()
    wrong = "000000" if right != "000000" else "111111"

    first = visitor.post("/sign-in/code", code=wrong)
    assert (first.status_code, "bashgah_member" in visitor.client.cookies) == (422, False)
    assert "۴" in first.content.decode()
    for _try in range(4):
        visitor.post("/sign-in/code", code=wrong)

    assert visitor.post("/sign-in/code", code=right).status_code == 422
    assert "bashgah_member" not in visitor.client.cookies


def test_a_code_opens_the_door_once(house: House) -> None:
    first, second = house.visitor(), house.visitor()
    first.asks_code(cast.SARA_MOBILE)
    code = first.code_sent()
    second.client.cookies["bashgah_entry"] = first.client.cookies["bashgah_entry"].value

    assert first.post("/sign-in/code", code=code).status_code == 302
    assert second.post("/sign-in/code", code=code).status_code == 422


def test_the_code_of_one_request_does_not_open_another(house: House) -> None:
    sara, reza = house.visitor(), house.visitor()
    sara.asks_code(cast.SARA_MOBILE)
    code = sara.code_sent()
    reza.asks_code(cast.REZA_MOBILE)

    assert reza.post("/sign-in/code", code=code).status_code == 422


def test_a_second_code_within_a_minute_is_refused_in_words(house: House) -> None:
    visitor = house.visitor()
    visitor.asks_code(cast.SARA_MOBILE)

    answer = visitor.asks_code(cast.SARA_MOBILE)

    assert answer.status_code == 429
    assert "ثانیه" in answer.content.decode()


def test_something_that_is_no_number_is_said_at_the_field(house: House) -> None:
    answer = house.visitor().post("/sign-in", mobile="۱۲۳")

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert "مثلاً ۰۹۱۲۳۴۵۶۷۸۹" in answer.content.decode()


def test_the_address_of_the_form_opened_as_a_page_leads_home(house: House) -> None:
    answer = house.visitor().get("/sign-in")

    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_signing_out_ends_the_session_on_the_server(house: House) -> None:
    visitor = house.sara()
    kept = visitor.cookie
    visitor.post("/sign-out")
    visitor.client.cookies["bashgah_member"] = kept

    assert visitor.get("/statement").headers["Location"] == "/?next=%2Fstatement"


def test_signing_in_leads_to_the_page_a_link_in_a_message_named(house: House) -> None:
    visitor = house.visitor()
    door = visitor.get(visitor.get("/statement?unit=status").headers["Location"])
    assert 'name="next" value="/statement?unit=status"' in door.content.decode()

    visitor.post("/sign-in", mobile="09121234567", next="/statement?unit=status")
    answer = visitor.post("/sign-in/code", code=visitor.code_sent())

    assert answer.headers["Location"] == "/statement?unit=status"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/" * 501],
)
def test_signing_in_leads_nowhere_else(house: House, elsewhere: str) -> None:
    visitor = house.visitor()
    door = visitor.client.get("/", {"next": elsewhere}).content.decode()
    assert f'name="next" value="{elsewhere}"' not in door

    visitor.post("/sign-in", mobile="09121234567", next=elsewhere)
    answer = visitor.post("/sign-in/code", code=visitor.code_sent())

    assert answer.headers["Location"] == "/"


def test_signing_in_again_takes_the_old_cookie_its_worth(house: House) -> None:
    visitor = house.visitor()
    visitor.signs_in(cast.SARA_MOBILE)
    old = visitor.cookie
    visitor.signs_in(cast.REZA_MOBILE)
    assert visitor.cookie != old
    visitor.client.cookies["bashgah_member"] = old

    assert visitor.get("/statement").headers["Location"] == "/?next=%2Fstatement"


def test_a_forged_cookie_is_nobodys(house: House) -> None:
    visitor = house.sara()
    visitor.client.cookies["bashgah_member"] = visitor.cookie[:-1] + (
        "A" if visitor.cookie[-1] != "A" else "B"
    )

    assert visitor.get("/statement").headers["Location"] == "/?next=%2Fstatement"


@pytest.mark.parametrize(
    ("after", "seen"),
    [(timedelta(days=29), True), (timedelta(days=31), False)],
)
def test_an_idle_session_ends_after_thirty_days(house: House, after: timedelta, seen: bool) -> None:
    began = datetime(2026, 1, 1, tzinfo=UTC)
    request, response = RequestFactory().get("/"), HttpResponse()
    sessions.session_begin(request, response, club_id=house.club.id, member_id=house.cast.sara.id, now=began)
    request.COOKIES["bashgah_member"] = response.cookies["bashgah_member"].value

    assert (sessions.session_get(request, now=began + after) is not None) is seen


def test_a_used_session_ends_after_ninety_days_all_the_same(house: House) -> None:
    began = datetime(2026, 1, 1, tzinfo=UTC)
    request, response = RequestFactory().get("/"), HttpResponse()
    sessions.session_begin(request, response, club_id=house.club.id, member_id=house.cast.sara.id, now=began)
    request.COOKIES["bashgah_member"] = response.cookies["bashgah_member"].value

    alive = [sessions.session_get(request, now=began + timedelta(days=day)) for day in (20, 40, 60, 80, 91)]

    assert [each is not None for each in alive] == [True, True, True, True, False]


def test_over_https_the_cookie_carries_the_host_prefix_and_cannot_be_read_by_scripts(house: House) -> None:
    request, response = RequestFactory().get("/", secure=True), HttpResponse()
    sessions.session_begin(
        request, response, club_id=house.club.id, member_id=house.cast.sara.id, now=cast.NOW
    )

    cookie = response.cookies["__Host-bashgah_member"]
    assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (True, True, "/", "")


def test_a_member_of_another_club_is_a_visitor_here(house: House) -> None:
    other = cast.ketab()
    request, response = RequestFactory().get("/"), HttpResponse()
    sessions.session_begin(request, response, club_id=other.club.id, member_id=other.nika.id, now=cast.NOW)
    visitor = house.visitor()
    visitor.client.cookies["bashgah_member"] = response.cookies["bashgah_member"].value

    assert visitor.get("/statement").headers["Location"] == "/?next=%2Fstatement"


def test_a_newcomer_proves_the_number_and_joins_with_consents(house: House) -> None:
    visitor = house.visitor()
    assert visitor.signs_in(NOBODYS).headers["Location"] == "/join"

    answer = visitor.post(
        "/join", first_name="نیلوفر", last_name="احمدی", birth_date="۱۳۷۲/۲/۱۴", consent=["sms"]
    )

    assert answer.headers["Location"] == "/"
    assert "نیلوفر" in visitor.get("/").content.decode()
    member_id = members.member_resolve(house.club, "mobile", NOBODYS)
    assert member_id is not None
    member = members.member_get(house.club, member_id)
    assert (member.channel, str(member.birth_date)) == ("portal", "1993-05-04")
    given = members.consents(house.club, member_id)
    assert {key: each.granted for key, each in given.items()} == {("sms", "marketing"): True}


def test_nobody_joins_with_a_number_that_was_not_proved(house: House) -> None:
    visitor = house.visitor()
    visitor.asks_code(NOBODYS)

    assert visitor.post("/join", first_name="نیلوفر").headers["Location"] == "/"
    assert members.member_resolve(house.club, "mobile", NOBODYS) is None


def test_the_joining_form_says_at_the_field_what_is_wrong(house: House) -> None:
    visitor = house.visitor()
    visitor.signs_in(NOBODYS)

    answer = visitor.post("/join", first_name="نیلوفر", birth_date="دیروز")

    assert answer.status_code == 422
    assert 'id="f-birth_date-e"' in answer.content.decode()

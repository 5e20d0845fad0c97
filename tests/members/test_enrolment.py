"""Enrolment, one by one and in bulk."""

from datetime import date, timedelta

import pytest
from django.db import connection

from bashgah.clubs.services import settings_set
from bashgah.kit import card
from bashgah.kit.ids import public
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.members import selectors, services
from bashgah.members.types import ConsentGiven, Enrolled, NewMember, PersonInfo
from tests.cast import NOW, SARA_MOBILE, ketab, naderi

pytestmark = pytest.mark.django_db


def news(club):
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, member_id FROM ground_news WHERE club_id = %s ORDER BY id", [club.id])
        return cursor.fetchall()


def rows_of(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def test_a_mobile_alone_is_enough_and_the_card_is_there_at_once():
    club = naderi().club
    member = services.member_enrol(club=club, mobile="۰۹۱۲ ۰۰۰ ۱۱۱۱", channel="till", now=NOW)
    assert (member.status, member.kind, member.name, member.mobile_masked) == (
        "active",
        "person",
        "0912•••1111",
        "0912•••1111",
    )
    assert member.is_active
    assert card.is_card(member.number)
    assert member.number.startswith("6280")
    assert selectors.member_resolve(club, "card", member.number) == member.id
    assert selectors.person_get(club, member.id).mobile == "+989120001111"
    assert ("member.enrolled", member.id) in news(club)


def test_everything_given_is_kept_and_cleaned():
    cast = naderi()
    services.attribute_declare(
        club=cast.club, key="shirt", label=Texts("سایز"), type="choice", choices=["M", "L"], now=NOW
    )
    member = services.member_enrol(
        club=cast.club,
        mobile="09120001111",
        first_name=" علي ",
        last_name="كريمي",
        nickname="علی‌آقا",
        email="Ali@Example.COM",
        national_id="0013542419",
        external_id="C-17",
        city="تهران",
        gender="male",
        birth_date=date(1990, 1, 1),
        address="خیابان ولی‌عصر\nپلاک ۲",
        source="دوستان",
        tags=["ویژه", "ویژه", " "],
        attributes={"shirt": "L"},
        locale="fa",
        channel="api",
        branch_id=cast.vanak.id,
        referrer_id=cast.sara.id,
        now=NOW,
    )
    assert (member.first_name, member.last_name, member.name) == ("علی", "کریمی", "علی کریمی")
    assert (member.tags, dict(member.attributes)) == (("ویژه",), {"shirt": "L"})
    assert (member.branch_id, member.referrer_id, member.external_id) == (cast.vanak.id, cast.sara.id, "C-17")
    assert selectors.person_get(cast.club, member.id) == PersonInfo(
        member_id=member.id,
        mobile="+989120001111",
        email="ali@example.com",
        national_id="0013542419",
        address="خیابان ولی‌عصر\nپلاک ۲",
    )


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"mobile": "123"}, "mobile_invalid"),
        ({"mobile": ""}, "mobile_missing"),
        ({"mobile": "", "national_id": "0013542419"}, "mobile_missing"),
        ({"email": "x"}, "email_invalid"),
        ({"national_id": "0013542418"}, "national_id_invalid"),
        ({"first_name": "a\x00"}, "text_invalid"),
        ({"last_name": "\ud800"}, "text_invalid"),
        ({"first_name": "x" * 101}, "text_too_long"),
        ({"gender": "x"}, "choice_invalid"),
        ({"locale": "de"}, "choice_invalid"),
        ({"birth_date": date(1899, 12, 31)}, "birth_date_invalid"),
        ({"birth_date": NOW.date() + timedelta(days=1)}, "birth_date_invalid"),
        ({"tags": [str(n) for n in range(51)]}, "tags_too_many"),
        ({"attributes": {"unknown": 1}}, "attribute_unknown"),
        ({"consents": [ConsentGiven("fax", "marketing", True)]}, "consent_invalid"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(given, code):
    club = naderi().club
    before = rows_of("members_member"), rows_of("members_identifier"), rows_of("members_state")
    with pytest.raises(Refusal) as refused:
        services.member_enrol(**{"club": club, "mobile": "09120001111", "channel": "api", "now": NOW} | given)
    assert (refused.value.code, refused.value.status) == (code, 422)
    assert (rows_of("members_member"), rows_of("members_identifier"), rows_of("members_state")) == before


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("mobile", {"mobile": "0912 123 4567"}),
        ("email", {"mobile": "09120002222", "email": "SARA@example.com"}),
        ("national_id", {"mobile": "09120002222", "national_id": "13542419"}),
        ("external", {"mobile": "09120002222", "external_id": "C-1"}),
    ],
)
def test_an_identifier_belongs_to_one_member(kind, given):
    cast = naderi()
    services.member_update(
        club=cast.club,
        id=cast.sara.id,
        changes={"email": "sara@example.com", "national_id": "0013542419", "external_id": "C-1"},
        now=NOW,
    )
    with pytest.raises(Refusal) as refused:
        services.member_enrol(club=cast.club, channel="till", now=NOW, **given)
    assert (refused.value.code, refused.value.status) == (f"{kind}_taken", 409)
    assert refused.value.extra == {"member_id": public("member", cast.sara.id)}


def test_one_mobile_may_be_a_member_of_two_clubs_as_two_people():
    cast, other = naderi(), ketab()
    twin = services.member_enrol(club=other.club, mobile=SARA_MOBILE, channel="portal", now=NOW)
    assert twin.id != cast.sara.id
    assert selectors.member_resolve(cast.club, "mobile", SARA_MOBILE) == cast.sara.id
    assert selectors.member_resolve(other.club, "mobile", SARA_MOBILE) == twin.id


def test_the_portal_asks_for_what_the_club_requires_and_the_till_does_not():
    club = settings_set(club=naderi().club, changes={"enrolment_requires": ["birth_date"]}, now=NOW)
    with pytest.raises(Refusal) as refused:
        services.member_enrol(club=club, mobile="09120001111", channel="portal", now=NOW)
    assert (refused.value.code, refused.value.field) == ("field_missing", "/birth_date")
    assert services.member_enrol(club=club, mobile="09120001111", channel="till", now=NOW).is_active


def test_a_branch_or_referrer_of_another_club_is_refused():
    cast, other = naderi(), ketab()
    for given, code in (
        ({"branch_id": other.branch.id}, "branch_not_found"),
        ({"referrer_id": other.nika.id}, "referrer_unknown"),
    ):
        with pytest.raises(Refusal) as refused:
            services.member_enrol(club=cast.club, mobile="09120001111", channel="till", now=NOW, **given)
        assert refused.value.code == code


def test_a_file_enrols_the_new_knows_the_old_and_names_the_unreadable():
    cast = naderi()
    rows = [
        NewMember(external_id="1", first_name="نو"),
        NewMember(external_id="2", mobile=SARA_MOBILE),
        NewMember(mobile="bad"),
        NewMember(external_id="1", mobile="09120003333"),
        NewMember(),
    ]
    first, known, bad, repeated, empty = services.members_enrol_bulk(
        club=cast.club, rows=rows, channel="import", now=NOW
    )
    assert first.is_new
    assert known == Enrolled(cast.sara.id, False)
    assert bad.code == "mobile_invalid"
    assert repeated == Enrolled(first.member_id, False)
    assert empty.code == "mobile_missing"
    assert selectors.member_resolve(cast.club, "external", "2") == cast.sara.id
    assert selectors.members_count(cast.club) == 3
    assert [kind for kind, member in news(cast.club) if member == first.member_id] == ["member.enrolled"]


def test_the_same_file_twice_enrols_once():
    club = naderi().club
    rows = [NewMember(external_id=f"C{n}", mobile=f"0912000{n:04d}", city="قم") for n in range(300)]
    once = services.members_enrol_bulk(club=club, rows=rows, channel="import", now=NOW)
    again = services.members_enrol_bulk(club=club, rows=rows, channel="import", now=NOW)
    assert sum(answer.is_new for answer in once) == 300
    assert sum(answer.is_new for answer in again) == 0
    assert [answer.member_id for answer in once] == [answer.member_id for answer in again]
    assert selectors.members_count(club) == 302


def test_bulk_keeps_what_enrolment_keeps():
    cast = naderi()
    given = NewMember(
        mobile="09120003333",
        email="a@b.ir",
        first_name="مريم",
        last_name="صالحی",
        city="قم",
        gender="female",
        birth_date=date(1980, 2, 3),
        address="نشانی",
        tags=("الف", "ب"),
        branch_id=cast.vanak.id,
        referrer_id=cast.sara.id,
        enrolled_at=NOW - timedelta(days=400),
        consents=(ConsentGiven("sms", "marketing", True, "2"),),
    )
    (answer,) = services.members_enrol_bulk(club=cast.club, rows=[given], channel="import", now=NOW)
    member = selectors.member_get(cast.club, answer.member_id)
    assert (member.name, member.city, member.gender, member.birth_date) == (
        "مریم صالحی",
        "قم",
        "female",
        date(1980, 2, 3),
    )
    assert (member.tags, member.branch_id, member.referrer_id) == (("الف", "ب"), cast.vanak.id, cast.sara.id)
    assert member.enrolled_at == NOW - timedelta(days=400)
    assert selectors.person_get(cast.club, member.id).address == "نشانی"
    consent = selectors.consents(cast.club, member.id)["sms", "marketing"]
    assert (consent.granted, consent.text_version, consent.source) == (True, "2", "import")

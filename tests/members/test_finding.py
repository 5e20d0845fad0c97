"""Finding members, by whatever was typed or scanned."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest

from bashgah.ground.types import SYSTEM
from bashgah.kit.ids import public
from bashgah.kit.jalali import to_jalali
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.members import selectors, services
from bashgah.members.selectors import search
from bashgah.members.types import AttributeFilter, MemberFilters, NewMember
from tests.cast import NOW, SARA_MOBILE, ketab, naderi

pytestmark = pytest.mark.django_db


def found(club, text, now=NOW):
    return [member.id for member in selectors.member_find(club, text, now=now)]


@pytest.mark.parametrize(
    "typed",
    [
        "0912 123 4567",
        "۰۹۱۲۱۲۳۴۵۶۷",
        "+989121234567",
        "9121234567",
        "سارا",
        "محمدي",
        "  سارا  محمدی ",
    ],
)
def test_a_member_is_found_by_mobile_and_name_in_any_spelling(typed):
    cast = naderi()
    assert found(cast.club, typed) == [cast.sara.id]


def test_a_member_is_found_by_card_qr_email_ids_and_customer_number():
    cast = naderi()
    changes = {"email": "sara@example.com", "national_id": "0013542419", "external_id": "C-1"}
    services.member_update(club=cast.club, id=cast.sara.id, changes=changes, now=NOW)
    spaced = " ".join(cast.sara.number[place : place + 4] for place in range(0, 16, 4))
    for typed in (
        cast.sara.number,
        spaced,
        selectors.member_qr_token(cast.club, cast.sara.id, NOW),
        selectors.member_qr_token(cast.club, cast.sara.id, NOW).lower(),
        "SARA@example.com",
        "۰۰۱۳۵۴۲۴۱۹",
        "C-1",
        public("member", cast.sara.id),
    ):
        assert found(cast.club, typed) == [cast.sara.id], typed


@pytest.mark.parametrize(
    "typed", ["", " ", "!", "%", "_", "نیست", "0999", "1280000", "\x00", "x" * 5000, "@", "mobile'"]
)
def test_what_nobody_has_finds_nobody(typed):
    assert found(naderi().club, typed) == []


def test_words_may_stand_in_any_order_and_be_parts():
    cast = naderi()
    assert found(cast.club, "کریم رض") == [cast.reza.id]
    assert found(cast.club, "حمد") == [cast.sara.id]


def test_nobody_in_naderi_ever_sees_nika():
    cast, other = naderi(), ketab()
    nika = other.nika
    token = selectors.member_qr_token(other.club, nika.id, NOW)
    for typed in ("نیکا", "شهبازی", "0910 345 6789", nika.number, "K-77", public("member", nika.id)):
        assert found(other.club, typed) == [nika.id], typed
        assert found(cast.club, typed) == [], typed
    with pytest.raises(Refusal) as refused:
        found(cast.club, token)
    assert refused.value.code == "qr_invalid"
    for ask in (selectors.member_get, selectors.person_get, selectors.member_root):
        with pytest.raises(Refusal) as refused:
            ask(cast.club, nika.id)
        assert (refused.value.code, refused.value.status) == ("member_not_found", 404)
    assert selectors.members_get(cast.club, [nika.id]) == {}
    assert selectors.members_exist(cast.club, [nika.id]) == set()
    assert selectors.members_mobiles(cast.club, [nika.id]) == {}
    assert selectors.alias_set(cast.club, nika.id) == [nika.id]
    assert selectors.alias_sets(cast.club, [nika.id]) == {}
    assert selectors.consents(cast.club, nika.id) == {}
    assert selectors.status_history(cast.club, nika.id) == []
    assert selectors.member_resolve(cast.club, "mobile", "+989103456789") is None
    listed = selectors.member_list(cast.club)
    assert nika.id not in [member.id for member in listed.members]


def test_the_rotating_qr_lives_a_minute_or_two():
    cast = naderi()
    token = selectors.member_qr_token(cast.club, cast.sara.id, NOW)
    assert token.startswith("BQ1-")
    assert found(cast.club, token, NOW + timedelta(seconds=60)) == [cast.sara.id]
    for later in (timedelta(seconds=120), timedelta(days=1), -timedelta(seconds=61)):
        with pytest.raises(Refusal) as refused:
            found(cast.club, token, NOW + later)
        assert refused.value.code == "qr_expired"


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1],
        lambda token: token[:10] + ("A" if token[10] != "A" else "B") + token[11:],
        lambda _token: "BQ1-",
        lambda _token: "BQ1-۱",
        lambda _token: "BQ1-" + "A" * 5000,
    ],
    ids=["cut", "altered", "empty", "no base32", "long"],
)
def test_a_forged_qr_is_refused(change):
    cast = naderi()
    with pytest.raises(Refusal) as refused:
        found(cast.club, change(selectors.member_qr_token(cast.club, cast.sara.id, NOW)))
    assert refused.value.code == "qr_invalid"


def enrolled(club, count):
    rows = [
        NewMember(
            external_id=str(n),
            first_name="عضو",
            last_name=f"{'الف' if n % 2 else 'ب'} {n:03d}",
            city="قم" if n % 3 else "یزد",
            tags=("ویژه",) if n % 5 == 0 else (),
            enrolled_at=NOW - timedelta(days=n // 2),
        )
        for n in range(count)
    ]
    return services.members_enrol_bulk(club=club, rows=rows, channel="import", now=NOW)


@pytest.mark.parametrize("sort", ["enrolled", "name"])
def test_pages_follow_one_another_without_gap_or_double(sort):
    club = naderi().club
    enrolled(club, 25)
    seen, cursor, pages = [], None, 0
    while True:
        page = selectors.member_list(club, MemberFilters(sort=sort), cursor=cursor, limit=7)
        seen += page.members
        pages += 1
        cursor = page.next_cursor
        if cursor is None:
            break
    assert (len(seen), len({member.id for member in seen}), pages) == (27, 27, 4)
    if sort == "enrolled":
        assert [m.enrolled_at for m in seen] == sorted((m.enrolled_at for m in seen), reverse=True)
    else:
        assert [m.last_name for m in seen][:2] == ["الف 001", "الف 003"]
        assert [m.last_name for m in seen][-2:] == ["کریمی", "محمدی"]


@pytest.mark.parametrize("window", [1, 5, 12, 29, 100])
@pytest.mark.parametrize("sort", ["enrolled", "enrolled_first"])
def test_words_are_found_near_and_far_without_gap_or_double(monkeypatch, sort, window):
    monkeypatch.setattr(search, "WINDOW", window)
    club = naderi().club
    enrolled(club, 30)
    seen, cursor = [], None
    for _page in range(9):
        page = selectors.member_list(club, MemberFilters(text="الف", sort=sort), cursor=cursor, limit=4)
        seen += [member.last_name for member in page.members]
        cursor = page.next_cursor
        if cursor is None:
            break
    newest_first = [f"الف {n:03d}" for n in range(1, 30, 2)]
    assert seen == (newest_first if sort == "enrolled" else newest_first[::-1])


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (MemberFilters(), 32),
        (MemberFilters(city="یزد"), 10),
        (MemberFilters(city="یزد", tag="ویژه"), 2),
        (MemberFilters(channel="till"), 2),
        (MemberFilters(gender="female"), 1),
        (MemberFilters(text="الف"), 15),
        (MemberFilters(text="!!"), 0),
        (MemberFilters(status="blocked"), 1),
        (MemberFilters(enrolled_from=NOW - timedelta(days=1)), 4),
        (MemberFilters(enrolled_until=NOW - timedelta(days=14)), 2),
    ],
)
def test_filters_narrow_the_list_and_the_count_alike(filters, count):
    cast = naderi()
    enrolled(cast.club, 30)
    services.member_block(club=cast.club, id=cast.reza.id, reason="آزمون", actor=SYSTEM, now=NOW)
    assert selectors.members_count(cast.club, filters) == count
    assert len(selectors.member_list(cast.club, filters, limit=200).members) == count


def test_a_branch_filter_finds_who_enrolled_there():
    cast = naderi()
    page = selectors.member_list(cast.club, MemberFilters(branch_id=cast.vanak.id))
    assert [member.id for member in page.members] == [cast.sara.id]


@pytest.mark.parametrize("cursor", ["", "x", "۱", "W10", "bnVsbA", "!!!", "W1swXV0", "A" * 3000])
def test_a_cursor_of_no_list_is_refused(cursor):
    with pytest.raises(Refusal) as refused:
        selectors.member_list(naderi().club, cursor=cursor)
    assert (refused.value.code, refused.value.status) == ("cursor_invalid", 422)


def test_a_cursor_of_one_order_does_not_serve_another():
    club = naderi().club
    cursor = selectors.member_list(club, limit=1).next_cursor
    with pytest.raises(Refusal) as refused:
        selectors.member_list(club, MemberFilters(sort="name"), cursor=cursor)
    assert refused.value.code == "cursor_invalid"


def test_many_are_resolved_with_one_query(django_assert_num_queries):
    cast = naderi()
    with django_assert_num_queries(1):
        answer = selectors.members_resolve_bulk(cast.club, "mobile", [SARA_MOBILE, "+989990000000"])
    assert answer == {SARA_MOBILE: cast.sara.id}


def test_a_list_costs_one_query_with_one_member_or_many(django_assert_num_queries):
    club = naderi().club
    for limit in (1, 50):
        with django_assert_num_queries(1):
            selectors.member_list(club, limit=limit)


def test_tags_in_use_come_most_frequent_first():
    cast = naderi()
    enrolled(cast.club, 10)
    services.member_update(club=cast.club, id=cast.sara.id, changes={"tags": ["ویژه", "کارمند"]}, now=NOW)
    assert selectors.tags_in_use(cast.club) == ["ویژه", "کارمند"]


def test_a_word_of_one_or_two_letters_matches_where_words_begin():
    cast = naderi()
    assert found(cast.club, "رض") == [cast.reza.id]
    assert found(cast.club, "مح سا") == [cast.sara.id]
    assert found(cast.club, "حم") == []
    assert found(cast.club, "حمد") == [cast.sara.id]


def described(cast):
    """Sara as somebody of whom every field is known; Reza stays as he was."""
    for key, type_, choices in (
        ("shoe", "number", ()),
        ("skin", "choice", ("خشک", "چرب")),
        ("vip", "boolean", ()),
    ):
        services.attribute_declare(
            club=cast.club, key=key, label=Texts(key, key), type=type_, choices=choices, now=NOW
        )
    services.attribute_declare(club=cast.club, key="since", label=Texts("s", "s"), type="date", now=NOW)
    services.member_update(
        club=cast.club,
        id=cast.sara.id,
        changes={
            "source": "اینستاگرام",
            "city": "رباط کریم",
            "favourite_branch_id": cast.tajrish.id,
            "attributes": {"shoe": 42, "skin": "خشک", "vip": True, "since": "1404/01/01"},
        },
        actor=SYSTEM,
        now=NOW,
    )


SHOE = partial(AttributeFilter, "shoe", "number")


@pytest.mark.parametrize(
    "filters",
    [
        MemberFilters(city="رباط‌كريم"),
        MemberFilters(birth_month=2),
        MemberFilters(birth_date=date(1993, 5, 4)),
        MemberFilters(source="اینستاگرام"),
        MemberFilters(attributes=(SHOE(equal=42),)),
        MemberFilters(attributes=(SHOE(least=40, most=42),)),
        MemberFilters(attributes=(SHOE(least=42),)),
        MemberFilters(attributes=(AttributeFilter("skin", "choice", "خشک"),)),
        MemberFilters(attributes=(AttributeFilter("vip", "boolean", True),)),
        MemberFilters(attributes=(AttributeFilter("since", "date", None, "2025-03-01", "2025-03-31"),)),
        MemberFilters(text="سارا محمدي"),
        MemberFilters(city="رباط کریم", birth_month=2, gender="female", attributes=(SHOE(equal=42),)),
    ],
)
def test_any_field_finds_its_member_alone(filters):
    cast = naderi()
    described(cast)
    assert [m.id for m in selectors.member_list(cast.club, filters).members] == [cast.sara.id]
    assert selectors.members_count(cast.club, filters) == 1


@pytest.mark.parametrize(
    "filters",
    [
        MemberFilters(city="تهران"),
        MemberFilters(birth_month=1),
        MemberFilters(birth_month=3),
        MemberFilters(birth_date=date(1993, 5, 5)),
        MemberFilters(source="دوست"),
        MemberFilters(attributes=(SHOE(least=43),)),
        MemberFilters(attributes=(SHOE(most=41),)),
        MemberFilters(attributes=(AttributeFilter("vip", "boolean", False),)),
    ],
)
def test_a_value_nobody_has_finds_nobody(filters):
    cast = naderi()
    described(cast)
    assert selectors.member_list(cast.club, filters).members == ()


def test_a_favourite_branch_finds_who_likes_it_and_own_branches_both_ways():
    cast = naderi()
    described(cast)
    likes = MemberFilters(favourite_branch_id=cast.tajrish.id)
    assert [m.id for m in selectors.member_list(cast.club, likes).members] == [cast.sara.id]
    own = MemberFilters(branches=frozenset([cast.tajrish.id]))
    assert {m.id for m in selectors.member_list(cast.club, own).members} == {cast.sara.id, cast.reza.id}
    assert selectors.member_list(cast.club, MemberFilters(branches=frozenset())).members == ()


@pytest.mark.parametrize("calendar", ["jalali", "gregorian"])
def test_a_month_of_birth_holds_exactly_its_days_in_every_year(calendar):
    club = replace(naderi().club, calendar=calendar)
    days = [date(year, 1, 1) + timedelta(days=n) for year in (1958, 1979, 1980, 2004) for n in range(366)]
    services.members_enrol_bulk(
        club=club,
        rows=[NewMember(external_id=str(n), birth_date=day) for n, day in enumerate(days)],
        channel="import",
        now=NOW,
    )
    for month in range(1, 13):
        own = [day for day in days if (to_jalali(day)[1] if calendar == "jalali" else day.month) == month]
        extra = 1 if (calendar, month) in {("jalali", 2), ("gregorian", 5)} else 0  # Sara
        assert selectors.members_count(club, MemberFilters(birth_month=month)) == len(own) + extra


@pytest.mark.parametrize(("sort", "first"), [("enrolled_first", "reza"), ("name_last", "sara")])
def test_a_list_is_read_from_its_other_end(sort, first):
    cast = naderi()
    page = selectors.member_list(cast.club, MemberFilters(sort=sort), limit=1)
    assert page.members[0].id == getattr(cast, first).id
    after = selectors.member_list(cast.club, MemberFilters(sort=sort), cursor=page.next_cursor)
    assert len(after.members) == 1


def test_a_count_with_a_limit_goes_no_further():
    club = naderi().club
    enrolled(club, 12)
    assert selectors.members_count(club, MemberFilters(city="قم"), most=5) == 5
    assert selectors.members_count(club, most=5) == 14


def test_cities_and_sources_in_use_are_offered():
    cast = naderi()
    described(cast)
    assert selectors.cities_in_use(cast.club) == ["رباط کریم", "کرج"]
    assert selectors.sources_in_use(cast.club) == ["اینستاگرام"]

"""The member lock, standing, aliases, consents, profile changes and erasure."""

import json
from decimal import Decimal

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from bashgah.ground.types import Actor
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.members import selectors, services
from bashgah.members.models import State
from bashgah.members.types import AttributeFilter, ConsentGiven, LockedMember, MemberFilters
from tests.cast import NOW, REZA_MOBILE, SARA_MOBILE, ketab, naderi

pytestmark = pytest.mark.django_db
MINA = Actor("staff", "stf_1", "مینا نادری")


def status(cast):
    return selectors.member_get(cast.club, cast.sara.id).status


def test_a_block_bites_at_once_and_is_remembered_with_its_reason():
    cast = naderi()
    services.member_block(club=cast.club, id=cast.sara.id, reason=" مشکوك ", actor=MINA, now=NOW)
    assert status(cast) == "blocked"
    with transaction.atomic():
        locked = services.members_lock(cast.club, [cast.sara.id])
    assert locked == {cast.sara.id: LockedMember(cast.sara.id, "blocked", None, "person")}
    (change,) = selectors.status_history(cast.club, cast.sara.id)
    assert (change.before, change.after, change.reason, change.actor_name, change.at) == (
        "active",
        "blocked",
        "مشکوک",
        "مینا نادری",
        NOW,
    )


def test_blocking_twice_is_blocking_once():
    cast = naderi()
    for _time in range(2):
        services.member_block(club=cast.club, id=cast.sara.id, reason="مشکوک", actor=MINA, now=NOW)
    assert len(selectors.status_history(cast.club, cast.sara.id)) == 1


def test_a_status_changes_only_along_its_ways():
    cast = naderi()
    given = {"club": cast.club, "id": cast.sara.id, "reason": "دلیل", "actor": MINA, "now": NOW}
    services.member_block(**given)
    with pytest.raises(Refusal) as refused:
        services.member_rejoin(**given)
    assert refused.value.code == "member_blocked"
    services.member_unblock(**given)
    services.member_leave(**given)
    with pytest.raises(Refusal) as refused:
        services.member_unblock(**given)
    assert refused.value.code == "member_left"
    services.member_rejoin(**given)
    assert status(cast) == "active"
    assert [change.after for change in selectors.status_history(cast.club, cast.sara.id)][::-1] == [
        "blocked",
        "active",
        "left",
        "active",
    ]


def test_no_status_changes_without_a_reason():
    cast = naderi()
    with pytest.raises(Refusal) as refused:
        services.member_block(club=cast.club, id=cast.sara.id, reason="  ", actor=MINA, now=NOW)
    assert (refused.value.code, status(cast)) == ("reason_missing", "active")


def test_no_other_clubs_member_is_locked_or_changed():
    cast, other = naderi(), ketab()
    with transaction.atomic():
        assert set(services.members_lock(cast.club, [other.nika.id, cast.sara.id])) == {cast.sara.id}
    for ask in (
        lambda: services.member_block(club=cast.club, id=other.nika.id, reason="x", actor=MINA, now=NOW),
        lambda: services.member_update(club=cast.club, id=other.nika.id, changes={"city": "قم"}, now=NOW),
        lambda: services.consent_record(
            club=cast.club,
            id=other.nika.id,
            consents=[ConsentGiven("sms", "marketing", True)],
            source="portal",
            now=NOW,
        ),
        lambda: services.member_erase(club=cast.club, id=other.nika.id, reason="asked", actor=MINA, now=NOW),
    ):
        with pytest.raises(Refusal) as refused:
            ask()
        assert refused.value.code == "member_not_found"
    assert selectors.member_get(other.club, other.nika.id) == other.nika


@pytest.mark.django_db(transaction=True)
def test_a_lock_outside_a_transaction_is_an_error():
    cast = naderi()
    with pytest.raises(RuntimeError, match="inside a transaction"):
        services.members_lock(cast.club, [cast.sara.id])


def test_a_merged_member_is_found_as_the_one_he_became():
    cast = naderi()
    State.objects.filter(member_id=cast.reza.id).update(merged_into=cast.sara.id)
    assert selectors.member_root(cast.club, cast.reza.id) == cast.sara.id
    assert selectors.alias_set(cast.club, cast.sara.id) == [cast.sara.id, cast.reza.id]
    assert selectors.alias_set(cast.club, cast.reza.id) == [cast.sara.id, cast.reza.id]
    assert selectors.member_resolve(cast.club, "card", cast.reza.number) == cast.sara.id
    token = selectors.member_qr_token(cast.club, cast.reza.id, NOW)
    for typed in (cast.reza.number, token):
        assert [m.id for m in selectors.member_find(cast.club, typed, now=NOW)] == [cast.sara.id]
    assert selectors.member_find(cast.club, "رضا", now=NOW) == []
    assert [m.id for m in selectors.member_list(cast.club).members] == [cast.sara.id]
    assert not selectors.member_get(cast.club, cast.reza.id).is_active


def test_the_latest_word_on_a_channel_counts_and_all_stay():
    cast = naderi()
    key = ("sms", "marketing")
    assert selectors.consents(cast.club, cast.sara.id)[key].granted is True
    no = [ConsentGiven("sms", "marketing", False, proof={"page": "preferences"})]
    for _time in range(2):
        services.consent_record(club=cast.club, id=cast.sara.id, consents=no, source="portal", now=NOW)
    history = selectors.consent_history(cast.club, cast.sara.id)
    assert [(one.granted, one.source) for one in history] == [(False, "portal"), (True, "till")]
    assert history[0].proof == {"page": "preferences"}
    assert selectors.consents(cast.club, cast.sara.id)[key].granted is False
    ids = [cast.sara.id, cast.reza.id]
    assert selectors.consents_granted(cast.club, ids, "sms", "marketing") == set()
    yes = [ConsentGiven("sms", "marketing", True, "2")]
    services.consent_record(club=cast.club, id=cast.reza.id, consents=yes, source="till", now=NOW)
    assert selectors.consents_granted(cast.club, ids, "sms", "marketing") == {cast.reza.id}


@pytest.mark.parametrize("table", ["members_consent", "members_status_change"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_app_cannot_rewrite_what_was_said(table, statement):
    naderi()
    with pytest.raises((ProgrammingError, InternalError), match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement.format(table))


def test_a_change_of_profile_leaves_the_rest_and_moves_identifiers():
    cast = naderi()
    services.attribute_declare(club=cast.club, key="children", label=Texts("فرزندان"), type="number", now=NOW)
    member = services.member_update(
        club=cast.club,
        id=cast.sara.id,
        changes={
            "last_name": "رضایی",
            "mobile": "0912 000 9999",
            "birth_date": None,
            "attributes": {"children": 2},
            "address": "نشانی نو",
            "notes": "بدون شکر",
            "favourite_branch_id": cast.tajrish.id,
        },
        actor=MINA,
        now=NOW,
    )
    assert (member.name, member.birth_date, member.city) == ("سارا رضایی", None, "تهران")
    assert (dict(member.attributes), member.favourite_branch_id) == ({"children": 2}, cast.tajrish.id)
    assert member.mobile_masked == "0912•••9999"
    person = selectors.person_get(cast.club, cast.sara.id)
    assert (person.mobile, person.address, person.notes) == ("+989120009999", "نشانی نو", "بدون شکر")
    assert person.masked().mobile == "0912•••9999"
    assert (person.masked().address, person.masked().notes) == ("•••", "")
    assert selectors.member_resolve(cast.club, "mobile", SARA_MOBILE) is None
    assert selectors.member_resolve(cast.club, "mobile", "09120009999") == cast.sara.id
    assert [m.id for m in selectors.member_find(cast.club, "رضایی", now=NOW)] == [cast.sara.id]
    services.member_update(
        club=cast.club, id=cast.sara.id, changes={"attributes": {"children": None}}, now=NOW
    )
    assert selectors.member_get(cast.club, cast.sara.id).attributes == {}


def test_a_mobile_of_somebody_else_is_not_taken_over():
    cast = naderi()
    with pytest.raises(Refusal) as refused:
        services.member_update(
            club=cast.club, id=cast.reza.id, changes={"mobile": SARA_MOBILE, "city": "قم"}, now=NOW
        )
    assert (refused.value.code, refused.value.status) == ("mobile_taken", 409)
    assert selectors.member_get(cast.club, cast.reza.id) == cast.reza


def test_giving_the_same_mobile_again_changes_nothing():
    cast = naderi()
    services.member_update(club=cast.club, id=cast.sara.id, changes={"mobile": "۰۹۱۲۱۲۳۴۵۶۷"}, now=NOW)
    assert selectors.member_resolve(cast.club, "mobile", SARA_MOBILE) == cast.sara.id


def test_an_earlier_customer_number_keeps_leading_to_the_member():
    cast = naderi()
    for number in ("C-1", "C-2"):
        services.member_update(club=cast.club, id=cast.sara.id, changes={"external_id": number}, now=NOW)
    assert selectors.member_get(cast.club, cast.sara.id).external_id == "C-2"
    assert selectors.member_resolve(cast.club, "external", "C-1") == cast.sara.id


def test_audit_and_news_of_a_change_name_fields_and_never_values():
    cast = naderi()
    services.member_update(
        club=cast.club, id=cast.sara.id, changes={"mobile": "09120009999", "notes": "بدون شکر"}, now=NOW
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT details::text FROM ground_audit UNION ALL SELECT payload::text FROM ground_news"
        )
        told = " ".join(text for (text,) in cursor.fetchall())
    assert "mobile" in told
    for secret in ("9120009999", "1234567", "شکر", "سارا", "محمدی"):
        assert secret not in told


def test_no_personal_data_lies_in_clear_in_the_tables():
    cast = naderi()
    changes = {"email": "sara@example.com", "national_id": "0013542419", "address": "ولی‌عصر", "notes": "شکر"}
    services.member_update(club=cast.club, id=cast.sara.id, changes=changes, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(t, ' ') FROM (SELECT m::text t FROM members_member m UNION ALL "
            "SELECT encode(convert_to(i::text, 'utf8'), 'escape') FROM members_identifier i UNION ALL "
            "SELECT encode(p.mobile || p.email || p.national_id || p.address || p.notes, 'escape') "
            "FROM members_person p WHERE p.email IS NOT NULL) x"
        )
        stored = cursor.fetchone()[0]
    assert "سارا" in stored
    for secret in ("9121234567", "sara@example.com", "0013542419", "ولی"):
        assert secret not in stored


def test_erasure_forgets_the_person_and_frees_the_mobile():
    cast = naderi()
    services.member_erase(club=cast.club, id=cast.sara.id, reason="asked", actor=MINA, now=NOW)
    gone = selectors.member_get(cast.club, cast.sara.id)
    assert (gone.status, gone.name, gone.city, gone.birth_date, gone.tags) == (
        "left",
        gone.number,
        "",
        None,
        (),
    )
    person = selectors.person_get(cast.club, cast.sara.id)
    assert (person.mobile, person.email, person.address) == ("", "", "")
    assert selectors.member_find(cast.club, SARA_MOBILE, now=NOW) == []
    assert selectors.member_find(cast.club, "سارا", now=NOW) == []
    assert len(selectors.consent_history(cast.club, cast.sara.id)) == 1
    again = services.member_enrol(club=cast.club, mobile=SARA_MOBILE, channel="till", now=NOW)
    assert again.id != cast.sara.id


@pytest.mark.parametrize(
    ("type", "good", "stored", "bad"),
    [
        ("text", " متن ", "متن", 5),
        ("number", 3.5, 3.5, True),
        ("number", 3.0, 3, "3"),
        ("number", 7, 7, float("nan")),
        ("boolean", False, False, 0),
        ("date", "۱۴۰۵/۰۸/۳۰", "2026-11-21", "دیروز"),
        ("choice", "M", "M", "XXL"),
        ("number", 1, 1, [1]),
        ("number", 1, 1, 10**400),
        ("number", 1, 1, Decimal("NaN")),
    ],
    ids=lambda value: str(value)[:20],
)
def test_an_attribute_takes_values_of_its_type_alone(type, good, stored, bad):
    cast = naderi()
    services.attribute_declare(
        club=cast.club, key="one", label=Texts("ویژگی"), type=type, choices=["M"], now=NOW
    )
    member = services.member_update(
        club=cast.club, id=cast.sara.id, changes={"attributes": {"one": good}}, now=NOW
    )
    assert member.attributes == {"one": stored}
    with pytest.raises(Refusal) as refused:
        services.member_update(club=cast.club, id=cast.sara.id, changes={"attributes": {"one": bad}}, now=NOW)
    assert refused.value.status == 422


def test_an_attribute_keeps_its_type_and_may_retire():
    club = naderi().club
    services.attribute_declare(club=club, key="one", label=Texts("الف"), type="text", now=NOW)
    services.attribute_declare(club=club, key="one", label=Texts("ب"), type="text", now=NOW)
    assert [(a.key, a.label, a.type) for a in selectors.attribute_list(club)] == [("one", Texts("ب"), "text")]
    with pytest.raises(Refusal) as refused:
        services.attribute_declare(club=club, key="one", label=Texts("ب"), type="number", now=NOW)
    assert refused.value.code == "attribute_type_fixed"
    services.attribute_retire(club=club, key="one", now=NOW)
    assert selectors.attribute_list(club) == []
    assert [a.is_active for a in selectors.attribute_list(club, active_only=False)] == [False]


def test_erasure_reaches_those_who_were_merged_into_the_member():
    cast = naderi()
    State.objects.filter(member_id=cast.reza.id).update(merged_into=cast.sara.id)
    services.member_erase(club=cast.club, id=cast.sara.id, reason="asked", actor=MINA, now=NOW)
    assert selectors.member_get(cast.club, cast.reza.id).first_name == ""
    assert selectors.person_get(cast.club, cast.reza.id).mobile == ""
    assert selectors.member_resolve(cast.club, "mobile", REZA_MOBILE) is None


def test_a_member_takes_everything_along_in_clear():
    cast = naderi()
    services.member_block(club=cast.club, id=cast.sara.id, reason="دلیل", actor=MINA, now=NOW)
    taken = json.loads(json.dumps(selectors.member_export(cast.club, cast.sara.id, NOW)))
    assert taken["profiles"][0]["first_name"] == "سارا"
    assert taken["personal_data"][0]["mobile"] == SARA_MOBILE
    assert [(c["channel"], c["granted"]) for c in taken["consents"]] == [("sms", True)]
    assert [(c["after"], c["by"]) for c in taken["status_changes"]] == [("blocked", "staff")]
    assert MINA.name not in json.dumps(taken, ensure_ascii=False)
    with pytest.raises(Refusal):
        selectors.member_export(cast.club, ketab().nika.id, NOW)


def test_a_household_needs_no_mobile():
    club = naderi().club
    home = services.member_enrol(
        club=club, last_name="خانوادهٔ محمدی", kind="group", channel="console", now=NOW
    )
    assert (home.kind, home.mobile_masked, home.name) == ("group", "", "خانوادهٔ محمدی")


def test_a_value_follows_its_member_into_ranges_and_erasure_takes_it_out():
    cast = naderi()
    label = Texts("سن", "Age")
    services.attribute_declare(club=cast.club, key="age", label=label, type="number", now=NOW)
    services.attribute_declare(club=cast.club, key="wed", label=label, type="date", now=NOW)
    between = [
        AttributeFilter("age", "number", least=30, most=40),
        AttributeFilter("wed", "date", least="2015-01-01", most="2015-12-31"),
    ]

    def found():
        lists = [selectors.member_list(cast.club, MemberFilters(attributes=(asked,))) for asked in between]
        return [[member.last_name for member in page.members] for page in lists]

    values = {"age": 33, "wed": "2015-06-01"}
    services.member_update(club=cast.club, id=cast.sara.id, changes={"attributes": values}, now=NOW)
    assert found() == [["محمدی"], ["محمدی"]]
    services.member_update(club=cast.club, id=cast.sara.id, changes={"attributes": {"age": 41}}, now=NOW)
    assert found() == [[], ["محمدی"]]
    services.member_erase(club=cast.club, id=cast.sara.id, reason="asked", actor=MINA, now=NOW)
    assert found() == [[], []]

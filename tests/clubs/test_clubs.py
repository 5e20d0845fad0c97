"""Clubs, their settings and their branches."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from bashgah.clubs import selectors, services
from bashgah.clubs.types import ClubSettings
from bashgah.ground.types import Actor
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from tests.cast import NOW, ketab, naderi

pytestmark = pytest.mark.django_db
MINA = Actor("staff", "stf_1", "مینا نادری")


def test_a_club_opens_persian_by_default():
    club = services.club_create(slug=" Naderi ", name=Texts("فروشگاه‌های نادري"), now=NOW)
    assert (club.slug, club.name) == ("naderi", Texts("فروشگاه‌های نادری"))
    assert (club.currency, club.money_display, club.calendar, club.timezone) == (
        "IRR",
        "toman",
        "jalali",
        "Asia/Tehran",
    )
    assert (club.week_start, club.locale, club.kind, club.is_demo) == (5, "fa", "live", False)
    assert selectors.club_get(club.id) == selectors.club_by_slug("naderi") == club
    assert selectors.club_list() == [club]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"slug": "نادری"}, "slug_invalid"),
        ({"slug": "-a"}, "slug_invalid"),
        ({"name": Texts(" ", "")}, "name_missing"),
        ({"name": Texts("a\x00")}, "text_invalid"),
        ({"currency": "XXX"}, "currency_unknown"),
        ({"timezone": "Asia/Nowhere"}, "timezone_unknown"),
        ({"timezone": "../etc/passwd"}, "timezone_unknown"),
        ({"week_start": 7}, "week_start_invalid"),
        ({"calendar": "lunar"}, "choice_invalid"),
        ({"settings": {"late_window_days": -1}}, "settings_invalid"),
        ({"settings": {"unknown": 1}}, "settings_invalid"),
    ],
)
def test_a_club_that_cannot_be_is_refused(given, code):
    with pytest.raises(Refusal) as refused:
        services.club_create(**{"slug": "a", "name": Texts("نام"), "now": NOW} | given)
    assert (refused.value.code, refused.value.status) == (code, 422)
    assert selectors.club_list() == []


def test_two_clubs_cannot_share_a_short_name():
    naderi()
    with pytest.raises(Refusal) as refused:
        services.club_create(slug="naderi", name=Texts("دیگری"), now=NOW)
    assert (refused.value.code, refused.value.status) == ("slug_taken", 409)


def test_a_change_leaves_the_rest_and_makes_a_new_revision():
    club = naderi().club
    changed = services.club_update(
        club=club, name=Texts("نادری", "Naderi"), domain="Club.Naderi.ir.", now=NOW
    )
    assert (changed.name, changed.domain) == (Texts("نادری", "Naderi"), "club.naderi.ir")
    assert (changed.timezone, changed.slug) == (club.timezone, club.slug)
    assert changed.revision != club.revision
    assert services.club_update(club=club, domain="", now=NOW).domain == ""


def test_two_clubs_cannot_share_a_domain():
    services.club_update(club=naderi().club, domain="club.ir", now=NOW)
    with pytest.raises(Refusal) as refused:
        services.club_update(club=ketab().club, domain="club.ir", now=NOW)
    assert refused.value.code == "domain_taken"


@pytest.mark.parametrize(
    "domain", ["localhost", "a b.ir", "-a.ir", "http://a.ir", "a.ir/x", "x" * 64 + ".ir"]
)
def test_what_is_no_domain_is_refused(domain):
    with pytest.raises(Refusal) as refused:
        services.club_update(club=naderi().club, domain=domain, now=NOW)
    assert refused.value.code == "domain_invalid"


def test_a_visitor_is_in_the_club_of_the_domain_else_in_the_first_live_one():
    assert selectors.club_for_host("localhost:8000") is None
    services.club_create(slug="try", name=Texts("آزمایشی"), kind="sandbox", now=NOW - timedelta(days=999))
    first, second = naderi().club, ketab().club
    second = services.club_update(club=second, domain="ketab.example.ir", now=NOW)
    assert selectors.club_for_host("KETAB.example.ir:443") == second
    assert selectors.club_for_host("127.0.0.1:8000") == first
    assert selectors.club_for_host("[::1]:8000") == first


def test_settings_change_one_by_one_and_are_all_checked():
    club = naderi().club
    assert club.settings == ClubSettings()
    club = services.settings_set(club=club, changes={"redeem_consent": "always"}, now=NOW)
    club = services.settings_set(club=club, changes={"portal_welcome": {"fa": "خوش آمدید"}}, now=NOW)
    assert club.settings.redeem_consent == "always"
    assert club.settings.portal_welcome.texts == Texts("خوش آمدید")
    with pytest.raises(Refusal) as refused:
        services.settings_set(club=club, changes={"portal_welcome": {"fa": "x" * 2001}}, now=NOW)
    assert (refused.value.field, refused.value.extra) == (
        "/settings/portal_welcome/fa",
        {"fields": ["portal_welcome/fa"]},
    )


@pytest.mark.parametrize(
    ("policy", "points", "asks"),
    [("never", 10**6, False), ("above", 1000, False), ("above", 1001, True), ("always", 1, True)],
)
def test_when_spending_needs_the_members_yes(policy, points, asks):
    assert ClubSettings(redeem_consent=policy).asks_consent(points) is asks


def test_every_change_is_audited_with_what_it_changed():
    club = naderi().club
    services.settings_set(club=club, changes={"late_window_days": 7}, actor=MINA, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT action, actor_name, details->'changed'->'settings'->'to'->>'late_window_days' "
            "FROM ground_audit WHERE club_id = %s AND action LIKE 'club.%%' ORDER BY id",
            [club.id],
        )
        assert cursor.fetchall() == [("club.created", "", None), ("club.settings_set", "مینا نادری", "7")]


def test_a_branch_is_found_by_id_and_by_code_in_any_digits_and_case():
    cast = naderi()
    branch = services.branch_create(club=cast.club, code="B-۷", name=Texts("شعبهٔ کرج"), city="کرج", now=NOW)
    assert branch.code == "B-7"
    assert selectors.branch_by_code(cast.club, " b-7 ") == branch
    assert selectors.branch_get(cast.club, branch.id) == branch
    assert [one.code for one in selectors.branch_list(cast.club)] == ["101", "102", "B-7"]
    assert branch.timezone == "Asia/Tehran"


def test_a_branch_code_is_used_once_whatever_its_capitals():
    club = naderi().club
    services.branch_create(club=club, code="abc", name=Texts("الف"), now=NOW)
    with pytest.raises(Refusal) as refused:
        services.branch_create(club=club, code="ABC", name=Texts("ب"), now=NOW)
    assert (refused.value.code, refused.value.status) == ("code_taken", 409)


def test_a_closed_branch_stays_in_history_and_may_open_again():
    cast = naderi()
    assert services.branch_close(club=cast.club, id=cast.vanak.id, now=NOW).is_active is False
    club = selectors.club_get(cast.club.id)
    assert [one.code for one in selectors.branch_list(club, active_only=True)] == ["102"]
    assert selectors.branch_get(club, cast.vanak.id).is_active is False
    services.branch_reopen(club=club, id=cast.vanak.id, now=NOW)
    assert selectors.branch_by_code(selectors.club_get(club.id), "101").is_active is True


def test_a_branch_may_keep_its_own_time_and_change_its_name():
    cast = naderi()
    branch = services.branch_update(
        club=cast.club, id=cast.vanak.id, name=Texts("ونک"), timezone="Asia/Dubai", now=NOW
    )
    assert (branch.name, branch.timezone, branch.code, branch.city) == (
        Texts("ونک"),
        "Asia/Dubai",
        "101",
        "تهران",
    )


def test_no_branch_of_another_club_is_ever_found():
    cast, other = naderi(), ketab()
    for ask in (
        lambda: selectors.branch_get(cast.club, other.branch.id),
        lambda: selectors.branch_by_code(cast.club, "1"),
        lambda: services.branch_close(club=cast.club, id=other.branch.id, now=NOW),
    ):
        with pytest.raises(Refusal) as refused:
            ask()
        assert (refused.value.code, refused.value.status) == ("branch_not_found", 404)


def test_what_is_asked_of_a_club_that_is_not_there_is_refused():
    missing = replace(naderi().club, id=uuid4())
    for asks in (
        lambda: selectors.club_get(missing.id),
        lambda: selectors.club_by_slug("nobody"),
        lambda: services.settings_set(club=missing, changes={}, now=NOW),
    ):
        with pytest.raises(Refusal) as refused:
            asks()
        assert (refused.value.code, refused.value.status) == ("club_not_found", 404)


@pytest.mark.parametrize("code", ["", "ونک", "a b", "-1"])
def test_a_branch_has_a_code_that_can_be_typed_anywhere(code):
    club = naderi().club
    with pytest.raises(Refusal) as refused:
        services.branch_create(club=club, code=code, name=Texts("ونک"), now=NOW)
    assert (refused.value.code, refused.value.status) == ("code_invalid", 422)

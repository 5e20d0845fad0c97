"""What the club records of itself: each behaviour once, and only where something listens."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from bashgah.activities import behaviours, handlers
from bashgah.activities.models import OccasionMark
from bashgah.activities.occasions import occasions_record
from bashgah.activities.selectors import member_activities
from bashgah.clubs.selectors import branch_list, club_get
from bashgah.clubs.services import settings_set
from bashgah.ground.types import SYSTEM, News
from bashgah.kit.refusals import Refusal
from bashgah.members.selectors.anniversaries import celebrated, members_born_on
from bashgah.members.services import member_block, member_enrol, member_update
from bashgah.members.types import MemberInfo
from tests.activities.shop import Shop, open_shop, rule
from tests.cast import NOW

pytestmark = pytest.mark.django_db

HEARD = ("sign_up", "profile_completed", "birthday", "anniversary", "app_opened", "check_in")
RULES = [
    rule(f"for_{key}", f"custom:{key}", [{"wallet": "points", "amount": "fixed", "params": {"units": 10}}])
    for key in HEARD
]


@pytest.fixture
def shop() -> Shop:
    return open_shop(rules=RULES)


def done(shop: Shop, member: MemberInfo) -> list[tuple[str, date]]:
    rows = member_activities(shop.club, member.id, limit=200).rows
    return sorted((row.type, row.business_date) for row in rows)


def heard(shop: Shop, kind: str, member: MemberInfo, **payload: Any) -> None:
    handlers.on_members(News(UUID(int=7), shop.club.id, kind, member.id, payload, NOW))


def joins(shop: Shop, mobile: str, *, at: datetime = NOW, **more: Any) -> MemberInfo:
    return member_enrol(club=shop.club, mobile=mobile, channel="till", now=at, **more)


def test_a_sign_up_is_recorded_once_however_often_it_is_told(shop: Shop) -> None:
    nika = joins(shop, "09121110001")
    for _again in range(3):
        heard(shop, "member.enrolled", nika, channel="till")
    assert done(shop, nika) == [("sign_up", date(2026, 11, 21))]


def test_members_read_from_a_file_have_not_signed_up_today(shop: Shop) -> None:
    nika = joins(shop, "09121110001")
    heard(shop, "member.enrolled", nika, channel="import")
    assert done(shop, nika) == []


def test_nothing_is_recorded_that_nothing_listens_to_unless_the_club_asked_for_it() -> None:
    shop = open_shop()
    nika = joins(shop, "09121110001")
    heard(shop, "member.enrolled", nika, channel="till")
    assert done(shop, nika) == []
    club = settings_set(club=shop.club, changes={"behaviours": ["sign_up"]}, now=NOW)
    heard(shop, "member.enrolled", nika, channel="till")
    assert [type for type, _day in done(shop, nika)] == ["sign_up"]
    assert club.settings.behaviours == ("sign_up",)


def test_a_profile_is_completed_the_first_time_all_that_is_asked_is_there(shop: Shop) -> None:
    nika = joins(shop, "09121110001", first_name="نیکا")
    change = {"last_name": "راد", "birth_date": date(1990, 1, 5)}
    heard(shop, "member.updated", nika, fields=["first_name"])
    assert done(shop, nika) == []
    for _again in range(2):
        member_update(club=shop.club, id=nika.id, changes=change, now=NOW)
        heard(shop, "member.updated", nika, fields=["last_name"])
        member_update(club=shop.club, id=nika.id, changes={"last_name": ""}, now=NOW)
        heard(shop, "member.updated", nika, fields=["last_name"])
    assert [type for type, _day in done(shop, nika)] == ["profile_completed"]


def test_a_birthday_comes_once_a_year_though_the_job_is_run_twice_killed_or_days_late(shop: Shop) -> None:
    born = joins(shop, "09121110001", birth_date=date(1990, 11, 24))  # 3 Azar
    for day in (0, 0, 7, 7, 8):  # the job slept from the 21st to the 28th
        occasions_record(club=shop.club, now=NOW + timedelta(days=day))
    assert done(shop, born) == [("birthday", date(2026, 11, 24))]
    OccasionMark.objects.filter(type="birthday").update(done_until=date(2026, 11, 20))  # as if killed before
    assert occasions_record(club=shop.club, now=NOW + timedelta(days=8)) == 0
    assert done(shop, born) == [("birthday", date(2026, 11, 24))]


def test_a_corrected_birth_date_gives_no_second_birthday_in_the_year(shop: Shop) -> None:
    born = joins(shop, "09121110001", birth_date=date(1990, 11, 22))
    occasions_record(club=shop.club, now=NOW)
    occasions_record(club=shop.club, now=NOW + timedelta(days=1))
    member_update(club=shop.club, id=born.id, changes={"birth_date": date(1990, 11, 25)}, now=NOW)
    occasions_record(club=shop.club, now=NOW + timedelta(days=6))
    assert done(shop, born) == [("birthday", date(2026, 11, 22))]


def test_going_live_floods_nobody_with_days_before(shop: Shop) -> None:
    early = joins(shop, "09121110001", birth_date=date(1990, 11, 20), at=NOW - timedelta(days=3650))
    occasions_record(club=shop.club, now=NOW)
    assert done(shop, early) == []


def test_an_anniversary_counts_the_years_and_not_the_day_of_joining(shop: Shop) -> None:
    old = joins(shop, "09121110001", at=datetime(2023, 11, 21, 9, tzinfo=UTC))  # 30 Aban 1402
    new = joins(shop, "09121110002", at=NOW)
    occasions_record(club=shop.club, now=NOW)
    (row,) = member_activities(shop.club, old.id).rows
    assert (row.type, row.fact.attributes, row.business_date) == (
        "anniversary",
        {"years": 3},
        date(2026, 11, 21),
    )
    assert done(shop, new) == []


def test_who_was_born_on_30_esfand_has_a_birthday_in_every_year(shop: Shop) -> None:
    leap = joins(shop, "09121110001", birth_date=date(1988, 3, 20))  # 30 Esfand 1366
    assert leap.id in members_born_on(shop.club, date(2027, 3, 20))  # 29 Esfand 1405, the year's last day
    assert leap.id not in members_born_on(shop.club, date(2027, 3, 19))
    assert leap.id in members_born_on(shop.club, date(2030, 3, 20))  # 30 Esfand 1408
    assert leap.id not in members_born_on(shop.club, date(2030, 3, 19))  # 29 Esfand 1408
    assert date(2024, 2, 29) in celebrated(date(2026, 2, 28), "gregorian")


def test_everybody_has_one_birthday_in_each_jalali_year() -> None:
    born = [date(1988, 3, 18) + timedelta(days=n) for n in range(372)]
    first, last = date(2026, 3, 21), date(2027, 3, 20)  # 1405
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    times = Counter(each for day in days for each in celebrated(day, "jalali"))
    assert {times[each] for each in born} == {1}


def test_a_blocked_member_does_not_stop_the_others_birthdays(shop: Shop) -> None:
    blocked = joins(shop, "09121110001", birth_date=date(1990, 11, 21))
    other = joins(shop, "09121110002", birth_date=date(1991, 11, 21))
    member_block(club=shop.club, id=blocked.id, reason="fraud", actor=SYSTEM, now=NOW)
    occasions_record(club=shop.club, now=NOW)
    born = members_born_on(shop.club, date(2026, 11, 21))
    assert (blocked.id in born, other.id in born) == (False, "birthday" in dict(done(shop, other)))


def test_a_check_in_counts_once_in_the_clubs_hours_at_each_branch(shop: Shop) -> None:
    vanak = next(branch for branch in branch_list(shop.club) if branch.code == "101")
    other = next(branch for branch in branch_list(shop.club) if branch.code != "101")

    def here(branch: Any, hours: int) -> int:
        at = NOW + timedelta(hours=hours)
        told = behaviours.check_in(
            club=shop.club, branch=branch, member_id=shop.sara.id, actor=SYSTEM, now=at
        )
        return told.points_of("points")

    assert here(vanak, 0) == 10
    with pytest.raises(Refusal, match="checked_in_already"):
        here(vanak, 11)
    assert here(other, 11) == 10
    assert here(vanak, 12) == 10


def test_a_printed_qr_names_its_branch_and_no_other_can_be_made_of_it(shop: Shop) -> None:
    vanak, other = branch_list(shop.club)[:2]
    token = behaviours.check_in_token(shop.club, vanak)
    assert behaviours.check_in_branch(shop.club, token) == vanak
    forged = other.id.hex + token[32:]
    for text in (forged, token[:-2], "zz", ""):
        with pytest.raises(Refusal, match="qr_invalid"):
            behaviours.check_in_branch(shop.club, text)


def test_checking_in_says_that_nothing_is_given_where_nothing_listens() -> None:
    shop = open_shop()
    with pytest.raises(Refusal, match="check_in_unused"):
        behaviours.check_in(
            club=shop.club,
            branch=branch_list(shop.club)[0],
            member_id=shop.sara.id,
            actor=SYSTEM,
            now=NOW,
        )


def test_who_stays_away_lapses_once_for_each_span_until_they_buy_again() -> None:
    gift = rule(
        "back", "custom:inactivity", [{"wallet": "points", "amount": "fixed", "params": {"units": 10}}]
    )
    shop = open_shop(rules=[gift])
    settings_set(club=shop.club, changes={"inactivity_days": [30, 60]}, now=NOW)
    club = club_get(shop.club.id)
    shop.buys("A-1", 250_000)
    shop.buys("A-2", 250_000, member=shop.reza, at=NOW + timedelta(days=10))
    occasions_record(club=club, now=NOW)  # the mark begins
    for day in (29, 30, 30, 31, 45, 61, 62):
        occasions_record(club=club, now=NOW + timedelta(days=day))
    lapses = [("inactivity", date(2026, 12, 21)), ("inactivity", date(2027, 1, 20))]
    assert [each for each in done(shop, shop.sara) if each[0] == "inactivity"] == lapses
    shop.buys("A-3", 250_000, at=NOW + timedelta(days=62))
    for day in (63, 92, 93):
        occasions_record(club=club, now=NOW + timedelta(days=day))
    assert [day for type, day in done(shop, shop.sara) if type == "inactivity"] == [
        date(2026, 12, 21),
        date(2027, 1, 20),
        date(2027, 2, 21),
    ]


def test_a_blocked_member_and_one_who_bought_since_have_not_lapsed() -> None:
    gift = rule(
        "back", "custom:inactivity", [{"wallet": "points", "amount": "fixed", "params": {"units": 10}}]
    )
    shop = open_shop(rules=[gift])
    shop.buys("A-1", 250_000)
    shop.buys("A-2", 250_000, member=shop.reza)
    occasions_record(club=shop.club, now=NOW)
    member_block(club=shop.club, id=shop.reza.id, reason="fraud", actor=SYSTEM, now=NOW)
    shop.buys("A-3", 250_000, at=NOW + timedelta(days=59))
    assert occasions_record(club=shop.club, now=NOW + timedelta(days=61)) == 0

"""Figures of a large club are kept for a while, and say of when they are."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from bashgah.ground import clock
from bashgah.insights import kept
from bashgah.insights.kept import Question, answers_refresh
from bashgah.insights.questions import BOOKS, BUYERS, ENROLLED, EXPIRING, HELD, MEMBERS, STANDINGS, TAGS
from bashgah.members.selectors import has_more_members
from tests import cast
from tests.console.conftest import Console, text

TOMORROW = date(2026, 11, 23)


@pytest.fixture
def large(console: Console, monkeypatch: pytest.MonkeyPatch) -> Console:
    """Club Naderi, as if a handful of members made it a large club."""
    monkeypatch.setattr(kept, "LARGE", 1)
    return console


def buyers(at: Console, now: datetime) -> tuple[int, datetime]:
    day = (clock.now() + timedelta(days=2)).date()
    answer = BUYERS.ask(at.club, day, 30, now=now)
    return answer.value[0], answer.at


def test_a_small_club_is_always_told_what_is(console: Console) -> None:
    now = clock.now()
    assert buyers(console, now) == (0, now)
    console.buys(console.cast.sara, 1_000_000)
    assert buyers(console, now) == (1, now)


def test_a_large_club_is_told_what_was_found_until_the_worker_looks_again(large: Console) -> None:
    now = clock.now()
    assert buyers(large, now) == (0, now)
    large.buys(large.cast.sara, 1_000_000)
    later = now + timedelta(minutes=2)
    assert buyers(large, later) == (0, now)

    assert answers_refresh(now + timedelta(seconds=59)) == 0
    assert answers_refresh(later) == 1

    assert buyers(large, later) == (1, later)
    assert answers_refresh(later) == 0


def test_a_page_looks_itself_where_no_worker_did_for_long(large: Console) -> None:
    now = clock.now()
    buyers(large, now)
    large.buys(large.cast.sara, 1_000_000)
    later = now + timedelta(hours=61)

    assert buyers(large, later) == (1, later)


def test_what_nobody_asks_for_any_more_is_not_looked_for_and_forgotten_after_a_week(large: Console) -> None:
    now = clock.now()
    buyers(large, now)
    assert answers_refresh(now + timedelta(minutes=61)) == 0
    buyers(large, now + timedelta(minutes=9))
    assert answers_refresh(now + timedelta(minutes=61)) == 1
    assert rows() == 1

    answers_refresh(now + timedelta(days=8))

    assert rows() == 0


def test_a_question_of_an_earlier_release_is_forgotten(large: Console) -> None:
    now = clock.now()
    buyers(large, now)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE insights_kept SET question = 'no_such_question [1]'")

    answers_refresh(now + timedelta(minutes=5))

    assert rows() == 0


def test_an_answer_of_another_shape_from_an_earlier_release_is_found_anew(large: Console) -> None:
    now = clock.now()
    buyers(large, now)
    with connection.cursor() as cursor:
        cursor.execute("""UPDATE insights_kept SET answer = '{"members": 7}'""")
    later = now + timedelta(seconds=30)
    assert buyers(large, later) == (0, later)
    assert buyers(large, later + timedelta(seconds=1)) == (0, later)


@pytest.mark.parametrize("arguments", ["[]", '["2026-11-23", 30, "more"]', '[30, "2026-11-23"]', "30"])
def test_a_question_that_takes_something_else_by_now_stops_no_other(large: Console, arguments: str) -> None:
    now = clock.now()
    buyers(large, now)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO insights_kept (club_id, question, answer, cost_ms, found_at, asked_at)
            SELECT club_id, %s, answer, cost_ms, found_at - interval '1 hour', asked_at FROM insights_kept
            """,
            [f"{BUYERS.name} {arguments}"],
        )
    later = now + timedelta(minutes=2)
    assert answers_refresh(later) == 1
    assert (rows(), buyers(large, later)) == (1, (0, later))


def test_every_answer_is_the_same_kept_as_found(large: Console) -> None:
    large.buys(large.cast.sara, 12_800_000)
    large.buys(large.cast.reza, 12_800_000, reference="r2")
    now = clock.now()
    asked = {
        "buyers": (BUYERS, (TOMORROW, 90)),
        "enrolled": (ENROLLED, (TOMORROW,)),
        "members": (MEMBERS, ()),
        "books": (BOOKS, ()),
        "held": (HELD, ()),
        "standings": (STANDINGS, ()),
        "tags": (TAGS, ()),
        "expiring": (EXPIRING, (800, "", "")),
    }
    assert asked.keys() == Question.declared.keys()
    for question, arguments in asked.values():
        found = question.ask(large.club, *arguments, now=now)
        again = question.ask(large.club, *arguments, now=now + timedelta(seconds=9))
        assert again == found
        assert found.value == question.find(large.club, now, *arguments)
    assert rows() == len(asked)
    assert HELD.ask(large.club, now=now).value
    assert EXPIRING.ask(large.club, 800, "", "", now=now).value

    assert answers_refresh(now + timedelta(minutes=3)) == len(asked)


def test_two_clubs_are_told_apart(large: Console) -> None:
    other = cast.ketab()
    now = clock.now()
    large.buys(large.cast.sara, 1_000_000)
    day = (now + timedelta(days=2)).date()
    assert BUYERS.ask(large.club, day, 30, now=now).value == (1, 0)
    assert BUYERS.ask(other.club, day, 30, now=now).value == (0, 0)


def test_a_page_of_a_large_club_says_when_it_was_counted(large: Console) -> None:
    for path in ("", "tiers/", "wallets/", "ledger/", "ledger/expiring/"):
        assert "شمارش ساعت" not in text(large.get(path))
    clock.run_ahead(timedelta(minutes=3))
    try:
        for path in ("", "tiers/", "wallets/", "ledger/", "ledger/expiring/"):
            assert "شمارش ساعت" in text(large.get(path)), path
    finally:
        clock.run_ahead(timedelta())


def test_a_club_has_more_members_than_it_has_not(console: Console) -> None:
    assert has_more_members(console.club, 1)
    assert not has_more_members(console.club, 1_000)


def rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM insights_kept")
        count: int = cursor.fetchone()[0]
        return count

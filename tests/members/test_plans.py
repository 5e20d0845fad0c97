"""Members of a large club are found by the index of words, not by walking its list to the end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bashgah.clubs.types import ClubInfo
from bashgah.kit.text import Texts
from bashgah.members import selectors
from bashgah.members.selectors.search import WINDOW
from bashgah.members.services import attribute_declare
from bashgah.members.types import AttributeFilter, MemberFilters
from tests.cast import NOW, naderi

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.corrupts]

PEOPLE = 30_000
NAMESAKES = 1_200
"""Together at the list's far end by name, and among the first who joined."""


@pytest.fixture
def club(owner_connection: psycopg.Connection) -> ClubInfo:
    """Thirty thousand members, the last of whom by name are namesakes."""
    made = naderi().club
    owner_connection.execute(
        """
        WITH people AS (
            INSERT INTO members_member (id, club_id, number, first_name, last_name, nickname, name_key,
                sort_key, city, gender, source, channel, tags, attributes, locale, external_id,
                enrolled_at, updated_at)
            SELECT gen_random_uuid(), %(club)s, n, first, last, '', first || ' ' || last,
                last || ' ' || first, '', '', '', 'import', '{}', '{}', 'fa', '',
                %(now)s - interval '1 minute' * (%(people)s - n), %(now)s
            FROM (SELECT n, CASE WHEN n <= %(namesakes)s THEN 'یاسمن' ELSE 'آرش' END AS first,
                         CASE WHEN n <= %(namesakes)s THEN 'یزدانی' ELSE 'الف' || n END AS last
                  FROM generate_series(1, %(people)s) n) names
            RETURNING id, club_id)
        INSERT INTO members_state (member_id, club_id, status, kind)
        SELECT id, club_id, 'active', 'person' FROM people
        """,
        {"club": made.id, "now": NOW, "people": PEOPLE, "namesakes": NAMESAKES},
    )
    owner_connection.execute("ANALYZE members_member, members_state")
    return made


def test_namesakes_are_found_without_walking_the_list(club: ClubInfo) -> None:
    with CaptureQueriesContext(connection) as asked:
        found = selectors.member_find(club, "یاسمن یزدانی", now=NOW)
        by_name = selectors.member_list(club, MemberFilters(text="یاسمن", sort="name"), limit=10)
        newest = selectors.member_list(club, MemberFilters(text="یاسمن"), limit=10)
    assert {member.last_name for member in (*found, *by_name.members, *newest.members)} == {"یزدانی"}
    assert (len(found), len(by_name.members), len(newest.members)) == (10, 10, 10)
    for query in asked.captured_queries:
        if walked(query["sql"]) & {"member_by_name", "member_by_enrolment"}:
            assert read(query["sql"]) <= WINDOW + 1, query["sql"]


def test_of_a_name_that_many_carry_only_those_near_are_visited(club: ClubInfo) -> None:
    for sort, number in (("enrolled", "30000"), ("enrolled_first", "1201")):
        with CaptureQueriesContext(connection) as asked:
            page = selectors.member_list(club, MemberFilters(text="الف", sort=sort), limit=10)
        assert (len(page.members), page.members[0].last_name) == (10, f"الف{number}")
        for query in asked.captured_queries:
            assert read(query["sql"]) <= WINDOW + 1, query["sql"]


def test_a_list_by_words_goes_on_where_its_page_ended(club: ClubInfo) -> None:
    seen: list[Any] = []
    cursor = None
    for _ in range(7):
        page = selectors.member_list(club, MemberFilters(text="یاسمن"), cursor=cursor, limit=200)
        seen += [member.id for member in page.members]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == NAMESAKES


def test_a_narrow_range_is_looked_up_and_no_other_member_is_read(
    club: ClubInfo, owner_connection: psycopg.Connection
) -> None:
    label = Texts("امتیاز باشگاه قدیم", "Old points")
    attribute_declare(club=club, key="old", label=label, type="number", now=NOW)
    owner_connection.execute(
        """
        WITH valued AS (
            UPDATE members_member SET attributes = jsonb_build_object('old', number::int)
            WHERE club_id = %(club)s AND number ~ '^[0-9]{1,5}$' RETURNING id, club_id, number::int AS n)
        INSERT INTO members_ranged (member_id, club_id, key, value)
        SELECT id, club_id, key, value
        FROM valued, LATERAL (VALUES ('old', n), ('wed', 700000 + n)) kept(key, value)
        """,
        {"club": club.id},
    )
    owner_connection.execute("ANALYZE members_member, members_ranged")
    narrow = AttributeFilter("old", "number", least=101, most=140)
    for sort in ("enrolled", "enrolled_first", "name"):
        filters = MemberFilters(attributes=(narrow,), sort=sort)
        with CaptureQueriesContext(connection) as asked:
            page = selectors.member_list(club, filters, limit=50)
            count = selectors.members_count(club, filters, most=10_001)
        assert (len(page.members), count) == (40, 40)
        for query in asked.captured_queries:
            if "members_ranged" in query["sql"]:
                assert read(query["sql"]) <= 100, query["sql"]
    # the days of the other attribute stand in the same histogram, far above every number of this one
    last = MemberFilters(attributes=(AttributeFilter("old", "number", least=29_981),))
    with CaptureQueriesContext(connection) as asked:
        assert len(selectors.member_list(club, last, limit=50).members) == 20
    assert max(read(query["sql"]) for query in asked.captured_queries) <= 100
    for empty in (AttributeFilter("old", "number", least=10**9), AttributeFilter("old", "number", most=-1)):
        with CaptureQueriesContext(connection) as asked:
            assert selectors.member_list(club, MemberFilters(attributes=(empty,))).members == ()
            assert selectors.members_count(club, MemberFilters(attributes=(empty,)), most=10_001) == 0
        assert max(read(query["sql"]) for query in asked.captured_queries) <= 1
    wide = MemberFilters(attributes=(AttributeFilter("old", "number", least=5),))
    with CaptureQueriesContext(connection) as asked:
        assert len(selectors.member_list(club, wide, limit=50).members) == 50
    assert max(read(query["sql"]) for query in asked.captured_queries) <= 7_010


def read(sql: str) -> int:
    """The most rows any step of a statement reads, those it throws away too."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql.replace("%", "%%"), [])
        told = cursor.fetchone()[0]
    plan = json.loads(told) if isinstance(told, str) else told
    return int(
        max(
            step["Actual Rows"] * step["Actual Loops"] + step.get("Rows Removed by Filter", 0)
            for step in steps(plan[0]["Plan"])
        )
    )


def walked(sql: str) -> set[str]:
    """The indexes a statement reads."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + sql.replace("%", "%%"), [])
        told = cursor.fetchone()[0]
    plan = json.loads(told) if isinstance(told, str) else told
    return {step["Index Name"] for step in steps(plan[0]["Plan"]) if "Index Name" in step}


def steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from steps(part)

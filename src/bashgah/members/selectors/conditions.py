"""What narrows a list of members, as SQL over ``members_member m`` and ``members_state s``."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import connection

from bashgah.clubs.types import ClubInfo
from bashgah.kit.text import search_key
from bashgah.members.ranges import place
from bashgah.members.selectors.birthdays import birth_day, birth_month
from bashgah.members.types import AttributeFilter, Fragment, MemberFilters

WORDS_MOST = 6
WORD_SHORTEST = 3
CAME_MEANWHILE = 50
IN_ORDER = "ORDER BY r.value"
"""The order of the index: without it the planner may hope to meet so many sooner in the table as it lies."""

Condition = tuple[str, list[Any]]


def name_condition(text: str) -> Condition:
    """Match parts of words; a word of one or two letters matches beginnings, which its index can find."""
    parts: list[str] = []
    params: list[Any] = []
    for word in search_key(text).split()[:WORDS_MOST]:
        if len(word) >= WORD_SHORTEST:
            parts.append("m.name_key LIKE %s")
            params.append(f"%{word}%")
        else:
            parts.append("(m.name_key LIKE %s OR m.name_key LIKE %s)")
            params += [f"{word}%", f"% {word}%"]
    return " AND ".join(parts), params


def status_condition(filters: MemberFilters) -> Condition:
    """Match the status; merged members are in no list."""
    if filters.status:
        return "s.merged_into IS NULL AND s.status = %s", [filters.status]
    return "s.merged_into IS NULL", []


def profile_condition(club: ClubInfo, filters: MemberFilters) -> Condition:
    """Match everything but the status."""
    return joined(_parts(club, filters))


def within_branches(column: str, branches: Collection[UUID]) -> Fragment:
    """Return the condition that a column's member enrolled in one of these branches or likes one best."""
    own = list(branches)
    sql = f"""EXISTS (SELECT FROM members_member b WHERE b.id = {column}
              AND (b.branch_id = ANY(%s) OR b.favourite_branch_id = ANY(%s)))"""
    return Fragment(sql, (own, own))


def joined(conditions: Iterable[Condition]) -> Condition:
    """Return the condition that all of these hold."""
    parts, params = ["true"], []
    for part, own in conditions:
        parts.append(part)
        params += own
    return " AND ".join(parts), params


def cities_in_use(club: ClubInfo, most: int = 300) -> list[str]:
    """Return the cities of the club's members, in the order of their spelling."""
    return _in_use(club, "city", most)


def sources_in_use(club: ClubInfo, most: int = 100) -> list[str]:
    """Return how the club's members say they came to know it."""
    return _in_use(club, "source", most)


def _parts(club: ClubInfo, filters: MemberFilters) -> Iterator[Condition]:
    if filters.text:
        name, words = name_condition(filters.text)
        yield name or "false", words
    if filters.city:
        yield _city_condition(club, filters.city)
    if filters.branches is not None:
        own = list(filters.branches)
        yield "(m.branch_id = ANY(%s) OR m.favourite_branch_id = ANY(%s))", [own, own]
    if filters.birth_month:
        yield birth_month(club.calendar, filters.birth_month)
    if filters.birth_date:
        yield birth_day(filters.birth_date)
    plain: tuple[tuple[str, Any], ...] = (
        ("m.id = %s", filters.id),
        ("m.branch_id = %s", filters.branch_id),
        ("m.favourite_branch_id = %s", filters.favourite_branch_id),
        ("m.gender = %s", filters.gender),
        # the index knows only members who said it
        ("m.source <> '' AND m.source = %s", filters.source),
        ("m.tags @> ARRAY[%s]::varchar[]", filters.tag),
        ("m.channel = %s", filters.channel),
        ("m.enrolled_at >= %s", filters.enrolled_from),
        ("m.enrolled_at < %s", filters.enrolled_until),
    )
    for condition, value in plain:
        if value:
            yield condition, [value]
    for asked in filters.attributes:
        yield from _attribute_conditions(club, asked)
    for fragment in filters.also:
        yield fragment.sql, list(fragment.params)


def _city_condition(club: ClubInfo, text: str) -> Condition:
    """Match a city however it is spelled: spaces, Arabic letters and marks make no difference."""
    key = _city_key(text)
    spelled = [city for city in cities_in_use(club, 10_000) if _city_key(city) == key]
    if len(spelled) == 1:
        return "m.city = %s", spelled
    return ("m.city = ANY(%s)", [spelled]) if spelled else ("false", [])


def _city_key(text: str) -> str:
    return search_key(text).replace(" ", "")


def _attribute_conditions(club: ClubInfo, asked: AttributeFilter) -> Iterator[Condition]:
    if asked.equal is not None:
        yield (
            "m.attributes <> '{}' AND m.attributes @> %s::jsonb",
            [json.dumps({asked.key: asked.equal}, ensure_ascii=False)],
        )
    if asked.least is not None or asked.most is not None:
        condition, params = range_condition(club, asked)
        if asked.few is not None:
            # the planner cannot know how many it will be: values of all attributes share one histogram
            condition, params = f"{condition} {IN_ORDER} LIMIT %s", [*params, asked.few + CAME_MEANWHILE]
        yield f"m.id IN (SELECT r.member_id FROM members_ranged r WHERE {condition})", params


def range_condition(club: ClubInfo, asked: AttributeFilter) -> Condition:
    """Match the rows ``members_ranged r`` of an attribute between two values, either of which may be open."""
    parts, params = ["r.club_id = %s", "r.key = %s"], [club.id, asked.key]
    for sign, bound in ((">=", asked.least), ("<=", asked.most)):
        if bound is not None:
            parts.append(f"r.value {sign} %s")
            params.append(place(bound))
    return " AND ".join(parts), params


def _in_use(club: ClubInfo, column: str, most: int) -> list[str]:
    """Return the different values of an indexed column, one step of its index for each."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH RECURSIVE used AS (
                (SELECT {column} AS value FROM members_member
                 WHERE club_id = %s AND {column} <> '' AND {column} > '' ORDER BY {column} LIMIT 1)
                UNION ALL
                SELECT (SELECT m.{column} FROM members_member m
                        WHERE m.club_id = %s AND m.{column} <> '' AND m.{column} > used.value
                        ORDER BY m.{column} LIMIT 1)
                FROM used WHERE used.value IS NOT NULL)
            SELECT value FROM used WHERE value IS NOT NULL LIMIT %s
            """,
            [club.id, club.id, most],
        )
        return [value for (value,) in cursor.fetchall()]

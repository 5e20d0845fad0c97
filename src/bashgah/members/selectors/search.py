"""Finding members: by whatever was typed or scanned, and as lists with filters and cursors."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from bashgah.clubs.types import ClubInfo
from bashgah.kit import email, ids, mobile, national_id
from bashgah.kit.card import card_digits
from bashgah.kit.pages import cursor_invalid
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import ascii_digits
from bashgah.members import qr
from bashgah.members.names import names_sort_key
from bashgah.members.selectors import people
from bashgah.members.selectors.conditions import (
    IN_ORDER,
    Condition,
    joined,
    name_condition,
    profile_condition,
    range_condition,
    status_condition,
)
from bashgah.members.types import AttributeFilter, IdentifierKind, MemberFilters, MemberInfo, MemberPage

LONGEST_PAGE = 200
TAGGED_MOST = 20_000
FOUND_MOST = 1_001
WINDOW = 20_000
"""So many of a list are looked at for words before all who carry them are."""
MERGED_FEW = 500
RANGE_FEW = 7_000
"""At a million members as many rows as are walked until fifty of so many are met."""

_grown: dict[UUID, int] = {}

BY_NAME = {"name", "name_last"}
# the same places, spelled so that no index has their order
SORTED = {"m.sort_key": "m.sort_key || ''", "m.enrolled_at": "m.enrolled_at + interval '0'"}
_WITH_STATE = "members_member m JOIN members_state s ON s.member_id = m.id"
# what a list is sorted by, its direction and the sign of what follows a place in it
ORDERS = {
    "enrolled": ("m.enrolled_at", "DESC", "<"),
    "enrolled_first": ("m.enrolled_at", "ASC", ">"),
    "name": ("m.sort_key", "ASC", ">"),
    "name_last": ("m.sort_key", "DESC", "<"),
}
UNTIL = {"<": ">=", ">": "<="}


def member_find(club: ClubInfo, text: str, *, now: datetime, limit: int = 10) -> list[MemberInfo]:
    """Find members by what was typed or scanned.

    Tried in this order: the portal's rotating QR, card number, mobile in any spelling, e-mail, public id,
    national id, the shop's own customer number, and at last words of the name in any spelling, sorted by
    name (of more than a thousand, some). An exact hit comes alone; a merged member comes as the surviving
    one. Raises ``qr_expired`` and ``qr_invalid``.
    """
    text = text.strip()
    if qr.is_token(text):
        return [people.member_by_qr(club, text, now)]
    for kind, value in _readings(text):
        found = people.member_resolve(club, kind, value)
        if found:
            return [people.member_get(club, found)]
    if text.lower().startswith("mbr_"):
        found_by_id = people.members_get(club, [_parsed(text)])
        return [_survivor(club, member) for member in found_by_id.values()]
    condition = name_condition(text)
    if not condition[0]:
        return []
    return people.rows(
        "m.id = ANY(%s) AND s.merged_into IS NULL",
        club,
        [_some(club, condition), limit],
        f"ORDER BY {SORTED['m.sort_key']}, m.id LIMIT %s",
    )


def member_list(
    club: ClubInfo, filters: MemberFilters | None = None, *, cursor: str | None = None, limit: int = 50
) -> MemberPage:
    """Return one page of members, newest first or by name; merged ones are not listed.

    ``cursor`` is the ``next_cursor`` of the page before; another text raises ``cursor_invalid`` (422).
    """
    filters = _looked(club, filters or MemberFilters())
    limit = max(1, min(limit, LONGEST_PAGE))
    after = None if cursor is None else _cursor_read(cursor, filters.sort)
    condition, params = joined([_condition(club, filters), *_after(filters.sort, after)])
    column, direction, _sign = ORDERS[filters.sort]
    order = f"{direction}, m.id {direction} LIMIT {limit + 1}"
    found = None
    if _is_met(filters):
        found = _found_near(club, filters.sort, after, (condition, params), f"ORDER BY {column} {order}")
    if found is None or (len(found.rows) <= limit and not found.is_all):
        place = SORTED[column] if _is_sought(filters) else column
        found = _Found(people.rows(condition, club, params, f"ORDER BY {place} {order}"), is_all=True)
    page = tuple(found.rows[:limit])
    more = len(found.rows) > limit
    return MemberPage(page, _cursor_of(page[-1], filters.sort) if more else None)


def members_count(club: ClubInfo, filters: MemberFilters | None = None, *, most: int | None = None) -> int:
    """Count the members a list with these filters would show; with ``most`` no further than that."""
    filters = _looked(club, filters or MemberFilters())
    if filters == MemberFilters(sort=filters.sort):
        most = None
    if filters.status or (most is not None and _has_many_merged(club)):
        return _counted(_WITH_STATE, club, _condition(club, filters), most)
    # without a status the big join is needless: all of them less the few that were merged
    condition, params = profile_condition(club, filters)
    gone = (f"{condition} AND s.merged_into IS NOT NULL AND s.club_id = %s", [*params, club.id])
    merged = _counted(_WITH_STATE, club, gone)
    if len(filters.attributes) == 1 and filters == MemberFilters(
        sort=filters.sort, attributes=filters.attributes
    ):
        asked = filters.attributes[0]
        if asked.equal is None:
            return _in_range(club, asked, most and most + merged) - merged
    return _counted("members_member m", club, (condition, params), most and most + merged) - merged


def _has_many_merged(club: ClubInfo) -> bool:
    """Say whether so many members were merged that leaving them out one by one is dearer than a join."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT EXISTS (SELECT FROM members_state WHERE merged_into IS NOT NULL AND club_id = %s
                           OFFSET %s LIMIT 1)
            """,
            [club.id, MERGED_FEW],
        )
        return bool(cursor.fetchone()[0])


def has_more_members(club: ClubInfo, than: int) -> bool:
    """Say whether a club has more members than so many; once it has, it is not counted again."""
    if than <= _grown.get(club.id, -1):
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM members_member WHERE club_id = %s OFFSET %s LIMIT 1)", [club.id, than]
        )
        has_more: bool = cursor.fetchone()[0]
    if has_more:
        _grown[club.id] = than
    return has_more


def tags_in_use(club: ClubInfo, limit: int = 100) -> list[str]:
    """Return the tags the club's latest tagged members carry, the most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT tag FROM (
                SELECT tags FROM members_member WHERE club_id = %s AND tags <> '{}'
                ORDER BY enrolled_at DESC LIMIT %s
            ) m, unnest(m.tags) AS tag
            GROUP BY tag ORDER BY count(*) DESC, tag LIMIT %s
            """,
            [club.id, TAGGED_MOST, limit],
        )
        return [tag for (tag,) in cursor.fetchall()]


def _readings(text: str) -> list[tuple[IdentifierKind, str]]:
    """List the identifiers a text may be, each in a spelling its kind accepts."""
    digits = ascii_digits(text)
    found: list[tuple[IdentifierKind, str]] = []
    if card_digits(text):
        found.append(("card", text))
    if mobile.looks_mobile(text):
        found.append(("mobile", text))
    if "@" in text and _is_email(text):
        found.append(("email", text))
    if national_id.check(digits):
        found.append(("national_id", digits))
    if text and len(text) <= 100 and text.isprintable():
        found.append(("external", text))
    return found


def _is_email(text: str) -> bool:
    try:
        email.normalise(text)
    except Refusal:
        return False
    return True


def _parsed(text: str) -> UUID:
    return ids.parse("member", text)


def _survivor(club: ClubInfo, member: MemberInfo) -> MemberInfo:
    return people.member_get(club, member.merged_into) if member.merged_into else member


def _condition(club: ClubInfo, filters: MemberFilters) -> Condition:
    return joined((status_condition(filters), profile_condition(club, filters)))


@dataclass(frozen=True, slots=True)
class _Found:
    """Members found, in order; ``is_all`` where no others can follow them."""

    rows: list[MemberInfo]
    is_all: bool


def _is_sought(filters: MemberFilters) -> bool:
    """Say whether those who match are to be found by an index of their own, and sorted then.

    Left alone the planner walks the list in its order until enough match, for rare words to the very end.
    """
    return bool(filters.text) or any(asked.few is not None for asked in filters.attributes)


def _is_met(filters: MemberFilters) -> bool:
    """Say whether a page of them may be met near its beginning; by name those of one name stand together."""
    return bool(filters.text) and filters.sort not in BY_NAME


def _found_near(club: ClubInfo, sort: str, after: list[Any] | None, where: Condition, tail: str) -> _Found:
    """Look among the next ``WINDOW`` of the list alone: where many carry a word, not all need be visited."""
    last = _last_near(club, sort, after)
    if last is None:
        condition, params = where
        return _Found(people.rows(condition, club, params, tail), is_all=True)
    column, _direction, sign = ORDERS[sort]
    until = (f"({column}, m.id) {UNTIL[sign]} (%s, %s)", last)
    condition, params = joined([where, until])
    return _Found(people.rows(condition, club, params, tail), is_all=False)


def _last_near(club: ClubInfo, sort: str, after: list[Any] | None) -> list[Any] | None:
    """Return the place in the list up to which is near; None where all of it is."""
    column, direction, _sign = ORDERS[sort]
    condition, params = joined(_after(sort, after))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {column}, m.id FROM members_member m WHERE m.club_id = %s AND {condition}
            ORDER BY {column} {direction}, m.id {direction} OFFSET %s LIMIT 1
            """,
            [club.id, *params, WINDOW],
        )
        row = cursor.fetchone()
    return None if row is None else list(row)


def _after(sort: str, place: list[Any] | None) -> list[Condition]:
    """Return the condition that members follow a place in the list."""
    column, _direction, sign = ORDERS[sort]
    return [] if place is None else [(f"({column}, m.id) {sign} (%s, %s)", place)]


def _looked(club: ClubInfo, filters: MemberFilters) -> MemberFilters:
    """Note of each range whether so few are in it that they are better found and sorted than met."""
    return replace(filters, attributes=tuple(_looked_at(club, asked) for asked in filters.attributes))


def _looked_at(club: ClubInfo, asked: AttributeFilter) -> AttributeFilter:
    if asked.least is None and asked.most is None:
        return asked
    count = _in_range(club, asked, RANGE_FEW + 1)
    return replace(asked, few=count) if count <= RANGE_FEW else asked


def _in_range(club: ClubInfo, asked: AttributeFilter, most: int | None) -> int:
    """Count those in a range by its index alone, merged ones too."""
    condition, params = range_condition(club, asked)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(*) FROM (
                SELECT FROM members_ranged r WHERE {condition} {IN_ORDER} LIMIT %s) found
            """,
            [*params, most],
        )
        return int(cursor.fetchone()[0])


def _some(club: ClubInfo, condition: Condition) -> list[UUID]:
    """Return the ids of some who match: all of them up to a thousand and one."""
    sql, params = condition
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT m.id FROM members_member m WHERE m.club_id = %s AND {sql} LIMIT %s",
            [club.id, *params, FOUND_MOST],
        )
        return [id_ for (id_,) in cursor.fetchall()]


def _counted(tables: str, club: ClubInfo, where: Condition, most: int | None = None) -> int:
    condition, params = where
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(*) FROM (
                SELECT FROM {tables} WHERE m.club_id = %s AND {condition} LIMIT %s) found
            """,
            [club.id, *params, most],
        )
        return int(cursor.fetchone()[0])


def _cursor_of(member: MemberInfo, sort: str) -> str:
    place = (
        names_sort_key(member.first_name, member.last_name)
        if sort in BY_NAME
        else member.enrolled_at.isoformat()
    )
    return base64.urlsafe_b64encode(json.dumps([sort, place, str(member.id)]).encode()).decode().rstrip("=")


def _cursor_read(cursor: str, sort: str) -> list[Any]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        made_for, place, id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if made_for != sort:
            raise ValueError(sort)
        return [str(place) if sort in BY_NAME else datetime.fromisoformat(place), UUID(id)]
    except (binascii.Error, ValueError, TypeError, AttributeError):
        raise cursor_invalid() from None

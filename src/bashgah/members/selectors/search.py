"""Finding members: by whatever was typed or scanned, and as lists with filters and cursors."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from bashgah.clubs.types import ClubInfo
from bashgah.kit import email, ids, mobile, national_id
from bashgah.kit.card import card_digits
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import ascii_digits, clean, search_key
from bashgah.members import qr
from bashgah.members.names import names_sort_key
from bashgah.members.selectors import people
from bashgah.members.types import IdentifierKind, MemberFilters, MemberInfo, MemberPage

LONGEST_PAGE = 200
WORDS_MOST = 6
WORD_SHORTEST = 3
TAGGED_MOST = 20_000

Condition = tuple[str, list[Any]]


def member_find(club: ClubInfo, text: str, *, now: datetime, limit: int = 10) -> list[MemberInfo]:
    """Find members by what was typed or scanned.

    Tried in this order: the portal's rotating QR, card number, mobile in any spelling, e-mail, public id,
    national id, the shop's own customer number, and at last words of the name in any spelling. An exact hit
    comes alone; a merged member comes as the surviving one. Raises ``qr_expired`` and ``qr_invalid``.
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
    condition, params = _name_condition(text)
    if not condition:
        return []
    return people.rows(
        f"{condition} AND s.merged_into IS NULL", club, [*params, limit], "ORDER BY m.sort_key, m.id LIMIT %s"
    )


def member_list(
    club: ClubInfo, filters: MemberFilters | None = None, *, cursor: str | None = None, limit: int = 50
) -> MemberPage:
    """Return one page of members, newest first or by name; merged ones are not listed.

    ``cursor`` is the ``next_cursor`` of the page before; another text raises ``cursor_invalid`` (422).
    """
    filters = filters or MemberFilters()
    limit = max(1, min(limit, LONGEST_PAGE))
    condition, params = _conditions(filters)
    by_name = filters.sort == "name"
    if cursor is not None:
        after = _cursor_read(cursor, filters.sort)
        condition += (
            " AND (m.sort_key, m.id) > (%s, %s)" if by_name else " AND (m.enrolled_at, m.id) < (%s, %s)"
        )
        params += after
    order = "m.sort_key, m.id" if by_name else "m.enrolled_at DESC, m.id DESC"
    found = people.rows(condition, club, [*params, limit + 1], f"ORDER BY {order} LIMIT %s")
    page = tuple(found[:limit])
    more = len(found) > limit
    return MemberPage(page, _cursor_of(page[-1], filters.sort) if more else None)


def members_count(club: ClubInfo, filters: MemberFilters | None = None) -> int:
    """Count the members a list with these filters would show."""
    filters = filters or MemberFilters()
    if filters.status:
        return _counted(people.TABLES, club, _conditions(filters))
    # without a status the big join is needless: all of them less the few that were merged
    listed = _counted("members_member m", club, _profile_conditions(filters))
    condition, params = _profile_conditions(filters)
    merged = (f"{condition} AND s.merged_into IS NOT NULL AND s.club_id = %s", [*params, club.id])
    return listed - _counted("members_member m JOIN members_state s ON s.member_id = m.id", club, merged)


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


def _name_condition(text: str) -> Condition:
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


def _conditions(filters: MemberFilters) -> Condition:
    condition, params = _profile_conditions(filters)
    if filters.status:
        return f"s.merged_into IS NULL AND s.status = %s AND {condition}", [filters.status, *params]
    return f"s.merged_into IS NULL AND {condition}", params


def _counted(tables: str, club: ClubInfo, where: Condition) -> int:
    condition, params = where
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {tables} WHERE m.club_id = %s AND {condition}", [club.id, *params]
        )
        return int(cursor.fetchone()[0])


def _profile_conditions(filters: MemberFilters) -> Condition:
    parts, params = ["true"], []
    if filters.text:
        name, words = _name_condition(filters.text)
        parts.append(name or "false")
        params += words
    plain: list[tuple[str, Any]] = [
        ("m.branch_id = %s", filters.branch_id),
        ("m.city = %s", clean(filters.city) if filters.city else ""),
        ("m.gender = %s", filters.gender),
        ("m.tags @> ARRAY[%s]::varchar[]", filters.tag),
        ("m.channel = %s", filters.channel),
        ("m.enrolled_at >= %s", filters.enrolled_from),
        ("m.enrolled_at < %s", filters.enrolled_until),
    ]
    for condition, value in plain:
        if value:
            parts.append(condition)
            params.append(value)
    return " AND ".join(parts), params


def _cursor_of(member: MemberInfo, sort: str) -> str:
    place = (
        names_sort_key(member.first_name, member.last_name)
        if sort == "name"
        else member.enrolled_at.isoformat()
    )
    return base64.urlsafe_b64encode(json.dumps([sort, place, str(member.id)]).encode()).decode().rstrip("=")


def _cursor_read(cursor: str, sort: str) -> list[Any]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        made_for, place, id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if made_for != sort:
            raise ValueError(sort)
        return [str(place) if sort == "name" else datetime.fromisoformat(place), UUID(id)]
    except (binascii.Error, ValueError, TypeError, AttributeError):
        raise Refusal(
            "cursor_invalid", Phrase(_("This page of the list no longer exists.")), status=422
        ) from None

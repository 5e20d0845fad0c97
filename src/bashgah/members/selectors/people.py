"""Members by id and by identifier, their personal data, and who is whose alias."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from bashgah.clubs.types import ClubInfo
from bashgah.ground import secrets
from bashgah.kit import mobile
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members import qr
from bashgah.members.identifiers import digest, normalised
from bashgah.members.models import Person
from bashgah.members.types import IdentifierKind, MemberInfo, PersonInfo

COLUMNS = """
    m.id, m.club_id, m.number, m.first_name, m.last_name, m.nickname, s.status, s.kind, s.merged_into,
    p.mobile, m.city, m.gender, m.birth_date, m.favourite_branch_id, m.source, m.channel, m.branch_id,
    m.staff_id, m.tags, m.attributes, m.locale, m.referrer_id, m.external_id, m.enrolled_at, p.erased_at
"""
MERGED = "SELECT member_id, merged_into FROM members_state WHERE merged_into IS NOT NULL"
"""Who is somebody else by now, for proofs that count across aliases."""
TABLES = """
    members_member m
    JOIN members_state s ON s.member_id = m.id
    LEFT JOIN members_person p ON p.member_id = m.id
"""


def member_get(club: ClubInfo, id: UUID) -> MemberInfo:
    """Return the member, merged or not, or raise ``member_not_found`` (404)."""
    found = rows("m.id = %s", club, [id])
    if not found:
        raise Refusal("member_not_found", Phrase(_("There is no such member.")), status=404)
    return found[0]


def members_get(club: ClubInfo, ids: Iterable[UUID]) -> dict[UUID, MemberInfo]:
    """Return those of the ids that are members of the club."""
    return {member.id: member for member in rows("m.id = ANY(%s)", club, [list(ids)])}


def members_exist(club: ClubInfo, ids: Iterable[UUID]) -> set[UUID]:
    """Return those of the ids that are members of the club, without reading them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT member_id FROM members_state WHERE club_id = %s AND member_id = ANY(%s)",
            [club.id, list(ids)],
        )
        return {id for (id,) in cursor.fetchall()}


def person_get(club: ClubInfo, id: UUID) -> PersonInfo:
    """Return a member's personal data in clear; whoever may not read it must be shown ``masked()``.

    Raises ``member_not_found`` (404).
    """
    row = Person.objects.filter(member_id=id, club_id=club.id).first()
    if row is None:
        raise Refusal("member_not_found", Phrase(_("There is no such member.")), status=404)
    return PersonInfo(
        member_id=id,
        mobile=_opened(club, "mobile", id, row.mobile),
        email=_opened(club, "email", id, row.email),
        national_id=_opened(club, "national_id", id, row.national_id),
        address=_opened(club, "address", id, row.address),
        notes=_opened(club, "notes", id, row.notes),
    )


def members_mobiles(club: ClubInfo, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the mobile numbers (E.164) of those members who have one, for sending.

    A survivor without a number of their own is reached by that of a membership merged into theirs.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT asked.id, p.member_id, p.mobile
            FROM unnest(%s::uuid[]) AS asked(id)
            JOIN members_person p ON p.club_id = %s AND p.mobile IS NOT NULL AND (p.member_id = asked.id
              OR p.member_id IN (SELECT s.member_id FROM members_state s WHERE s.merged_into = asked.id))
            ORDER BY p.member_id = asked.id, p.member_id DESC
            """,
            [list(ids), club.id],
        )
        return {id: _opened(club, "mobile", owner, sealed) for id, owner, sealed in cursor.fetchall()}


def member_resolve(club: ClubInfo, kind: IdentifierKind, value: str) -> UUID | None:
    """Return whose identifier it is, the surviving member after a merge, or None.

    A value that cannot be one raises its kind's refusal (``mobile_invalid`` …).
    """
    one = normalised(kind, value)
    return members_resolve_bulk(club, kind, [one]).get(one)


def members_resolve_bulk(
    club: ClubInfo, kind: IdentifierKind, values: Iterable[str], *, as_named: bool = False
) -> dict[str, UUID]:
    """Resolve many *normalised* identifiers with one query; unknown ones are left out.

    ``as_named`` gives the membership an identifier belongs to, also where another one stands for it.
    """
    digests = {digest(club.id, kind, value): value for value in values}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT i.digest, CASE WHEN %s THEN s.member_id ELSE coalesce(s.merged_into, s.member_id) END
            FROM members_identifier i JOIN members_state s ON s.member_id = i.member_id
            WHERE i.club_id = %s AND i.kind = %s AND i.digest = ANY(%s)
            """,
            [as_named, club.id, kind, list(digests)],
        )
        return {digests[bytes(found)]: member_id for found, member_id in cursor.fetchall()}


def member_root(club: ClubInfo, id: UUID) -> UUID:
    """Return the member an id stands for now: itself, or the one it was merged into."""
    return member_get(club, id).merged_into or id


def alias_set(club: ClubInfo, id: UUID) -> list[UUID]:
    """Return every id under which this member's rows may stand, its present one first."""
    return alias_sets(club, [id]).get(id, [id])


def alias_sets(club: ClubInfo, ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Return the alias set of each id with one query; an id of no member of the club is left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT asked.member_id, root.id, alias.member_id
            FROM members_state asked
            CROSS JOIN LATERAL (SELECT coalesce(asked.merged_into, asked.member_id) AS id) root
            LEFT JOIN members_state alias ON alias.merged_into = root.id AND alias.club_id = asked.club_id
            WHERE asked.club_id = %s AND asked.member_id = ANY(%s)
            ORDER BY alias.member_id
            """,
            [club.id, list(ids)],
        )
        sets: dict[UUID, list[UUID]] = {}
        for asked, root, alias in cursor.fetchall():
            found = sets.setdefault(asked, [root])
            if alias is not None:
                found.append(alias)
        return sets


def member_qr_token(club: ClubInfo, id: UUID, now: datetime) -> str:
    """Return what the member's rotating QR code says in this minute."""
    return qr.token(club.id, id, now)


def member_by_qr(club: ClubInfo, text: str, now: datetime) -> MemberInfo:
    """Return the member whose rotating QR was scanned; raises ``qr_invalid`` or ``qr_expired`` (422)."""
    member = member_get(club, qr.member_of(club.id, text, now))
    return member_get(club, member.merged_into) if member.merged_into else member


def rows(where: str, club: ClubInfo, params: Sequence[Any], tail: str = "") -> list[MemberInfo]:
    """Read members of the club where an SQL condition of this room's own holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS} FROM {TABLES} WHERE m.club_id = %s AND {where} {tail}", [club.id, *params]
        )
        return [_member(club, row) for row in cursor.fetchall()]


def _member(club: ClubInfo, row: tuple[Any, ...]) -> MemberInfo:
    number = _opened(club, "mobile", row[0], row[9])
    return MemberInfo(
        id=row[0],
        club_id=row[1],
        number=row[2],
        first_name=row[3],
        last_name=row[4],
        nickname=row[5],
        status=row[6],
        kind=row[7],
        merged_into=row[8],
        mobile_masked=mobile.mask(number) if number else "",
        city=row[10],
        gender=row[11],
        birth_date=row[12],
        favourite_branch_id=row[13],
        source=row[14],
        channel=row[15],
        branch_id=row[16],
        staff_id=row[17],
        tags=tuple(row[18]),
        attributes=row[19] if isinstance(row[19], dict) else json.loads(row[19]),
        locale=row[20],
        referrer_id=row[21],
        external_id=row[22],
        enrolled_at=row[23],
        erased_at=row[24],
    )


def _opened(club: ClubInfo, column: str, id: UUID, sealed: bytes | memoryview | None) -> str:
    if sealed is None:
        return ""
    return secrets.decrypt(club.id, "members_person", column, id, bytes(sealed))

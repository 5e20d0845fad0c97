"""Reads of activities: what was told before, lists, one activity and its returns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from bashgah.activities import compact
from bashgah.activities.compact import KIND_CODES, KINDS
from bashgah.activities.types import (
    ActivityFilters,
    ActivityInfo,
    AnonymousInfo,
    BoughtInfo,
    ReturnableLine,
    SpentInfo,
)
from bashgah.clubs.types import ClubInfo
from bashgah.engine.returns import bought_of
from bashgah.ground.actors import actor_of
from bashgah.ground.batch import cursor
from bashgah.kit.pages import Page, id_of
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members.selectors import alias_set

COLUMNS = """
    id, member_id, kind, type, source, reference, occurred_at, recorded_at, business_date, branch, channel,
    gross, net, program, actor_kind, actor_id, about_id, fact, outcome
"""
PAGE_MOST = 200

BRANCHES = "SELECT member_id, id, branch FROM activities_activity WHERE club_id = %(club)s"
"""Where each of a club's activities happened, for a statement of another room."""


def activity_get(club: ClubInfo, id: UUID) -> ActivityInfo:
    """Return a settled fact of the club, or raise ``activity_not_found`` (404)."""
    with cursor() as cur:
        row = cur.execute(
            f"SELECT {COLUMNS} FROM activities_activity WHERE club_id = %s AND id = %s", [club.id, id]
        ).fetchone()
    if row is None:
        raise no_activity()
    return info_of(row)


def no_activity() -> Refusal:
    """Refuse an id that is no settled fact of the club."""
    return Refusal("activity_not_found", Phrase(_("There is no such activity.")), status=404)


def activity_find(club: ClubInfo, source: str, reference: str) -> ActivityInfo | None:
    """Return the member's fact that was told under this reference, or None."""
    with cursor() as cur:
        row = cur.execute(
            """
            SELECT activity_id FROM activities_reference
            WHERE club_id = %s AND source = %s AND reference = %s AND member_id IS NOT NULL
            """,
            [club.id, source, reference],
        ).fetchone()
    return activity_get(club, row[0]) if row else None


def activity_list(
    club: ClubInfo, filters: ActivityFilters | None = None, *, cursor: str | None = None, limit: int = 50
) -> Page[ActivityInfo]:
    """Return the club's settled facts, newest first; ``filters`` narrow them."""
    wanted = filters or ActivityFilters()
    where, params = ["club_id = %s", "id < %s"], [club.id, _before(cursor)]
    for column, value in (("branch", wanted.branch), ("source", wanted.source)):
        if value:
            where.append(f"{column} = %s")
            params.append(value)
    if wanted.kind:
        where.append("kind = %s")
        params.append(KIND_CODES.get(wanted.kind, -1))
    if wanted.member_id:
        where.append("member_id = ANY(%s)")
        params.append(alias_set(club, wanted.member_id))
    if wanted.since:
        where.append("occurred_at >= %s")
        params.append(wanted.since)
    if wanted.until:
        where.append("occurred_at < %s")
        params.append(wanted.until)
    size = min(limit, PAGE_MOST)
    with _reader() as cur:
        rows = cur.execute(
            f"""
            SELECT {COLUMNS} FROM activities_activity
            WHERE {" AND ".join(where)} ORDER BY id DESC LIMIT %s
            """,
            [*params, size + 1],
        ).fetchall()
    return _page([info_of(row) for row in rows[:size]], len(rows) > size)


def member_activities(
    club: ClubInfo, member_id: UUID, *, cursor: str | None = None, limit: int = 50
) -> Page[ActivityInfo]:
    """Return a member's settled facts, newest first, those of merged members included."""
    return activity_list(club, ActivityFilters(member_id=member_id), cursor=cursor, limit=limit)


def member_was_at(club: ClubInfo, member_id: UUID, branches: Sequence[str]) -> bool:
    """Say whether anything of this member, merged ones included, was recorded in one of these branches."""
    with cursor() as cur:
        row = cur.execute(
            """
            SELECT EXISTS (SELECT FROM activities_activity
                           WHERE member_id = ANY(%s) AND club_id = %s AND branch = ANY(%s))
            """,
            [alias_set(club, member_id), club.id, list(branches)],
        ).fetchone()
    return bool(row and row[0])


def activity_span(
    club: ClubInfo, member_id: UUID
) -> tuple[datetime | None, datetime | None, datetime | None]:
    """Return when a member's own facts began, the last purchase that is left and the last fact of all."""
    with cursor() as cur:
        row = cur.execute(
            """
            SELECT min(a.occurred_at),
                   max(a.occurred_at) FILTER (WHERE a.kind = %s AND r.id IS NULL), max(a.occurred_at)
            FROM activities_activity a
            LEFT JOIN activities_activity r
              ON r.member_id = a.member_id AND r.about_id = a.id AND r.kind = %s AND r.type = 'whole'
            WHERE a.member_id = %s AND a.club_id = %s
            """,
            [KIND_CODES["purchase"], KIND_CODES["return"], member_id, club.id],
        ).fetchone()
    return row or (None, None, None)


def purchase_lines(club: ClubInfo, id: UUID) -> list[ReturnableLine]:
    """Return a purchase's lines with what may still come back, for the till's return screen."""
    info = activity_get(club, id)
    if info.kind != "purchase":
        raise purchase_not_found()
    with cursor() as cur:
        back = dict(
            cur.execute(
                "SELECT line_no, returned FROM activities_returned WHERE member_id = %s AND purchase_id = %s",
                [info.member_id, id],
            ).fetchall()
        )
    by_no = {line.no: line for line in info.fact.lines}
    return [
        ReturnableLine(
            no,
            by_no[no].name if no in by_no else "",
            by_no[no].sku if no in by_no else "",
            bought,
            back.get(no, 0),
            by_no[no].net if no in by_no else info.fact.net,
        )
        for no, bought in bought_of(info.fact).items()
    ]


def returns_of(club: ClubInfo, member_id: UUID, purchase_id: UUID) -> list[ActivityInfo]:
    """Return what came back of a purchase, newest first."""
    with _reader() as cur:
        rows = cur.execute(
            f"""
            SELECT {COLUMNS} FROM activities_activity
            WHERE club_id = %s AND member_id = %s AND about_id = %s AND kind = %s ORDER BY id DESC
            """,
            [club.id, member_id, purchase_id, KIND_CODES["return"]],
        ).fetchall()
    return [info_of(row) for row in rows]


def purchases_of(club: ClubInfo, source: str, member_ids: Sequence[UUID]) -> list[BoughtInfo]:
    """Return the purchases of these members that one source told, oldest first, with their returns."""
    with _reader() as cur:
        rows = cur.execute(
            """
            SELECT id, member_id, reference, occurred_at, fact FROM activities_activity
            WHERE club_id = %s AND member_id = ANY(%s) AND kind = %s AND source = %s ORDER BY occurred_at, id
            """,
            [club.id, list(member_ids), KIND_CODES["purchase"], source],
        ).fetchall()
        back: dict[UUID, list[tuple[str, str, tuple[tuple[int, int], ...]]]] = {}
        for about, told_by, reference, packed in cur.execute(
            """
            SELECT about_id, source, reference, fact FROM activities_activity
            WHERE club_id = %s AND member_id = ANY(%s) AND kind = %s ORDER BY id
            """,
            [club.id, list(member_ids), KIND_CODES["return"]],
        ).fetchall():
            lines = tuple((line.no, line.quantity) for line in compact.fact_unpack(packed).lines)
            back.setdefault(about, []).append((told_by, reference, lines))
    return [
        BoughtInfo(member, reference, at, compact.fact_unpack(packed).lines, tuple(back.get(id_, ())))
        for id_, member, reference, at, packed in rows
    ]


def spent_list(club: ClubInfo, member_id: UUID, purchase_id: UUID) -> list[SpentInfo]:
    """Return what a purchase was paid with, and how much of it went back."""
    with _reader() as cur:
        rows = cur.execute(
            """
            SELECT kind, unit, amount, returned, ref_id, owner_id FROM activities_spent
            WHERE club_id = %s AND member_id = %s AND purchase_id = %s ORDER BY no
            """,
            [club.id, member_id, purchase_id],
        ).fetchall()
    return [SpentInfo(PAYMENT_KINDS[kind], *rest) for kind, *rest in rows]


PAYMENT_KINDS = {1: "units", 2: "coupon", 3: "redemption"}


def anonymous_list(
    club: ClubInfo, *, cursor: str | None = None, limit: int = 50, unclaimed: bool = False
) -> Page[AnonymousInfo]:
    """Return purchases nobody showed a card for, newest first."""
    size = min(limit, PAGE_MOST)
    with _reader() as cur:
        rows = cur.execute(
            f"""
            SELECT {ANONYMOUS_COLUMNS} FROM activities_anonymous
            WHERE club_id = %s AND id < %s AND (NOT %s OR claimed_at IS NULL) ORDER BY id DESC LIMIT %s
            """,
            [club.id, _before(cursor), unclaimed, size + 1],
        ).fetchall()
    return _page([_anonymous(row) for row in rows[:size]], len(rows) > size)


def anonymous_get(club: ClubInfo, id: UUID) -> AnonymousInfo:
    """Return an anonymous purchase, or raise ``purchase_not_found`` (404)."""
    with cursor() as cur:
        row = cur.execute(
            f"SELECT {ANONYMOUS_COLUMNS} FROM activities_anonymous WHERE club_id = %s AND id = %s",
            [club.id, id],
        ).fetchone()
    if row is None:
        raise purchase_not_found()
    return _anonymous(row)


def anonymous_seek(club: ClubInfo, source: str, reference: str) -> AnonymousInfo | None:
    """Return the anonymous purchase told under this reference, or None."""
    try:
        return anonymous_find(club, source, reference)
    except Refusal:
        return None


def anonymous_find(club: ClubInfo, source: str, reference: str) -> AnonymousInfo:
    """Return the anonymous purchase told under this reference, or raise ``purchase_not_found`` (404)."""
    with cursor() as cur:
        row = cur.execute(
            f"""
            SELECT {ANONYMOUS_COLUMNS} FROM activities_anonymous WHERE club_id = %s AND id = (
                SELECT activity_id FROM activities_reference
                WHERE club_id = %s AND source = %s AND reference = %s AND member_id IS NULL)
            """,
            [club.id, club.id, source, reference],
        ).fetchone()
    if row is None:
        raise purchase_not_found()
    return _anonymous(row)


def purchase_not_found() -> Refusal:
    """Return the refusal of a purchase that is not there."""
    return Refusal(
        "purchase_not_found", Phrase(_("There is no such purchase.")), status=404, field="/purchase"
    )


ANONYMOUS_COLUMNS = """
    id, source, reference, occurred_at, recorded_at, business_date, branch, channel, gross, net, fact,
    claimed_at, claimed_by
"""
_reader = cursor


def info_of(row: Sequence[Any]) -> ActivityInfo:
    """Make an activity of its columns (``COLUMNS``)."""
    (id_, member, kind, type_, source, reference, occurred, recorded, day, branch, channel, gross, net,
     program, actor_kind, actor_id, about, packed, outcome) = row  # fmt: skip
    fact, stored = compact.fact_unpack(packed), compact.outcome_unpack(outcome)
    actor = actor_of(actor_kind, actor_id)
    return ActivityInfo(
        id=id_,
        member_id=member,
        kind=KINDS[kind],
        type=type_ or KINDS[kind],
        source=source,
        reference=reference,
        occurred_at=occurred,
        recorded_at=recorded,
        business_date=day,
        branch=branch,
        channel=channel,
        gross=gross,
        net=net,
        program=program,
        actor_kind=actor.kind,
        actor_id=actor_id,
        about_id=about,
        fact=fact,
        credits=tuple(credit.line for credit in stored.credits),
        grants=stored.grants,
        balances=stored.balances,
        moves=stored.moves,
        given_back=stored.given_back,
        coupons_back=stored.coupons_back,
        coupons=stored.coupons,
    )


def _anonymous(row: Sequence[Any]) -> AnonymousInfo:
    *columns, packed, claimed_at, claimed_by = row
    return AnonymousInfo(*columns, compact.fact_unpack(packed), claimed_at, claimed_by)


def _page(rows: list[Any], more: bool) -> Page[Any]:
    return Page(rows, rows[-1].id.hex if more else None)


def _before(text: str | None) -> UUID:
    if text is None:
        return UUID(int=(1 << 128) - 1)
    return id_of(text)

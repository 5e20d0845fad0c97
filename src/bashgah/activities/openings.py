"""Opening balances: what members already had elsewhere, brought along as lots with their own expiry."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, cast
from uuid import UUID

import msgspec
from django.db import IntegrityError, transaction
from msgspec import Meta

from bashgah.activities import drafts
from bashgah.activities.drafts import Draft
from bashgah.activities.invoices import placed
from bashgah.activities.running import WALLET_KINDS
from bashgah.activities.tables import OPENING
from bashgah.activities.types import Form, Instant, Intake, Key, MemberRef, ReferenceText, Source
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram
from bashgah.ground import ids
from bashgah.ground.actors import actor_columns
from bashgah.ground.audit import audit_post
from bashgah.ground.batch import RowSet, cursor, read, write
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger import reading
from bashgah.ledger.book import Book
from bashgah.ledger.states import Origin
from bashgah.ledger.tables import Rows
from bashgah.ledger.types import Cause
from bashgah.members.services import members_lock
from bashgah.programs.selectors import program_in_force

OPENINGS_MOST = 1000
TRIES = 3


class OpeningIn(Form):
    """Units a member had elsewhere. ``expires_at`` is the instant from which they are gone.

    Without it the wallet's own terms count from the day of the opening, unless ``never_expires``.
    """

    source: Source
    reference: ReferenceText
    member: MemberRef
    wallet: Key
    amount: Annotated[int, Meta(ge=1, le=10**15)]
    expires_at: Instant | None = None
    never_expires: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """The answer to an opening that stands; ``repeated`` when it stood before."""

    source: str
    reference: str
    member_id: UUID
    posting_id: UUID
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class NotOpened:
    """The answer to an opening that was declined; its reference is free."""

    source: str
    reference: str
    refusal: Refusal


Answer = Opened | NotOpened


def openings_post(batch: Sequence[OpeningIn], *, club: ClubInfo, actor: Actor, now: datetime) -> list[Answer]:
    """Give each member what they had, as one lot an opening; return the answers in their order.

    One transaction, at most ``OPENINGS_MOST`` together. The same reference with the same body answers as
    before and moves nothing, with another body it is ``reference_reused`` (409). Declined one by one:
    unknown members, wallets the program has not (``wallet_unknown``, 422) or whose units only qualify
    (``wallet_not_openable``, 422), and units that expired already (``opening_expired``, 422).
    """
    for tries_left in range(TRIES, 0, -1):
        try:
            with transaction.atomic():
                return _posted(batch, club, actor, now)
        except IntegrityError:  # somebody else told one of the references a moment ago: look again
            if tries_left == 1:
                raise
    raise AssertionError("unreachable")


def _posted(batch: Sequence[OpeningIn], club: ClubInfo, actor: Actor, now: datetime) -> list[Answer]:
    made = [Draft(cast(Intake, one), _body(one), "custom") for one in batch]
    drafts.members_resolved(club, made, now)
    locked = members_lock(club, {draft.member_id for draft in made if draft.member_id is not None})
    told = _told(club, batch)
    compiled = program_in_force(club, now)
    books = _books(club, {id_ for id_ in locked if not locked[id_].merged_into}, now)
    kind, actor_id = actor_columns(actor)
    rows: list[tuple[object, ...]] = []
    answers: list[Answer] = []
    for one, draft in zip(batch, made, strict=True):
        key = (one.source, one.reference)
        if key in told:
            body, opened = told[key]
            answers.append(replace(opened, repeated=True) if body == draft.body else _reused(one))
            continue
        try:
            book = books.get(draft.member_id) if draft.member_id is not None else None
            if book is None:
                raise draft.refusal or drafts.nobody()
            origin = _origin(club, now, kind, actor_id)
            posting_id = _credited(book, compiled, club, one, origin)
        except Refusal as refusal:
            answers.append(NotOpened(*key, refusal))
            continue
        rows.append((club.id, book.member_id, posting_id, *key, draft.body))
        opened = Opened(*key, book.member_id, posting_id)
        told[key] = draft.body, opened
        answers.append(opened)
    if rows:
        _write(club, books, rows)
        details = {"openings": len(rows), "sources": sorted({one.source for one in batch})}
        audit_post(club_id=club.id, actor=actor, action="points.opened", details=details, now=now)
    return answers


def _books(club: ClubInfo, member_ids: set[UUID], now: datetime) -> dict[UUID, Book]:
    date_of = reading.local_date(club.timezone)
    with cursor() as cur:
        found = read(cur, sorted(member_ids), (reading.WALLETS,), {}) if member_ids else {}
        books = {id_: reading.book_of(id_, club.id, wallets, date_of) for id_, (wallets,) in found.items()}
        reading.lots_load(cur, books.values())
    for book in books.values():
        book.dues(now)
    return books


def _credited(book: Book, compiled: CompiledProgram, club: ClubInfo, one: OpeningIn, origin: Origin) -> UUID:
    wallet = compiled.wallets.get(one.wallet)
    if wallet is None:
        raise _refusal("wallet_unknown", _("The program has no such wallet."), "/wallet")
    if wallet.kind == "status":
        raise _refusal(
            "wallet_not_openable",
            _("Qualifying points come from what members did: bring those purchases along instead."),
            "/wallet",
        )
    clock, local_at = compiled.clocks[one.wallet], placed(club, "", origin.recorded_at)[1]
    expires_at = one.expires_at
    if expires_at is None and not one.never_expires:
        expires_at = clock.usable(local_at)[1]
    if expires_at is not None and expires_at <= origin.recorded_at:
        raise _refusal("opening_expired", _("These units have expired already."), "/expires_at")
    posting_id = book.credit(
        origin, unit=one.wallet, kind=WALLET_KINDS[wallet.kind], amount=one.amount, expires_at=expires_at
    )
    lapses_at = clock.inactive_at(local_at)
    if lapses_at is not None and book.wallet(one.wallet).lapses_at is None:
        book.keep_alive(one.wallet, lapses_at)
    return posting_id


def _origin(club: ClubInfo, now: datetime, actor_kind: int, actor_id: UUID | None) -> Origin:
    entry_id = ids.fresh()
    return Origin(
        id=entry_id,
        cause=Cause.OPENING,
        cause_id=entry_id,
        occurred_at=now,
        recorded_at=now,
        business_date=reading.local_date(club.timezone)(now),
        actor_kind=actor_kind,
        actor_id=actor_id,
    )


def _told(club: ClubInfo, batch: Sequence[OpeningIn]) -> dict[tuple[str, str], tuple[bytes, Opened]]:
    """Return what stands under these references; read under the members' lock."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT o.source, o.reference, o.member_id, o.posting_id, o.body
            FROM unnest(%s::text[], %s::text[]) asked(source, reference)
            JOIN activities_opening o
              ON o.club_id = %s AND o.source = asked.source AND o.reference = asked.reference
            """,
            [[one.source for one in batch], [one.reference for one in batch], club.id],
        ).fetchall()
    return {
        (source, reference): (bytes(body), Opened(source, reference, member_id, posting_id))
        for source, reference, member_id, posting_id, body in rows
    }


def _write(club: ClubInfo, books: dict[UUID, Book], openings: list[tuple[object, ...]]) -> None:
    points = Rows()
    for book in books.values():
        book.rows_into(points)
    with cursor() as cur:
        write(cur, [RowSet(OPENING, sorted(openings, key=lambda row: row[3:5])), *points.rowsets()])  # type: ignore[type-var]


def _body(one: OpeningIn) -> bytes:
    return hashlib.sha256(_canonical.encode(one)).digest()


_canonical = msgspec.json.Encoder(order="sorted")


def _reused(one: OpeningIn) -> NotOpened:
    return NotOpened(
        one.source,
        one.reference,
        Refusal(
            "reference_reused",
            Phrase(_("This reference was used before for something else.")),
            field="/reference",
        ),
    )


def _refusal(code: str, msgid: str, at: str) -> Refusal:
    return Refusal(code, Phrase(msgid), status=422, field=at)

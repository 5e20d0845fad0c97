"""The ledger's side of a merge and of its undo: everything of one member under another, and back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger import between
from bashgah.ledger.selectors import holds_open
from bashgah.ledger.types import Cause
from bashgah.members.types import LockedMember


def books_merge(
    *,
    club: ClubInfo,
    merge_id: UUID,
    survivor: LockedMember,
    merged: LockedMember,
    actor: Actor,
    now: datetime,
) -> None:
    """Move all units of one locked member to another, lot by lot with their dates, debts included.

    Refuses ``holds_open`` (409) while units of the merged member are on hold: they are promised to somebody.
    """
    holds_refuse(club, merged)
    books = between.books_open(club, (survivor, merged), now)
    origin = between.origin_of(club, Cause.MERGE, merge_id, merge_id, actor, "", now)
    between.everything_pass(books[merged.id], books[survivor.id], origin)
    between.books_keep(books.values())


def holds_refuse(club: ClubInfo, merged: LockedMember) -> None:
    """Refuse with ``holds_open`` (409) while units of the member are on hold."""
    if holds_open(club, merged.id):
        raise Refusal(
            "holds_open",
            Phrase(_("Points of the membership to be merged are on hold. Finish or release them first.")),
        )


def books_part(
    *,
    club: ClubInfo,
    merge_id: UUID,
    undo_id: UUID,
    survivor: LockedMember,
    merged: LockedMember,
    made_at: datetime,
    actor: Actor,
    now: datetime,
) -> None:
    """Undo a merge: everything that was brought along returns to the lots it lay in.

    What the survivor paid meanwhile for returns of the merged member's purchases (entries of the same cause,
    under the merged member's id) is undone too: it is the merged member's to pay.
    Points spent since then were the survivor's to spend: they pay for them with their other points, and owe
    what those lack. The survivor's holds stay as they are. What comes back lapses no sooner than the
    survivor's units: nobody loses points by the undo itself.
    """
    books = between.books_open(club, (survivor, merged), now)
    between.lapse_follow(books[merged.id], books[survivor.id])
    origin = between.origin_of(club, Cause.MERGE, undo_id, merge_id, actor, "", now)
    entries = {
        id_: between.entries_read(id_, Cause.MERGE, (merge_id, merged.id), merge_id, made_at)
        for id_ in (survivor.id, merged.id)
    }
    between.passed_back(
        books,
        origin,
        {id_: between.passed_read(id_, found) for id_, found in entries.items()},
        {id_: between.credited_read(id_, found) for id_, found in entries.items()},
    )
    between.books_keep(books.values())

"""Returns of purchases nobody showed a card for: they count in sales, and follow a claimed purchase."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from msgspec import structs

from bashgah.activities.compact import fact_unpack
from bashgah.activities.returning import Goods, bought_of
from bashgah.activities.selectors import purchase_not_found
from bashgah.activities.types import PurchaseRef, ReturnableLine, ReturnIn, ReturnLineIn
from bashgah.clubs.types import ClubInfo
from bashgah.engine.facts import Fact
from bashgah.ground.batch import cursor
from bashgah.kit.ids import public

if TYPE_CHECKING:
    from bashgah.activities.recording import Batch

CLAIM = "claim"


@dataclass(frozen=True, slots=True)
class NamelessReturn:
    """Goods of an anonymous purchase that came back."""

    id: UUID
    purchase_id: UUID
    source: str
    reference: str
    occurred_at: datetime
    recorded_at: datetime
    business_date: date
    branch: str
    channel: str
    fact: Fact


COLUMNS = "id, purchase_id, source, reference, occurred_at, recorded_at, business_date, branch, channel, fact"


def claimed_lock(club: ClubInfo, ids: Iterable[UUID]) -> dict[UUID, tuple[UUID, UUID] | None]:
    """Lock anonymous purchases; say whose each is by now: (activity, member) of its claim, or None.

    The lock keeps a claim waiting until what comes back is written, so that the claim sees it.
    """
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT id, claim_id, claimed_by FROM activities_anonymous
            WHERE club_id = %s AND id = ANY(%s) ORDER BY id FOR UPDATE
            """,
            [club.id, sorted(ids)],
        ).fetchall()
    return {id_: (claim, member) if claim is not None else None for id_, claim, member in rows}


def goods_read(club: ClubInfo, ids: Iterable[UUID]) -> dict[UUID, Goods]:
    """Read anonymous purchases with what came back of them; they must be locked."""
    wanted = list(ids)
    if not wanted:
        return {}
    with cursor() as cur:
        facts = {
            id_: fact_unpack(packed)
            for id_, packed in cur.execute(
                "SELECT id, fact FROM activities_anonymous WHERE club_id = %s AND id = ANY(%s)",
                [club.id, wanted],
            ).fetchall()
        }
        back: dict[UUID, dict[int, int]] = {}
        for purchase_id, line_no, returned in cur.execute(
            """
            SELECT purchase_id, line_no, returned FROM activities_anonymousreturned
            WHERE club_id = %s AND purchase_id = ANY(%s)
            """,
            [club.id, wanted],
        ).fetchall():
            back.setdefault(purchase_id, {})[line_no] = returned
    return {
        id_: Goods(id=id_, fact=fact, bought=bought_of(fact), returned=back.get(id_, {}), touched=set())
        for id_, fact in facts.items()
    }


def anonymous_lines(club: ClubInfo, id: UUID) -> list[ReturnableLine]:
    """Return an anonymous purchase's lines with what may still come back, for the till's return screen."""
    goods = goods_read(club, [id]).get(id)
    if goods is None:
        raise purchase_not_found()
    by_no = {line.no: line for line in goods.fact.lines}
    return [
        ReturnableLine(
            no,
            by_no[no].name if no in by_no else "",
            by_no[no].sku if no in by_no else "",
            bought,
            goods.returned.get(no, 0),
            by_no[no].net if no in by_no else goods.fact.net,
        )
        for no, bought in goods.bought.items()
    ]


def return_find(club: ClubInfo, id: UUID) -> NamelessReturn | None:
    """Return one return of an anonymous purchase, or None."""
    found = _returns(club, "id", id)
    return found[0] if found else None


def returns_of(club: ClubInfo, purchase_id: UUID) -> list[NamelessReturn]:
    """Return what came back of an anonymous purchase, in order."""
    return _returns(club, "purchase_id", purchase_id)


def claimed_again(back: NamelessReturn, activity_id: UUID) -> ReturnIn:
    """Say a return of an anonymous purchase as one of the activity that claimed it."""
    by_lines = tuple(ReturnLineIn(no=line.no, quantity=line.quantity) for line in back.fact.lines)
    told = ReturnIn(
        source=CLAIM,
        reference=public("activity", back.id),
        occurred_at=back.occurred_at,
        purchase=PurchaseRef(activity=public("activity", activity_id)),
        lines=by_lines,
        branch=back.branch,
        channel=back.channel,
    )
    return told if by_lines else structs.replace(told, amount=max(1, back.fact.net))


def _returns(club: ClubInfo, column: str, id: UUID) -> list[NamelessReturn]:
    with cursor() as cur:
        rows = cur.execute(
            f"""
            SELECT {COLUMNS} FROM activities_anonymousreturn
            WHERE club_id = %s AND {column} = %s ORDER BY id
            """,
            [club.id, id],
        ).fetchall()
    return [NamelessReturn(*row[:-1], fact_unpack(row[-1])) for row in rows]


def claims_write(cur: psycopg.Cursor[Any], batch: Batch) -> None:
    """Mark claimed purchases; one that was claimed meanwhile fails the batch's reference before this."""
    for anonymous_id, member_id, activity_id in batch.claims:
        cur.execute(
            """
            UPDATE activities_anonymous SET claimed_at = %s, claimed_by = %s, claim_id = %s
            WHERE club_id = %s AND id = %s AND claimed_at IS NULL
            """,
            [batch.now, member_id, activity_id, batch.club.id, anonymous_id],
        )

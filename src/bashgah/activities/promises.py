"""Quotes as they are kept: what a cart was promised, until when, and which purchase took it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from msgspec import structs

from bashgah.activities.compact import fact_pack, fact_unpack
from bashgah.activities.couponed import CouponOff, parts_by_line
from bashgah.clubs.types import ClubInfo
from bashgah.engine.facts import Fact, Line
from bashgah.engine.promotions.quotes import Parts, Quote
from bashgah.ground import ids
from bashgah.ground.batch import cursor
from bashgah.kit.ids import parse, public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

VALID_FOR = timedelta(minutes=30)
"""How long a promise holds; prices and stock of most shops do not change within it."""
KEPT_FOR = timedelta(days=1)
"""How long after that an unused quote can still be told from one that never was."""


class Promised(msgspec.Struct, frozen=True, array_like=True):
    """What a quote promises beside prices: units that pay, of which wallet, and units to be earned.

    With ``pool`` the units are those of the shared account that the member is in.
    ``coupons`` are those it uses up, by id (``cpn_…``), with what each takes off which line.
    """

    wallet: str = ""
    units: int = 0
    earns: dict[str, int] = {}
    coupons: tuple[tuple[str, Parts], ...] = ()
    pool: bool = False


@dataclass(slots=True)
class Promise:
    """A quote that a purchase names; ``taken_by`` is read again under the lock.

    A quote that was taken keeps no fact: the purchase has it.
    """

    id: UUID
    member_id: UUID
    made_at: datetime
    valid_until: datetime
    program: int
    fact: Fact | None
    promised: Promised
    taken_by: UUID | None

    @property
    def is_nameless(self) -> bool:
        """Say whether it was made for a cart without a member."""
        return self.member_id == self.id


def promise_write(
    *,
    club: ClubInfo,
    member_id: UUID | None,
    quote: Quote,
    coupons: Sequence[CouponOff] = (),
    program: int,
    pool: bool = False,
    now: datetime,
) -> tuple[UUID, datetime]:
    """Keep a quote; return its id and until when it holds: never longer than the coupons it uses up."""
    ends = [off.coupon.expires_at for off in coupons if off.coupon.expires_at is not None]
    id_, until = ids.fresh(), min(now + VALID_FOR, *ends) if ends else now + VALID_FOR
    payment = quote.payment
    promised = Promised(
        wallet=payment.wallet if payment and payment.chosen else "",
        units=payment.chosen if payment else 0,
        earns=earned(quote),
        coupons=tuple((public("coupon", off.coupon.id), off.lines) for off in coupons),
        pool=pool,
    )
    with cursor() as cur:
        cur.execute(
            """
            INSERT INTO activities_quote
                (made_at, valid_until, program, member_id, id, club_id, fact, promise)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [
                now,
                until,
                program,
                member_id or id_,
                id_,
                club.id,
                fact_pack(quote.fact),
                msgspec.msgpack.encode(promised),
            ],
        )
    return id_, until


def earned(quote: Quote) -> dict[str, int]:
    """Return the units by wallet that a quote says the purchase would earn."""
    units: dict[str, int] = {}
    for credit in quote.decision.credits:
        units[credit.wallet] = units.get(credit.wallet, 0) + credit.amount
    return units


def promises_read(club: ClubInfo, quote_ids: Sequence[UUID]) -> dict[UUID, Promise]:
    """Return these quotes of the club, whoever's they are."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT id, member_id, made_at, valid_until, program, fact, promise, activity_id
            FROM activities_quote WHERE club_id = %s AND id = ANY(%s)
            """,
            [club.id, list(quote_ids)],
        ).fetchall()
    return {row[0]: _promise(*row) for row in rows}


def _promise(*row: Any) -> Promise:
    *names, fact, promised, taken_by = row
    if taken_by is not None:
        return Promise(*names, None, Promised(), taken_by)
    return Promise(*names, fact_unpack(fact), _decode(bytes(promised)), None)


def promises_lock(cur: psycopg.Cursor[Any], promises: Iterable[Promise]) -> None:
    """Lock quotes until the transaction ends and read again who took them, after their members.

    Members' quotes are safe under the members' lock; a stranger's has nothing else to wait at.
    """
    by_id = {promise.id: promise for promise in promises}
    owners = [promise.member_id for promise in by_id.values()]
    rows = cur.execute(
        """
        SELECT id, activity_id FROM activities_quote
        WHERE member_id = ANY(%s) AND id = ANY(%s) ORDER BY id FOR UPDATE
        """,
        [owners, list(by_id)],
    ).fetchall()
    for id_, taken_by in rows:
        by_id[id_].taken_by = taken_by


def promises_close(
    cur: psycopg.Cursor[Any], promises: Iterable[Promise], kept: Mapping[UUID, UUID], now: datetime
) -> None:
    """Write down which purchases took which quotes; what was promised stands in the purchase from now on.

    Only the parts of coupons stay: a purchase has no place for who took what off it, but for promotions.
    """
    taken = [promise for promise in promises if promise.id in kept]
    cur.execute(
        """
        UPDATE activities_quote q
        SET committed_at = %s, activity_id = r.activity_id, fact = '', promise = r.coupons
        FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::bytea[]) r(member_id, id, activity_id, coupons)
        WHERE q.member_id = r.member_id AND q.id = r.id AND q.activity_id IS NULL
        """,
        [
            now,
            [p.member_id for p in taken],
            [p.id for p in taken],
            [kept[p.id] for p in taken],
            [_coupons_kept(p.promised) for p in taken],
        ],
    )


def coupons_promised(club: ClubInfo, purchase_ids: Sequence[UUID]) -> dict[UUID, dict[UUID, int]]:
    """Return by purchase what the coupons of the quote it took were promised to take off."""
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT activity_id, promise FROM activities_quote
            WHERE club_id = %s AND activity_id = ANY(%s) AND promise <> ''
            """,
            [club.id, list(purchase_ids)],
        ).fetchall()
    return {id_: promised_amounts(_decode(bytes(kept)).coupons) for id_, kept in rows}


def promised_amounts(coupons: Iterable[tuple[str, Parts]]) -> dict[UUID, int]:
    """Add up what each coupon of a quote takes off, all lines together."""
    return {parse("coupon", name): sum(part for _no, part in lines) for name, lines in coupons}


def _coupons_kept(promised: Promised) -> bytes:
    return msgspec.msgpack.encode(Promised(coupons=promised.coupons)) if promised.coupons else b""


def program_promised(club: ClubInfo, purchase_id: UUID) -> int | None:
    """Return the version by which a purchase was quoted, also one claimed since; None without a quote."""
    with cursor() as cur:
        row = cur.execute(
            """
            SELECT q.program FROM activities_quote q WHERE q.club_id = %(club)s AND q.activity_id = ANY(
                SELECT %(id)s::uuid UNION ALL
                SELECT about_id FROM activities_activity WHERE club_id = %(club)s AND id = %(id)s)
            """,
            {"club": club.id, "id": purchase_id},
        ).fetchone()
    return row[0] if row else None


def quote_taken(club: ClubInfo, activity_id: UUID) -> UUID | None:
    """Return the quote that a purchase took, if it took one."""
    with cursor() as cur:
        row = cur.execute(
            "SELECT id FROM activities_quote WHERE club_id = %s AND activity_id = %s",
            [club.id, activity_id],
        ).fetchone()
    return row[0] if row else None


def quotes_sweep(now: datetime) -> int:
    """Remove quotes that nobody took and nobody can take any more; return how many."""
    with cursor() as cur:
        return cur.execute(
            "DELETE FROM activities_quote WHERE activity_id IS NULL AND valid_until < %s", [now - KEPT_FOR]
        ).rowcount


def agreed(fact: Fact, coupons: Sequence[tuple[str, Parts]], told: Fact) -> Fact:
    """Return a promised purchase with what is told of it, if both say the same.

    Refuses ``quote_cart_changed`` (409) for another cart, ``quote_price_mismatch`` (409) for the same cart at
    prices of neither the shop nor the quote.
    """
    _same_cart(fact, told)
    _same_prices(fact, coupons, told)
    methods = told.payment_methods or fact.payment_methods
    return structs.replace(
        fact,
        occurred_at=told.occurred_at,
        local_at=told.local_at,
        payment_methods=methods,
        coupons=tuple(dict.fromkeys((*fact.coupons, *told.coupons))),
    )


def _same_cart(fact: Fact, told: Fact) -> None:
    same = (
        [_goods(line) for line in fact.lines] == [_goods(line) for line in told.lines]
        and fact.gross == told.gross
        and fact.tax == told.tax
        and fact.branch == told.branch
        and fact.channel == told.channel
        and set(told.payment_methods) <= set(fact.payment_methods or told.payment_methods)
    )
    if not same:
        raise Refusal(
            "quote_cart_changed",
            Phrase(_("This is not the cart that the quote was made for. Ask for a new quote.")),
            field="/quote",
        )


def _same_prices(fact: Fact, coupons: Sequence[tuple[str, Parts]], told: Fact) -> None:
    """Take the shop's own prices or the promised ones, all lines alike."""
    taken = [discount.lines for discount in fact.promotions]
    parts = parts_by_line([*taken, *(lines for _name, lines in coupons)])
    shipping_off = sum(discount.shipping for discount in fact.promotions)
    promised = ([line.discount for line in fact.lines], fact.discount, fact.shipping)
    before = (
        [line.discount - parts.get(line.no, 0) for line in fact.lines],
        fact.discount - sum(parts.values()),
        fact.shipping + shipping_off,
    )
    said = ([line.discount for line in told.lines], told.discount, told.shipping)
    if said not in (promised, before):
        raise Refusal(
            "quote_price_mismatch",
            Phrase(_("The prices of this purchase are not those of the quote.")),
            extra={"discount": fact.discount, "shipping": fact.shipping},
            field="/quote",
        )


def _goods(line: Line) -> tuple[object, ...]:
    return line.no, line.sku, line.category, line.brand, line.quantity, line.gross, line.tax


def quote_used() -> Refusal:
    """Return the refusal of a quote that another purchase took."""
    return Refusal("quote_used", Phrase(_("Another purchase used this quote already.")), field="/quote")


def quote_not_found() -> Refusal:
    """Return the refusal of a quote that is not there (any more)."""
    return Refusal(
        "quote_not_found",
        Phrase(_("There is no such quote; it may be long expired.")),
        status=404,
        field="/quote",
    )


_decode = msgspec.msgpack.Decoder(Promised).decode

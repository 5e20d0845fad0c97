"""News between rooms: written in the transaction it tells of, delivered by the worker, heard at least once.

A handler's writes and the end of its delivery are one transaction, so what it writes to the database happens
once; only what it does outside may be repeated, under the same event id.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import structlog
from django.db import connection, transaction

from bashgah.ground import batch, ids
from bashgah.ground.types import News, StuckDelivery

TRIES_MOST = 12
RELAY_LOCK = 0x6261736867_01
FIRST_WAIT_SECONDS = 5
LONGEST_WAIT_SECONDS = 24 * 3600
ERROR_LENGTH = 500

NEWS = batch.Table(
    "ground_news",
    (
        ("id", "uuid"),
        ("club_id", "uuid"),
        ("kind", "text"),
        ("member_id", "uuid"),
        ("payload", "text"),
        ("at", "timestamptz"),
    ),
    same=frozenset({"club_id", "at"}),
    alike=(frozenset({"kind"}),),
)

log = structlog.get_logger("bashgah.outbox")


NewsRow = tuple[UUID, UUID, str, UUID | None, str, datetime]


@dataclass(frozen=True, slots=True)
class Handler:
    """A function that hears some kinds of news."""

    key: str
    kinds: tuple[str, ...]
    call: Callable[..., None]
    most: int
    ordered: bool


_handlers: dict[str, Handler] = {}


def hears(*kinds: str, together: int = 0, ordered: bool = False) -> Callable[[Any], Any]:
    """Enlist the function as a handler of these kinds of news.

    It is called as ``handler(news)`` inside a transaction of its own, and may be called again for the same
    news if that transaction failed. With ``together=N`` it is called as ``handler([news, …])`` with at most N
    at a time, for rollups. With ``ordered=True`` a member's news reaches it in the order it was written: a
    later one waits while an earlier one still fails.
    """

    def enlist(function: Callable[..., None]) -> Callable[..., None]:
        room = function.__module__.removeprefix("bashgah.").removesuffix(".handlers")
        key = f"{room}.{function.__name__}"
        if key in _handlers and _handlers[key].call is not function:
            raise RuntimeError(f"two handlers are called {key}")
        _handlers[key] = Handler(key=key, kinds=kinds, call=function, most=together, ordered=ordered)
        return function

    return enlist


def handlers() -> Mapping[str, Handler]:
    """Every handler that enlisted, by key."""
    return dict(_handlers)


def payload_text(payload: Mapping[str, Any]) -> str:
    """The payload as compact JSON; dates, ids and decimals become text."""
    return msgspec.json.encode(payload).decode()


def news_row(
    *, club_id: UUID, kind: str, member_id: UUID | None, payload: Mapping[str, Any], now: datetime
) -> NewsRow:
    """Make the row of one piece of news for ``batch.RowSet(outbox.NEWS, rows)``.

    Payloads carry ids and figures, never personal data. ``now`` is when it is written, not when the fact
    happened.
    """
    return ids.fresh(), club_id, kind, member_id, payload_text(payload), now


def news_post(
    *, club_id: UUID, kind: str, member_id: UUID | None, payload: Mapping[str, Any], now: datetime
) -> UUID:
    """Write one piece of news in the caller's transaction and return its id."""
    row = news_row(club_id=club_id, kind=kind, member_id=member_id, payload=payload, now=now)
    with batch.cursor() as cursor:
        batch.write(cursor, [batch.RowSet(NEWS, [row])])
    return row[0]


def relay_once(limit: int = 1000) -> int:
    """Turn waiting news into one delivery per handler that hears it; return how many pieces were moved.

    One statement takes the news away and writes its deliveries, so a kill loses and doubles nothing. Only one
    relay works at a time: order per member would not survive two.
    """
    pairs = [(kind, handler) for handler in _handlers.values() for kind in handler.kinds]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [RELAY_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            """
            WITH taken AS (
              DELETE FROM ground_news WHERE id IN (
                SELECT id FROM ground_news ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
              RETURNING id, club_id, kind, member_id, payload, at),
            written AS (
              INSERT INTO ground_delivery (event_id, handler, ordered, club_id, kind, member_id, payload,
                                           at, tries, next_try_at, is_stuck, error)
              SELECT taken.id, ears.handler, ears.ordered, taken.club_id, taken.kind, taken.member_id,
                     taken.payload::jsonb, taken.at, 0, taken.at, false, ''
              FROM taken
              JOIN unnest(%s::text[], %s::text[], %s::boolean[]) AS ears (kind, handler, ordered)
                ON ears.kind = taken.kind OR ears.kind = '*')
            SELECT count(*) FROM taken
            """,
            [
                limit,
                [kind for kind, _ in pairs],
                [handler.key for _, handler in pairs],
                [handler.ordered for _, handler in pairs],
            ],
        )
        return int(cursor.fetchone()[0])


def handlers_due(now: datetime) -> list[str]:
    """Return the keys of the handlers for which deliveries are due."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT ear FROM unnest(%s::text[]) ear WHERE EXISTS (
                SELECT FROM ground_delivery d
                WHERE d.handler = ear AND NOT d.is_stuck AND d.next_try_at <= %s)
            """,
            [list(_handlers), now],
        )
        return [row[0] for row in cursor.fetchall()]


def deliveries_run(*, limit: int = 200, now: datetime, handler: str | None = None) -> int:
    """Hand due deliveries to their handlers, each in a transaction of its own; return how many were tried.

    With ``handler`` only that one's, so that a slow handler can be given a thread of its own. A failing
    handler keeps its delivery with a later time and blocks nobody else's; after the last try the delivery is
    set aside (``deliveries_stuck``).
    """
    done = 0
    while done < limit:
        tried = _run_next(limit - done, handler, now)
        if not tried:
            break
        done += tried
    return done


def _run_next(room: int, key: str | None, now: datetime) -> int:
    with transaction.atomic():
        whose: tuple[str, Any] = ("handler = %s", key) if key else ("handler = ANY(%s)", list(_handlers))
        first = _claim(whose[0], [whose[1]], 1, now)
        if not first:
            return 0
        handler = _handlers[first[0][0]]
        rows = first
        if handler.most > 1 and room > 1:
            rows = first + _claim(
                "handler = %s AND event_id <> %s",
                [handler.key, first[0][1].id],
                min(handler.most, room) - 1,
                now,
            )
        news = sorted((row[1] for row in rows), key=lambda item: item.id)
        error = _call(handler, news if handler.most else news[0])
        if error is None:
            _delivered(handler, news)
            return len(news)
        if len(news) == 1:
            _postpone(handler, news[0], tries=rows[0][2], error=error, now=now)
            return 1
    return _one_by_one(handler, [item.id for item in news], now)


def _one_by_one(handler: Handler, event_ids: Iterable[UUID], now: datetime) -> int:
    """A company that failed together is tried singly, so that the culprit alone is put off."""
    tried = 0
    for event_id in event_ids:
        with transaction.atomic():
            rows = _claim("handler = %s AND event_id = %s", [handler.key, event_id], 1, now)
            if not rows:
                continue
            _, news, tries = rows[0]
            error = _call(handler, [news])
            if error is None:
                _delivered(handler, [news])
            else:
                _postpone(handler, news, tries=tries, error=error, now=now)
            tried += 1
    return max(tried, 1)


def _claim(where: str, params: list[Any], limit: int, now: datetime) -> list[tuple[str, News, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT handler, event_id, club_id, kind, member_id, payload, at, tries
            FROM ground_delivery d
            WHERE {where} AND NOT is_stuck AND next_try_at <= %s
              AND NOT (ordered AND EXISTS (
                SELECT FROM ground_delivery earlier
                WHERE earlier.handler = d.handler AND earlier.member_id = d.member_id
                  AND earlier.event_id < d.event_id AND earlier.ordered))
            ORDER BY next_try_at, event_id LIMIT %s FOR UPDATE SKIP LOCKED
            """,
            [*params, now, limit],
        )
        return [
            (handler, News(event_id, club_id, kind, member_id, _decoded(payload), at, now), tries)
            for handler, event_id, club_id, kind, member_id, payload, at, tries in cursor.fetchall()
        ]


def _decoded(payload: Any) -> Mapping[str, Any]:
    return json.loads(payload) if isinstance(payload, str) else payload


def _call(handler: Handler, argument: Any) -> Exception | None:
    """Call the handler inside a savepoint and return what it raised; whatever it wrote goes with it."""
    try:
        with transaction.atomic():
            handler.call(argument)
    except Exception as error:  # the handler belongs to another room: whatever it raises is kept and shown
        log.warning("delivery.failed", handler=handler.key, exc_info=True)
        return error
    return None


def _delivered(handler: Handler, news: Sequence[News]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM ground_delivery WHERE handler = %s AND event_id = ANY(%s)",
            [handler.key, [item.id for item in news]],
        )


def _postpone(handler: Handler, news: News, *, tries: int, error: Exception, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE ground_delivery SET tries = %s, next_try_at = %s, is_stuck = %s, error = %s
            WHERE event_id = %s AND handler = %s
            """,
            [
                tries + 1,
                now + wait_before(tries + 1, news.id, handler.key),
                tries + 1 >= TRIES_MOST,
                f"{type(error).__name__}: {error}".replace("\x00", "")[:ERROR_LENGTH],
                news.id,
                handler.key,
            ],
        )


def wait_before(tries: int, event_id: UUID, handler: str) -> timedelta:
    """How long to wait after so many failures: doubling, at most a day, spread by a share of the id."""
    whole = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (tries - 1))
    share = hashlib.sha256(event_id.bytes + handler.encode()).digest()[0] / 255
    return timedelta(seconds=whole * (0.5 + share / 2))


def deliveries_stuck(*, club_id: UUID | None = None, limit: int = 100) -> list[StuckDelivery]:
    """Deliveries that were set aside, of one club or of all, oldest first.

    ``behind`` counts the member's later news that waits for an ordered one to be heard.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT d.event_id, d.handler, d.club_id, d.kind, d.member_id, d.tries, d.error, d.at,
                   CASE WHEN d.ordered THEN (
                     SELECT count(*) FROM ground_delivery later
                     WHERE later.ordered AND later.handler = d.handler AND later.member_id = d.member_id
                       AND later.event_id > d.event_id) ELSE 0 END
            FROM ground_delivery d
            WHERE d.is_stuck AND (%s::uuid IS NULL OR d.club_id = %s) ORDER BY d.event_id LIMIT %s
            """,
            [club_id, club_id, limit],
        )
        return [StuckDelivery(*row) for row in cursor.fetchall()]


def errors_forget(member_ids: Sequence[UUID]) -> None:
    """Empty what handlers said as they failed over news of these members: it may quote anything."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ground_delivery SET error = '' WHERE member_id = ANY(%s) AND error <> ''",
            [list(member_ids)],
        )


def delivery_retry(event_id: UUID, *, handler: str, club_id: UUID | None = None, now: datetime) -> bool:
    """Give a delivery that was set aside all its tries again; false if there is none (of that club)."""
    return bool(
        _retry(
            "event_id = %s AND handler = %s AND (%s::uuid IS NULL OR club_id = %s)",
            [event_id, handler, club_id, club_id],
            now,
        )
    )


def deliveries_retry(*, club_id: UUID, now: datetime) -> int:
    """Give every delivery of the club that was set aside all its tries again; return how many."""
    return _retry("club_id = %s", [club_id], now)


def _retry(where: str, params: list[Any], now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE ground_delivery SET is_stuck = false, tries = 0, next_try_at = %s
            WHERE is_stuck AND {where}
            """,
            [now, *params],
        )
        return int(cursor.rowcount)


@dataclass(frozen=True, slots=True)
class Backlog:
    """How far the worker is behind."""

    news: int
    deliveries: int
    stuck: int
    oldest_at: datetime | None


def backlog(club_id: UUID | None = None) -> Backlog:
    """Count what waits, of one club or of all, for pages, health and alarms."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH news AS (SELECT at FROM ground_news WHERE %(club)s::uuid IS NULL OR club_id = %(club)s),
                 sent AS (SELECT at, is_stuck FROM ground_delivery
                          WHERE %(club)s::uuid IS NULL OR club_id = %(club)s)
            SELECT (SELECT count(*) FROM news),
                   (SELECT count(*) FROM sent WHERE NOT is_stuck),
                   (SELECT count(*) FROM sent WHERE is_stuck),
                   least((SELECT min(at) FROM news), (SELECT min(at) FROM sent WHERE NOT is_stuck))
            """,
            {"club": club_id},
        )
        return Backlog(*cursor.fetchone())


def unheard_since(club_id: UUID, handler: str) -> datetime | None:
    """Return the time of the oldest news of a club that a handler has yet to hear; none where all is heard.

    News the relay has not handed out yet may be for any handler, so it counts for each; so does news that was
    set aside.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT least(
                (SELECT min(at) FROM ground_news WHERE club_id = %(club)s),
                (SELECT min(at) FROM ground_delivery
                 WHERE club_id = %(club)s AND handler = %(handler)s)
            )
            """,
            {"club": club_id, "handler": handler},
        )
        since: datetime | None = cursor.fetchone()[0]
        return since

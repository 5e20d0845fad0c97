"""A worker's hand with handlers of every bad habit: failing, hanging, poisoned, telling the outside twice."""

from __future__ import annotations

import random
import time
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

KIND = "proof.told"
PEOPLE = 20
POISON_EVERY = 400
HANGS, HANGING_TRIES = 7, 3
DAYS_A_SECOND = 1.0
SPACE = UUID(int=11)


def person(number: int) -> UUID:
    """Return whose news the number is."""
    return uuid5(SPACE, str(number % PEOPLE))


def tell(count: int) -> None:
    """Write so many pieces of news, ten a transaction."""
    from django.db import transaction

    from bashgah.ground import clock
    from bashgah.ground.outbox import news_post

    for begin in range(0, count, 10):
        with transaction.atomic():
            for number in range(begin, min(begin + 10, count)):
                news_post(
                    club_id=SPACE,
                    kind=KIND,
                    member_id=person(number),
                    payload={"number": number},
                    now=clock.now(),
                )


def listen(folder: Path, begun: float, seed: int) -> None:
    """Relay and deliver until killed; a second is a day, so that waits for the next try go by."""
    from bashgah.ground import clock, outbox
    from bashgah.jobs.worker import Lanes

    start = clock.now()

    def now() -> datetime:
        return start + timedelta(days=(time.time() - begun) * DAYS_A_SECOND)

    _enlist(folder, random.Random(seed))
    lanes = Lanes(now)
    while True:
        outbox.relay_once(100)
        lanes.deliver()
        time.sleep(0.02)


def listen_carelessly(begun: Path) -> None:
    """Control: a relay as a careless hand writes it: it takes the news away, then tells the handlers."""
    import json

    from django.db import connection

    begun.touch()
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "DELETE FROM ground_news WHERE id IN (SELECT id FROM ground_news ORDER BY id LIMIT 10)"
                " RETURNING id, member_id, payload"
            )
            taken = cursor.fetchall()
            if not taken:
                return
            for event_id, member, payload in taken:
                number = (payload if isinstance(payload, dict) else json.loads(payload))["number"]
                cursor.execute(
                    "INSERT INTO chaos_heard (handler, event_id, number, member) VALUES (%s, %s, %s, %s)",
                    ["careless", event_id, number, member],
                )


def _enlist(folder: Path, rng: random.Random) -> None:
    from django.db import connection

    from bashgah.ground import outbox
    from bashgah.ground.outbox import hears
    from bashgah.ground.types import News

    outbox._handlers.clear()

    def keep(handler: str, news: News) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO chaos_heard (handler, event_id, number, member) VALUES (%s, %s, %s, %s)",
                [handler, news.id, news.payload["number"], news.member_id],
            )

    @hears(KIND)
    def steady(news: News) -> None:
        keep("steady", news)

    @hears(KIND)
    def shaky(news: News) -> None:
        keep("shaky", news)
        if rng.random() < 0.3:
            raise ConnectionError("the other side is away")

    @hears(KIND, ordered=True)
    def in_order(news: News) -> None:
        keep("in_order", news)
        if rng.random() < 0.1:
            raise ConnectionError("the other side is away")

    @hears(KIND)
    def poisoned(news: News) -> None:
        if news.payload["number"] % POISON_EVERY == 0:
            raise ValueError("no try will ever do")
        keep("poisoned", news)

    @hears(KIND)
    def hanging(news: News) -> None:
        tries = folder / "hung"
        if news.payload["number"] == HANGS:
            with tries.open("a") as file:
                file.write("x")
            if len(tries.read_text()) <= HANGING_TRIES:
                time.sleep(3600)
        keep("hanging", news)

    @hears(KIND)
    def outside(news: News) -> None:
        with (folder / "outside").open("a") as file:
            file.write(f"{news.id}\n")
        if rng.random() < 0.1:
            raise ConnectionError("it came, but the answer did not")
        keep("outside", news)

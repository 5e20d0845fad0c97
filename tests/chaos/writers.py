"""Hands that settle facts until told to stop, never giving up on one, and write down what they were told."""

from __future__ import annotations

import json
import os
import random
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID


def settle_until(
    stop: Path, log: Path, shop_file: Path, seed: int, threads: int, first: str, pause: float = 0.0
) -> None:
    """Settle facts with so many threads until the file ``stop`` exists.

    A try that ends in an error may or may not have been committed: the same fact is told again until it is
    answered. References begin with ``first``. ``pause`` is how long a writer rests between two facts.
    """
    with log.open("a", encoding="utf-8", buffering=1) as told:
        hands = [
            threading.Thread(
                target=_whole,
                args=(stop, told, shop_file, random.Random(f"{seed}-{first}-{n}"), f"{first}{n}", pause),
            )
            for n in range(threads)
        ]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()


def _whole(*given: Any) -> None:
    """Work; a thread that fails ends its process, so that nobody takes silence for success."""
    try:
        _one(*given)
    except BaseException:
        traceback.print_exc()
        os._exit(70)


def _one(stop: Path, told: TextIO, shop_file: Path, rng: random.Random, name: str, pause: float) -> None:
    import msgspec

    from bashgah.activities.types import Intake
    from bashgah.clubs.selectors import club_get
    from bashgah.ground import clock
    from bashgah.kit.refusals import Refusal
    from tests.chaos.shop import Shop, some_fact

    shop = Shop.read(shop_file)
    club = _insisting(lambda: club_get(UUID(shop.club)))
    bought: list[str] = []
    serial = 0
    while not stop.exists():
        serial += 1
        time.sleep(pause)
        fact = some_fact(rng, f"{name}-{serial}", shop, bought, clock.now())
        intake = msgspec.convert(fact, Intake)  # type: ignore[call-overload]
        try:
            answer = _insisting(partial(_tell, intake, club))
        except Refusal as refusal:
            # goods cannot come back twice, nor from a purchase that was lost (which the books will tell)
            if refusal.code not in {"return_exceeds", "purchase_not_found"}:
                raise
            continue
        moved: dict[str, int] = {}
        for credit in answer.credits:
            moved[credit.wallet] = moved.get(credit.wallet, 0) + credit.amount
        told.write(
            json.dumps(
                {
                    "reference": answer.reference,
                    "activity": str(answer.activity_id),
                    "member": str(answer.member_id),
                    "moved": moved,
                    "repeated": answer.repeated,
                }
            )
            + "\n"
        )


def _tell(intake: Any, club: Any) -> Any:
    from bashgah.activities.services import settle_one
    from bashgah.ground import clock
    from bashgah.ground.types import SYSTEM

    return settle_one(intake, club=club, actor=SYSTEM, now=clock.now())


def _insisting(act: Callable[[], Any]) -> Any:
    """Do it until the database answers: an answer that was lost is no answer."""
    import psycopg
    from django.db import Error, connection

    while True:
        try:
            return act()
        except (psycopg.Error, Error):
            connection.close()
            time.sleep(0.05)

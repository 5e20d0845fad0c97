"""Hands that spend one member's points: a hold, then its capture or its release."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

EACH = 10


def fill(member_id: UUID, lots: int, each: int) -> None:
    """Give the member so many lots, each expiring on another day."""
    from bashgah.ground import clock
    from bashgah.members.selectors import member_get
    from tests import cast

    club = _club()
    member = member_get(club, member_id)
    now = clock.now()
    for number in range(lots):
        cast.given(club, member, each, expires_at=now + timedelta(days=30 + number), now=now)


def spend(path: Path, member_id: UUID, threads: int, tries: int, seed: int, with_lock: bool) -> None:
    """Try to spend ``EACH`` so many times with so many threads; leave what became of it in a file."""
    counts: Counter[str] = Counter()
    shares = [tries // threads + (number < tries % threads) for number in range(threads)]
    failed: list[BaseException] = []

    def work(number: int) -> None:
        from django.db import connection

        rng = random.Random(f"{seed}-{path.name}-{number}")
        try:
            for place in range(shares[number]):
                counts[_try(member_id, rng, place < shares[number] // 3, with_lock)] += 1
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    working = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for thread in working:
        thread.start()
    for thread in working:
        thread.join()
    path.write_text(json.dumps(counts), encoding="utf-8")
    if failed:
        raise failed[0]


def _try(member_id: UUID, rng: random.Random, may_release: bool, with_lock: bool) -> str:
    import psycopg
    from django.db import Error, transaction

    from bashgah.ground import clock
    from bashgah.kit.refusals import Refusal
    from bashgah.ledger.services import hold_capture, hold_open, hold_release

    club, now = _club(), clock.now()
    try:
        with transaction.atomic():
            hold = hold_open(
                club=club,
                locked=_locked(club, member_id, with_lock),
                unit="points",
                amount=EACH,
                expires_at=now + timedelta(minutes=10),
                purpose="proof",
                now=now,
            )
    except Refusal as refusal:
        return "refused" if refusal.code == "points_short" else refusal.code
    except (Error, psycopg.Error):
        if with_lock:
            raise
        return "broken"
    end = hold_release if may_release and rng.random() < 0.3 else hold_capture
    try:
        with transaction.atomic():
            end(club=club, locked=_locked(club, member_id, with_lock), hold_id=hold.id, now=now)
    except (Error, psycopg.Error):
        if with_lock:
            raise
        return "broken"
    return "released" if end is hold_release else "captured"


def _locked(club: Any, member_id: UUID, with_lock: bool) -> Any:
    """Lock the member; or, for the control, only say so."""
    from bashgah.members.services import members_lock
    from bashgah.members.types import LockedMember

    if with_lock:
        return members_lock(club, [member_id])[member_id]
    return LockedMember(member_id, "active", None, "person")


def _club() -> Any:
    from bashgah.clubs.selectors import club_by_slug

    return club_by_slug("naderi")

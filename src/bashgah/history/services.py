"""Writes of the history room outside a settlement: the club's days, made anew."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from bashgah.clubs.types import ClubInfo
from bashgah.ground.batch import RowSet, cursor, write
from bashgah.history.tables import CLUB_DAY


def club_days_replace(*, club: ClubInfo, rows: Iterable[tuple[Any, ...]]) -> None:
    """Put these rows (columns of ``CLUB_DAY``) in place of all the club's days, at once.

    Run it while the worker's deliveries are at rest, or what they add meanwhile counts twice.
    """
    with transaction.atomic(), cursor() as cur:
        cur.execute("DELETE FROM history_clubday WHERE club_id = %s", [club.id])
        write(cur, [RowSet(CLUB_DAY, list(rows))])

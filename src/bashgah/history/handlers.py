"""Keeps the club's days: hears what was settled and adds it up, away from the settlement's path."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from bashgah.ground.batch import RowSet, cursor, write
from bashgah.ground.outbox import hears
from bashgah.ground.types import News
from bashgah.history.tables import CLUB_DAY

TOGETHER = 500
KINDS = (
    "purchase.settled",
    "purchase.anonymous",
    "return.settled",
    "return.anonymous",
    "visit.settled",
    "custom.settled",
)
Key = tuple[UUID, date, str, bool]


@hears(*KINDS, together=TOGETHER)
def on_settled(news: Sequence[News]) -> None:
    """Add facts to their days; delivered once each, because adding and hearing are one transaction.

    A claimed purchase was counted when it was anonymous: it moves to the members' side.
    """
    days: dict[Key, list[int]] = {}
    for item in news:
        told = item.payload
        key = (item.club_id, date.fromisoformat(told["day"]), told["branch"], item.member_id is None)
        counts = _counts(item)
        _add(days, key, counts)
        if item.kind == "purchase.settled" and "about" in told:
            _add(days, (*key[:3], True), [-counts[0], 0, 0, -counts[3], -counts[4], -counts[5], 0, 0, 0])
        if "claims" in told:
            _add(days, (*key[:3], True), [0, -counts[1], 0, 0, 0, 0, -counts[6], 0, 0])
    rows = [(*days[key], key[1], key[0], key[2], key[3]) for key in sorted(days)]
    with cursor() as cur:
        write(cur, [RowSet(CLUB_DAY, rows)])


def _counts(item: News) -> list[int]:
    """Return what one fact adds, in the columns' order of ``CLUB_DAY``."""
    told = item.payload
    gross, net = told["gross"], told["net"]
    earned = sum(credit["amount"] for credit in told["credits"] if credit["wallet"] in told["points"])
    issued, back = max(earned, 0), max(-earned, 0)
    if item.kind in ("return.settled", "return.anonymous"):
        return [0, 1, 0, 0, 0, 0, net, issued, back]
    if item.kind in ("visit.settled", "custom.settled"):
        return [0, 0, int(item.kind == "visit.settled"), 0, 0, 0, 0, issued, back]
    return [1, 0, 0, gross, net, gross - net, 0, issued, back]


def _add(days: dict[Key, list[int]], key: Key, counts: list[int]) -> None:
    kept = days.setdefault(key, [0] * len(counts))
    for place, count in enumerate(counts):
        kept[place] += count

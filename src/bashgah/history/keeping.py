"""A locked member's history in memory: what was read of it, and what the facts of a batch add to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from uuid import UUID

import msgspec

from bashgah.ground.arrays import instant
from bashgah.ground.batch import RowSet
from bashgah.history.tables import DAY, DAY_PLACED, SUMS, SUMS_PLACED, USED


class Tally(msgspec.Struct, gc=False):
    """Counted things; a tally read and a tally to be added are the same shape."""

    purchases: int = 0
    spend: int = 0
    visits: int = 0
    qualifying: int = 0
    gross: int = 0
    returns: int = 0

    def add(self, other: Tally) -> None:
        """Add every count of the other."""
        self.purchases += other.purchases
        self.spend += other.spend
        self.gross += other.gross
        if other.visits:
            self.visits += other.visits
        if other.qualifying:
            self.qualifying += other.qualifying
        if other.returns:
            self.returns += other.returns

    def measure(self, key: str) -> int:
        """Return what a ladder's measure counts."""
        return self.qualifying if key == "qualifying_points" else int(getattr(self, key))


class Past(msgspec.Struct):
    """What happened to one member, as far as rules ask: sums, days, used limits."""

    sums: Tally = msgspec.field(default_factory=Tally)
    days: dict[date, Tally] = {}
    used: dict[tuple[str, date], int] = {}
    last_purchase_at: datetime | None = None

    def measure(self, key: str, start: date, day: date) -> int:
        """Return a measure's value over the window from ``start`` to ``day``; both count.

        A window without a beginning is the lifetime, whatever order facts arrived in.
        """
        if start == date.min:
            return self.sums.measure(key)
        counted = 0
        for at, tally in self.days.items():
            if start <= at <= day:
                counted += tally.measure(key)
        return counted

    def record(self, day: date, at: datetime, counts: Tally) -> None:
        """Count a fact on its local day."""
        self.sums.add(counts)
        held = self.days.get(day)
        if held is None:
            held = self.days[day] = Tally()
        held.add(counts)
        if counts.purchases > 0 and (self.last_purchase_at is None or at > self.last_purchase_at):
            self.last_purchase_at = at

    def purchase_gone(self, at: datetime, zone: tzinfo | None) -> None:
        """Let the last purchase be on the last day with one left, once the last of all has come back.

        Only for a past that has all its days; noon stands for an instant that nobody asks for.
        """
        if self.last_purchase_at is None or at < self.last_purchase_at:
            return
        last = max((day for day, tally in self.days.items() if tally.purchases > 0), default=None)
        if last is None:
            self.last_purchase_at = None
        elif last != self.last_purchase_at.astimezone(zone).date():
            self.last_purchase_at = datetime.combine(last, time(12), zone)

    def use(self, limit: str, window_start: date, amount: int) -> None:
        """Count units against a limit's window."""
        key = (limit, window_start)
        self.used[key] = self.used.get(key, 0) + amount


class Book(Past, kw_only=True, gc=False):
    """One member's past as read under the lock, with what this batch adds.

    ``place`` and ``day_places`` say where the rows lie that were read under the lock in this transaction.
    """

    member_id: UUID
    club_id: UUID
    place: bytes | None = None
    day_places: dict[date, bytes] = {}
    is_moved_back: bool = False
    _added: Tally = msgspec.field(default_factory=Tally)
    _added_days: dict[date, Tally] = {}
    _added_used: dict[tuple[str, date], int] = {}
    _first_at: datetime | None = None
    _last_at: datetime | None = None
    _last_purchase_at: datetime | None = None

    def record(self, day: date, at: datetime, counts: Tally) -> None:
        """Count a fact on its local day."""
        Past.record(self, day, at, counts)
        self._added.add(counts)
        added = self._added_days.get(day)
        if added is None:
            added = self._added_days[day] = Tally()
        added.add(counts)
        if self._first_at is None or at < self._first_at:
            self._first_at = at
        if self._last_at is None or at > self._last_at:
            self._last_at = at
        if counts.purchases > 0 and (self._last_purchase_at is None or at > self._last_purchase_at):
            self._last_purchase_at = at

    def use(self, limit: str, window_start: date, amount: int) -> None:
        """Count units against a limit's window."""
        Past.use(self, limit, window_start, amount)
        key = (limit, window_start)
        self._added_used[key] = self._added_used.get(key, 0) + amount

    def last_purchase_is(self, stored: datetime | None) -> None:
        """Move the last purchase back to what is left: what is stored, or later one of this batch."""
        known = [at for at in (stored, self._last_purchase_at) if at is not None]
        self.last_purchase_at = max(known, default=None)
        self.is_moved_back = True

    def used_with(self, key: str, stored: Mapping[date, int]) -> dict[date, int]:
        """Return by window what counts against one limit: what is stored, with what this batch added."""
        used = dict(stored)
        for (limit, start), amount in self._added_used.items():
            if limit == key:
                used[start] = used.get(start, 0) + amount
        return used

    def days_with(self, stored: Mapping[date, Tally]) -> dict[date, Tally]:
        """Return all of a member's days: those stored, and on them what this batch added."""
        days: dict[date, Tally] = {}
        for part in (stored, self._added_days):
            for day, tally in part.items():
                days.setdefault(day, Tally()).add(tally)
        return days

    def rows_into(self, rows: Rows) -> None:
        """Add what this batch counted to the rows of a statement."""
        if self._last_at is None:
            return
        a = self._added
        times = _instants(self._first_at, self._last_purchase_at, self._last_at)
        sums = (a.spend, a.gross, a.qualifying, *times, a.purchases, a.visits, a.returns)
        if self.place is None:
            rows.sums.append((self.member_id, *sums, self.club_id))
        else:
            rows.sums_placed.append((self.place, *sums))
        for day, d in self._added_days.items():
            place = self.day_places.get(day)
            if place is None:
                rows.days.append(
                    (d.spend, d.qualifying, day, d.purchases, d.visits, self.member_id, self.club_id)
                )
            else:
                rows.days_placed.append((place, d.spend, d.qualifying, d.purchases, d.visits))
        for (limit, start), amount in self._added_used.items():
            rows.used.append((amount, start, self.member_id, self.club_id, limit))


def _instants(first: datetime | None, purchase: datetime | None, last: datetime | None) -> Instants:
    """Return three moments, which are one as a rule, as columns take them."""
    end = _instant(last)
    return (
        end if first is last else _instant(first),
        end if purchase is last else _instant(purchase),
        end,
    )


def _instant(at: datetime | None) -> int | None:
    return None if at is None else instant(at)


Instants = tuple[int | None, int | None, int | None]


@dataclass(slots=True)
class Rows:
    """Rows to be written together, in the columns' order of ``history.tables``."""

    sums: list[tuple[object, ...]] = field(default_factory=list)
    sums_placed: list[tuple[object, ...]] = field(default_factory=list)
    days: list[tuple[object, ...]] = field(default_factory=list)
    days_placed: list[tuple[object, ...]] = field(default_factory=list)
    used: list[tuple[object, ...]] = field(default_factory=list)

    def rowsets(self) -> list[RowSet]:
        """Return the row sets for ``ground.batch.write``."""
        return [
            RowSet(SUMS, self.sums),
            RowSet(SUMS_PLACED, self.sums_placed),
            RowSet(DAY, self.days),
            RowSet(DAY_PLACED, self.days_placed),
            RowSet(USED, self.used),
        ]

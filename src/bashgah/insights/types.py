"""What the insights room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Period:
    """A month of the club's calendar, half open, and how much of it has passed.

    ``until`` is the month's end; ``seen_until`` the last day that can have figures, plus one. The period
    before is
    cut at the same length, so that half a month is compared with half a month.
    """

    since: date
    until: date
    seen_until: date
    before_since: date
    before_until: date

    @property
    def is_running(self) -> bool:
        """Whether days of it are still to come."""
        return self.seen_until < self.until


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure in the period and in the one before; None where it cannot be said."""

    now: float | None
    before: float | None


@dataclass(frozen=True, slots=True)
class SalesDay:
    """One day's sales after returns, to members and to others, in the currency's smallest unit."""

    day: date
    members: int
    others: int
    member_purchases: int
    other_purchases: int


@dataclass(frozen=True, slots=True)
class SalesKpis:
    """What branches sold in one month, net of returns; ``purchases`` counts members' alone."""

    period: Period
    member_sales: Measured
    member_share: Measured
    average_basket: Measured
    purchases: Measured
    days: tuple[SalesDay, ...]


@dataclass(frozen=True, slots=True)
class HomeKpis:
    """The first figures of a club for one month; sales are of now, the others of ``as_of``."""

    period: Period
    as_of: datetime
    members: Measured
    active_members: Measured
    member_sales: Measured
    member_share: Measured
    average_basket: Measured
    repeat_purchase: Measured
    redemption_rate: Measured
    days: tuple[SalesDay, ...]

"""Where a member stands on a ladder: rising at once, falling only at a period's end, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

import msgspec

from bashgah.engine.document import Ladder, Tier
from bashgah.engine.states import Standing
from bashgah.engine.windows import measure_start
from bashgah.kit.jalali import Calendar, add_months, year_bounds

UNREACHED = 10**18
PERIODS_MOST = 100
"""How many ended periods one review judges for one ladder: more years than any club has."""


class Distance(msgspec.Struct, frozen=True):
    """What is missing to rise, and to keep what one has.

    ``next_tier`` is empty on the highest tier. ``keep_missing`` is 0 when the tier is safe; ``keep_until`` is
    the first day on which it could be lost, None when it cannot be.
    """

    tier: str
    next_tier: str
    missing: int
    keep_missing: int
    keep_until: date | None


def multiplier_permille(tier: Tier) -> int:
    """Return a tier's multiplier in thousandths; without a multiplier benefit it is 1000."""
    return next((benefit.permille for benefit in tier.benefits if benefit.kind == "multiplier"), 1000)


def tier_in_force(ladder: Ladder, standing: Standing | None) -> str:
    """Return the tier that counts: the standing's, or the lowest for who has none or one no longer there."""
    return ladder.tiers[max(_rank(ladder, standing), 0)].key


def reached(ladder: Ladder, value: int) -> int:
    """Return the place of the highest tier whose threshold the value reaches; the first always is."""
    rank = 0
    for i, tier in enumerate(ladder.tiers):
        if value >= tier.threshold:
            rank = i
    return rank


def next_values(ladder: Ladder) -> dict[str, int]:
    """Return for each tier the least value at which a fact could change a standing on it.

    That is the threshold above it; on a calendar-year ladder its own: reaching it again keeps it longer.
    """
    beyond = max(tier.threshold for tier in ladder.tiers) + UNREACHED
    thresholds = [*(tier.threshold for tier in ladder.tiers), beyond]
    own = 0 if ladder.window == "calendar_year" else 1
    return {tier.key: thresholds[i + own] for i, tier in enumerate(ladder.tiers)}


def standing_after(
    ladder: Ladder, value: int, standing: Standing | None, day: date, calendar: Calendar
) -> Standing:
    """Return the standing once the measure has this value: a rise is immediate, a fall never happens here.

    Reaching a tier (for a calendar-year ladder also reaching it again in a new year) keeps it until the
    period that begins now has ended. Falls are ``standing_reviewed``'s.
    """
    before = standing or Standing()
    rank, now = reached(ladder, value), _rank(ladder, standing)
    if rank > now:
        return Standing(ladder.tiers[rank].key, day, _keep_until(ladder, day, calendar), before.granted_until)
    if rank == now and ladder.window == "calendar_year" and before.kept_until is not None:
        until = _keep_until(ladder, day, calendar)
        if until is not None and until > before.kept_until:
            return Standing(before.tier, before.since, until, before.granted_until)
    return before


def standing_reviewed(
    ladder: Ladder, value: int, standing: Standing, day: date, calendar: Calendar
) -> Standing:
    """Return the standing after a period's end; before that day, or where tiers never fall, it is unchanged.

    ``value`` is the measure over ``review_window``. Who still reaches the tier keeps it for another period;
    who does not falls to the tier reached, but never below a tier kept for life, nor before a grant ends.
    """
    now = _rank(ladder, standing)
    if ladder.downgrade == "never" or now <= 0 or not _due(standing, day):
        return standing
    until = _keep_until(ladder, day, calendar)
    rank = reached(ladder, value)
    if rank >= now:
        tier = ladder.tiers[rank]
        return Standing(tier.key, standing.since if rank == now else day, until)
    rank = max(rank, _kept_for_life(ladder, now))
    if rank == now:
        return Standing(standing.tier, standing.since)
    return Standing(ladder.tiers[rank].key, day, until if rank else None)


def reviews(
    ladder: Ladder,
    standing: Standing,
    today: date,
    calendar: Calendar,
    measured: Callable[[date, date], int],
) -> Iterator[tuple[Standing, Standing, int]]:
    """Judge every period of a standing that ended by today, in order: (before, after, value) of each change.

    ``measured`` gives the ladder's measure over a half-open window.
    """
    for _period in range(PERIODS_MOST):
        day = standing.kept_until
        if day is None or day > today:
            return
        value = measured(*review_window(ladder, day, calendar))
        after = standing_reviewed(ladder, value, standing, day, calendar)
        if after == standing:
            return
        yield standing, after, value
        standing = after


def better_standing(ladder: Ladder, one: Standing | None, other: Standing | None) -> Standing | None:
    """Return the higher of two standings; on the same tier what is kept longer of each."""
    if one is None or other is None:
        return one or other
    first, second = _rank(ladder, one), _rank(ladder, other)
    if first != second:
        return one if first > second else other
    # no date means that the tier cannot be lost
    until = (
        None if one.kept_until is None or other.kept_until is None else max(one.kept_until, other.kept_until)
    )
    granted = max(filter(None, (one.granted_until, other.granted_until)), default=None)
    since = min(filter(None, (one.since, other.since)), default=None)
    return Standing(one.tier, since, until, granted)


def review_window(ladder: Ladder, day: date, calendar: Calendar) -> tuple[date, date]:
    """Return the half-open window over which a tier is judged on ``day``: the period that has just ended.

    On a rolling ladder it is what the ladder counts on that day, so the day of the rise a period ago is out:
    what lifted a member keeps them up for one period, not for two.
    """
    if ladder.window == "rolling_12m":
        return measure_start(ladder.window, day, calendar), day
    last = date.fromordinal(day.toordinal() - 1)
    return measure_start(ladder.window, last, calendar), day


Measured = Callable[[date, date], int]
"""A ladder's measure over a half-open window of local days."""


def standing_replayed(  # noqa: PLR0917 one way through the days
    ladder: Ladder, base: Standing, days: Iterable[date], until: date, measured: Measured, calendar: Calendar
) -> Standing:
    """Return where a member would stand on ``until``, from ``base`` before the first of these days.

    Each day rises as its facts would have made it, each period that ends on the way is reviewed in its turn.
    """
    standing = base
    for day in sorted(days):
        standing = _reviewed_by(ladder, standing, day, measured, calendar)
        start = measure_start(ladder.window, day, calendar)
        value = measured(start, date.fromordinal(day.toordinal() + 1))
        standing = standing_after(ladder, value, standing, day, calendar)
    return _reviewed_by(ladder, standing, until, measured, calendar)


def standing_fallen(ladder: Ladder, standing: Standing, replayed: Standing, day: date) -> Standing:
    """Return the standing once what lifted a member was undone; ``replayed`` is the one without it.

    Never higher than before, never below a tier kept for life, and unchanged while a grant holds.
    """
    now, rank = _rank(ladder, standing), max(_rank(ladder, replayed), 0)
    if rank >= now or (standing.granted_until is not None and day < standing.granted_until):
        return standing
    floor = _kept_for_life(ladder, now)
    if floor >= now:
        return standing
    if floor > rank:
        return Standing(ladder.tiers[floor].key, day, None, standing.granted_until)
    return Standing(ladder.tiers[rank].key, replayed.since, replayed.kept_until, standing.granted_until)


def distance(ladder: Ladder, value: int, standing: Standing | None, kept_by: int | None = None) -> Distance:
    """Return what is missing to the next tier and to keep the present one.

    ``kept_by`` is what already counts for the coming review (``review_window``), where that is not ``value``.
    """
    rank = max(_rank(ladder, standing), 0)
    tier = ladder.tiers[rank]
    above = ladder.tiers[rank + 1] if rank + 1 < len(ladder.tiers) else None
    safe = ladder.downgrade == "never" or rank <= _kept_for_life(ladder, rank) or standing is None
    until = None if safe or standing is None else standing.kept_until
    return Distance(
        tier.key,
        above.key if above else "",
        max(0, above.threshold - value) if above else 0,
        0 if until is None else max(0, tier.threshold - (value if kept_by is None else kept_by)),
        until,
    )


def _reviewed_by(
    ladder: Ladder, standing: Standing, day: date, measured: Measured, calendar: Calendar
) -> Standing:
    """Review each period that ended by a day, in order."""
    for _before, after, _value in reviews(ladder, standing, day, calendar, measured):
        standing = after
    return standing


def _rank(ladder: Ladder, standing: Standing | None) -> int:
    if standing is None:
        return -1
    return next((i for i, tier in enumerate(ladder.tiers) if tier.key == standing.tier), -1)


def _kept_for_life(ladder: Ladder, rank: int) -> int:
    return max((i for i, tier in enumerate(ladder.tiers[: rank + 1]) if tier.kept_for_life), default=0)


def _due(standing: Standing, day: date) -> bool:
    granted = standing.granted_until is not None and day < standing.granted_until
    return not granted and standing.kept_until is not None and day >= standing.kept_until


def _keep_until(ladder: Ladder, day: date, calendar: Calendar) -> date | None:
    """Return the first day on which a tier reached on ``day`` could be lost.

    Twelve months later for a rolling window; the end of the next calendar year for a calendar year, since
    what was reached in one year is enjoyed through the next.
    """
    if ladder.downgrade == "never" or ladder.window == "lifetime":
        return None
    if ladder.window == "rolling_12m":
        return add_months(day, 12, calendar)
    return year_bounds(year_bounds(day, calendar)[1], calendar)[1]

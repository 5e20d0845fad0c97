"""What of a program runs on which day: rules, promotions and occasions, by their schedules alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bashgah.clubs.types import ClubInfo
from bashgah.engine.document import BothTexts, Occasion, Program, Schedule
from bashgah.engine.occasions import falls_on
from bashgah.ground.batch import cursor

RunKind = Literal["rule", "promotion"]
RUNNING = ("shadow", "pilot", "live")


@dataclass(frozen=True, slots=True)
class Runs:
    """One rule or promotion and the days of the asked ones on which it runs; ``is_always`` on all of them."""

    kind: RunKind
    key: str
    name: BothTexts
    stage: str
    days: frozenset[date]
    is_always: bool


def runs_of(program: Program, first: date, last: date, zone: str) -> tuple[Runs, ...]:
    """Return what runs between two days, both counted; what runs on none of them is left out."""
    occasions = {occasion.key: occasion for occasion in program.occasions}
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    found = []
    parts: list[tuple[RunKind, tuple[object, ...]]] = [
        ("rule", program.rules),
        ("promotion", program.promotions),
    ]
    for kind, things in parts:
        for each in things:
            if each.stage not in RUNNING:  # type: ignore[attr-defined]
                continue
            schedule: Schedule = each.schedule  # type: ignore[attr-defined]
            on = frozenset(day for day in days if runs_on(schedule, occasions, day, zone))
            if on:
                is_always = schedule == Schedule()
                found.append(Runs(kind, each.key, each.name, each.stage, on, is_always))  # type: ignore[attr-defined]
    return tuple(found)


def runs_on(schedule: Schedule, occasions: dict[str, Occasion], day: date, zone: str) -> bool:
    """Say whether a schedule holds at some hour of a day."""
    begin = datetime.combine(day, time(), ZoneInfo(zone))
    end = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
    if schedule.starts_at is not None and schedule.starts_at >= end:
        return False
    if schedule.ends_at is not None and schedule.ends_at <= begin:
        return False
    # Saturday is 0
    if schedule.weekdays and (day.weekday() + 2) % 7 not in schedule.weekdays:
        return False
    named = [occasions[key] for key in schedule.occasions if key in occasions]
    if named and not any(falls_on(occasion, day) for occasion in named):
        return False
    return not any(falls_on(occasions[key], day) for key in schedule.not_on if key in occasions)


def budgets_taken(club: ClubInfo) -> dict[tuple[str, date], int]:
    """Return what was taken of budgets by (key, start of the window), all branches together."""
    with cursor() as cur:
        rows = cur.execute(
            "SELECT key, start, sum(spent) FROM programs_budget WHERE club_id = %s GROUP BY key, start",
            [club.id],
        ).fetchall()
    return {(key, start): int(spent) for key, start, spent in rows}

"""When and how often: the parts that rules, promotions and rewards say alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bashgah.engine import words
from bashgah.engine.criteria.saying import WEEKDAYS, either
from bashgah.engine.document import Limit, Occasion, Schedule
from bashgah.engine.sentences.marking import Voice
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _

PRIORITY_USUAL = 100

_TIMES = {
    "day": _("{most} times a day"),
    "week": _("{most} times a week"),
    "month": _("{most} times a month"),
    "year": _("{most} times a year"),
    "ever": _("{most} times in all"),
}
_ONCE = {
    "day": _("once a day"),
    "week": _("once a week"),
    "month": _("once a month"),
    "year": _("once a year"),
    "ever": _("once in all"),
}
STAGES = {
    "draft": _("It is a draft and gives nothing yet."),
    "off": _("It is off and gives nothing."),
    "shadow": _("It is in shadow: what it would give is written down, and nothing is given."),
    "ended": _("It has ended and gives nothing any more."),
}


def often(limit: Limit) -> Phrase:
    """Say how often a member can have something."""
    return Phrase((_ONCE if limit.most == 1 else _TIMES)[limit.window], {"most": limit.most})


def times(
    schedule: Schedule, only: tuple[Occasion, ...], never: tuple[Occasion, ...], voice: Voice
) -> Iterator[Phrase]:
    """Return what a schedule says, part by part."""
    if schedule.starts_at:
        start = {"start": moment(schedule.starts_at, voice.zone)}
        yield voice.keep(Phrase(_("from {start}"), start), "/schedule/starts_at")
    if schedule.ends_at:
        end = moment(schedule.ends_at, voice.zone)
        said = _("before {end}")
        if not isinstance(end, datetime):  # a midnight: people say the last day, not the first one after it
            said, end = _("to the end of {end}"), end - timedelta(days=1)
        yield voice.keep(Phrase(said, {"end": end}), "/schedule/ends_at")
    if schedule.weekdays:
        days = either([Phrase(WEEKDAYS[day]) for day in sorted(schedule.weekdays)], "in")
        yield voice.keep(Phrase(_("on {days}"), {"days": days}), "/schedule/weekdays")
    for name, occasions, said in (
        ("occasions", only, _("at {occasions}")),
        ("not_on", never, _("except at {occasions}")),
    ):
        if occasions:
            named = [Phrase("{name}", {"name": words.texts(each.name, each.key)}) for each in occasions]
            yield voice.keep(Phrase(said, {"occasions": either(named, "in")}), f"/schedule/{name}")
    if schedule.from_hour is not None:
        begin = {"begin": words.hour(schedule.from_hour, "")}
        yield voice.keep(Phrase(_("from {begin} o'clock"), begin), "/schedule/from_hour")
    if schedule.to_hour is not None:
        until = {"end": words.hour(schedule.to_hour, "")}
        yield voice.keep(Phrase(_("until {end} o'clock"), until), "/schedule/to_hour")


def moment(at: datetime, zone: str) -> Any:
    """Return an instant as a day when it is a midnight of the zone, else as it is."""
    local = at.astimezone(ZoneInfo(zone))
    return local.date() if (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0) else at

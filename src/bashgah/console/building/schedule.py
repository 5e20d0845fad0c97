"""When a rule applies, as form fields and back: days, hours, days of the week, occasions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext

from bashgah.console.building.sources import Sources, weekdays
from bashgah.engine.document import Schedule
from bashgah.engine.occasions import occasions_of, span_near
from bashgah.kit import formats
from bashgah.kit.jalali import parse_date
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts, ascii_digits
from bashgah.ui.figures import listed
from bashgah.ui.types import Option

OCCASIONS_MOST = 50


@dataclass(slots=True)
class ScheduleForm:
    """The fields as typed; a day may carry an hour («۱۴۰۵/۰۱/۰۱ ۰۸:۳۰») where a file gave it one."""

    starts_on: str = ""
    ends_on: str = ""
    weekdays: list[str] = field(default_factory=list)
    from_hour: str = ""
    to_hour: str = ""
    occasions: list[str] = field(default_factory=list)
    not_on: list[str] = field(default_factory=list)


def schedule_form(schedule: Schedule, sources: Sources) -> ScheduleForm:
    """The form of a stored schedule."""
    return ScheduleForm(
        starts_on=_start_shown(schedule.starts_at, sources),
        ends_on=_end_shown(schedule.ends_at, sources),
        weekdays=[str(day) for day in schedule.weekdays],
        from_hour=schedule.from_hour.strftime("%H:%M") if schedule.from_hour else "",
        to_hour=schedule.to_hour.strftime("%H:%M") if schedule.to_hour else "",
        occasions=list(schedule.occasions),
        not_on=list(schedule.not_on),
    )


def schedule_read(data: QueryDict) -> ScheduleForm:
    """The form as it was submitted."""
    return ScheduleForm(
        starts_on=data.get("starts_on", "").strip(),
        ends_on=data.get("ends_on", "").strip(),
        weekdays=[day for day in data.getlist("weekdays") if day in set("0123456")],
        from_hour=data.get("from_hour", "").strip(),
        to_hour=data.get("to_hour", "").strip(),
        occasions=data.getlist("occasions")[:OCCASIONS_MOST],
        not_on=data.getlist("not_on")[:OCCASIONS_MOST],
    )


def schedule_document(form: ScheduleForm, sources: Sources) -> dict[str, Any]:
    """The schedule as plain JSON; what cannot be read stays as typed for the check to name."""
    zone = ZoneInfo(sources.club.timezone)
    found: dict[str, Any] = {
        "weekdays": [int(day) for day in form.weekdays],
        "occasions": form.occasions,
        "not_on": form.not_on,
    }
    for name, text, days in (("starts_at", form.starts_on, 0), ("ends_at", form.ends_on, 1)):
        if text:
            found[name] = _instant(text, days, zone)
    for name, text in (("from_hour", form.from_hour), ("to_hour", form.to_hour)):
        if text:
            found[name] = _hour(text)
    return found


def occasion_options(chosen: list[str], sources: Sources, today: date) -> tuple[Option, ...]:
    """The occasions a schedule may name: those chosen in their order, then the others, soonest first."""
    found = occasions_of(sources.program)
    spans = {key: span_near(occasion, today) for key, occasion in found.items()}

    def option(key: str) -> Option:
        span, occasion = spans.get(key), found.get(key)
        name = Texts(occasion.name.fa, occasion.name.en).say(sources.lang) if occasion else ""
        hint = _span_said(span.first, span.last, sources) if span else ""
        return Option(key, name or key, key in chosen, hint=hint)

    def soonest(key: str) -> date:
        span = spans[key]
        return span.first if span else date.max

    others = sorted((key for key in found if key not in chosen), key=soonest)
    return tuple(option(key) for key in [*dict.fromkeys(chosen), *others])


def hours_summary(form: ScheduleForm, sources: Sources) -> str:
    """What hours and occasions narrow, in a few words, for the folded part."""
    names = {
        key: Texts(occasion.name.fa, occasion.name.en).say(sources.lang) or key
        for key, occasion in occasions_of(sources.program).items()
    }
    said = []
    if form.from_hour or form.to_hour:
        hours = {"a": form.from_hour or "0:00", "b": form.to_hour or "24:00"}
        said.append(gettext("from %(a)s to %(b)s o'clock") % hours)
    if form.occasions:
        days = {"days": listed(*(names.get(key, key) for key in form.occasions))}
        said.append(gettext("only at %(days)s") % days)
    if form.not_on:
        days = {"days": listed(*(names.get(key, key) for key in form.not_on))}
        said.append(gettext("not at %(days)s") % days)
    return " · ".join(said) or gettext("all day, whatever the occasion")


def weekday_options(form: ScheduleForm, sources: Sources) -> tuple[Option, ...]:
    """The days of the week, those chosen marked."""
    return tuple(Option(key, word, key in form.weekdays) for key, word in weekdays(sources.lang))


def _span_said(first: date, last: date, sources: Sources) -> str:
    calendar = sources.club.calendar
    said = formats.date(first, sources.lang, calendar, "medium")
    if first == last:
        return said
    return gettext("%(start)s to %(end)s") % {
        "start": said,
        "end": formats.date(last, sources.lang, calendar, "medium"),
    }


def _instant(text: str, days: int, zone: ZoneInfo) -> str:
    """An instant of the club's zone: a day alone begins at its midnight (or ends with it)."""
    day, _space, hour = ascii_digits(text).partition(" ")
    try:
        when = time.fromisoformat(_hour(hour.strip())) if hour.strip() else None
        begin = datetime.combine(parse_date(day), when or time(), zone)
    except (Refusal, ValueError):
        return text
    return (begin if when else begin + timedelta(days=days)).isoformat()


def _hour(text: str) -> str:
    """«۸» and «۸:۳۰» as hours of a clock; anything else as it was typed."""
    digits = ascii_digits(text).replace("：", ":")
    hour, _colon, minutes = digits.partition(":")
    if hour.isdecimal() and len(hour) <= 2:
        return f"{int(hour):02d}:{minutes or '00'}"
    return digits


def _start_shown(at: datetime | None, sources: Sources) -> str:
    return "" if at is None else _shown(at.astimezone(ZoneInfo(sources.club.timezone)), 0, sources)


def _end_shown(at: datetime | None, sources: Sources) -> str:
    return "" if at is None else _shown(at.astimezone(ZoneInfo(sources.club.timezone)), 1, sources)


def _shown(local: datetime, back: int, sources: Sources) -> str:
    """A midnight as its day (the last day, for an end); any other instant with its hour."""
    clock = local.timetz().replace(tzinfo=None)
    day = local.date() - timedelta(days=back if clock == time() else 0)
    said = formats.date(day, sources.lang, sources.club.calendar, "short")
    return said if clock == time() else f"{said} {clock.isoformat('auto')}"

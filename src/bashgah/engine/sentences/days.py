"""What counters and occasions say."""

from __future__ import annotations

from typing import Any

from bashgah.engine import words
from bashgah.engine.counters import counter_ready
from bashgah.engine.criteria.saying import Names, clause
from bashgah.engine.document import Counter, Occasion, Program
from bashgah.engine.sentences.marking import Voice
from bashgah.engine.sentences.terms import occasion_of
from bashgah.kit.jalali import MONTHS_EN, MONTHS_FA
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.text import Texts, persian_digits

_COUNTS = {
    "times": _("Counts how often {occasion}"),
    "pieces": _("Counts the pieces when {occasion}"),
    "money": _("Adds up the amount when {occasion}"),
    "streak": _("Counts how many times in a row {occasion}"),
    "days_since": _("Keeps the last day on which {occasion}"),
}
_WINDOWS = {
    "day": _("each day anew"),
    "week": _("each week anew"),
    "month": _("each month anew"),
    "year": _("each year anew"),
    "ever": _("from the first day on"),
}
_EACH = {
    "day": _("one for each day"),
    "week": _("one for each week"),
    "month": _("one for each month"),
    "year": _("one for each year"),
}
_LUNAR_FA = (
    *("محرم", "صفر", "ربیع‌الاول", "ربیع‌الثانی", "جمادی‌الاول", "جمادی‌الثانی"),
    *("رجب", "شعبان", "رمضان", "شوال", "ذی‌القعده", "ذی‌الحجه"),
)
_LUNAR_EN = (
    *("Muharram", "Safar", "Rabi I", "Rabi II", "Jumada I", "Jumada II"),
    *("Rajab", "Shaban", "Ramadan", "Shawwal", "Dhu al-Qadah", "Dhu al-Hijjah"),
)
_GREGORIAN_FA = (
    *("ژانویه", "فوریه", "مارس", "آوریل", "مه", "ژوئن"),
    *("ژوئیه", "اوت", "سپتامبر", "اکتبر", "نوامبر", "دسامبر"),
)
_GREGORIAN_EN = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MONTHS = {
    "jalali": (MONTHS_FA, MONTHS_EN),
    "lunar": (_LUNAR_FA, _LUNAR_EN),
    "gregorian": (_GREGORIAN_FA, _GREGORIAN_EN),
}


def counter_sentence(counter: Counter, program: Program, lang: str, *, names: Names | None = None) -> str:
    """Return what a counter counts, of which lines, and when it begins anew."""
    ready = counter_ready(program, counter)
    occasion: Any = occasion_of(counter.trigger, program)
    if ready.when is not None:
        when = clause(ready.when, names, currency=program.currency)
        occasion = Phrase(_("{occasion} and {when}"), {"occasion": occasion, "when": when})
    if ready.lines is not None:
        lines = clause(ready.lines, names, currency=program.currency)
        occasion = Phrase(_("{occasion}, of lines where {lines}"), {"occasion": occasion, "lines": lines})
    said = Phrase(_COUNTS[counter.counts], {"occasion": occasion})
    if counter.counts != "days_since":
        window = (_EACH if counter.counts == "streak" else _WINDOWS).get(counter.window, _WINDOWS["ever"])
        said = Phrase(_("{counts}, {window}"), {"counts": said, "window": Phrase(window)})
    return Voice(lang, program.calendar, "Asia/Tehran", "toman").say(Phrase("{said}.", {"said": said}))


def occasion_sentence(occasion: Occasion, program: Program, lang: str) -> str:
    """Return the days of an occasion, and the years in which they were corrected."""
    told: dict[str, Any] = {
        "occasion": words.texts(occasion.name, occasion.key),
        "first": _day(occasion, occasion.begins),
        "last": _day(occasion, occasion.ends),
    }
    whole = Phrase(_("{occasion} is from {first} to {last}."), told)
    if occasion.begins == occasion.ends:
        whole = Phrase(_("{occasion} is on {first}."), told)
    voice = Voice(lang, program.calendar, "Asia/Tehran", "toman")
    said = [voice.say(whole)]
    for year, span in sorted(occasion.years.items()):
        corrected = {"year": Texts(persian_digits(year), year), "first": span.first, "last": span.last}
        said.append(voice.say(Phrase(_("In the year {year} it is from {first} to {last}."), corrected)))
    return " ".join(said)


def _day(occasion: Occasion, month_day: str) -> Texts:
    month, day = (int(part) for part in month_day.split("-"))
    fa, en = _MONTHS[occasion.calendar]
    return Texts(f"{persian_digits(str(day))} {fa[month - 1]}", f"{day} {en[month - 1]}")

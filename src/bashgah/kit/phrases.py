"""Sentences said in Persian or English at the edge, and kept as JSON with their values' types."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from bashgah.kit import formats
from bashgah.kit.jalali import Calendar
from bashgah.kit.money import Money
from bashgah.kit.points import Points
from bashgah.kit.sentence import Phrase, marked
from bashgah.kit.sentence import marked as _
from bashgah.kit.text import Texts

__all__ = ["Phrase", "joined", "marked", "phrase_from_json", "phrase_to_json", "say", "translated"]

_PLACE = re.compile(r"\{([A-Za-z_][A-Za-z_0-9]*)\}")
_ROOMS = Path(__file__).resolve().parent.parent
_YES, _NO = _("yes"), _("no")


def say(
    phrase: Phrase,
    lang: str,
    *,
    calendar: Calendar | None = None,
    zone: str = "Asia/Tehran",
    display: str = "toman",
) -> str:
    """Say the phrase in "fa" or "en", each value written as its type is written in that language.

    ``calendar``, ``zone`` and ``display`` are the club's; without them Persian reads Jalali dates, Tehran
    time and toman. Total: an unknown sentence is said in English, a missing value leaves its place visible.
    """
    return _said(phrase, lang, calendar, zone, display)


def _said(phrase: Phrase, lang: str, calendar: Calendar | None, zone: str, display: str) -> str:
    frame, names = _frame(phrase.msgid, lang)
    if not names:
        return frame
    params, written = phrase.params, []
    for name in names:
        if name in params:
            value = params[name]
            kind = type(value)
            written.append((_WRITERS.get(kind) or _writer_of(kind))(value, lang, calendar, zone, display))
        else:
            written.append(f"{{{name}}}")
    return frame % tuple(written)


@lru_cache(maxsize=8192)
def _frame(msgid: str, lang: str) -> tuple[str, tuple[str, ...]]:
    """Return a sentence of a language with ``%s`` in its places, and their names; as it is without any."""
    sentence = translated(msgid, lang)
    text, *rest = _PLACE.split(sentence)
    names, texts = tuple(rest[::2]), (text, *rest[1::2])
    return ("%s".join(text.replace("%", "%%") for text in texts) if names else sentence), names


def translated(msgid: str, lang: str) -> str:
    """Return the sentence of the rooms' Persian catalogues, or the English source."""
    return _catalogue().get(msgid, msgid) if lang == "fa" and msgid else msgid


@lru_cache(maxsize=1)
def _catalogue() -> dict[str, str]:
    """Read every room's compiled catalogue once; kit's own words give way to a room's."""
    sentences: dict[str, str] = {}
    compiled = sorted(_ROOMS.glob("*/locale/fa/LC_MESSAGES/django.mo"), key=lambda mo: mo.parts[-5] != "kit")
    for mo in compiled:
        with mo.open("rb") as file:
            entries = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        sentences |= {key: text for key, text in entries.items() if isinstance(key, str) and key and text}
    return sentences


def _write(value: Any, lang: str, calendar: Calendar | None, zone: str, display: str) -> str:
    return (_WRITERS.get(type(value)) or _writer_of(type(value)))(value, lang, calendar, zone, display)


def _writer_of(kind: type) -> _Writer:
    """Return how a value of a derived type is written: as the nearest type above it."""
    for above in kind.__mro__:
        if above in _WRITERS:
            return _WRITERS[above]
    raise TypeError(f"a phrase cannot say a {kind.__name__}")


_Writer = Callable[[Any, str, Calendar | None, str, str], str]


def _number(value: Any, lang: str, _calendar: Calendar | None, _zone: str, _display: str) -> str:
    return formats.number(value, lang)


def _list(value: Any, lang: str, calendar: Calendar | None, zone: str, display: str) -> str:
    return joined([_write(item, lang, calendar, zone, display) for item in value], lang)


_WRITERS: dict[type, _Writer] = {
    str: lambda value, _l, _c, _z, _d: value,
    Phrase: _said,
    Texts: lambda value, ln, _c, _z, _d: value.say(ln),
    bool: lambda value, ln, _c, _z, _d: translated(_YES if value else _NO, ln),
    int: _number,
    float: _number,
    Decimal: _number,
    Points: lambda value, ln, _c, _z, _d: formats.points(value.amount, ln, value.unit, value.name.say(ln)),
    Money: lambda value, ln, _c, _z, d: formats.money(value.amount, value.currency, ln, d),
    datetime: lambda value, ln, c, z, _d: formats.datetime_(value, ln, c, z),
    date: lambda value, ln, c, _z, _d: formats.date(value, ln, c),
    list: _list,
    tuple: _list,
    type(None): lambda _value, _l, _c, _z, _d: "–",
}


def joined(items: list[str], lang: str) -> str:
    """Join a list as it is read: «الف، ب و پ» / "a, b and c"."""
    comma, last = ("، ", " و ") if lang == "fa" else (", ", " and ")
    return last.join(part for part in (comma.join(items[:-1]), items[-1]) if part) if items else ""


def phrase_to_json(phrase: Phrase) -> dict[str, Any]:
    """Turn a phrase into plain JSON values; a value no sentence can say raises ``TypeError``."""
    packed: dict[str, Any] = {"m": phrase.msgid}
    if phrase.params:
        packed["p"] = {name: _pack(value) for name, value in phrase.params.items()}
    return packed


def phrase_from_json(packed: dict[str, Any]) -> Phrase:
    """Turn what ``phrase_to_json`` made back into an equal phrase."""
    return Phrase(packed["m"], {name: _unpack(value) for name, value in packed.get("p", {}).items()})


def _pack(value: Any) -> Any:  # noqa: PLR0911 one line a type
    match value:
        case None | bool() | int() | str():
            return value
        case Points():
            packed = {"t": "points", "v": value.amount, "u": value.unit}
            return packed | ({"n": [value.name.fa, value.name.en]} if value.name else {})
        case Money():
            return {"t": "money", "v": value.amount, "c": value.currency}
        case Decimal():
            return {"t": "decimal", "v": str(value)}
        case float():
            return {"t": "decimal", "v": str(Decimal(str(value)))}
        case datetime():
            return {"t": "datetime", "v": value.isoformat()}
        case date():
            return {"t": "date", "v": value.isoformat()}
        case Texts():
            return {"t": "texts", "fa": value.fa, "en": value.en}
        case Phrase():
            return {"t": "phrase", **phrase_to_json(value)}
        case list() | tuple():
            return [_pack(item) for item in value]
    raise TypeError(f"a phrase cannot keep a {type(value).__name__}")


def _unpack(packed: Any) -> Any:  # noqa: PLR0911 one line a type
    if isinstance(packed, list):
        return [_unpack(item) for item in packed]
    if not isinstance(packed, dict):
        return packed
    match packed["t"]:
        case "points":
            return Points(packed["v"], packed["u"], Texts(*packed.get("n", ("", ""))))
        case "money":
            return Money(packed["v"], packed["c"])
        case "decimal":
            return Decimal(packed["v"])
        case "datetime":
            return datetime.fromisoformat(packed["v"])
        case "date":
            return date.fromisoformat(packed["v"])
        case "texts":
            return Texts(packed["fa"], packed["en"])
        case "phrase":
            return phrase_from_json(packed)
    raise ValueError(f"no phrase keeps a value of type {packed['t']!r}")

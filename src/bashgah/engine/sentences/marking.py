"""Marks the values of a sentence, so that an editor can lead from each to the field it comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from bashgah.engine.criteria.saying import WEEKDAYS
from bashgah.kit.jalali import Calendar
from bashgah.kit.phrases import Phrase, say
from bashgah.kit.points import Points

# private-use characters that no text carries (they are taken out of values first)
_OPEN, _BETWEEN, _CLOSE = "\ue000", "\ue001", "\ue002"
_MARKS = re.compile(f"{_OPEN}([^{_BETWEEN}]*){_BETWEEN}([^{_CLOSE}]*){_CLOSE}")
_ANY = re.compile(f"[{_OPEN}{_BETWEEN}{_CLOSE}]")
_WORDS_THAT_ARE_VALUES = frozenset(WEEKDAYS)
_POINTS = "*"


class _Marked(str):
    """A value that has its mark already."""

    __slots__ = ()


class Part(NamedTuple):
    """A piece of a sentence; a value has the JSON pointer of its field within the rule."""

    text: str
    anchor: str | None
    is_points: bool


@dataclass(frozen=True, slots=True)
class Voice:
    """The language and the club's ways in which a sentence is said."""

    lang: str
    calendar: Calendar
    zone: str
    display: str

    def say(self, phrase: Phrase) -> str:
        """Say a phrase."""
        return say(phrase, self.lang, calendar=self.calendar, zone=self.zone, display=self.display)

    def keep(self, phrase: Phrase, at: str) -> Phrase:
        """Return the phrase with each of its values marked as leading to ``at``."""
        return Phrase(phrase.msgid, {name: self._kept(value, at) for name, value in phrase.params.items()})

    def _kept(self, value: Any, at: str) -> Any:
        if isinstance(value, list | tuple):
            return [self._kept(item, at) for item in value]
        if isinstance(value, Phrase) and value.msgid not in _WORDS_THAT_ARE_VALUES:
            return self.keep(value, at)
        if isinstance(value, _Marked):
            return value
        said = _ANY.sub("", self.say(Phrase("{value}", {"value": value})))
        anchor = f"{_POINTS}{at}" if isinstance(value, Points) else at
        return _Marked(f"{_OPEN}{anchor}{_BETWEEN}{said}{_CLOSE}")


def opened(marked: str) -> str:
    """Return the sentence with a capital at its beginning, in letters that have one."""
    return marked[:1].upper() + marked[1:]


def plain(marked: str) -> str:
    """Return the sentence without its marks."""
    return _MARKS.sub(lambda found: found[2], marked)


def parts(marked: str) -> list[Part]:
    """Return the sentence in pieces, values apart from the words between them."""
    found, last = [], 0
    for mark in _MARKS.finditer(marked):
        if mark.start() > last:
            found.append(Part(marked[last : mark.start()], None, False))
        anchor, text = mark[1], mark[2]
        found.append(Part(text, anchor.removeprefix(_POINTS), anchor.startswith(_POINTS)))
        last = mark.end()
    if last < len(marked):
        found.append(Part(marked[last:], None, False))
    return found

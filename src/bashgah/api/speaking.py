"""Phrases said for answers, in the club's calendar, zone and money."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bashgah.api.language import Lang
from bashgah.clubs.types import ClubInfo
from bashgah.kit.phrases import Phrase, say

Voice = Callable[[Phrase], str]


def voice(club: ClubInfo, lang: Lang) -> Voice:
    """Return what says a phrase in a language."""
    return partial(say, lang=lang, calendar=club.calendar, zone=club.timezone, display=club.money_display)


class Remembered:
    """What was said of phrases that are told again and again: the same objects, as the engine keeps reasons.

    A phrase is known by its identity, which is cheaper than its values; it is kept with its text, so that no
    other can have the same meanwhile.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._said: dict[tuple[int, str, str, str, str], tuple[Phrase, str]] = {}

    def said(self, phrase: Phrase, club: ClubInfo, lang: Lang) -> str:
        """Say a phrase in a language, in the club's calendar, zone and money."""
        key = (id(phrase), lang, club.calendar, club.timezone, club.money_display)
        known = self._said.get(key)
        if known is not None:
            return known[1]
        text = voice(club, lang)(phrase)
        if len(self._said) >= self._most:
            self._said.clear()
        self._said[key] = phrase, text
        return text

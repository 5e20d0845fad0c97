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

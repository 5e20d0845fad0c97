"""Phrases said for answers; what was said before is not worked out again."""

from __future__ import annotations

from collections.abc import Callable

from bashgah.api.language import Lang
from bashgah.clubs.types import ClubInfo
from bashgah.kit.phrases import Phrase, say

KEPT_MOST = 20_000

_said: dict[tuple[object, ...], str] = {}

Voice = Callable[[Phrase], str]


def voice(club: ClubInfo, lang: Lang) -> Voice:
    """Return what says a phrase in a language and in the club's calendar, zone and money.

    Receipts repeat themselves (a rule's words, the wallets' names, round amounts), so sentences whose values
    can be looked up are kept; the others are said anew each time.
    """
    manner = (lang, club.calendar, club.timezone, club.money_display)

    def speak(phrase: Phrase) -> str:
        try:
            # 1, 1.0 and True are equal and are not said alike
            key = (phrase.msgid, manner, *phrase.params.items(), *map(type, phrase.params.values()))
            known = _said.get(key)
        except TypeError:  # a phrase or a list within the phrase cannot be looked up
            return say(phrase, lang, calendar=club.calendar, zone=club.timezone, display=club.money_display)
        if known is None:
            known = say(phrase, lang, calendar=club.calendar, zone=club.timezone, display=club.money_display)
            if len(_said) >= KEPT_MOST:
                _said.clear()
            _said[key] = known
        return known

    return speak

"""Sentences of answers: remembered, and never mistaken for one another."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

from bashgah.api.speaking import voice
from bashgah.kit.phrases import Phrase
from bashgah.kit.points import Points

CLUB = SimpleNamespace(calendar="jalali", timezone="Asia/Tehran", money_display="toman")


def test_the_same_phrase_is_said_the_same_again() -> None:
    speak = voice(CLUB, "en")
    phrase = Phrase("You have {n}.", {"n": Points(1200)})
    assert [speak(phrase), speak(phrase)] == ["You have 1,200 points."] * 2


def test_equal_values_of_other_types_are_said_in_their_own_way() -> None:
    speak = voice(CLUB, "en")
    said = [speak(Phrase("It is {n}.", {"n": value})) for value in (1, True, Decimal("1"), "1")]
    assert said == ["It is 1.", "It is yes.", "It is 1.", "It is 1."]


def test_languages_and_manners_are_kept_apart() -> None:
    phrase = Phrase("{n}", {"n": 1200})
    assert voice(CLUB, "fa")(phrase) == "۱٬۲۰۰"
    assert voice(CLUB, "en")(phrase) == "1,200"


def test_a_phrase_within_a_phrase_is_said_too() -> None:
    inner = Phrase("{n}", {"n": 3})
    assert voice(CLUB, "en")(Phrase("Try {what}", {"what": [inner, inner]})) == "Try 3 and 3"

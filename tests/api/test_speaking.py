"""Sentences of answers: remembered, and never mistaken for one another."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

from bashgah.api.speaking import Remembered, voice
from bashgah.kit.money import Money
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


def test_what_was_said_of_a_phrase_is_remembered_for_each_language_and_club() -> None:
    told = Remembered(most=10)
    phrase = Phrase("{n}", {"n": Points(1200)})
    rial = SimpleNamespace(calendar="gregorian", timezone="Asia/Tehran", money_display="rial")
    for _again in range(2):
        assert told.said(phrase, CLUB, "en") == "1,200 points"
        assert told.said(phrase, CLUB, "fa") == "۱٬۲۰۰ امتیاز"
    money = Phrase("{n}", {"n": Money(120)})
    assert (told.said(money, CLUB, "en"), told.said(money, rial, "en")) == ("12 toman", "120 rial")


def test_no_new_phrase_is_taken_for_one_that_is_gone() -> None:
    """Python gives the place of a phrase that is gone to the next: a remembered one must not go."""
    told = Remembered(most=50)
    assert [told.said(Phrase("{n}", {"n": n}), CLUB, "en") for n in range(500)] == [
        f"{n}" for n in range(500)
    ]

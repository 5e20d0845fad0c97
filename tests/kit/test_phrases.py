"""Sentences said in two languages, and the catalogues behind them."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bashgah.kit.money import CURRENCIES, Money
from bashgah.kit.phrases import Phrase, joined, phrase_from_json, phrase_to_json, say
from bashgah.kit.points import Points
from bashgah.kit.text import Texts

EVERYTHING = {
    "points": Points(120),
    "money": Money(1_000_000),
    "share": Decimal("1.5"),
    "day": date(2026, 11, 21),
    "at": datetime(2026, 11, 21, 14, 12, tzinfo=UTC),
    "tier": Texts("طلایی", "Gold"),
    "inner": Phrase("This text is longer than {limit} characters.", {"limit": 5}),
    "names": ["الف", "ب", "پ"],
    "count": 1200,
    "is_open": True,
    "nothing": None,
}


def test_a_sentence_is_said_in_the_language_asked_for():
    phrase = Phrase("This text is longer than {limit} characters.", {"limit": 1500})
    assert say(phrase, "fa") == "این متن بیش از ۱٬۵۰۰ نویسه است."
    assert say(phrase, "en") == "This text is longer than 1,500 characters."


@pytest.mark.parametrize(
    ("name", "fa", "en"),
    [
        ("points", "۱۲۰ امتیاز", "120 points"),
        ("money", "۱۰۰٬۰۰۰ تومان", "100,000 toman"),
        ("share", "۱٫۵", "1.5"),
        ("day", "شنبه ۳۰ آبان ۱۴۰۵", "Saturday 21 November 2026"),
        ("at", "شنبه ۳۰ آبان ۱۴۰۵، ۱۷:۴۲", "Saturday 21 November 2026, 17:42"),
        ("tier", "طلایی", "Gold"),
        ("inner", "این متن بیش از ۵ نویسه است.", "This text is longer than 5 characters."),
        ("names", "الف، ب و پ", "الف, ب and پ"),
        ("count", "۱٬۲۰۰", "1,200"),
        ("is_open", "بله", "yes"),
        ("nothing", "–", "–"),
    ],
)
def test_each_value_is_written_as_its_type(name, fa, en):
    assert say(Phrase(f"{{{name}}}", EVERYTHING), "fa") == fa
    assert say(Phrase(f"{{{name}}}", EVERYTHING), "en") == en


def test_a_club_may_read_rials_and_gregorian_dates_in_persian():
    phrase = Phrase("{money} {day}", EVERYTHING)
    assert say(phrase, "fa", calendar="gregorian", display="rial") == "۱٬۰۰۰٬۰۰۰ ریال شنبه ۲۱ نوامبر ۲۰۲۶"


def test_values_are_never_read_as_places():
    assert say(Phrase("{a} {b}", {"a": "{b}", "b": "{a.__class__}"}), "en") == "{b} {a.__class__}"


def test_an_unknown_sentence_or_a_missing_value_breaks_no_page():
    assert say(Phrase("Never marked {name}"), "fa") == "Never marked {name}"
    assert say(Phrase(""), "fa") == ""


def test_a_value_that_cannot_be_said_is_an_error():
    with pytest.raises(TypeError, match="set"):
        say(Phrase("{x}", {"x": {1}}), "en")
    with pytest.raises(TypeError, match="set"):
        phrase_to_json(Phrase("{x}", {"x": {1}}))


def test_a_stored_phrase_comes_back_with_its_types():
    phrase = Phrase("anything", EVERYTHING)
    assert phrase_from_json(json.loads(json.dumps(phrase_to_json(phrase)))) == phrase


def test_lists_are_joined_as_they_are_read():
    assert joined([], "fa") == ""
    assert joined(["الف"], "fa") == "الف"
    assert joined(["الف", "ب"], "fa") == "الف و ب"
    assert joined(["a", "b", "c"], "en") == "a, b and c"


def test_money_of_two_currencies_does_not_add_up():
    assert Money(5) + Money(7) - Money(2) == Money(10)
    assert -Money(5) == Money(-5)
    with pytest.raises(ValueError, match="cannot be added"):
        Money(5) + Money(5, "GBP")


def test_whole_currency_becomes_smallest_units_exactly():
    assert CURRENCIES["GBP"].units(Decimal("12.50")) == 1250
    assert CURRENCIES["IRR"].units(Decimal(1000)) == 1000
    with pytest.raises(ValueError, match="more decimals"):
        CURRENCIES["GBP"].units(Decimal("0.001"))

"""Text as people type it."""

import pytest

from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts, ascii_digits, clean, persian_digits, search_key, sort_key


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  علي  كريمي ", "علی کریمی"),
        ("می\u200c\u200cرود\u200c", "می\u200cرود"),
        ("\u200cنام", "نام"),
        ("\ufedb\ufe98\ufe8e\ufe8f", "کتاب"),
        ("کتـــاب", "کتاب"),
        ("\u202bسارا\u202c\u200f", "سارا"),
        ("a\tb\nc", "a b c"),
        ("Ｓａｒａ", "Sara"),
        ("½ کیلو…", "½ کیلو…"),
        ("خانۀ", "خانۀ"),
        ("", ""),
    ],
)
def test_what_people_type_is_kept_in_one_spelling(typed, kept):
    assert clean(typed) == kept


@pytest.mark.parametrize("typed", ["a\x00b", "a\ud800b", "a\x1bb", "a\x7fb", "a\x85b"])
def test_what_cannot_be_shown_is_refused(typed):
    with pytest.raises(Refusal) as refused:
        clean(typed, field="/name")
    assert (refused.value.code, refused.value.status, refused.value.field) == ("text_invalid", 422, "/name")


def test_a_text_past_its_limit_is_refused_and_one_at_its_limit_is_not():
    assert clean("x" * 20, limit=20) == "x" * 20
    with pytest.raises(Refusal) as refused:
        clean("x" * 21, limit=20)
    assert (refused.value.code, refused.value.status) == ("text_too_long", 422)


def test_lines_survive_only_where_they_are_asked_for():
    assert clean(" یک \r\n  دو  سه\n", lines=True) == "یک\nدو سه"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("علي كريمي", "علی کریمی"),
        ("می‌رود", "میرود"),
        ("مُحَمَّد", "محمد"),
        ("آقای أحمد", "اقای احمد"),
        ("مؤمن مسئول", "مومن مسیول"),
        ("خانۀ خانهٔ فاطمة", "خانه خانه فاطمه"),
        ("۰۹۱۲٣٤٥", "0912345"),
        ("Café  ÉCOLE", "cafe ecole"),
        ("سارا؛ (نادری)", "سارا نادری"),
        ("\ud800\x00!", ""),
    ],
)
def test_spellings_of_one_word_have_one_search_key(typed, key):
    assert search_key(typed) == key


def test_sorting_by_the_key_is_the_persian_alphabet():
    names = [
        "هاشم",
        "یاسر",
        "وحید",
        "گلی",
        "کاوه",
        "ژاله",
        "پرویز",
        "چنگیز",
        "آرش",
        "احمد",
        "Ali",
        "9",
        "بابک",
        "Zed",
    ]
    assert sorted(names, key=lambda name: sort_key(name).encode()) == [
        "9",
        "آرش",
        "احمد",
        "بابک",
        "پرویز",
        "چنگیز",
        "ژاله",
        "کاوه",
        "گلی",
        "وحید",
        "هاشم",
        "یاسر",
        "Ali",
        "Zed",
    ]


def test_a_shorter_name_sorts_before_a_longer_one_with_its_letters():
    assert sort_key("رضا الف") < sort_key("رضازاده")


def test_digits_change_script_and_nothing_else_does():
    assert ascii_digits("۱۲٣abc٫") == "123abc٫"
    assert persian_digits("12٣abc.") == "۱۲۳abc."


def test_a_text_in_two_languages_falls_back_to_the_other():
    assert Texts("طلایی", "Gold").say("en") == "Gold"
    assert Texts("طلایی").say("en") == "طلایی"
    assert Texts(en="Gold").say("fa") == "Gold"
    assert not Texts()

"""Text as people type it: cleaning, search and sort keys, digits of any script, texts in two languages."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bashgah.kit.refusals import Refusal
from bashgah.kit.sentence import Phrase
from bashgah.kit.sentence import marked as _

ZWNJ = "\u200c"
PERSIAN_DIGITS = "۰۱۲۳۴۵۶۷۸۹"
ARABIC_DIGITS = "٠١٢٣٤٥٦٧٨٩"

_TO_ASCII = str.maketrans(PERSIAN_DIGITS + ARABIC_DIGITS, "0123456789" * 2)
_TO_PERSIAN = str.maketrans("0123456789" + ARABIC_DIGITS, PERSIAN_DIGITS * 2)
# Arabic keyboards and old exports write these letters differently; tatweel is ornament.
_LETTERS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ـ": ""})
_FOLDED = str.maketrans({"ة": "ه", "ە": "ه", "ء": "", ZWNJ: "", "\u200d": ""})
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# Presentation forms and full-width letters come from old spreadsheets; the rest keeps its typography.
_COMPATIBILITY = re.compile("[\ufb50-\ufdff\ufe70-\ufefe\uff00-\uffef]")
_ZWNJ_RUNS = re.compile(f"{ZWNJ}{{2,}}")
_ZWNJ_EDGES = re.compile(f"(?<!\\S){ZWNJ}+|{ZWNJ}+(?!\\S)")

_ALPHABET = "آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_SORT = str.maketrans(
    {letter: chr(0x41 + place) for place, letter in enumerate(_ALPHABET)}
    | {letter: chr(0x41 + len(_ALPHABET) + place) for place, letter in enumerate(_LATIN)}
)


@dataclass(frozen=True, slots=True)
class Texts:
    """One text that people wrote in Persian, in English or in both."""

    fa: str = ""
    en: str = ""

    def say(self, lang: str) -> str:
        """Return the text of the language asked for, or the other one where that is empty."""
        asked, other = (self.en, self.fa) if lang == "en" else (self.fa, self.en)
        return asked or other

    def __bool__(self) -> bool:
        return bool(self.fa or self.en)


def ascii_digits(text: str) -> str:
    """Turn Persian and Arabic digits into 0–9 and leave the rest alone."""
    return text.translate(_TO_ASCII)


def persian_digits(text: str) -> str:
    """Turn ASCII and Arabic digits into ۰–۹ and leave the rest alone."""
    return text.translate(_TO_PERSIAN)


def clean(text: str, *, field: str | None = None, limit: int = 500, lines: bool = False) -> str:
    """Return what a person typed, fit to be stored and shown.

    Arabic ي and ك become ی and ک, presentation forms become letters, invisible direction marks and
    stray ZWNJs vanish, spaces collapse (line breaks survive with ``lines``). Control characters and lone
    surrogates cannot be shown or stored: they raise ``text_invalid``; a longer text ``text_too_long``.
    """
    if _FORBIDDEN.search(text):
        raise Refusal(
            "text_invalid",
            Phrase(_("This text holds characters that cannot be shown.")),
            status=422,
            field=field,
        )
    text = _COMPATIBILITY.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    text = unicodedata.normalize("NFC", _BIDI.sub("", text)).translate(_LETTERS)
    text = _ZWNJ_EDGES.sub("", _ZWNJ_RUNS.sub(ZWNJ, text))
    text = (
        "\n".join(" ".join(line.split()) for line in text.splitlines()).strip()
        if lines
        else " ".join(text.split())
    )
    if len(text) > limit:
        raise Refusal(
            "text_too_long",
            Phrase(_("This text is longer than {limit} characters."), {"limit": limit}),
            status=422,
            field=field,
        )
    return text


def search_key(text: str) -> str:
    """Return the text folded for searching: letters united, no diacritics or ZWNJ, ASCII digits, lower case.

    Total: whatever comes in, a string of letters, digits and single spaces goes out.
    """
    text = ascii_digits(unicodedata.normalize("NFKC", text)).translate(_LETTERS)
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) != "Mn")
    return _words(bare.translate(_LETTERS).translate(_FOLDED).casefold())


def sort_key(text: str) -> str:
    """Return a key whose byte order is the Persian alphabet's: digits, then آ…ی, then a…z, then the rest.

    The column that stores it must use the collation "C".
    """
    text = ascii_digits(unicodedata.normalize("NFKC", text)).translate(_LETTERS)
    # آ is a letter of its own in sorting, so it must survive the removal of marks.
    parts = (
        "آ" if c == "آ" else unicodedata.normalize("NFKD", c) for c in unicodedata.normalize("NFC", text)
    )
    bare = "".join(c for c in "".join(parts) if unicodedata.category(c) != "Mn")
    return _words(bare.translate(_LETTERS).translate(_FOLDED).casefold()).translate(_SORT)


def _words(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text).split())

"""Persian is complete, compiled, said in one word per thing, and the same everywhere."""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from tests.house import catalogues, plan

ARABIC_LETTERS = re.compile("[يكة٠-٩]")
LATIN_MARKS = re.compile(r"[\u0600-\u06ff]\s*[,;?]")


def shown(path: Path) -> str:
    """Return a catalogue's name for a test's title."""
    return f"{plan.room_of(path)}-{path.stem}"


@pytest.mark.parametrize("path", catalogues.committed(), ids=shown)
def test_every_text_is_said_in_persian(path: Path) -> None:
    catalogue = polib.pofile(str(path))
    bare = [entry.msgid for entry in catalogue if not entry.translated() and not entry.obsolete]
    assert bare == []


@pytest.mark.parametrize("path", catalogues.committed(), ids=shown)
def test_the_compiled_catalogue_is_that_of_the_text(path: Path) -> None:
    compiled = {
        (e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in polib.mofile(str(path.with_suffix(".mo")))
    }
    written = {
        (e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural)
        for e in polib.pofile(str(path))
        if e.translated() and not e.obsolete
    }
    assert compiled == written


def test_every_marked_text_stands_in_its_rooms_catalogue(tmp_path: Path) -> None:
    """Extraction is run anew beside the tree; a text that nobody extracted would show in English."""
    missing = {}
    for (room, domain), texts in catalogues.marked(tmp_path).items():
        path = plan.PACKAGE / room / "locale/fa/LC_MESSAGES" / f"{domain}.po"
        there = {entry.msgid for entry in polib.pofile(str(path))} if path.is_file() else set()
        if texts - there:
            missing[f"{room}/{domain}"] = sorted(texts - there)
    assert missing == {}


def entries() -> Iterator[tuple[Path, polib.POEntry]]:
    """Every translated text of every room."""
    for path in catalogues.committed():
        for entry in polib.pofile(str(path)):
            if entry.translated() and not entry.obsolete:
                yield path, entry


def test_one_english_text_is_one_persian_text_in_all_rooms() -> None:
    said: dict[tuple[str | None, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path, entry in entries():
        if entry.msgstr:
            said[entry.msgctxt, entry.msgid][entry.msgstr].append(plan.room_of(path))
    assert {text: dict(ways) for text, ways in said.items() if len(ways) > 1} == {}


def test_persian_uses_the_words_of_the_glossary() -> None:
    page = (plan.PROJECT / "docs" / "glossary.md").read_text(encoding="utf-8")
    banned = catalogues.banned_words(page)
    assert len(banned) > 20
    wrong = [
        f"{plan.room_of(path)}: {entry.msgid} → {text} ({word})"
        for path, entry in entries()
        for text in (entry.msgstr, *entry.msgstr_plural.values())
        for word in banned
        if re.search(rf"(?<![\w\u200c]){re.escape(word)}(?![\w])", text)
    ]
    assert wrong == []


def test_persian_is_written_with_persian_letters() -> None:
    wrong = [
        f"{plan.room_of(path)}: {text}"
        for path, entry in entries()
        for text in (entry.msgstr, *entry.msgstr_plural.values())
        if ARABIC_LETTERS.search(text) or LATIN_MARKS.search(text)
    ]
    assert wrong == []


def test_a_translation_keeps_the_values_of_its_text() -> None:
    names = re.compile(r"%\([a-z_]+\)[sd]|(?<!{){[a-z_]*}(?!})")
    wrong = [
        f"{plan.room_of(path)}: {entry.msgid} → {text}"
        for path, entry in entries()
        for text in ([entry.msgstr] if entry.msgstr else entry.msgstr_plural.values())
        if set(names.findall(text))
        != set(names.findall(entry.msgid))
        | (set(names.findall(entry.msgid_plural)) if entry.msgid_plural else set())
    ]
    assert wrong == []


def test_gettext_is_here_to_look() -> None:
    assert subprocess.run(["msgfmt", "--version"], capture_output=True, check=False).returncode == 0

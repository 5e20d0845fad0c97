"""Every room has its card and its place on the map; files stay short and are named for what they hold."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house import plan

LONGEST_FILE = 420
JUNK = {"utils", "helpers", "common", "core", "managers", "misc", "util", "helper"}
CARD = ("Remembers:", "Promises:", "Listens to:", "Never:")


@pytest.mark.parametrize("room", plan.rooms())
def test_a_room_shows_its_card(room: str) -> None:
    card = ast.get_docstring(plan.tree(plan.PACKAGE / room / "__init__.py")) or ""
    assert [line for line in CARD if line not in card] == []


def test_the_map_names_every_room_and_no_other() -> None:
    page = (plan.PROJECT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    drawn = set(re.findall(r"`([a-z]+)`", page))
    assert set(plan.rooms()) - drawn == set()
    free = {room for room in plan.floors() if room not in plan.rooms()}
    table = page[page.index("| floor |") : page.index("\n\n", page.index("| floor |"))]
    assert set(re.findall(r"`([a-z]+)`", table)) & free == set()


def test_every_module_opens_with_a_sentence() -> None:
    silent = [plan.where(path) for path in plan.sources() if not ast.get_docstring(plan.tree(path))]
    assert silent == []


def test_files_stay_short_enough_to_read() -> None:
    long = [
        f"{plan.where(path)} has {lines} lines"
        for path in plan.sources()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    ]
    assert long == []


def test_nothing_is_named_for_being_nothing_in_particular() -> None:
    named = [
        plan.where(path)
        for path in plan.PACKAGE.rglob("*")
        if path.stem in JUNK and "vendor" not in path.parts and "__pycache__" not in path.parts
    ]
    assert named == []


def test_nothing_is_left_for_later() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b")
    left = [
        plan.where(path, number)
        for path in [*plan.sources(), *plan.templates()]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if words.search(line)
    ]
    assert left == []

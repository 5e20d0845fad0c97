"""The floor plan as ``.importlinter`` states it, and the source tree as it stands."""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = PROJECT / "src" / "bashgah"
DOORS = ("api", "console", "till", "portal", "jobs", "cli")


@cache
def floors() -> dict[str, int]:
    """Return each room with its floor, counted from the ground up; rooms of one floor are strangers."""
    plan = configparser.ConfigParser()
    plan.read(PROJECT / ".importlinter", encoding="utf-8")
    lines = [line for line in plan["importlinter:contract:floors"]["layers"].splitlines() if line.strip()]
    return {
        room.strip(" ()"): number
        for number, line in enumerate(reversed(lines))
        for room in re.split(r"[|:]", line)
    }


def rooms() -> list[str]:
    """Return the rooms that stand, by name."""
    return sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))


def room_of(path: Path) -> str:
    """Return the room a file belongs to."""
    return path.relative_to(PACKAGE).parts[0]


def sources(*, migrations: bool = False) -> Iterator[Path]:
    """Yield the package's Python files."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if migrations or "migrations" not in path.parts:
            yield path


def templates() -> Iterator[Path]:
    """Yield every page and fragment."""
    yield from sorted(PACKAGE.rglob("templates/**/*.html"))


def stylesheets() -> Iterator[Path]:
    """Yield the styles we wrote ourselves."""
    for path in sorted(PACKAGE.rglob("static/**/*.css")):
        if "vendor" not in path.parts:
            yield path


def tree(path: Path) -> ast.Module:
    """Return the file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def where(path: Path, line: int = 0) -> str:
    """Return a place as a reader would look it up."""
    shown = path.relative_to(PROJECT)
    return f"{shown}:{line}" if line else str(shown)

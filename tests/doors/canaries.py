"""A person whose every word is unmistakable, and a look through all that an installation keeps."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from bashgah.ground import secrets

WORD = "qzcanary"
MOBILE, OTHER_MOBILE = "9190077123", "9190077124"
NATIONAL_ID, BIRTH = "0499370899", "1987-02-13"
MARKS = (WORD, MOBILE, OTHER_MOBILE, NATIONAL_ID, BIRTH)
"""Whatever holds one of these still knows the person."""


def word(place: str) -> str:
    """A word that says where it was typed."""
    return f"Qzcanary-{place}"


def marks_in(text: str) -> set[str]:
    """Which marks stand in a text, in any spelling."""
    found = set()
    lowered = text.lower()
    for mark in MARKS:
        start = lowered.find(mark)
        if start >= 0:
            found.add(lowered[start : start + 40])
    return found


def database_marks(owner: psycopg.Connection[Any]) -> dict[str, set[str]]:
    """Every table with a mark, in clear or sealed: each row as text, each sealed value opened."""
    tables = owner.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        " AND table_type = 'BASE TABLE' ORDER BY 1"
    ).fetchall()
    found: dict[str, set[str]] = {}
    for (table,) in tables:
        cursor = owner.execute(f'SELECT * FROM "{table}"')
        names = [column.name for column in cursor.description or ()]
        for row in cursor:
            for text in _texts(table, dict(zip(names, row, strict=True))):
                if marks := marks_in(text):
                    found.setdefault(table, set()).update(marks)
    return found


def _texts(table: str, row: dict[str, Any]) -> Iterator[str]:
    yield repr({name: value for name, value in row.items() if not isinstance(value, bytes)})
    for name, value in row.items():
        if isinstance(value, bytes):
            yield value.decode("utf-8", "ignore")
            yield from _opened(table, name, row, value)


def _opened(table: str, column: str, row: dict[str, Any], value: bytes) -> Iterator[str]:
    """Open a sealed value as whoever has the keys could: its place is the row's id, or its reference."""
    places = [one for one in row.values() if isinstance(one, UUID)]
    if "reference" in row:
        named = f"{row['source']}\x00{row['reference']}".encode()
        places.append(UUID(bytes=hashlib.sha256(named).digest()[:16]))
    for place in places:
        try:
            yield secrets.decrypt(row["club_id"], table, column, place, value)
        except (secrets.SealBroken, KeyError, UnicodeDecodeError):
            continue


def files_marks(folder: Path) -> dict[str, set[str]]:
    """Every file under a folder with a mark; Parquet is read as the tables it holds."""
    found = {}
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        text = _table_text(path) if path.suffix == ".parquet" else path.read_bytes().decode("utf-8", "ignore")
        if marks := marks_in(f"{path.name} {text}"):
            found[path.name] = marks
    return found


def _table_text(path: Path) -> str:
    import pyarrow.parquet as pq

    return " ".join(_said(pq.read_table(path).to_pylist()))


def _said(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        for value in row.values():
            yield value.decode("utf-8", "ignore") if isinstance(value, bytes) else str(value)

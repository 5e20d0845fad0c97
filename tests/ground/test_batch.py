"""Rows of many rooms in one statement: every value arrives as it was."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bashgah.ground.arrays import instant, oid_of
from bashgah.ground.asking import Statement, ask
from bashgah.ground.batch import Part, RowSet, RowsMoved, Table, cursor, read, write

pytestmark = pytest.mark.django_db

ZERO = datetime(2000, 1, 1, tzinfo=UTC)
INSTANT = datetime(2026, 11, 21, 17, 42, 0, 123456, tzinfo=timezone(timedelta(hours=3, minutes=30)))
NASTY = [
    "",
    " ",
    "NULL",
    "null",
    "{}",
    '{"a":"\\u0000"}',
    'say "yes"',
    "back\\slash",
    "\\",
    '\\"',
    "a,b",
    "سلام‌ها\n\t",
    "'; --",
]


def returned(kind: str, values: list[Any]) -> list[Any]:
    with cursor() as cur:
        ((row,),) = ask(cur, Statement("SELECT $1", f"{kind}[]").of(values))
    return list(row[0])


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("uuid", [uuid.UUID(int=7), None, uuid.UUID(int=2**128 - 1)]),
        ("smallint", [0, -32768, None, 32767]),
        ("int", [0, -(2**31), 2**31 - 1]),
        ("bigint", [10**15, -(2**63), None, 2**63 - 1]),
        ("boolean", [True, None, False]),
        ("date", [date(1, 1, 1), None, date(9999, 12, 31)]),
        ("timestamptz", [datetime(2026, 3, 21, tzinfo=UTC), None, INSTANT]),
        ("bytea", [b"", b'\x00\xff\\"{},', None]),
        ("text", [*NASTY, None]),
        ("text", []),
    ],
)
def test_an_array_arrives_as_it_was(kind: str, values: list[Any]) -> None:
    assert returned(kind, values) == values


def test_json_arrives_as_it_was() -> None:
    documents = [{"why": text, "n": [1, None, {"a": True}]} for text in NASTY if "u0000" not in text]
    arrived = returned("jsonb", [json.dumps(document) for document in documents])
    assert arrived == documents


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(st.none(), st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"])))
    )
)
def test_any_text_arrives_as_it_was(values: list[str | None]) -> None:
    assert returned("text", values) == values


KEPT = Table(
    "kept",
    (("who", "uuid"), ("units", "bigint"), ("last", "date")),
    ("who",),
    adds=("units",),
    latest=("last",),
)
ROWS = Part("rows", "kept", (("x.units", "bigint"), ("x.last", "date")), member="who", is_placed=True)
WHO = [uuid.UUID(int=1), uuid.UUID(int=2)]
EARLIER, LATER = date(2026, 11, 20), date(2026, 11, 21)


def kept_rows(cur: Any) -> list[Any]:
    cur.execute("CREATE TEMP TABLE kept (who uuid PRIMARY KEY, units bigint, last date) ON COMMIT DROP")
    write(cur, [RowSet(KEPT, [(who, 5, EARLIER) for who in WHO])])
    return [read(cur, WHO, (ROWS,), {})[who][0][0][1:] for who in WHO]


def test_rows_are_changed_where_they_were_read() -> None:
    with cursor() as cur:
        (first, *_), _second = kept_rows(cur)
        write(cur, [RowSet(KEPT.placed(), [(first, 3, LATER)])])
        assert read(cur, WHO, (ROWS,), {})[WHO[0]][0][0][2:] == (8, LATER)
        assert read(cur, WHO, (ROWS,), {})[WHO[1]][0][0][2:] == (5, EARLIER)


def test_a_row_that_somebody_changed_meanwhile_stops_the_statement() -> None:
    with cursor() as cur:
        (first, *_), (second, *_) = kept_rows(cur)
        cur.execute("UPDATE kept SET units = 6 WHERE who = %s", [WHO[0]])
        with pytest.raises(RowsMoved):
            write(cur, [RowSet(KEPT.placed(), [(first, 3, LATER), (second, 3, LATER)])])


SAID = Table(
    "said",
    (("n", "int"), ("kind", "smallint"), ("word", "text"), ("at", "timestamptz"), ("more", "bigint")),
    sparse=frozenset({"more"}),
    alike=(frozenset({"kind", "at"}), frozenset({"word"})),
)


@pytest.mark.parametrize(
    ("rows", "sent_once"),
    [
        ([(1, 7, "a", INSTANT, None), (2, 7, "a", INSTANT, None)], 3),
        ([(1, 7, "a", INSTANT, 9), (2, 7, "b", INSTANT, None)], 2),
        ([(1, 7, "a", INSTANT, None), (2, 8, "a", INSTANT, None)], 1),
        ([(1, 7, "a", None, None), (2, 7, "a", None, None)], 3),
        ([(1, 7, "a", None, 9), (2, 7, "b", INSTANT, 9), (3, 7, "a", None, 9)], 0),
        ([(1, 7, "a", INSTANT, None)], 3),
    ],
)
def test_what_all_rows_agree_on_is_sent_once_and_arrives_in_each(
    rows: list[tuple[Any, ...]], sent_once: int
) -> None:
    with cursor() as cur:
        cur.execute(
            "CREATE TEMP TABLE said (n int, kind smallint, word text, at timestamptz, more bigint)"
            " ON COMMIT DROP"
        )
        write(cur, [RowSet(SAID, rows)])
        assert cur.execute("SELECT * FROM said ORDER BY n").fetchall() == rows
    assert sum(not kind.endswith("[]") for kind in kinds_sent(SAID, rows)) == sent_once


def kinds_sent(table: Table, rows: list[tuple[Any, ...]]) -> list[str]:
    names = {oid_of(kind + suffix): kind + suffix for _, kind in table.columns for suffix in ("", "[]")}
    return [names[oid] for oid in table.question(rows).statement.oids]


def test_rows_changed_where_they_lie_agree_too() -> None:
    table = replace(KEPT, alike=(frozenset({"last"}),))
    with cursor() as cur:
        (first, *_), (second, *_) = kept_rows(cur)
        write(cur, [RowSet(table.placed(), [(first, 3, LATER), (second, 4, LATER)])])
        assert [read(cur, WHO, (ROWS,), {})[who][0][0][2:] for who in WHO] == [(8, LATER), (9, LATER)]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("text", ["points", "status"] * 20),
        ("text", [str(n % 9) for n in range(40)]),
        ("text", ["", "ا", None, ""] * 3),
        ("timestamptz", [instant(INSTANT), instant(INSTANT) + 1, INSTANT]),
        ("timestamptz", [INSTANT, instant(INSTANT), None]),
        ("timestamptz", [instant(INSTANT), None]),
    ],
)
def test_columns_of_few_values_and_of_moments_counted_before_arrive_too(kind: str, values: list[Any]) -> None:
    plain = [ZERO + timedelta(microseconds=value) if type(value) is int else value for value in values]
    assert returned(kind, values) == plain


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("uuid", uuid.UUID(int=7)),
        ("smallint", -5),
        ("int", 2**31 - 1),
        ("bigint", -(2**63)),
        ("boolean", True),
        ("text", "سلام\u200cها"),
        ("bytea", b"\x00\xff"),
        ("date", date(1, 1, 1)),
        ("timestamptz", INSTANT),
        ("text", None),
    ],
)
def test_a_value_by_itself_arrives_as_it_was(kind: str, value: Any) -> None:
    with cursor() as cur:
        ((row,),) = ask(cur, Statement(f"SELECT $1::{kind}", kind).of(value))
    assert row[0] == value

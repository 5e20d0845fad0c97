"""Statements asked together: prepared once a connection, sent in one round trip, planned for look-ups.

A settlement is a handful of small statements, and waiting for each costs more than running it. ``ask`` sends
several at once; the server runs them one after the other, each with a snapshot of its own, so that what is
asked after a lock sees what was committed before the lock was had.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from msgspec import Struct
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.rows import tuple_row
from psycopg.waiting import Ready, Wait

from bashgah.ground.arrays import oid_of, packer_of

# members of enumerations are bound once: looking one up takes as long as asking the driver for a result
_BINARY = Format.BINARY
_READ, _BOTH, _CAN_READ = Wait.R, Wait.RW, Ready.R
_IDLE, _IN_TRANSACTION = TransactionStatus.IDLE, TransactionStatus.INTRANS
_LOST = ConnStatus.BAD
_SYNC, _FAILED, _CHANGED = ExecStatus.PIPELINE_SYNC, ExecStatus.FATAL_ERROR, ExecStatus.COMMAND_OK
_GOOD = frozenset({ExecStatus.TUPLES_OK, _CHANGED})


class Statement:
    """A statement with numbered places (``$1``) and the kinds of its values, as ``arrays`` names them.

    It is told apart by identity: make it once, not for every use. ``is_fixed`` says that it can only be run
    in one way whatever the tables hold (rows written from values), so that its plan may be kept for ever.
    """

    def __init__(self, sql: str, *kinds: str, is_fixed: bool = False) -> None:
        self.sql = sql.encode()
        self.packers = [packer_of(kind) for kind in kinds]
        self.oids = [oid_of(kind) for kind in kinds]
        self.formats = [_BINARY] * len(kinds)
        self.is_fixed = is_fixed

    def of(self, *values: Any, read: Callable[[Any], Any] = tuple) -> Question:
        """Return the question with these values."""
        pairs = zip(self.packers, values, strict=True)
        return Question(self, [None if value is None else pack(value) for pack, value in pairs], read)


class Question(Struct, frozen=True, gc=False):
    """A statement, its values as they are sent, and what is made of its rows.

    A statement that returns no rows gives ``read`` the number of rows it changed.
    """

    statement: Statement
    values: Sequence[bytes | None]
    read: Callable[[Any], Any]


def ask(cursor: psycopg.Cursor[Any], *questions: Question) -> list[Any]:
    """Ask in one round trip, in this order; return the answers. The first that fails ends all, and raises."""
    raw = cursor.connection
    is_guarded = _mine.guard != _NO
    asked = list(questions)
    if _mine.guard == _WANTED:
        asked.insert(0, _GUARD)
    if raw.pgconn.transaction_status == _IDLE and not raw.autocommit:
        asked.insert(0, _BEGIN)
    results = _Trip(raw, asked, is_guarded).results()
    if is_guarded:
        _mine.guard = _SENT
    return [
        question.read(_rows(raw, result))
        for question, result in zip(questions, results[len(asked) - len(questions) :], strict=True)
    ]


@contextmanager
def by_lookups() -> Iterator[None]:
    """Plan what is asked inside for look-ups by index, and keep the plans; to be used in a transaction.

    The server keeps a plan until statistics change. One made while a table held a few rows reads all of it,
    and goes on doing so while the table grows a thousandfold; so reading whole tables and joining them in
    other ways than row by row are put out of the question. Outside, statements are planned anew each time.
    """
    if _mine.guard != _NO:
        yield
        return
    status = connection().connection.pgconn.transaction_status
    _mine.guard = _WANTED
    try:
        yield
        if _mine.guard == _SENT and status == _IN_TRANSACTION:
            cursor().execute(_UNGUARD)  # what follows in the caller's transaction is planned as ever
    finally:
        _mine.guard = _NO


def connection() -> BaseDatabaseWrapper:
    """Return this thread's connection, open; asking Django for it takes longer than a small query."""
    if _mine.connection is None:
        _mine.connection = connections["default"]
    if _mine.connection.connection is None:
        _mine.connection.ensure_connection()
    return _mine.connection


def cursor() -> psycopg.Cursor[Any]:
    """A plain psycopg cursor on Django's connection, in its transaction: the server binds parameters."""
    return psycopg.Cursor(connection().connection, row_factory=tuple_row)


_NO, _WANTED, _SENT = range(3)


class _Mine(threading.local):
    """Each thread's connection, as Django keeps them, and whether its plans are guarded now."""

    connection: BaseDatabaseWrapper | None = None
    guard = _NO


_mine = _Mine()

# no JIT either: it takes longer than any look-up, and begins where a plan seems dear
_SETTINGS = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
}
_BEGIN = Statement("BEGIN", is_fixed=True).of()
_SET = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in _SETTINGS.items())
_GUARD = Statement(f"SELECT {_SET}", is_fixed=True).of()
_UNGUARD = "; ".join(f"SET LOCAL {name} TO DEFAULT" for name in _SETTINGS)

_prepared: WeakKeyDictionary[Any, dict[Statement, bytes]] = WeakKeyDictionary()
_numbers = itertools.count(1)


class _Trip:
    """One round trip of a connection: everything sent, then every result taken."""

    def __init__(self, raw: psycopg.Connection[Any], asked: Sequence[Question], is_guarded: bool) -> None:
        self._raw = raw
        self._asked = asked
        self._is_guarded = is_guarded
        self._known = _prepared.setdefault(raw, {})
        self._new: dict[Statement, tuple[bytes, int]] = {}
        self._due = 0

    def results(self) -> list[PGresult]:
        """Send, wait, and return one result a question; a connection left half-way is closed."""
        raw, pgconn = self._raw, self._raw.pgconn
        pgconn.enter_pipeline_mode()
        is_whole = False
        try:
            places = [self._send(pgconn, question) for question in self._asked]
            pgconn.pipeline_sync()
            results = raw.wait(_received(pgconn, self._due))
            pgconn.exit_pipeline_mode()
            is_whole = True
        finally:
            if not is_whole:
                raw.close()
        for statement, (name, place) in self._new.items():
            if results[place].status in _GOOD:
                self._known[statement] = name
        self._checked(results)
        return [results[place] for place in places]

    def _send(self, pgconn: PGconn, question: Question) -> int:
        """Put a question on its way; return the place of its result among all that are due."""
        statement = question.statement
        self._due += 1
        if not (self._is_guarded or statement.is_fixed):
            pgconn.send_query_params(
                statement.sql, question.values, statement.oids, statement.formats, _BINARY
            )
            return self._due - 1
        name = self._known.get(statement)
        if name is None:
            name = b"asked_%d" % next(_numbers)
            self._new[statement] = name, self._due - 1
            self._due += 1
            pgconn.send_prepare(name, statement.sql, statement.oids)
        pgconn.send_query_prepared(name, question.values, statement.formats, _BINARY)
        return self._due - 1

    def _checked(self, results: Sequence[PGresult]) -> None:
        for result in results:
            if result.status not in _GOOD:
                if result.error_field(_SQLSTATE) in _STALE:
                    self._known.clear()
                raise error_from_result(result)


_SQLSTATE = psycopg.pq.DiagnosticField.SQLSTATE
# prepared statements that the server forgot, or that return other columns since a migration
_STALE = frozenset({b"26000", b"0A000"})


def _received(pgconn: PGconn, count: int) -> Generator[Wait, Ready, list[PGresult]]:
    """Wait for this many results and the end of the pipeline."""
    while pgconn.flush():
        if (yield _BOTH) & _CAN_READ:
            pgconn.consume_input()
    results: list[PGresult] = []
    while True:
        while pgconn.is_busy():
            yield _READ
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:
            if pgconn.status == _LOST:
                raise psycopg.OperationalError("the connection was lost")
            continue
        status = result.status
        if status == _SYNC:
            if len(results) != count:
                raise psycopg.OperationalError(f"{len(results)} results came where {count} were due")
            return results
        if status == _FAILED and pgconn.status == _LOST:
            raise psycopg.OperationalError(result.get_error_message())
        results.append(result)


def _rows(raw: psycopg.Connection[Any], result: PGresult) -> list[tuple[Any, ...]] | int:
    if result.status == _CHANGED:
        return result.command_tuples or 0
    count = result.ntuples
    if not count:
        return []
    taken = _readers.get(raw)
    if taken is None:
        taken = _readers[raw] = Transformer(raw)
    taken.set_pgresult(result)
    rows = taken.load_rows(0, count, tuple)
    taken.set_pgresult(None)
    return rows


# what reads each type's values is found once a connection
_readers: WeakKeyDictionary[Any, Transformer] = WeakKeyDictionary()

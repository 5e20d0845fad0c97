"""Questions over all that a club ever did: asked each time in a small club, kept a while in a large one.

In a club of more than ``LARGE`` members an answer is kept some hundred times as long as it took to find, so
that no page waits for millions of rows; while people go on asking, the worker finds it anew in time.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar, get_type_hints
from uuid import UUID

import msgspec
import psycopg
from django.db import transaction

from bashgah.clubs.selectors import club_get
from bashgah.clubs.types import ClubInfo
from bashgah.ground.batch import cursor
from bashgah.members.selectors import has_more_members

LARGE = 20_000
TIMES_ITS_COST = 300
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=6)
TOO_OLD = 10
"""A page finds an answer itself that is so many times older than it should be: the worker is not there."""
FOLLOWED = timedelta(hours=1)
NOTED = timedelta(minutes=5)
FORGOTTEN = timedelta(days=7)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What was found, and when."""

    value: T
    at: datetime


class Question(Generic[T]):
    """A question with a name of its own; ``find(club, now, *arguments)`` reads the rows, whatever it takes.

    Arguments and answer are spelled by their type hints, so these must be plain values or frozen dataclasses.
    """

    declared: dict[str, Question[Any]] = {}

    def __init__(self, name: str, find: Callable[..., T]) -> None:
        if name in self.declared:
            raise ValueError(f"two questions are called {name}")
        hints = get_type_hints(find)
        self.name, self.find, self.answer = name, find, hints["return"]
        self.takes = [hints[each] for each in list(inspect.signature(find).parameters)[2:]]
        self.declared[name] = self

    def ask(self, club: ClubInfo, *arguments: object, now: datetime) -> Answer[T]:
        """Return the answer: found now in a small club, else as it was last found."""
        if not has_more_members(club, LARGE):
            return Answer(self.find(club, now, *arguments), now)
        asked = self._spelled(arguments)
        with cursor() as cur:
            kept = _kept(cur, club, asked)
            answer = self._answer(kept, now)
            if kept is None or answer is None:
                return Answer(self._found(cur, club, asked, arguments, now), now)
            if now - kept.asked_at > NOTED:
                _note(cur, club, asked, now)
            return answer

    def find_anew(self, club: ClubInfo, asked: str, now: datetime) -> None:
        """Find the answer to a question as it is spelled, and keep it.

        One spelled by an earlier release, when it took something else, raises ``msgspec.ValidationError``.
        """
        spelled = asked.partition(" ")[2]
        arguments = msgspec.json.decode(spelled, type=tuple[tuple(self.takes)])  # type: ignore[misc]
        with cursor() as cur:
            self._found(cur, club, asked, arguments, now, is_asked=False)

    def _answer(self, kept: _Kept | None, now: datetime) -> Answer[T] | None:
        """Return what is kept unless it is far too old, or of an earlier release that answered otherwise."""
        if kept is None or abs(now - kept.found_at) >= TOO_OLD * _stays(kept.cost_ms):
            return None
        try:
            return Answer(msgspec.json.decode(kept.answer, type=self.answer), kept.found_at)
        except msgspec.ValidationError:
            return None

    def _spelled(self, arguments: tuple[object, ...]) -> str:
        return f"{self.name} {msgspec.json.encode(arguments).decode()}"

    def _found(
        self,
        cur: psycopg.Cursor[Any],
        club: ClubInfo,
        asked: str,
        arguments: tuple[object, ...],
        now: datetime,
        *,
        is_asked: bool = True,
    ) -> T:
        """Find the answer and keep it, unless somebody else is at it: then theirs is kept."""
        begun = time.perf_counter()
        found = self.find(club, now, *arguments)
        cost = int((time.perf_counter() - begun) * 1000)
        if _is_mine(cur, club, asked):
            answer = msgspec.json.encode(found).decode()
            _keep(cur, club, asked, _Kept(now, now, cost, answer), is_asked=is_asked)
        return found


@dataclass(frozen=True, slots=True)
class _Kept:
    found_at: datetime
    asked_at: datetime
    cost_ms: int
    answer: str


def answers_refresh(now: datetime) -> int:
    """Find anew what grew old and was asked for within the hour, and return how many; forget the rest."""
    with cursor() as cur:
        cur.execute("DELETE FROM insights_kept WHERE asked_at < %s", [now - FORGOTTEN])
        rows = cur.execute(
            "SELECT club_id, question, found_at, cost_ms FROM insights_kept WHERE asked_at > %s",
            [now - FOLLOWED],
        ).fetchall()
    old = [(club_id, asked) for club_id, asked, at, cost_ms in rows if now - at > _stays(cost_ms)]
    return sum([_refreshed(club_id, asked, now) for club_id, asked in old])


def _refreshed(club_id: UUID, asked: str, now: datetime) -> bool:
    """Find one answer anew; what an earlier release asked, or asked otherwise, is forgotten."""
    question = Question.declared.get(asked.partition(" ")[0])
    if question is not None:
        try:
            with transaction.atomic():
                question.find_anew(club_get(club_id), asked, now)
        except msgspec.ValidationError:
            question = None
    if question is None:
        with cursor() as cur:
            cur.execute("DELETE FROM insights_kept WHERE club_id = %s AND question = %s", [club_id, asked])
    return question is not None


def _stays(cost_ms: int) -> timedelta:
    return min(max(timedelta(milliseconds=cost_ms) * TIMES_ITS_COST, SHORTEST), LONGEST)


def _kept(cur: psycopg.Cursor[Any], club: ClubInfo, asked: str) -> _Kept | None:
    row = cur.execute(
        """
        SELECT found_at, asked_at, cost_ms, answer::text FROM insights_kept
        WHERE club_id = %s AND question = %s
        """,
        [club.id, asked],
    ).fetchone()
    return _Kept(*row) if row else None


def _note(cur: psycopg.Cursor[Any], club: ClubInfo, asked: str, now: datetime) -> None:
    """Note that it is still asked for; who finds the row in use leaves the note to its user."""
    cur.execute(
        """
        UPDATE insights_kept SET asked_at = %(now)s WHERE (club_id, question) IN (
            SELECT club_id, question FROM insights_kept WHERE club_id = %(club)s AND question = %(asked)s
            FOR UPDATE SKIP LOCKED)
        """,
        {"now": now, "club": club.id, "asked": asked},
    )


def _is_mine(cur: psycopg.Cursor[Any], club: ClubInfo, asked: str) -> bool:
    """Take the right to keep this answer until the transaction ends; never wait for it."""
    row = cur.execute(
        "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"kept {club.id} {asked}"]
    ).fetchone()
    return row is not None and bool(row[0])


def _keep(cur: psycopg.Cursor[Any], club: ClubInfo, asked: str, kept: _Kept, *, is_asked: bool) -> None:
    cur.execute(
        """
        INSERT INTO insights_kept (club_id, question, answer, cost_ms, found_at, asked_at)
        VALUES (%(club)s, %(asked)s, %(answer)s::jsonb, %(cost)s, %(found_at)s, %(asked_at)s)
        ON CONFLICT (club_id, question) DO UPDATE
        SET answer = excluded.answer, cost_ms = excluded.cost_ms, found_at = excluded.found_at,
            asked_at = CASE WHEN %(is_asked)s THEN excluded.asked_at ELSE insights_kept.asked_at END
        """,
        {
            "club": club.id,
            "asked": asked,
            "answer": kept.answer,
            "cost": kept.cost_ms,
            "found_at": kept.found_at,
            "asked_at": kept.asked_at,
            "is_asked": is_asked,
        },
    )

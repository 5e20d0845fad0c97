"""Many hands at once: threads that start together, each on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from uuid import UUID

from django.db import connection, connections

from bashgah.ground.asking import Question, Statement
from bashgah.kit.refusals import Refusal
from bashgah.members.types import LockedMember


def at_once(hands: int, act: Callable[[int], object]) -> list[object]:
    """Let all hands act at the same moment, each on a connection of its own; return what each got."""
    start, got = threading.Barrier(hands), [None] * hands

    def run(place: int) -> None:
        try:
            connection.ensure_connection()
            start.wait(timeout=10)
            got[place] = act(place)
        except Exception as error:
            got[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return got


def codes(got: list[object]) -> list[str]:
    """Return what each hand got, sorted: a refusal's code, else the name of what was handed out."""
    return sorted(answer.code if isinstance(answer, Refusal) else type(answer).__name__ for answer in got)


def look_only(_club: object, ids: Iterable[UUID]) -> dict[UUID, LockedMember]:
    """Members are "locked" without locking anybody."""
    return {id_: LockedMember(id_, "active", None, "person") for id_ in ids}


def look_only_asked(club: object, ids: Iterable[UUID]) -> Question:
    """The same where the lock is asked for together with other questions."""
    wanted = list(ids)
    return _NOTHING.of(read=lambda _rows: look_only(club, wanted))


_NOTHING = Statement("SELECT 1")

"""An act that comes while another's transaction is still open: it waits, and then sees what that one did."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connections, transaction

from bashgah.kit.refusals import Refusal
from tests.races.crossing import MINE
from tests.races.test_merged import WAITING

SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Second:
    """What became of the act that came second."""

    waited: bool
    got: Any

    @property
    def code(self) -> str:
        """The code of its refusal, else the name of what it was answered or failed with."""
        return self.got.code if isinstance(self.got, Refusal) else type(self.got).__name__


def overtaken(app_url: str, first: Callable[[], object], second: Callable[[], object]) -> Second:
    """Do the first act, let the second begin before it is committed, and commit once the second stands still.

    Whatever the second looked at before its locks is as it was before the first; what it must not be mistaken
    about it has to look at again. Without its lock it goes on to its end, or stands still later, half way.
    """
    over, got = threading.Event(), []

    def run() -> None:
        try:
            got.append(second())
        except Exception as error:
            got.append(error)
        finally:
            over.set()
            connections.close_all()

    working = threading.Thread(target=run)
    with psycopg.connect(app_url, autocommit=True) as watch:
        with transaction.atomic():
            first()
            working.start()
            waited = False
            for _ in range(int(SECONDS / 0.02)):
                row = watch.execute(WAITING + MINE).fetchone()
                waited = row is not None and bool(row[0])
                if waited or over.wait(0.02):
                    break
        working.join(60)
    return Second(waited, got[0])

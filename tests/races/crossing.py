"""Another hand that waits for us while we wait for it: PostgreSQL ends the one that waited longer, us."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
from django.db import connections

from tests.races.test_merged import WAITING

MINE = " AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
MEMBER = "SELECT 1 FROM members_state WHERE member_id = %s FOR UPDATE"


def crossed(app_url: str, held: str, member_id: UUID, act: Callable[[], Any]) -> Any:
    """Return what the act came to that locks the member and then waits for the row that is held here.

    Once it waits we ask for its member. We get it: the act was ended. Then we let go of both.
    """
    got: list[Any] = []

    def run() -> None:
        try:
            got.append(act())
        except Exception as error:
            got.append(error)
        finally:
            connections.close_all()

    with psycopg.connect(app_url) as other, psycopg.connect(app_url, autocommit=True) as watch:
        assert other.execute(held).fetchone() is not None
        working = threading.Thread(target=run)
        working.start()
        for _ in range(500):
            row = watch.execute(WAITING + MINE).fetchone()
            if row is not None and row[0]:
                break
            threading.Event().wait(0.02)
        else:
            raise AssertionError("the act does not wait for what is held here")
        # it is ended who waits when a second of waiting is over; we must not be the first, nor come after it
        threading.Event().wait(0.5)
        other.execute(MEMBER, [member_id])
        other.rollback()
        working.join(60)
    return got[0]

"""An act that must wait for a lock: another connection holds the row, and the act is seen to stand still."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
from django.db import connections

from tests.races.crossing import MINE
from tests.races.test_merged import WAITING

MEMBER = "SELECT 1 FROM members_state WHERE member_id = %s FOR UPDATE"
SECONDS = 30.0


def waits_for_member(app_url: str, member_id: UUID, act: Callable[[], Any]) -> bool:
    """Say whether the act waits while somebody has locked this member; it is let go on to its end."""
    over = threading.Event()

    def run() -> None:
        try:
            act()
        finally:
            over.set()
            connections.close_all()

    with psycopg.connect(app_url) as other, psycopg.connect(app_url, autocommit=True) as watch:
        assert other.execute(MEMBER, [member_id]).fetchone() is not None
        working = threading.Thread(target=run)
        working.start()
        is_waiting = False
        for _ in range(int(SECONDS / 0.02)):
            row = watch.execute(WAITING + MINE).fetchone()
            if row is not None and row[0]:
                is_waiting = True
                break
            if over.wait(0.02):
                break
        is_waiting = is_waiting and not over.is_set()
        other.rollback()
        working.join(30)
    return is_waiting

"""A database connection that breaks under a settlement costs the caller nothing."""

from __future__ import annotations

import threading
import time

import psycopg
import pytest

from bashgah.kit.ids import public
from tests.cast import Naderi
from tests.doors.conftest import Integrator
from tests.doors.test_intake import purchase

pytestmark = pytest.mark.django_db(transaction=True)

BREAK_WHO_WAITS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND wait_event_type = 'Lock'
"""


@pytest.mark.parametrize("table", ["members_state", "activities_reference", "ground_news"])
def test_a_connection_lost_on_the_way_is_made_again_and_the_fact_settled_once(
    pos: Integrator, owner_connection: psycopg.Connection, app_url: str, table: str
) -> None:
    """Each table stops the settlement at another place: at the lock, at the look-up, at the write."""
    assert pos.post("/activities", purchase("L-0")).status_code == 201
    answers = []
    with psycopg.connect(app_url, autocommit=True) as breaker:
        with owner_connection.transaction():
            owner_connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            told = threading.Thread(target=lambda: answers.append(pos.post("/activities", purchase("L-1"))))
            told.start()
            until = time.monotonic() + 20
            while not breaker.execute(BREAK_WHO_WAITS).fetchall() and time.monotonic() < until:
                time.sleep(0.02)
        told.join(30)

    assert [answer.status_code for answer in answers] == [201], answers[0].text
    found = owner_connection.execute("SELECT count(*) FROM activities_activity").fetchone()
    assert found == (2,)


def test_a_connection_lost_in_the_middle_of_a_large_batch_costs_the_caller_nothing(
    pos: Integrator, naderi: Naderi, owner_connection: psycopg.Connection, app_url: str
) -> None:
    """What was committed before is no repetition; what was not is settled on a new connection."""
    members = [naderi.sara, naderi.reza]
    named = [{"id": public("member", member.id)} for member in members]
    body = {"activities": [purchase(f"L-{n}", member=named[n % 2]) for n in range(300)]}
    answers = []
    with psycopg.connect(app_url, autocommit=True) as breaker:
        with owner_connection.transaction():
            owner_connection.execute(
                "SELECT FROM members_state WHERE member_id = %s FOR UPDATE", [members[1].id]
            )
            told = threading.Thread(target=lambda: answers.append(pos.post("/activities/batch", body)))
            told.start()
            until = time.monotonic() + 20
            while not breaker.execute(BREAK_WHO_WAITS).fetchall() and time.monotonic() < until:
                time.sleep(0.02)
        told.join(30)
    (answer,) = answers
    said = answer.json()
    assert (said["settled"], said["repeated"], said["refused"]) == (300, 0, 0)
    found = owner_connection.execute("SELECT count(*) FROM activities_activity").fetchone()
    assert found == (300,)

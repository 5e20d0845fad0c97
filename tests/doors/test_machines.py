"""Machines at the door: an OAuth2 client from its secret to a purchase, and a connection that is cut."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection

from bashgah.access.services import client_issue, client_revoke
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from tests.doors.conftest import Integrator
from tests.doors.test_intake import purchase

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_client_trades_its_secret_for_a_token_and_records_a_purchase(door, naderi) -> None:
    info, secret = client_issue(
        club=naderi.club,
        name="ERP",
        scopes=["activities.write", "activities.read"],
        actor=SYSTEM,
        now=clock.now(),
    )
    form = {
        "grant_type": "client_credentials",
        "client_id": info.client_id,
        "client_secret": secret,
        "scope": "activities.write",
    }
    answer = door.call("POST", "/api/oauth/token", data=form)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    caller = Integrator(door, answer.json()["access_token"])
    assert caller.post("/activities", purchase()).status_code == 201
    assert caller.get("/activities").json()["code"] == "scope_missing"
    client_revoke(club=naderi.club, client_id=info.id, actor=SYSTEM, now=clock.now())
    assert caller.get("/members").status_code == 401


def test_a_wrong_secret_gets_no_token(door, naderi) -> None:
    form = {"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "guess"}
    assert door.call("POST", "/api/oauth/token", data=form).status_code == 401


def test_a_purchase_survives_a_connection_that_was_cut(pos, app_url) -> None:
    assert pos.post("/activities", purchase("C-1")).status_code == 201
    connection.close()  # the test's own, which would be cut too
    with psycopg.connect(app_url, autocommit=True) as same_role:
        same_role.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
    answer = pos.post("/activities", purchase("C-2"))
    assert answer.status_code == 201, answer.text
    assert pos.post("/activities", purchase("C-1")).status_code == 200

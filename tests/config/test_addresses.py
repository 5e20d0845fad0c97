"""What watchers ask, and what every answer carries."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_living_process_that_may_work_says_so(client: Client) -> None:
    assert client.get("/livez").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready"}


def test_counters_are_for_this_machine_alone(client: Client) -> None:
    assert client.get("/metrics").status_code == 200
    assert b"bashgah_requests_total" in client.get("/metrics").content
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 404


def test_every_answer_has_an_id_that_the_caller_may_choose(client: Client) -> None:
    assert len(client.get("/livez").headers["X-Request-Id"]) == 32
    chosen = client.get("/livez", headers={"X-Request-Id": "order-7781"})
    assert chosen.headers["X-Request-Id"] == "order-7781"
    spoiled = client.get("/livez", headers={"X-Request-Id": "a\tb<script>"})
    assert "<" not in spoiled.headers["X-Request-Id"]


def test_pages_carry_the_strict_policy(client: Client) -> None:
    headers = client.get("/accounts/login/").headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"


def test_passwords_are_kept_by_argon2() -> None:
    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]

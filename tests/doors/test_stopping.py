"""A real server on loopback: stopped in the middle of a rush it loses nothing it acknowledged."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.db import connection

from tests import cast
from tests.doors.conftest import key_for
from tests.doors.test_intake import purchase
from tests.server import PROJECT

pytestmark = pytest.mark.django_db(transaction=True)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.fixture
def server(
    naderi: cast.Naderi, app_url: str, tmp_path: Path
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": app_url,
        "PYTHONPATH": str(PROJECT / "src"),
        "BASHGAH_VAR": str(tmp_path),
        "SECRET_KEYS": secret_keys(),
    }
    with (tmp_path / "web.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bashgah", "web", "--port", str(port)],
            env=environment,
            cwd=PROJECT,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            wait_until_ready(process, address, tmp_path / "web.log")
            yield process, address
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(20)


def secret_keys() -> str:
    """The server must open what this test closed."""
    return ",".join(settings.SECRET_KEYS)


def wait_until_ready(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + 40
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(f"{address}/readyz", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


def test_what_was_acknowledged_before_the_stop_is_in_the_books(server, naderi) -> None:
    process, address = server
    key = key_for(naderi.club, limit_per_minute=10**9)
    headers = {"Authorization": f"Bearer {key}"}
    acknowledged: list[str] = []

    async def client(number: int) -> None:
        async with httpx.AsyncClient(base_url=address, headers=headers, timeout=30) as caller:
            for turn in range(1000):
                reference = f"S-{number}-{turn}"
                try:
                    answer = await caller.post("/api/v1/activities", json=purchase(reference))
                except httpx.TransportError:
                    return
                if answer.status_code == 201:
                    acknowledged.append(reference)
                elif answer.status_code != 503:
                    raise AssertionError(answer.text)

    async def rush() -> None:
        clients = asyncio.gather(*(client(number) for number in range(16)))
        await asyncio.sleep(2)
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(clients, 40)

    asyncio.run(rush())
    process.wait(40)
    assert acknowledged
    with connection.cursor() as cursor:
        cursor.execute("SELECT reference FROM activities_reference WHERE source = 'pos'")
        known = {row[0] for row in cursor.fetchall()}
    assert set(acknowledged) <= known

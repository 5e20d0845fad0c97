"""The whole application in this process: the intake and Django behind one ASGI door, with a real database."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from bashgah.access.permissions import SCOPES
from bashgah.access.services import key_issue
from bashgah.clubs.types import ClubInfo
from bashgah.ground import clock
from bashgah.ground.throttle import throttle_close
from bashgah.ground.types import SYSTEM
from bashgah.programs.services import program_start
from tests import cast

Answer = httpx.Response


class Door:
    """Sends requests into the ASGI application from the test's thread, alone or many at once."""

    def __init__(self) -> None:
        from bashgah.api.intake import app as intake
        from bashgah.config.asgi import application

        self._state = intake.STATE
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        transport = httpx.ASGITransport(application)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://club.test")

    def call(self, method: str, path: str, **more: Any) -> Answer:
        """Send one request and wait for its answer."""
        return self._wait(self._client.request(method, path, **more))

    def together(self, calls: Sequence[tuple[str, str, dict[str, Any]]]) -> list[Answer]:
        """Send many requests at once and wait for all answers, in order."""

        async def all_of_them() -> list[Answer]:
            return await asyncio.gather(
                *(self._client.request(method, path, **more) for method, path, more in calls)
            )

        return self._wait(all_of_them())

    def close(self) -> None:
        """Settle what waits and end the threads."""
        self._wait(self._client.aclose())
        assert self._state.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _wait(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)


@dataclass
class Integrator:
    """Somebody with a key, at the door."""

    door: Door
    key: str
    lang: str = "en"

    def headers(self, **more: str) -> dict[str, str]:
        given = {
            "Authorization": f"Bearer {self.key}",
            "Accept-Language": self.lang,
            "Content-Type": "application/json",
        }
        return given | {name.replace("_", "-"): value for name, value in more.items()}

    def get(self, path: str) -> Answer:
        return self.door.call("GET", f"/api/v1{path}", headers=self.headers())

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.door.call("POST", f"/api/v1{path}", content=raw, headers=self.headers(**headers))

    def patch(self, path: str, body: Any) -> Answer:
        raw = json.dumps(body).encode()
        return self.door.call("PATCH", f"/api/v1{path}", content=raw, headers=self.headers())

    def post_together(self, path: str, bodies: Sequence[Any]) -> list[Answer]:
        return self.door.together(
            [
                (
                    "POST",
                    f"/api/v1{path}",
                    {"content": json.dumps(body).encode(), "headers": self.headers()},
                )
                for body in bodies
            ]
        )


@pytest.fixture
def door(transactional_db: None) -> Iterator[Door]:
    opened = Door()
    yield opened
    opened.close()


@pytest.fixture
def naderi(transactional_db: None) -> Iterator[cast.Naderi]:
    made = cast.naderi()
    program_start(club=made.club, actor=SYSTEM, now=cast.LONG_AGO)
    yield made
    throttle_close()


@pytest.fixture
def ketab(transactional_db: None) -> cast.Ketab:
    made = cast.ketab()
    program_start(club=made.club, actor=SYSTEM, now=cast.LONG_AGO)
    return made


def key_for(club: ClubInfo, *scopes: str, **more: Any) -> str:
    return key_issue(club=club, name="POS", scopes=scopes or SCOPES, actor=SYSTEM, now=clock.now(), **more)[1]


@pytest.fixture
def pos(door: Door, naderi: cast.Naderi) -> Integrator:
    """Naderi's cash registers, with every scope."""
    return Integrator(door, key_for(naderi.club))


@pytest.fixture
def stranger(door: Door, ketab: cast.Ketab) -> Integrator:
    """Ketab's integrator, with every scope of Ketab."""
    return Integrator(door, key_for(ketab.club))


@pytest.fixture
def keyed(door: Door, naderi: cast.Naderi) -> Callable[..., Integrator]:
    return lambda *scopes, **more: Integrator(door, key_for(naderi.club, *scopes, **more))

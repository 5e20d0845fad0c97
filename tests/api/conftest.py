"""Clubs Naderi and Ketab as two integrators see them: a key each, and a client that speaks JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from bashgah.access.permissions import SCOPES
from bashgah.access.services import key_issue
from bashgah.clubs.services import branch_create, club_create
from bashgah.clubs.types import ClubInfo
from bashgah.ground import clock
from bashgah.ground.throttle import throttle_close
from bashgah.ground.types import SYSTEM
from bashgah.kit.text import Texts


@dataclass
class Caller:
    """Speaks to the API with one key; answers are Django's responses."""

    key: str
    lang: str = "en"
    client: Client = field(default_factory=Client)

    def __call__(self, method: str, address: str, body: Any = None, **headers: str) -> Any:
        more: dict[str, Any] = {}
        if body is not None:
            raw = body if isinstance(body, bytes | str) else json.dumps(body)
            more = {"data": raw, "content_type": headers.pop("content_type", "application/json")}
        sent = {"Authorization": f"Bearer {self.key}", "Accept-Language": self.lang}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(method, f"/api/v1{address}", headers=sent, **more)

    def get(self, address: str, **headers: str) -> Any:
        return self("GET", address, **headers)

    def post(self, address: str, body: Any = None, **headers: str) -> Any:
        return self("POST", address, {} if body is None else body, **headers)

    def patch(self, address: str, body: Any, **headers: str) -> Any:
        return self("PATCH", address, body, **headers)


@pytest.fixture
def club(db: None) -> ClubInfo:
    club = club_create(slug="naderi", name=Texts("نادری", "Naderi"), now=clock.now())
    branch_create(club=club, code="valiasr", name=Texts("ولیعصر", "Valiasr"), city="تهران", now=clock.now())
    return club


@pytest.fixture
def other_club(db: None) -> ClubInfo:
    return club_create(slug="ketab", name=Texts("کتاب", "Ketab"), now=clock.now())


def key_for(club: ClubInfo, *scopes: str, **more: Any) -> str:
    return key_issue(club=club, name="POS", scopes=scopes or SCOPES, actor=SYSTEM, now=clock.now(), **more)[1]


@pytest.fixture
def naderi(club: ClubInfo) -> Caller:
    return Caller(key_for(club))


@pytest.fixture
def ketab(other_club: ClubInfo) -> Caller:
    return Caller(key_for(other_club))


@pytest.fixture
def keyed(club: ClubInfo) -> Callable[..., Caller]:
    return lambda *scopes, **more: Caller(key_for(club, *scopes, **more))


@pytest.fixture
def sara(naderi: Caller) -> str:
    answer = naderi.post("/members", {"mobile": "09121234567", "first_name": "سارا", "last_name": "کریمی"})
    assert answer.status_code == 201, answer.content
    return str(answer.json()["id"])


@pytest.fixture(autouse=True)
def _own_throttle_connection():
    """Close the connection on which this thread counted tries."""
    yield
    throttle_close()

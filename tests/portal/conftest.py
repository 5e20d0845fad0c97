"""A house with its portal open, and people who visit it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from bashgah.clubs.types import ClubInfo
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids, mobile
from bashgah.kit.text import Texts
from bashgah.messaging import sending
from bashgah.messaging.selectors import trial_messages
from bashgah.rewards.services import reward_save
from tests import cast


@dataclass
class Visitor:
    """A browser at the portal."""

    club: ClubInfo
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=False))

    def get(self, path: str) -> HttpResponse:
        return self.client.get(path)

    def post(self, path: str, **form: object) -> HttpResponse:
        return self.client.post(path, form)

    def asks_code(self, number: str) -> HttpResponse:
        return self.post("/sign-in", mobile=mobile.national(number))

    def code_sent(self) -> str:
        """The code of the newest message of the trial channel."""
        sending.messages_send(now=clock.now())
        found = re.search(r"(?<!\d)(\d{6})(?!\d)", trial_messages(self.club)[0].body)
        assert found is not None
        return found[1]

    def signs_in(self, number: str) -> HttpResponse:
        self.asks_code(number)
        return self.post("/sign-in/code", code=self.code_sent())

    @property
    def cookie(self) -> str:
        return self.client.cookies["bashgah_member"].value


@dataclass
class House:
    """Club Naderi with a published program and rewards that have names."""

    cast: cast.Naderi

    @property
    def club(self) -> ClubInfo:
        return self.cast.club

    def visitor(self) -> Visitor:
        return Visitor(self.club)

    def sara(self) -> Visitor:
        """Sara, signed in."""
        visitor = self.visitor()
        assert visitor.signs_in(cast.SARA_MOBILE).status_code == 302
        return visitor


@pytest.fixture
def house(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))
    made = cast.naderi()
    cast.published(made.club)
    reward_save(
        club=made.club, key="free_coffee", name=Texts("قهوه", "Coffee"), actor=SYSTEM, now=cast.LONG_AGO
    )
    return House(made)


def public(kind: str, row: object) -> str:
    """The public id of something with an id."""
    return ids.public(kind, row.id)  # type: ignore[attr-defined]

"""A till in Vanak with Omid behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from bashgah.access.models import Staff
from bashgah.clubs.types import ClubInfo
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.kit.text import Texts
from bashgah.members.types import MemberInfo
from bashgah.messaging import sending
from bashgah.messaging.selectors import trial_messages
from bashgah.rewards.services import reward_save
from tests import cast


@dataclass
class Till:
    """A browser at the till, opened at Vanak as number 3."""

    cast: cast.Naderi
    client: Client

    @property
    def club(self) -> ClubInfo:
        return self.cast.club

    def get(self, path: str) -> HttpResponse:
        return self.client.get(f"/till/{path}", headers={"HX-Request": "true"})

    def post(self, path: str, **form: object) -> HttpResponse:
        return self.client.post(f"/till/{path}", form, headers={"HX-Request": "true"})

    def purchase(self, member: MemberInfo | None, amount: str, **more: object) -> dict[str, object]:
        """The form as it stands when F12 is pressed."""
        return {
            "member": ids.public("member", member.id) if member else "",
            "mode": "amount",
            "amount": amount,
            "invoice": "1405-3-00001",
            "occurred_at": clock.now().isoformat(),
            **more,
        }

    def code_sent(self) -> str:
        sending.messages_send(now=clock.now())
        found = re.search(r"(?<!\d)(\d{6})(?!\d)", trial_messages(self.club)[0].body)
        assert found is not None
        return found[1]


@pytest.fixture
def till(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Till:
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))
    made = cast.naderi()
    people = cast.staff(made)
    cast.published(made.club)
    for key, fa in (("free_coffee", "قهوه"), ("discount_50k", "۵۰ هزار تومان تخفیف")):
        reward_save(club=made.club, key=key, name=Texts(fa, key), actor=SYSTEM, now=cast.LONG_AGO)
    client = Client()
    client.force_login(Staff.objects.get(id=people.omid.id))
    opened = Till(made, client)
    assert opened.post("branch", branch=str(made.vanak.id), number="3").status_code == 302
    return opened

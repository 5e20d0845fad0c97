"""Club Naderi with its console open, and the people who work in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from bashgah.access.models import Staff
from bashgah.access.services import role_grant
from bashgah.activities.services import settle_one
from bashgah.activities.types import AmountsIn, MemberRef, PurchaseIn, Settled
from bashgah.clubs.types import ClubInfo
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.members.types import MemberInfo
from tests import cast


@dataclass
class Console:
    """A browser at the console; `cast` are the people of the club."""

    cast: cast.Naderi
    client: Client

    @property
    def club(self) -> ClubInfo:
        return self.cast.club

    def get(self, path: str, lang: str = "fa") -> HttpResponse:
        self.client.cookies["bashgah_language"] = lang
        return self.client.get(f"/console/{path}")

    def post(self, path: str, **form: object) -> HttpResponse:
        self.client.cookies["bashgah_language"] = "fa"
        return self.client.post(f"/console/{path}", form)

    def works_as(self, role: str) -> Console:
        """The same console, opened by somebody else with this role."""
        staff = Staff.objects.create_user(f"{role}@naderi.example", name=role)
        where = [self.cast.vanak.id] if role in {"cashier", "branch_manager"} else []
        role_grant(
            club=self.club, staff_id=staff.id, role=role, branches=where, actor=SYSTEM, now=cast.LONG_AGO
        )
        client = Client()
        client.force_login(staff)
        return Console(self.cast, client)

    def page_of(self, member: MemberInfo) -> str:
        return f"members/{ids.public('member', member.id)}/"

    def buys(self, member: MemberInfo, amount: int, *, days_ago: int = 0, reference: str = "r1") -> Settled:
        """A purchase by amount alone at Vanak."""
        now = clock.now()
        told = PurchaseIn(
            source="pos",
            reference=reference,
            occurred_at=now - timedelta(days=days_ago),
            member=MemberRef(card=member.number),
            branch="101",
            amounts=AmountsIn(gross=amount),
        )
        return settle_one(told, club=self.club, actor=SYSTEM, now=now)


@pytest.fixture
def console(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Console:
    """Mina's console: she owns the club."""
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))
    made = cast.naderi()
    cast.published(made.club)
    client = Client()
    client.force_login(Staff.objects.get(id=cast.staff(made).mina.id))
    return Console(made, client)


def text(response: HttpResponse) -> str:
    """The page as text."""
    if getattr(response, "streaming", False):
        return b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    return response.content.decode()

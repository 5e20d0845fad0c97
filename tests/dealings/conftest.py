"""What the tests of dealings share: a club that lets members give, and a way to read codes sent to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.db import transaction

from bashgah.clubs.selectors import club_get
from bashgah.clubs.services import settings_set
from bashgah.clubs.types import ClubInfo
from bashgah.dealings import services
from bashgah.dealings.types import TransferInfo
from bashgah.ground import throttle
from bashgah.ground.types import Actor
from bashgah.kit.ids import public
from bashgah.members.types import MemberInfo
from tests import cast
from tests.cast import NOW

TERMS = {
    "wallet": "points", "least": 10, "most": 500, "per_day": 600, "per_month": 1000, "per_pair": 800,
    "member_days": 30,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Givers:
    """Club Naderi, where points may be given; Mina owns it, Omid is a cashier."""

    made: cast.Naderi
    people: cast.Staff
    club: ClubInfo

    @property
    def sara(self) -> MemberInfo:
        return self.made.sara

    @property
    def reza(self) -> MemberInfo:
        return self.made.reza

    def settings(self, **changes: object) -> Givers:
        """The same club with other settings."""
        settings_set(club=self.club, changes=changes, now=NOW)
        return Givers(self.made, self.people, club_get(self.club.id))

    def gives(
        self,
        amount: int,
        *,
        giver: MemberInfo | None = None,
        receiver: MemberInfo | None = None,
        reference: tuple[str, str] | None = None,
        channel: str = "api",
        actor: Actor | None = None,
        now: datetime = NOW,
    ) -> TransferInfo:
        """Sara gives Reza points through the API, unless said otherwise."""
        return services.transfer_begin(
            club=self.club,
            giver_id=(giver or self.sara).id,
            receiver_id=(receiver or self.reza).id,
            unit="points",
            amount=amount,
            channel=channel,  # type: ignore[arg-type]
            reference=reference,
            actor=actor or self.people.owner,
            now=now,
        )


def the_member(member: MemberInfo) -> Actor:
    """A member as the one who acts."""
    return Actor(kind="member", id=public("member", member.id))


def key_of(person_key: UUID) -> Actor:
    """An API key as the one who acts."""
    return Actor(kind="key", id=public("key", person_key), name="shop")


@pytest.fixture(autouse=True)
def _aftermath(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))
    yield
    throttle.throttle_close()


@pytest.fixture
def givers() -> Givers:
    made = cast.naderi()
    cast.published(made.club)
    with transaction.atomic():
        people = cast.staff(made)
    found = Givers(made, people, made.club)
    return found.settings(transfers=[TERMS], redeem_consent="never")

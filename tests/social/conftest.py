"""A club with social tasks: rules that give for them, and hands that send and decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from django.test import override_settings
from PIL import Image

from bashgah.clubs.types import ClubInfo
from bashgah.ground import throttle
from bashgah.ground.types import Actor
from bashgah.kit.ids import public
from bashgah.kit.text import Texts
from bashgah.ledger.selectors import wallets_get
from bashgah.members.types import MemberInfo
from bashgah.social import services
from bashgah.social.types import ProofInfo, TaskInfo, TaskTerms, Told
from tests.activities.shop import Shop, open_shop, rule
from tests.cast import NOW

GIVES = [{"wallet": "points", "amount": "fixed", "params": {"units": 25}}]
RULES = [rule("for_task", "custom:social_task", GIVES)]
STAFF = Actor(kind="staff", id=public("staff", UUID(int=5)), name="پرهام")


def picture(colour: int = 0, *, size: tuple[int, int] = (60, 40), kind: str = "PNG") -> bytes:
    """A picture with a slope in it, so that it looks like something."""
    drawn = Image.new("RGB", size)
    drawn.putdata(
        [((x * 7 + colour) % 256, (y * 5) % 256, colour) for y in range(size[1]) for x in range(size[0])]
    )
    kept = BytesIO()
    drawn.save(kept, kind)
    return kept.getvalue()


@dataclass(frozen=True, slots=True)
class Hands:
    """Who declares, sends and decides in the tests."""

    shop: Shop

    @property
    def club(self) -> ClubInfo:
        return self.shop.club

    @property
    def sara(self) -> MemberInfo:
        return self.shop.cast.sara

    @property
    def reza(self) -> MemberInfo:
        return self.shop.cast.reza

    def task(self, key: str = "follow", *, revision: int | None = None, **more: object) -> TaskInfo:
        """A task by link that is on, unless said otherwise."""
        terms: dict[str, object] = {
            "name": Texts("دنبال کردن ما", "Follow us"),
            "text": Texts("", ""),
            "network": "instagram",
            "url": "https://www.instagram.com/naderi",
            "proof": "link",
            "is_on": True,
        }
        return services.task_save(
            club=self.club,
            key=key,
            terms=TaskTerms(**(terms | more)),  # type: ignore[arg-type]
            revision=revision,
            tiers={"club:plain", "club:gold"},
            actor=STAFF,
            now=NOW,
        )

    def sends(
        self, who: MemberInfo | None = None, *, task: str = "follow", at: datetime = NOW, **told: object
    ) -> ProofInfo:
        """Sara sends a link, unless said otherwise."""
        member = who or self.sara
        return services.proof_send(
            club=self.club,
            member_id=member.id,
            task=task,
            told=Told(**(told or {"link": "https://instagram.com/p/abc/"})),  # type: ignore[arg-type]
            actor=Actor(kind="member", id=public("member", member.id)),
            now=at,
        )

    def accepts(self, proof: ProofInfo, at: datetime = NOW) -> ProofInfo:
        return services.proof_accept(club=self.club, id=proof.id, actor=STAFF, now=at)

    def refuses(self, proof: ProofInfo, reason: str = "not_done", note: str = "") -> ProofInfo:
        return services.proof_refuse(
            club=self.club, id=proof.id, reason=reason, note=note, actor=STAFF, now=NOW
        )

    def points(self, who: MemberInfo | None = None) -> int:
        wallet = wallets_get(self.club, (who or self.sara).id, NOW).get("points")
        return wallet.available if wallet else 0


@pytest.fixture
def media(tmp_path: Path) -> Iterator[Path]:
    """Pictures of this test alone."""
    with override_settings(MEDIA_ROOT=tmp_path / "media"):
        yield tmp_path / "media"


@pytest.fixture(autouse=True)
def _aftermath(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))
    yield
    throttle.throttle_close()


@pytest.fixture
def hands() -> Hands:
    return Hands(open_shop(rules=RULES))

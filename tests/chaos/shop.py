"""The club of the proofs: Naderi with its program, sixteen members and a key; and facts it is told."""

from __future__ import annotations

import json
import random
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

TOMAN = 10
MEMBERS = 16


@dataclass(frozen=True, slots=True)
class Shop:
    """What a hand or a client needs to know of the club."""

    club: str
    slug: str
    members: list[str]
    key: str

    @staticmethod
    def read(path: Path) -> Shop:
        """Read what ``open_in`` left."""
        return Shop(**json.loads(path.read_text(encoding="utf-8")))


def open_in(path: Path) -> None:
    """Make the club in the database at hand and leave what others need to know in a file."""
    from django.db import transaction

    from bashgah.access.permissions import SCOPES
    from bashgah.access.services import key_issue
    from bashgah.ground import clock
    from bashgah.ground.types import SYSTEM
    from bashgah.kit.ids import public
    from bashgah.members.services import member_enrol
    from tests import cast

    with transaction.atomic():
        made = cast.naderi()
        cast.published(made.club)
        members = [made.sara.id, made.reza.id]
        for number in range(MEMBERS - 2):
            one = member_enrol(
                club=made.club, mobile=f"0912{5550000 + number}", channel="till", now=cast.LONG_AGO
            )
            members.append(one.id)
        key = key_issue(
            club=made.club,
            name="POS",
            scopes=SCOPES,
            limit_per_minute=10_000_000,
            actor=SYSTEM,
            now=clock.now(),
        )[1]
    shop = Shop(str(made.club.id), made.club.slug, [public("member", each) for each in members], key)
    path.write_text(json.dumps(asdict(shop)), encoding="utf-8")


def purchase(reference: str, member: str | None, gross: int, at: datetime) -> dict[str, Any]:
    """Return a purchase of so many toman as the API takes it; without a member an anonymous one."""
    fact: dict[str, Any] = {
        "kind": "purchase",
        "source": "pos",
        "reference": reference,
        "occurred_at": at.isoformat(),
        "branch": "101",
        "lines": [{"sku": "RICE", "gross": gross * TOMAN, "quantity": 2000}],
    }
    return fact | {"member": {"id": member}} if member else fact


def some_fact(
    rng: random.Random, reference: str, shop: Shop, bought: list[str], at: datetime
) -> dict[str, Any]:
    """Return a fact as they come: mostly purchases, some visits, some returns of what was bought before."""
    kind = rng.random()
    if kind < 0.12 and bought:
        return {
            "kind": "return",
            "source": "pos",
            "reference": reference,
            "occurred_at": at.isoformat(),
            "purchase": {"reference": bought.pop(rng.randrange(len(bought)))},
            "lines": [{"no": 1, "quantity": rng.choice((1000, 2000))}],
        }
    if kind < 0.2:
        return {
            "kind": "visit",
            "source": "pos",
            "reference": reference,
            "occurred_at": (at - timedelta(minutes=1)).isoformat(),
            "member": {"id": rng.choice(shop.members)},
        }
    bought.append(reference)
    return purchase(reference, rng.choice(shop.members), rng.randrange(50, 900) * 1000, at)

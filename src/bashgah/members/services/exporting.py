"""Handing a member's data out: counted, written down, and never of a shared account."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.ground.audit import audit_post
from bashgah.ground.throttle import throttle_take
from bashgah.ground.types import Actor, Limit
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors

HOUR, DAY = 3_600, 86_400
LIMITS = {
    "member": (Limit(3, HOUR), Limit(6, DAY)),
    "staff": (Limit(20, HOUR), Limit(60, DAY)),
    "key": (Limit(120, HOUR), Limit(1_000, DAY)),
}
"""How often one of them may take data out: a member their own, staff and keys for those who ask."""


def member_export_take(*, club: ClubInfo, id: UUID, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return all that is kept of a member, as ``selectors.member_export``, and write down who took it.

    A merged membership is taken as its survivor. Each try counts on who asks, also one that is
    refused, so that nobody can carry a whole club away one by one: ``too_many`` (429). What a household or
    company keeps belongs to several people: ``export_of_group`` (409); each of them takes their own.
    """
    throttle_take(key=f"member.export:{club.id}:{actor.kind}:{actor.id}", limits=LIMITS[actor.kind], now=now)
    member = selectors.member_get(club, selectors.member_root(club, id))
    if member.kind == "group":
        raise Refusal(
            "export_of_group",
            Phrase(_("A shared account belongs to several people: each of them takes their own data.")),
            status=409,
        )
    taken = selectors.member_export(club, member.id, now)
    audit_post(
        club_id=club.id, actor=actor, action="member.exported", target=public("member", member.id), now=now
    )
    return taken

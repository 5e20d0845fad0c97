"""A wish to be erased: told, waited for, taken back, and carried out on its day."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction

from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.ground import ids
from bashgah.ground.audit import audit_post
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit.ids import public
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors
from bashgah.members.models import Erasure
from bashgah.members.services.erased import erased_refuse
from bashgah.members.services.erasure import member_erase
from bashgah.members.services.standing import member_lock
from bashgah.members.types import ErasureInfo

log = structlog.get_logger("bashgah.members")


def erasure_ask(*, club: ClubInfo, id: UUID, actor: Actor, now: datetime) -> ErasureInfo:
    """Write down that a member wants their data erased; without a waiting time it is erased at once.

    Asked again while it waits, it is the same wish. Refuses ``member_erased`` (409), and what stands in the
    way at once refuses as ``member_erase`` does; later it only keeps the wish waiting.
    """
    wait = timedelta(days=club.settings.retention.erasure_wait_days)
    with transaction.atomic():
        member_lock(club, id)
        erased_refuse(id)
        waiting = Erasure.objects.filter(club_id=club.id, member_id=id, state="waiting").first()
        if waiting is not None:
            return selectors.erasure_info(waiting)
        row = Erasure.objects.create(
            id=ids.fresh(),
            club_id=club.id,
            member_id=id,
            asked_at=now,
            due_at=now + wait,
            state="waiting",
            reason="asked",
            asked_kind=actor.kind,
        )
        _write_down(club, id, actor, "member.erasure_asked", now)
        if not wait:
            member_erase(club=club, id=id, reason="asked", actor=actor, now=now)
            row.refresh_from_db()
        return selectors.erasure_info(row)


def erasure_withdraw(*, club: ClubInfo, id: UUID, actor: Actor, now: datetime) -> None:
    """Take a waiting wish back; where none waits nothing happens, and who is erased is refused."""
    with transaction.atomic():
        member_lock(club, id)
        erased_refuse(id)
        waiting = Erasure.objects.filter(club_id=club.id, member_id=id, state="waiting")
        if waiting.update(state="withdrawn", closed_at=now):
            _write_down(club, id, actor, "member.erasure_withdrawn", now)


def erasures_carry_out(*, now: datetime, limit: int = 200) -> int:
    """Erase those whose day has come, each in a transaction of its own; return how many.

    What stands in the way leaves a wish waiting: staff see it with the reason, and the next run tries again.
    """
    due = Erasure.objects.filter(state="waiting", due_at__lte=now).order_by("due_at")
    done = 0
    for club_id, member_id in list(due.values_list("club_id", "member_id")[:limit]):
        try:
            member_erase(club=clubs.club_get(club_id), id=member_id, reason="asked", actor=SYSTEM, now=now)
        except Refusal as refusal:
            log.info("erasure.waits", member=public("member", member_id), reason=refusal.code)
        else:
            done += 1
    return done


def _write_down(club: ClubInfo, id: UUID, actor: Actor, action: str, now: datetime) -> None:
    audit_post(club_id=club.id, actor=actor, action=action, target=public("member", id), now=now)

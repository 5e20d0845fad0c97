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
        waiting = selectors.erasure_waiting(club, id)
        if waiting is not None:
            return waiting
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
        ids_ = selectors.alias_set(club, id)
        waiting = Erasure.objects.filter(club_id=club.id, member_id__in=ids_, state="waiting")
        if waiting.update(state="withdrawn", closed_at=now):
            _write_down(club, id, actor, "member.erasure_withdrawn", now)


def erasures_carry_out(*, now: datetime) -> int:
    """Erase those whose day has come, each in a transaction of its own; return how many.

    What stands in the way leaves a wish waiting: staff see it with the reason, and the next run tries again.
    What fails otherwise holds up nobody else; after the last one it raises ``RuntimeError``.
    """
    due = Erasure.objects.filter(state="waiting", due_at__lte=now).order_by("due_at")
    done = failed = 0
    for club_id, member_id in list(due.values_list("club_id", "member_id")):
        named = public("member", member_id)
        try:
            member_erase(club=clubs.club_get(club_id), id=member_id, reason="asked", actor=SYSTEM, now=now)
        except Refusal as refusal:
            log.info("erasure.waits", member=named, reason=refusal.code)
        except Exception:  # a fault over one of them is told below; the others asked too
            log.error("erasure.failed", member=named, exc_info=True)
            failed += 1
        else:
            done += 1
    if failed:
        raise RuntimeError(f"{failed} erasures failed, see the log")
    return done


def _write_down(club: ClubInfo, id: UUID, actor: Actor, action: str, now: datetime) -> None:
    audit_post(club_id=club.id, actor=actor, action=action, target=public("member", id), now=now)

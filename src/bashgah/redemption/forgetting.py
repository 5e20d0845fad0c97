"""The part of rewards in an erasure: what a rule gave and was not issued is withdrawn, words are emptied."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.members.forgetting import ForgetPart, Leaving
from bashgah.redemption.models import Grant, Redemption

WAITING = ("due", "aside")


def _forget(leaving: Leaving) -> None:
    theirs = {"club_id": leaving.club.id, "member_id__in": leaving.ids}
    Grant.objects.filter(**theirs, state__in=WAITING).update(state="withdrawn", closed_at=leaving.now)
    Redemption.objects.filter(**theirs).exclude(cancel_reason="").update(cancel_reason="")


def _hindrances(club: ClubInfo, member_ids: list[UUID], now: datetime) -> list[Phrase]:
    rows = Redemption.objects.filter(club_id=club.id, member_id__in=member_ids, state="open")
    if rows.filter(expires_at__gt=now).exists():
        return [
            Phrase(_("A reward is just being taken, or a bill paid with points. Finish or cancel it first."))
        ]
    return []


def _losses(club: ClubInfo, member_ids: list[UUID], _now: datetime) -> list[Phrase]:
    due = Grant.objects.filter(club_id=club.id, member_id__in=member_ids, state__in=WAITING).count()
    return [Phrase(_("{n} rewards that rules gave are not issued any more."), {"n": due})] if due else []


PART = ForgetPart("redemptions", _forget, hindrances=_hindrances, losses=_losses)

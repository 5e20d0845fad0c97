"""The part of coupons in an erasure: unused ones are void."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from bashgah.clubs.types import ClubInfo
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.members.forgetting import ForgetPart, Leaving
from bashgah.rewards.models import Coupon


def _forget(leaving: Leaving) -> None:
    rows = Coupon.objects.filter(club_id=leaving.club.id, member_id__in=leaving.ids, state="issued")
    rows.update(state="void", closed_at=leaving.now)


def _losses(club: ClubInfo, member_ids: list[UUID], now: datetime) -> list[Phrase]:
    rows = Coupon.objects.filter(club_id=club.id, member_id__in=member_ids, state="issued")
    unused = rows.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now)).count()
    return [Phrase(_("{n} unused coupons become worthless."), {"n": unused})] if unused else []


PART = ForgetPart("coupons", _forget, losses=_losses)

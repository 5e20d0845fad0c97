"""The part of messages in an erasure, and how long their texts are kept at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from bashgah.clubs.types import ClubInfo
from bashgah.members.forgetting import ForgetPart, Leaving
from bashgah.messaging import trial
from bashgah.messaging.models import Message

WIPED = {"subject": "", "body": "", "sealed": None, "address_sealed": None}
ERASED, OLD = "erased", "too_old"
AT_ONCE = 5000


def _forget(leaving: Leaving) -> None:
    """Empty what was written to the person, and what names them to others; what waits is not sent."""
    theirs = Q(member_id__in=leaving.ids) | Q(about_id__in=leaving.ids)
    rows = Message.objects.filter(theirs, club_id=leaving.club.id)
    rows.filter(state="queued").update(state="skipped", reason=ERASED, **WIPED)
    rows.update(**WIPED)


def trial_forget(*, club: ClubInfo, member_ids: Sequence[UUID]) -> int:
    """Take the messages to and about these members out of the trial channels' files; return how many."""
    theirs = Q(member_id__in=member_ids) | Q(about_id__in=member_ids)
    rows = Message.objects.filter(theirs, club_id=club.id)
    return trial.forget(club.slug, {str(id_) for id_ in rows.values_list("id", flat=True)})


def texts_forget(*, club: ClubInfo, now: datetime) -> int:
    """Empty the texts of messages older than the club keeps them; return how many. 0 days keeps them all."""
    days = club.settings.retention.message_days
    if not days:
        return 0
    old = Message.objects.filter(club_id=club.id, created_at__lt=now - timedelta(days=days))
    ids = list(old.exclude(subject="", body="").order_by("id").values_list("id", flat=True)[:AT_ONCE])
    return Message.objects.filter(id__in=ids).exclude(state__in=["queued", "sending"]).update(**WIPED)


PART = ForgetPart("messages", _forget)

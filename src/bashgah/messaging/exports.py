"""The part of messages in what a member takes along."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.kit import ids
from bashgah.messaging.models import Message
from bashgah.messaging.selectors import message_info


def messages_export(club: ClubInfo, members: Sequence[UUID], _now: datetime) -> list[dict[str, Any]]:
    """Return everything sent to a person, oldest first; codes are wiped once sent and stand nowhere."""
    rows = Message.objects.filter(club_id=club.id, member_id__in=members).order_by("id")
    return [
        {
            "id": ids.public("message", info.id),
            "event": info.event,
            "channel": info.channel,
            "subject": info.subject,
            "body": "" if info.is_secret else info.body,
            "state": info.state,
            "created_at": info.created_at,
            "sent_at": info.sent_at,
            "read_at": info.read_at,
        }
        for info in map(message_info, rows)
    ]

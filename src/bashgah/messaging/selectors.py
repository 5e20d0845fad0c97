"""Reads of messages, wording and trial channels."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from bashgah.clubs.types import ClubInfo
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.members.selectors import within_branches
from bashgah.messaging import rendering, trial
from bashgah.messaging.events import EVENTS
from bashgah.messaging.models import Message, Template
from bashgah.messaging.types import EventInfo, MessageInfo, Preview, TemplateInfo, TrialMessage


def event_get(key: str) -> EventInfo:
    """The message of this key; refuses with ``message_event_unknown`` (404)."""
    if key in EVENTS:
        return EVENTS[key]
    raise Refusal("message_event_unknown", Phrase(_("There is no such message.")), status=404)


def template_list(club: ClubInfo) -> list[TemplateInfo]:
    """The wording in force for every message on every channel it can take."""
    own = {(row.event, row.channel): row for row in Template.objects.filter(club_id=club.id)}
    return [
        _template(event, channel, own.get((event.key, channel)))
        for event in EVENTS.values()
        for channel in event.channels
    ]


def template_get(club: ClubInfo, event: str, channel: str) -> TemplateInfo:
    """The wording in force for one message on one channel."""
    known = event_get(event)
    if channel not in known.channels:
        raise Refusal("message_channel_unknown", Phrase(_("This message does not go there.")), status=404)
    row = Template.objects.filter(club_id=club.id, event=event, channel=channel).first()
    return _template(known, channel, row)


def templates_of(club: ClubInfo, event: EventInfo) -> dict[str, TemplateInfo]:
    """The wording in force of one message by channel, with one query."""
    own = {row.channel: row for row in Template.objects.filter(club_id=club.id, event=event.key)}
    return {channel: _template(event, channel, own.get(channel)) for channel in event.channels}


def template_preview(
    club: ClubInfo, event: str, channel: str, *, subject: Texts, body: Texts, locale: str
) -> Preview:
    """How wording would read with example values; refuses what could not be saved."""
    known = event_get(event)
    checked = Texts(
        rendering.checked(known, body.fa, field="/body/fa", most=rendering.BODY_MOST),
        rendering.checked(known, body.en, field="/body/en", most=rendering.BODY_MOST),
    )
    return rendering.preview(club, known, channel, subject=subject, body=checked, locale=locale)


def inbox_list(
    club: ClubInfo, member_ids: Sequence[UUID], *, before: UUID | None = None, limit: int = 20
) -> list[MessageInfo]:
    """The inbox of one member (all ids that are theirs), newest first; ``before`` is the last id seen."""
    found = Message.objects.filter(club_id=club.id, member_id__in=list(member_ids), channel="inbox")
    if before is not None:
        found = found.filter(id__lt=before)
    return [message_info(row) for row in found.order_by("-id")[:limit]]


def inbox_unread_count(club: ClubInfo, member_ids: Sequence[UUID]) -> int:
    """How many messages of the inbox nobody has opened yet."""
    return Message.objects.filter(
        club_id=club.id, member_id__in=list(member_ids), channel="inbox", read_at=None
    ).count()


def messages_of_member(
    club: ClubInfo, member_ids: Sequence[UUID], *, before: UUID | None = None, limit: int = 50
) -> list[MessageInfo]:
    """Everything sent to one member on any channel, newest first; secret texts stay hidden."""
    found = Message.objects.filter(club_id=club.id, member_id__in=list(member_ids))
    if before is not None:
        found = found.filter(id__lt=before)
    return [message_info(row) for row in found.order_by("-id")[:limit]]


def message_list(
    club: ClubInfo,
    *,
    event: str = "",
    channel: str = "",
    state: str = "",
    branches: frozenset[UUID] | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> list[MessageInfo]:
    """The club's messages, newest first; with ``branches`` those to members of these branches."""
    wanted = Q(club_id=club.id)
    for name, value in (("event", event), ("channel", channel), ("state", state)):
        if value:
            wanted &= Q(**{name: value})
    if before is not None:
        wanted &= Q(id__lt=before)
    found = Message.objects.filter(wanted)
    if branches is not None:
        own = within_branches("messaging_message.member_id", branches)
        found = found.extra(where=[own.sql], params=list(own.params))  # noqa: S610 - SQL of the members room
    return [message_info(row) for row in found.order_by("-id")[:limit]]


def trial_messages(club: ClubInfo, *, limit: int = 50) -> list[TrialMessage]:
    """What the trial channels wrote to their files, newest first, codes included: for demo and trial only."""
    return trial.read(club.slug, limit=limit)


def message_info(row: Message) -> MessageInfo:
    """The message as pages show it."""
    return MessageInfo(
        id=row.id,
        member_id=row.member_id,
        event=row.event,
        channel=row.channel,
        line=row.line,
        locale=row.locale,
        subject=row.subject,
        body=row.body,
        is_secret=row.is_secret,
        state=row.state,
        reason=row.reason,
        parts=row.parts,
        created_at=row.created_at,
        sent_at=row.sent_at,
        read_at=row.read_at,
    )


def _template(event: EventInfo, channel: str, row: Template | None) -> TemplateInfo:
    if row is None:
        return TemplateInfo(
            event=event.key, channel=channel, is_on=True, is_own=False, subject=event.subject, body=event.body
        )
    return TemplateInfo(
        event=event.key,
        channel=channel,
        is_on=row.is_on,
        is_own=bool(row.body_fa or row.body_en),
        subject=Texts(row.subject_fa or event.subject.fa, row.subject_en or event.subject.en),
        body=Texts(row.body_fa or event.body.fa, row.body_en or event.body.en),
    )

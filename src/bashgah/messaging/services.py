"""Writes of messages: wording, the queue, reading the inbox, codes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from bashgah.clubs.types import ClubInfo
from bashgah.ground import audit, ids, secrets
from bashgah.ground.jobs import job_defer
from bashgah.ground.types import Actor
from bashgah.kit import mobile
from bashgah.kit.text import Texts, persian_digits
from bashgah.members import selectors as members
from bashgah.members.services import member_update
from bashgah.members.types import CodeIssued, MemberInfo
from bashgah.messaging import rendering, selectors
from bashgah.messaging.events import CODE_EVENTS, MOBILE_CHANGED
from bashgah.messaging.models import Message, Template
from bashgah.messaging.sms import sms_parts
from bashgah.messaging.types import EventInfo, TemplateInfo

SEND_JOB = "messaging.send"


@dataclass(frozen=True, slots=True)
class ToSay:
    """One thing to tell one member: the cause makes it once, the values fill the wording.

    ``about_id`` is another member whom the values name.
    """

    member_id: UUID
    cause_id: UUID
    params: Mapping[str, Any]
    about_id: UUID | None = None


def template_save(
    *,
    club: ClubInfo,
    event: str,
    channel: str,
    subject: Texts,
    body: Texts,
    is_on: bool,
    actor: Actor,
    now: datetime,
) -> TemplateInfo:
    """Word a message the club's own way, or switch it off; an empty text means the house's wording.

    Refuses unknown fields, texts that are too long, and a code message without its code. A message that
    carries a code can't be switched off.
    """
    known = selectors.event_get(event)
    selectors.template_get(club, event, channel)
    texts = {
        name: rendering.checked(known, value, field=field, most=most)
        for name, value, field, most in (
            ("subject_fa", subject.fa, "/subject/fa", rendering.SUBJECT_MOST),
            ("subject_en", subject.en, "/subject/en", rendering.SUBJECT_MOST),
            ("body_fa", body.fa, "/body/fa", rendering.BODY_MOST),
            ("body_en", body.en, "/body/en", rendering.BODY_MOST),
        )
    }
    Template.objects.update_or_create(
        club_id=club.id,
        event=event,
        channel=channel,
        defaults={**texts, "is_on": is_on or known.is_secret, "updated_at": now},
    )
    audit.audit_post(
        club_id=club.id,
        actor=actor,
        action="message.worded",
        target=f"{event}/{channel}",
        details={"is_on": is_on or known.is_secret},
        now=now,
    )
    return selectors.template_get(club, event, channel)


def template_reset(*, club: ClubInfo, event: str, channel: str, actor: Actor, now: datetime) -> TemplateInfo:
    """Go back to the house's wording."""
    Template.objects.filter(club_id=club.id, event=event, channel=channel).delete()
    audit.audit_post(
        club_id=club.id,
        actor=actor,
        action="message.reset",
        target=f"{event}/{channel}",
        details={},
        now=now,
    )
    return selectors.template_get(club, event, channel)


def messages_post(*, club: ClubInfo, event: EventInfo, said: Sequence[ToSay], now: datetime) -> int:
    """Queue a message on every channel of the event, in each member's language; return how many rows.

    The same cause, event and channel is queued once however often this is called. Whether the member agrees
    to be written to is asked when it is sent, not now.
    """
    people = members.members_get(club, {one.member_id for one in said})
    templates = {
        channel: template
        for channel, template in selectors.templates_of(club, event).items()
        if template.is_on
    }
    rows = [
        _row(club, event, template, people[one.member_id], one=one, now=now)
        for one in said
        if one.member_id in people
        for template in templates.values()
        if _reaches(people[one.member_id], template.channel)
    ]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    if any(row.state == "queued" for row in rows):
        job_defer(SEND_JOB, once=SEND_JOB)
    return len(rows)


def code_post(
    *,
    club: ClubInfo,
    issued: CodeIssued,
    purpose: str,
    locale: str,
    params: Mapping[str, Any] | None = None,
    now: datetime,
) -> UUID:
    """Queue a one-time code for its number; text and number are sealed, and wiped once it is sent.

    Works for people who are no members yet. A code that could not be sent before it lapsed is not sent.
    """
    event = selectors.event_get(CODE_EVENTS[purpose])
    template = selectors.template_get(club, event.key, "sms")
    minutes = max(1, math.ceil((issued.expires_at - now) / timedelta(minutes=1)))
    values = {"club": club.name, "code": issued.code, "minutes": minutes, **(params or {})}
    text = rendering.fill(club, template.body.say(locale), values, locale)
    text = rendering.with_page_line(club, event, text, issued.code)
    row_id = ids.fresh()
    Message.objects.create(
        id=row_id,
        created_at=now,
        next_try_at=now,
        expires_at=issued.expires_at,
        club_id=club.id,
        member_id=issued.member_id,
        cause_id=issued.request_id,
        parts=sms_parts(text),
        tries=0,
        is_secret=True,
        state="queued",
        event=event.key,
        channel="sms",
        line=event.line,
        locale=locale,
        subject=rendering.fill(club, template.subject.say(locale), {**values, "code": ""}, locale),
        sealed=secrets.encrypt(club.id, "messaging_message", "sealed", row_id, text),
        address_sealed=secrets.encrypt(
            club.id, "messaging_message", "address_sealed", row_id, issued.contact
        ),
    )
    job_defer(SEND_JOB, once=SEND_JOB)
    return row_id


def member_update_told(
    *, club: ClubInfo, id: UUID, changes: Mapping[str, Any], actor: Actor, now: datetime
) -> MemberInfo:
    """Change a member's fields, as ``members.services.member_update``, and tell the old number of a new one.

    Whoever takes over a membership changes its number first; the old one is where its owner still reads.
    """
    with transaction.atomic():
        before = members.members_mobiles(club, [id]).get(id, "") if "mobile" in changes else ""
        member = member_update(club=club, id=id, changes=changes, actor=actor, now=now)
        after = members.members_mobiles(club, [id]).get(id, "") if before else ""
        if before != after:
            _old_number_tell(club, member, before, after, now)
    return member


def _old_number_tell(club: ClubInfo, member: MemberInfo, old: str, new: str, now: datetime) -> None:
    template = selectors.template_get(club, MOBILE_CHANGED.key, "sms")
    if not template.is_on:
        return
    locale = member.locale or club.locale
    masked = mobile.mask(new) if new else "–"
    values = {"club": club.name, "mobile": persian_digits(masked) if locale == "fa" else masked}
    text, row_id = rendering.fill(club, template.body.say(locale), values, locale), ids.fresh()
    Message.objects.create(
        id=row_id,
        created_at=now,
        next_try_at=now,
        club_id=club.id,
        member_id=member.id,
        cause_id=row_id,
        parts=sms_parts(text),
        tries=0,
        is_secret=False,
        state="queued",
        event=MOBILE_CHANGED.key,
        channel="sms",
        line=MOBILE_CHANGED.line,
        locale=locale,
        subject=rendering.fill(club, template.subject.say(locale), values, locale),
        body=text,
        address_sealed=secrets.encrypt(club.id, "messaging_message", "address_sealed", row_id, old),
    )
    job_defer(SEND_JOB, once=SEND_JOB)


def inbox_read(
    *, club: ClubInfo, member_ids: Sequence[UUID], message_id: UUID | None = None, now: datetime
) -> int:
    """Mark one message of the inbox, or all, as read; return how many were new."""
    found = Message.objects.filter(
        club_id=club.id, member_id__in=list(member_ids), channel="inbox", read_at=None
    )
    if message_id is not None:
        found = found.filter(id=message_id)
    return found.update(read_at=now)


def _reaches(member: MemberInfo, channel: str) -> bool:
    """An SMS needs a mobile number; whether there is an e-mail address is seen when it is sent."""
    if not member.is_active:
        return False
    return bool(member.mobile_masked) if channel == "sms" else True


def _row(
    club: ClubInfo,
    event: EventInfo,
    template: TemplateInfo,
    member: MemberInfo,
    *,
    one: ToSay,
    now: datetime,
) -> Message:
    locale = member.locale or club.locale
    values = {"club": club.name, "name": member.first_name or member.nickname, **one.params}
    body = rendering.fill(club, template.body.say(locale), values, locale)
    in_place = template.channel == "inbox"
    return Message(
        id=ids.fresh(),
        created_at=now,
        next_try_at=now,
        sent_at=now if in_place else None,
        club_id=club.id,
        member_id=member.id,
        about_id=one.about_id,
        cause_id=one.cause_id,
        parts=sms_parts(body) if template.channel == "sms" else 0,
        tries=0,
        is_secret=False,
        state="delivered" if in_place else "queued",
        event=event.key,
        channel=template.channel,
        line=event.line,
        locale=locale,
        subject=rendering.fill(club, template.subject.say(locale), values, locale),
        body=body,
    )

"""Turns wording with fields into the text a person reads, and refuses wording that could not be filled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bashgah.clubs.types import ClubInfo
from bashgah.kit.phrases import Phrase, say
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts, clean
from bashgah.messaging.sms import sms_parts
from bashgah.messaging.types import EventInfo, Preview

SUBJECT_MOST = 200
BODY_MOST = 2000
SMS_PARTS_MOST = 10

_FIELD = re.compile(r"\{([^{}]*)\}")


def fill(club: ClubInfo, text: str, params: Mapping[str, Any], locale: str) -> str:
    """Fill the wording's fields, each written as its type is written in that language."""
    return say(
        Phrase(text, dict(params)),
        locale,
        calendar=club.calendar,
        zone=club.timezone,
        display=club.money_display,
    )


def with_page_line(club: ClubInfo, event: EventInfo, text: str, code: str) -> str:
    """End a code's SMS with the line by which browsers fill it in, on the club's domain alone (WebOTP)."""
    if not event.typed_on_page or not club.domain:
        return text
    return f"{text}\n\n@{club.domain} #{code}"


def preview(
    club: ClubInfo, event: EventInfo, channel: str, *, subject: Texts, body: Texts, locale: str
) -> Preview:
    """How the wording reads with the event's example values, and what it costs in SMS parts."""
    values = {**event.example, "club": club.name}
    filled = fill(club, body.say(locale), values, locale)
    if channel == "sms":
        filled = with_page_line(club, event, filled, str(values.get("code", "")))
    return Preview(
        subject=fill(club, subject.say(locale), values, locale),
        body=filled,
        parts=sms_parts(filled) if channel == "sms" else 0,
        characters=len(filled),
    )


def checked(event: EventInfo, text: str, *, field: str, most: int) -> str:
    """Clean the wording and refuse what it can't be: too long, or with fields the event does not know."""
    text = clean(text, field=field, limit=most, lines=True)
    unknown = sorted({name for name in _FIELD.findall(text) if name not in event.fields})
    if unknown:
        raise Refusal(
            "template_field_unknown",
            Phrase(
                _("This message has no field {fields}. It can say: {known}."),
                {
                    "fields": [f"{{{name}}}" for name in unknown],
                    "known": [f"{{{name}}}" for name in event.fields],
                },
            ),
            status=422,
            field=field,
        )
    if event.is_secret and field.startswith("/body") and text and "{code}" not in text:
        raise Refusal(
            "template_without_code",
            Phrase(_("This message must contain {field}."), {"field": "{code}"}),
            status=422,
            field=field,
        )
    return text

"""The fields a club asks of its members: shown, read and checked, for joining and for the profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy

from bashgah.kit import email, formats, national_id
from bashgah.kit.jalali import parse_date
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import clean
from bashgah.members.types import (
    ConsentChannel,
    ConsentGiven,
    ConsentInfo,
    ConsentPurpose,
    MemberInfo,
    PersonInfo,
)
from bashgah.portal.doorway import Door
from bashgah.portal.pages import AskedField, ConsentBox
from bashgah.ui.types import Option

_LABELS = {
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "email": gettext_lazy("E-mail"),
    "birth_date": gettext_lazy("Birth date"),
    "gender": gettext_lazy("Gender"),
    "city": gettext_lazy("City"),
    "national_id": gettext_lazy("National id"),
    "address": gettext_lazy("Address"),
    "source": gettext_lazy("How did you hear of the club?"),
}
_KINDS = {"email": "email", "birth_date": "date", "gender": "select", "address": "textarea"}
_AUTOCOMPLETE = {
    "first_name": "given-name",
    "last_name": "family-name",
    "email": "email",
    "birth_date": "bday",
    "city": "address-level2",
    "address": "street-address",
}
_GENDERS = (
    ("", gettext_lazy("Rather not say")),
    ("female", gettext_lazy("Woman")),
    ("male", gettext_lazy("Man")),
    ("other", gettext_lazy("Other")),
)
_LIMITS = {"first_name": 100, "last_name": 100, "city": 100, "source": 60, "address": 500}
_CONSENTS: tuple[tuple[str, ConsentChannel, ConsentPurpose, Any], ...] = (
    ("sms", "sms", "marketing", gettext_lazy("Offers and news by SMS")),
    ("email", "email", "marketing", gettext_lazy("Offers and news by e-mail")),
    ("app", "app", "marketing", gettext_lazy("Offers and news in this portal")),
)


@dataclass(slots=True)
class Form:
    """What was typed, what it means, and what is wrong with it."""

    typed: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    consents: tuple[str, ...] = ()


def names(door: Door) -> tuple[str, ...]:
    """The fields this club asks, in its order."""
    return door.club.settings.enrolment_asks


def asked(door: Door, typed: Mapping[str, str]) -> tuple[AskedField, ...]:
    """The fields as they are shown, with what was typed."""
    required = door.club.settings.enrolment_requires
    return tuple(
        AskedField(
            name=name,
            label=str(_LABELS[name]),
            kind=_KINDS.get(name, "text"),
            value=typed.get(name, ""),
            hint="" if name in required else gettext("Optional"),
            required=name in required,
            options=_gender_options(typed.get(name, "")) if name == "gender" else (),
            autocomplete=_AUTOCOMPLETE.get(name, "off"),
        )
        for name in names(door)
    )


def typed_of(door: Door, member: MemberInfo, person: PersonInfo) -> dict[str, str]:
    """The member's present values, as they would type them."""
    club = door.club
    birth = member.birth_date
    known = {
        "first_name": member.first_name,
        "last_name": member.last_name,
        "email": person.email,
        "birth_date": formats.date(birth, door.lang, club.calendar, "short") if birth else "",
        "gender": member.gender,
        "city": member.city,
        "national_id": person.national_id,
        "address": person.address,
        "source": member.source,
    }
    return {name: known[name] for name in names(door)}


def read(door: Door, posted: QueryDict) -> Form:
    """Read and check the form; every error says how to mend it, and stands at its field."""
    form = Form(consents=tuple(posted.getlist("consent")))
    for name in names(door):
        text = posted.get(name, "").strip()
        form.typed[name] = text
        if not text and name in door.club.settings.enrolment_requires:
            form.errors[name] = gettext("The club asks for this.")
            continue
        try:
            form.values[name] = _value(name, text)
        except Refusal as refusal:
            form.errors[name] = door.say(refusal.phrase)
    return form


def boxes(
    door: Door,
    *,
    given: Sequence[str] = (),
    known: Mapping[tuple[ConsentChannel, ConsentPurpose], ConsentInfo] | None = None,
) -> tuple[ConsentBox, ...]:
    """The consents a member can give, with what they said last and when."""
    shown = []
    for name, channel, purpose, label in _CONSENTS:
        if channel == "email" and "email" not in names(door):
            continue
        latest = (known or {}).get((channel, purpose))
        shown.append(
            ConsentBox(
                name=name,
                label=str(label),
                given=latest.granted if latest else name in given,
                since=_since(door, latest),
            )
        )
    return tuple(shown)


def consents(door: Door, chosen: Sequence[str], *, withdrawals: bool = False) -> tuple[ConsentGiven, ...]:
    """What was ticked, as consents with their text version; boxes left empty are withdrawals if asked."""
    version = door.club.settings.consent_text_version
    return tuple(
        ConsentGiven(channel, purpose, name in chosen, version, {"form": "portal", "lang": door.lang})
        for name, channel, purpose, _label in _CONSENTS
        if name in chosen or withdrawals
    )


def errors_of(door: Door, form: Form | None, refusal: Refusal | None) -> tuple[dict[str, str], str]:
    """Sort what is wrong into errors at fields and one that stands above the form."""
    errors = dict(form.errors) if form else {}
    if refusal is None:
        return errors, ""
    name = (refusal.field or "").strip("/")
    if name not in names(door):
        return errors, door.say(refusal.phrase)
    return {**errors, name: door.say(refusal.phrase)}, ""


def _value(name: str, text: str) -> Any:
    if name == "birth_date":
        return parse_date(text) if text else None
    if name == "email":
        return email.normalise(text) if text else ""
    if name == "national_id":
        return national_id.normalise(text) if text else ""
    if name == "gender":
        return text if text in {"female", "male", "other"} else ""
    return clean(text, field=f"/{name}", limit=_LIMITS[name], lines=name == "address")


def _gender_options(chosen: str) -> tuple[Option, ...]:
    return tuple(Option(value, str(label), value == chosen) for value, label in _GENDERS)


def _since(door: Door, latest: ConsentInfo | None) -> str:
    if latest is None:
        return ""
    day = formats.datetime_(latest.at, door.lang, door.club.calendar, door.club.timezone, "medium")
    if latest.granted:
        return gettext("Given on %(day)s") % {"day": day}
    return gettext("Withdrawn on %(day)s") % {"day": day}

"""Attributes a club declares for its members, and the check of their values."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db import transaction

from bashgah.clubs.types import ClubInfo
from bashgah.ground.audit import audit_post
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit.ids import public
from bashgah.kit.jalali import parse_date
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts, ascii_digits, clean
from bashgah.members import selectors
from bashgah.members.models import Attribute, Ranged
from bashgah.members.ranges import RANGED, place
from bashgah.members.types import AttributeFilter, AttributeInfo, AttributeType

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TYPES = ("text", "number", "boolean", "date", "choice")
_CHOICES_MOST = 100
_NUMBER_LIMIT = 10**15
_UNFIT = _("This value does not fit the type of the attribute.")


def attribute_declare(
    *,
    club: ClubInfo,
    key: str,
    label: Texts,
    type: AttributeType,
    choices: Sequence[str] = (),
    actor: Actor = SYSTEM,
    now: datetime,
) -> AttributeInfo:
    """Declare an attribute or change its label and choices; its type stays what it was first.

    Raises ``attribute_type_fixed`` (409) for another type, since values of the first one are stored already.
    """
    if not _KEY.fullmatch(key):
        raise _invalid("attribute_key_invalid", _("Use small Latin letters, digits and underscores."), "/key")
    if type not in _TYPES:
        raise _invalid("attribute_type_unknown", _("This is not one of the choices."), "/type")
    options = [clean(choice, field="/choices", limit=100) for choice in choices][:_CHOICES_MOST]
    if type == "choice" and not any(options):
        raise _invalid("choices_missing", _("Give the values one can choose from."), "/choices")
    fa, en = (clean(text, field="/label", limit=100) for text in (label.fa, label.en))
    if not fa and not en:
        raise _invalid("name_missing", _("A name is needed in Persian or English."), "/label")
    values = {
        "label_fa": fa,
        "label_en": en,
        "choices": options if type == "choice" else [],
        "is_active": True,
    }
    with transaction.atomic():
        row, made = Attribute.objects.select_for_update().get_or_create(
            club_id=club.id, key=key, defaults={**values, "type": type}
        )
        if row.type != type:
            raise Refusal(
                "attribute_type_fixed",
                Phrase(_("The type of an attribute cannot change.")),
                status=409,
                field="/type",
            )
        if not made:
            Attribute.objects.filter(club_id=club.id, key=key).update(**values)
        _audit(club, actor, "attribute.declared", key, now)
    return AttributeInfo(key, Texts(fa, en), type, tuple(values["choices"]), True)


def attribute_retire(*, club: ClubInfo, key: str, actor: Actor = SYSTEM, now: datetime) -> None:
    """Ask for the attribute no more; values given so far stay."""
    with transaction.atomic():
        if not Attribute.objects.filter(club_id=club.id, key=key).update(is_active=False):
            raise Refusal("attribute_unknown", Phrase(_("There is no such attribute.")), status=404)
        _audit(club, actor, "attribute.retired", key, now)


def attributes_checked(declared: Sequence[AttributeInfo], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as they are stored; None takes a value away.

    Raises ``attribute_unknown`` and ``attribute_invalid`` (422) naming the attribute.
    """
    by_key = {attribute.key: attribute for attribute in declared}
    checked: dict[str, Any] = {}
    for key, value in given.items():
        field = f"/attributes/{key}"
        if key not in by_key:
            raise _invalid("attribute_unknown", _("There is no such attribute."), field)
        checked[key] = None if value is None else _value(by_key[key], value, field)
    return checked


def attribute_filter(attribute: AttributeInfo, *, equal: Any, least: Any, most: Any) -> AttributeFilter:
    """Return a filter by a declared attribute; empty texts and None ask for nothing.

    Numbers may be texts in any digits, dates in either calendar. Bounds are for numbers and dates. Raises
    ``attribute_invalid`` (422) naming the attribute.
    """
    given = [_asked(attribute, value) for value in (equal, least, most)]
    if attribute.type not in {"number", "date"} and given[1:] != [None, None]:
        raise _invalid("attribute_invalid", _UNFIT, f"/attributes/{attribute.key}")
    return AttributeFilter(attribute.key, attribute.type, *given)


def _asked(attribute: AttributeInfo, value: Any) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = _read(attribute.type, value)
    return _value(attribute, value, f"/attributes/{attribute.key}")


def _read(type: AttributeType, text: str) -> Any:
    """Read what stands in an address or a form; what cannot be read stays a text and fits nothing."""
    if type == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if type == "number":
        try:
            return Decimal(ascii_digits(text).replace("٬", "").replace(",", "").replace("٫", "."))
        except InvalidOperation:
            return text
    return text


def _value(attribute: AttributeInfo, value: Any, field: str) -> Any:
    match attribute.type, value:
        case "text", str():
            return clean(value, field=field)
        case "choice", str() if value in attribute.choices:
            return value
        case "boolean", bool():
            return value
        case "number", bool():
            pass
        case "number", int() | float() | Decimal() if _is_storable(value):
            return int(value) if value == int(value) else float(value)
        case "date", date():
            return value.isoformat()
        case "date", str():
            return parse_date(value, field=field).isoformat()
    raise _invalid("attribute_invalid", _UNFIT, field)


def _is_storable(value: float | Decimal) -> bool:
    """Say whether JSON and every reader of it keep the number as it is."""
    return (isinstance(value, int) or math.isfinite(value)) and abs(value) < _NUMBER_LIMIT


def ranged_rows(
    club: ClubInfo, member_id: UUID, declared: Sequence[AttributeInfo], values: Mapping[str, Any]
) -> list[Ranged]:
    """Return the numbers and days among stored values as the rows by which ranges find them."""
    return [
        Ranged(member_id=member_id, club_id=club.id, key=attribute.key, value=place(values[attribute.key]))
        for attribute in declared
        if attribute.type in RANGED and values.get(attribute.key) is not None
    ]


def ranged_set(club: ClubInfo, member_id: UUID, values: Mapping[str, Any]) -> None:
    """Let ranges find a locked member by these values, and by none they had before."""
    Ranged.objects.filter(club_id=club.id, member_id=member_id).delete()
    declared = selectors.attribute_list(club, active_only=False) if values else []
    Ranged.objects.bulk_create(ranged_rows(club, member_id, declared, values))


def stored_attributes(club: ClubInfo, given: Mapping[str, Any]) -> dict[str, Any]:
    """Check the values against what the club declared; without values nothing is read."""
    return attributes_checked(selectors.attribute_list(club), given) if given else {}


def _audit(club: ClubInfo, actor: Actor, action: str, key: str, now: datetime) -> None:
    audit_post(
        club_id=club.id,
        actor=actor,
        action=action,
        target=public("club", club.id),
        details={"attribute": key},
        now=now,
    )


def _invalid(code: str, sentence: str, field: str) -> Refusal:
    return Refusal(code, Phrase(sentence), status=422, field=field)

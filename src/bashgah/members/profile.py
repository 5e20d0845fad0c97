"""A profile as given, cleaned and sealed: what enrolment and changes of a member have in common."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.ground import secrets
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import clean

# column → longest text; all of them may be empty
TEXTS = {
    "first_name": 100,
    "last_name": 100,
    "nickname": 100,
    "city": 100,
    "source": 60,
}
SEALED = ("mobile", "email", "national_id", "address", "notes")
SEALED_TEXTS = {"address": 500, "notes": 2000}
GENDERS = ("", "female", "male", "other")
LOCALES = ("", "fa", "en")
EARLIEST_BIRTH = date(1900, 1, 1)
TAGS_MOST = 50


def cleaned(field: str, value: Any, now: datetime) -> Any:  # noqa: PLR0911 one line a kind of field
    """Return one field of a profile as it is stored, or raise the refusal that names it."""
    if field in TEXTS:
        return clean(value, field=f"/{field}", limit=TEXTS[field])
    if field in SEALED_TEXTS:
        return clean(value, field=f"/{field}", limit=SEALED_TEXTS[field], lines=True)
    match field:
        case "gender":
            return _one_of(value, GENDERS, field)
        case "locale":
            return _one_of(value, LOCALES, field)
        case "birth_date":
            return _birth_date(value, now)
        case "tags":
            return tags(value)
    return value


def tags(given: Sequence[str]) -> list[str]:
    """Return the tags cleaned, without doubles, in the order given; too many raise ``tags_too_many``."""
    found = dict.fromkeys(clean(tag, field="/tags", limit=60) for tag in given)
    found.pop("", None)
    if len(found) > TAGS_MOST:
        raise Refusal(
            "tags_too_many", Phrase(_("At most {most} tags."), {"most": TAGS_MOST}), status=422, field="/tags"
        )
    return list(found)


def sealed(club: ClubInfo, member_id: UUID, column: str, text: str) -> bytes | None:
    """Close a value of ``members_person``; nothing stays nothing."""
    return secrets.encrypt(club.id, "members_person", column, member_id, text) if text else None


def _one_of(value: str, choices: Sequence[str], field: str) -> str:
    if value not in choices:
        raise Refusal(
            "choice_invalid", Phrase(_("This is not one of the choices.")), status=422, field=f"/{field}"
        )
    return value


def _birth_date(value: date | None, now: datetime) -> date | None:
    if value is not None and not EARLIEST_BIRTH <= value <= now.date():
        raise Refusal(
            "birth_date_invalid",
            Phrase(_("A birth date lies between 1900 and today.")),
            status=422,
            field="/birth_date",
        )
    return value

"""Writes of clubs and branches; each locks the club's row, so that two editors follow one another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, transaction
from pydantic import ValidationError

from bashgah.clubs import brand, selectors
from bashgah.clubs.models import Branch, Club
from bashgah.clubs.types import BranchInfo, ClubInfo, ClubKind, ClubSettings, Locale, MoneyDisplay, Theme
from bashgah.ground import ids
from bashgah.ground.audit import audit_post
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit.ids import public
from bashgah.kit.jalali import Calendar
from bashgah.kit.money import CURRENCIES
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts, ascii_digits, clean

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_CHOICES: dict[str, tuple[str, ...]] = {
    "money_display": ("toman", "rial"),
    "calendar": ("jalali", "gregorian"),
    "locale": ("fa", "en"),
    "kind": ("live", "sandbox"),
}


def club_create(
    *,
    slug: str,
    name: Texts,
    currency: str = "IRR",
    money_display: MoneyDisplay = "toman",
    calendar: Calendar = "jalali",
    timezone: str = "Asia/Tehran",
    week_start: int = 5,
    locale: Locale = "fa",
    kind: ClubKind = "live",
    is_demo: bool = False,
    settings: Mapping[str, Any] | None = None,
    actor: Actor = SYSTEM,
    now: datetime,
) -> ClubInfo:
    """Open a club with the default theme; a slug that is taken raises ``slug_taken`` (409)."""
    slug = slug.strip().lower()
    if not _SLUG.fullmatch(slug):
        raise _invalid("slug_invalid", _("Use small Latin letters, digits and hyphens."), "/slug")
    values = _checked(
        name=name,
        currency=currency,
        money_display=money_display,
        calendar=calendar,
        timezone=timezone,
        week_start=week_start,
        locale=locale,
        kind=kind,
    )
    try:
        with transaction.atomic():
            row = Club.objects.create(
                id=ids.fresh(),
                slug=slug,
                **values,
                theme=asdict(Theme()),
                settings=settings_checked(settings or {}).model_dump(mode="json"),
                is_demo=is_demo,
                revision=ids.fresh(),
                created_at=now,
                updated_at=now,
            )
            _audit(row, actor, "club.created", {"slug": slug}, now)
    except IntegrityError:
        raise Refusal(
            "slug_taken", Phrase(_("Another club has this short name.")), status=409, field="/slug"
        ) from None
    return selectors.club_info(row)


def club_update(
    *,
    club: ClubInfo,
    name: Texts | None = None,
    money_display: MoneyDisplay | None = None,
    calendar: Calendar | None = None,
    timezone: str | None = None,
    week_start: int | None = None,
    locale: Locale | None = None,
    domain: str | None = None,
    actor: Actor = SYSTEM,
    now: datetime,
) -> ClubInfo:
    """Change what is given and leave the rest; an empty ``domain`` removes it.

    The currency is fixed when the club opens: amounts already recorded could not be read otherwise.
    """
    given = {
        "name": name,
        "money_display": money_display,
        "calendar": calendar,
        "timezone": timezone,
        "week_start": week_start,
        "locale": locale,
    }
    changes = _checked(**{field: value for field, value in given.items() if value is not None})
    if domain is not None:
        changes["domain"] = _domain(domain)
    try:
        return _club_write(club, changes, actor, "club.updated", now)
    except IntegrityError:
        raise Refusal(
            "domain_taken", Phrase(_("Another club has this domain.")), status=409, field="/domain"
        ) from None


def theme_set(
    *,
    club: ClubInfo,
    brand_colour: str,
    pass_a: str,
    pass_b: str,
    logo: str = "",
    actor: Actor = SYSTEM,
    now: datetime,
) -> ClubInfo:
    """Dress the club in its colours; unreadable ones are refused (see ``brand.themed``)."""
    theme = brand.themed(brand=brand_colour, pass_a=pass_a, pass_b=pass_b, logo=logo)
    return _club_write(club, {"theme": asdict(theme)}, actor, "club.theme_set", now)


def settings_set(
    *, club: ClubInfo, changes: Mapping[str, Any], actor: Actor = SYSTEM, now: datetime
) -> ClubInfo:
    """Change the given settings and leave the rest; a wrong value raises ``settings_invalid`` (422)."""
    with transaction.atomic():
        row = _locked(club)
        merged = selectors.club_info(row).settings.model_dump(mode="json") | dict(changes)
        settings = settings_checked(merged).model_dump(mode="json")
        return _club_write(club, {"settings": settings}, actor, "club.settings_set", now)


def settings_checked(values: Mapping[str, Any]) -> ClubSettings:
    """Return valid settings or raise ``settings_invalid`` naming the first field at fault."""
    try:
        return ClubSettings.model_validate(dict(values))
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        pointer = "/settings/" + "/".join(str(part) for part in faults[0]["loc"])
        raise Refusal(
            "settings_invalid",
            Phrase(_("This setting does not have a value it may have.")),
            status=422,
            field=pointer,
            extra={"fields": ["/".join(map(str, fault["loc"])) for fault in faults]},
        ) from None


def branch_create(
    *,
    club: ClubInfo,
    code: str,
    name: Texts,
    city: str = "",
    region: str = "",
    timezone: str = "",
    franchise: str = "",
    actor: Actor = SYSTEM,
    now: datetime,
) -> BranchInfo:
    """Open a branch; a code in use raises ``code_taken`` (409), capitals do not make another code."""
    code = ascii_digits(code.strip())
    if not _CODE.fullmatch(code):
        raise _invalid("code_invalid", _("Use Latin letters, digits, dots and hyphens."), "/code")
    values = _branch_checked(name=name, city=city, region=region, timezone=timezone, franchise=franchise)
    with transaction.atomic():
        locked = _locked(club)
        if Branch.objects.filter(club_id=club.id, code__iexact=code).exists():
            raise Refusal("code_taken", Phrase(_("Another branch has this code.")), status=409, field="/code")
        row = Branch.objects.create(
            id=ids.fresh(), club_id=club.id, code=code, is_active=True, created_at=now, **values
        )
        _touch(locked, now)
        _audit(locked, actor, "branch.created", {"branch": public("branch", row.id), "code": code}, now)
    return selectors.branch_info(row, locked.timezone)


def branch_update(
    *,
    club: ClubInfo,
    id: UUID,
    name: Texts | None = None,
    city: str | None = None,
    region: str | None = None,
    timezone: str | None = None,
    franchise: str | None = None,
    actor: Actor = SYSTEM,
    now: datetime,
) -> BranchInfo:
    """Change what is given; the code stays, because purchases and tills name the branch by it."""
    given = {"name": name, "city": city, "region": region, "timezone": timezone, "franchise": franchise}
    changes = _branch_checked(**{field: value for field, value in given.items() if value is not None})
    return _branch_write(club, id, changes, actor, "branch.updated", now)


def branch_close(*, club: ClubInfo, id: UUID, actor: Actor = SYSTEM, now: datetime) -> BranchInfo:
    """Close a branch: it stays in history and takes no new purchases. Closing twice is closing once."""
    return _branch_write(club, id, {"is_active": False}, actor, "branch.closed", now)


def branch_reopen(*, club: ClubInfo, id: UUID, actor: Actor = SYSTEM, now: datetime) -> BranchInfo:
    """Open a closed branch again."""
    return _branch_write(club, id, {"is_active": True}, actor, "branch.reopened", now)


def _club_write(
    club: ClubInfo, changes: dict[str, Any], actor: Actor, action: str, now: datetime
) -> ClubInfo:
    with transaction.atomic():
        row = _locked(club)
        before = {name: getattr(row, name) for name in changes}
        for name, value in changes.items():
            setattr(row, name, value)
        _touch(row, now, *changes)
        changed = {
            name: {"from": before[name], "to": value}
            for name, value in changes.items()
            if before[name] != value
        }
        _audit(row, actor, action, {"changed": changed}, now)
    return selectors.club_info(row)


def _branch_write(  # noqa: PLR0917 the one place that writes a branch
    club: ClubInfo, id: UUID, changes: dict[str, Any], actor: Actor, action: str, now: datetime
) -> BranchInfo:
    with transaction.atomic():
        locked = _locked(club)
        row = Branch.objects.filter(club_id=club.id, id=id).first()
        if row is None:
            raise Refusal("branch_not_found", Phrase(_("There is no such branch.")), status=404)
        for name, value in changes.items():
            setattr(row, name, value)
        if changes:
            row.save(update_fields=[*changes])
        _touch(locked, now)
        _audit(locked, actor, action, {"branch": public("branch", id), "changed": changes}, now)
    return selectors.branch_info(row, locked.timezone)


def _locked(club: ClubInfo) -> Club:
    row = Club.objects.select_for_update().filter(id=club.id).first()
    if row is None:
        raise Refusal("club_not_found", Phrase(_("There is no such club.")), status=404)
    return row


def _touch(row: Club, now: datetime, *fields: str) -> None:
    row.revision = ids.fresh()
    row.updated_at = now
    row.save(update_fields=["revision", "updated_at", *fields])


def _audit(row: Club, actor: Actor, action: str, details: dict[str, Any], now: datetime) -> None:
    audit_post(
        club_id=row.id, actor=actor, action=action, target=public("club", row.id), details=details, now=now
    )


def _checked(**given: Any) -> dict[str, Any]:
    """Validate club columns; ``name`` becomes its two columns."""
    values: dict[str, Any] = {}
    for field, value in given.items():
        if field == "name":
            values |= _name(value)
        elif field == "timezone":
            values[field] = _zone(value)
        elif field == "currency":
            if value not in CURRENCIES:
                raise _invalid("currency_unknown", _("This currency is not known."), "/currency")
            values[field] = value
        elif field == "week_start":
            if value not in range(7):
                raise _invalid(
                    "week_start_invalid", _("A week starts on one of its seven days."), "/week_start"
                )
            values[field] = value
        elif value not in _CHOICES[field]:
            raise _invalid("choice_invalid", _("This is not one of the choices."), f"/{field}")
        else:
            values[field] = value
    return values


def _branch_checked(**given: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field, value in given.items():
        if field == "name":
            values |= _name(value)
        elif field == "timezone":
            values[field] = _zone(value) if value else ""
        else:
            values[field] = clean(value, field=f"/{field}", limit=100)
    return values


def _name(name: Texts) -> dict[str, str]:
    fa, en = (clean(text, field="/name", limit=200) for text in (name.fa, name.en))
    if not fa and not en:
        raise _invalid("name_missing", _("A name is needed in Persian or English."), "/name")
    return {"name_fa": fa, "name_en": en}


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _invalid("timezone_unknown", _("This time zone is not known."), "/timezone") from None
    return name


def _domain(text: str) -> str | None:
    name = text.strip().lower().rstrip(".")
    if not name:
        return None
    if len(name) > 253 or not _DOMAIN.fullmatch(name):
        raise _invalid("domain_invalid", _("This is not a domain name."), "/domain")
    return name


def _invalid(code: str, sentence: str, field: str) -> Refusal:
    return Refusal(code, Phrase(sentence), status=422, field=field)

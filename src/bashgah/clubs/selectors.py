"""Reads of clubs and branches."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from uuid import UUID

from bashgah.clubs import brand
from bashgah.clubs.models import Branch, Club
from bashgah.clubs.types import BranchInfo, ClubInfo, ClubSettings, Theme
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts, ascii_digits


def club_get(id: UUID) -> ClubInfo:
    """Return the club, or raise ``club_not_found`` (404)."""
    row = Club.objects.filter(id=id).first()
    if row is None:
        raise _no_club()
    return club_info(row)


def club_by_slug(slug: str) -> ClubInfo:
    """Return the club of a slug, or raise ``club_not_found`` (404)."""
    row = Club.objects.filter(slug=slug).first()
    if row is None:
        raise _no_club()
    return club_info(row)


def club_list() -> list[ClubInfo]:
    """Return every club of the installation, the oldest first."""
    return [club_info(row) for row in Club.objects.order_by("created_at", "id")]


def club_for_host(host: str) -> ClubInfo | None:
    """Return the club whose domain a visitor typed, else the first live club, else None."""
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    row = Club.objects.filter(domain=name.lower().rstrip(".")).first()
    row = row or Club.objects.filter(kind="live").order_by("created_at", "id").first()
    return club_info(row) if row else None


def branch_get(club: ClubInfo, id: UUID) -> BranchInfo:
    """Return a branch of this club, or raise ``branch_not_found`` (404) also for another club's."""
    branch = _branches(club.id, club.revision).get(id)
    return branch or _branch(club, id=id)


def branch_by_code(club: ClubInfo, code: str) -> BranchInfo:
    """Return the branch a till or an integration names by its code, or raise ``branch_not_found`` (404)."""
    code = ascii_digits(code.strip())
    branch = _codes(club.id, club.revision).get(code.lower())
    return branch or _branch(club, code__iexact=code)


def branch_list(club: ClubInfo, *, active_only: bool = False) -> list[BranchInfo]:
    """Return the club's branches by code."""
    rows = Branch.objects.filter(club_id=club.id).order_by("code")
    return [branch_info(row, club.timezone) for row in (rows.filter(is_active=True) if active_only else rows)]


def theme_css(club: ClubInfo) -> str:
    """Return the club's own style sheet: its four variables."""
    return brand.css(club.theme)


def _branch(club: ClubInfo, **named: object) -> BranchInfo:
    """Look past the cache: the caller's club may be older than its newest branch."""
    row = Branch.objects.filter(club_id=club.id, **named).first()
    if row is None:
        raise Refusal("branch_not_found", Phrase(_("There is no such branch.")), status=404)
    return branch_info(row, club.timezone)


@lru_cache(maxsize=64)
def _branches(club_id: UUID, revision: UUID) -> Mapping[UUID, BranchInfo]:
    """Read a club's branches once for each revision: the settlement asks for one with every purchase."""
    club = club_get(club_id)
    return {branch.id: branch for branch in branch_list(club)}


@lru_cache(maxsize=64)
def _codes(club_id: UUID, revision: UUID) -> Mapping[str, BranchInfo]:
    return {branch.code.lower(): branch for branch in _branches(club_id, revision).values()}


def club_info(row: Club) -> ClubInfo:
    """Turn a row into the value rooms pass around; settings a newer version dropped are left out."""
    known = {name: value for name, value in row.settings.items() if name in ClubSettings.model_fields}
    return ClubInfo(
        id=row.id,
        slug=row.slug,
        name=Texts(row.name_fa, row.name_en),
        currency=row.currency,
        money_display=row.money_display,
        calendar=row.calendar,
        timezone=row.timezone,
        week_start=row.week_start,
        locale=row.locale,
        domain=row.domain or "",
        theme=Theme(**row.theme),
        settings=ClubSettings.model_validate(known),
        is_demo=row.is_demo,
        kind=row.kind,
        revision=row.revision,
    )


def branch_info(row: Branch, timezone: str) -> BranchInfo:
    """Turn a row into the value rooms pass around."""
    return BranchInfo(
        id=row.id,
        club_id=row.club_id,
        code=row.code,
        name=Texts(row.name_fa, row.name_en),
        city=row.city,
        region=row.region,
        timezone=row.timezone or timezone,
        is_active=row.is_active,
        franchise=row.franchise,
    )


def _no_club() -> Refusal:
    return Refusal("club_not_found", Phrase(_("There is no such club.")), status=404)

"""Whose pages somebody may open who works in some branches only (docs/decisions/0070)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from bashgah.activities import selectors as activities
from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.kit import ids
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors as members

View = Callable[..., HttpResponse]


def within_branches(view: View) -> View:
    """Guards a view whose address names a member or an activity; every page of the console passes here."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        own: frozenset[UUID] | None = getattr(request, "staff_branches", None)
        if own is not None and "member_id" in named:
            _member_within(request.club, ids.parse("member", named["member_id"]), own)
        if own is not None and "activity_id" in named:
            _activity_within(request.club, ids.parse("activity", named["activity_id"]), own)
        return view(request, *args, **named)

    return guarded


def _member_within(club: ClubInfo, id: UUID, own: frozenset[UUID]) -> None:
    """Let a member pass who enrolled in one of these branches, likes one best, or was ever served in one."""
    member = members.member_get(club, id)
    if member.branch_id in own or member.favourite_branch_id in own:
        return
    if not activities.member_was_at(club, id, _codes(club, own)):
        raise Refusal(
            "member_of_other_branch",
            Phrase(_("This member belongs to other branches. At the till you may serve them all the same.")),
            status=403,
        )


def _activity_within(club: ClubInfo, id: UUID, own: frozenset[UUID]) -> None:
    """Let an activity pass that happened in one of these branches, or whose member passes."""
    info = activities.activity_get(club, id)
    if info.branch not in _codes(club, own):
        _member_within(club, info.member_id, own)


def _codes(club: ClubInfo, own: frozenset[UUID]) -> list[str]:
    return [branch.code for branch in clubs.branch_list(club) if branch.id in own]

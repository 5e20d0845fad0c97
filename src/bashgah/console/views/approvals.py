"""Corrections that wait for a second person: who asked for what, and the other person's yes or no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.access.gate import may
from bashgah.access.selectors import limit_for
from bashgah.clubs.types import ClubInfo
from bashgah.console.approving import Asked, approves, asked_of, taken_back
from bashgah.console.framing import done
from bashgah.console.views.base import page, read_id, show
from bashgah.console.views.members.statement import unit_name
from bashgah.console.views.rules.stage_approvals import rows_of
from bashgah.dealings import selectors, services
from bashgah.dealings.types import AdjustmentInfo
from bashgah.ground import clock
from bashgah.kit import formats
from bashgah.kit.ids import public
from bashgah.members import selectors as members
from bashgah.ui.figures import isolated
from bashgah.ui.framing import lang_of

LATEST = 50


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """A request or what became of it."""

    asked: Asked
    member: str
    member_url: str
    amount: str
    unit: str
    reason: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ApprovalsPage:
    """What waits, and what was decided lately."""

    waiting: tuple[ApprovalRow, ...]
    decided: tuple[ApprovalRow, ...]


@page("wallets.read")
def index(request: HttpRequest) -> HttpResponse:
    """What waits first; below it what was decided, with who and why."""
    club: ClubInfo = request.club
    found = selectors.adjustment_list(club, limit=200)
    now = clock.now()
    waiting = [info for info in found if info.state == "waiting" and info.expires_at > now]
    decided = [info for info in found if info.state not in {"waiting", "done"}][:LATEST]
    rows = _rows(request, club, [*waiting, *decided])
    model = ApprovalsPage(tuple(rows[: len(waiting)]), tuple(rows[len(waiting) :]))
    return show(request, "approvals.html", model, approvals=rows_of(request))


@require_POST
@page("points.approve")
def decide(request: HttpRequest, adjustment_id: str) -> HttpResponse:
    """Approves or refuses; never one's own, and within what the person may approve."""
    approve = approves(request)
    services.adjustment_decide(
        club=request.club,
        adjustment_id=read_id("adjustment", adjustment_id),
        approve=approve,
        note=request.POST.get("note", ""),
        limit=limit_for(request.grants, "points.approve"),
        actor=request.actor,
        now=clock.now(),
    )
    done(request, gettext("Approved; the points moved.") if approve else gettext("Refused; nothing moved."))
    return redirect("console:approvals")


@require_POST
@page("points.adjust")
def withdraw(request: HttpRequest, adjustment_id: str) -> HttpResponse:
    """Takes back what the person asked for themselves."""
    services.adjustment_withdraw(
        club=request.club,
        adjustment_id=read_id("adjustment", adjustment_id),
        actor=request.actor,
        now=clock.now(),
    )
    return taken_back(request, "console:approvals")


def _rows(request: HttpRequest, club: ClubInfo, found: list[AdjustmentInfo]) -> list[ApprovalRow]:
    lang = lang_of(request)
    people = members.members_get(club, {info.member_id for info in found})
    decides, withdraws = may(request, "points.approve"), may(request, "points.adjust")
    rows = []
    for info in found:
        named = club.settings.adjustment_reason(info.reason)
        is_own = info.asked_by == request.actor.id
        member, amount = people[info.member_id].name, formats.signed(info.amount, lang)
        unit, reason = unit_name(info.unit, {}), named.texts.say(lang) if named else info.reason
        rows.append(
            ApprovalRow(
                asked=asked_of(
                    info,
                    "adjustment",
                    about=f"{member}: {isolated(amount)} {unit} · {reason}",
                    is_own=is_own,
                    decide="console:approval_decide" if decides and not is_own else "",
                    withdraw="console:approval_withdraw" if withdraws and is_own else "",
                ),
                member=member,
                member_url=reverse("console:member", args=[public("member", info.member_id)]),
                amount=amount,
                unit=unit,
                reason=reason,
                expires_at=info.expires_at,
            )
        )
    return rows

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
from bashgah.ui.framing import lang_of

LATEST = 50


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """A request or what became of it."""

    key: str
    member: str
    member_url: str
    amount: str
    unit: str
    reason: str
    note: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    state: str
    decided: str
    decision_note: str
    decide_url: str
    withdraw_url: str
    is_own: bool


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
    return show(
        request,
        "approvals.html",
        model,
        approvals=rows_of(request),
        verdicts=(("approve", "yes"), ("refuse", "no")),
    )


@require_POST
@page("points.approve")
def decide(request: HttpRequest, adjustment_id: str) -> HttpResponse:
    """Approves or refuses; never one's own, and within what the person may approve."""
    approve = request.POST.get("verdict") == "approve"
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
    done(request, gettext("The request was taken back."))
    return redirect("console:approvals")


def state_words() -> dict[str, str]:
    """What the states of a request are called."""
    return {
        "waiting": gettext("waiting for approval"),
        "approved": gettext("approved"),
        "refused": gettext("refused"),
        "withdrawn": gettext("taken back"),
        "expired": gettext("nobody decided in time"),
    }


def _rows(request: HttpRequest, club: ClubInfo, found: list[AdjustmentInfo]) -> list[ApprovalRow]:
    lang, words = lang_of(request), state_words()
    people = members.members_get(club, {info.member_id for info in found})
    rows = []
    for info in found:
        id_ = public("adjustment", info.id)
        reason = club.settings.adjustment_reason(info.reason)
        is_own = info.asked_by == request.actor.id
        rows.append(
            ApprovalRow(
                key=id_,
                member=people[info.member_id].name,
                member_url=reverse("console:member", args=[public("member", info.member_id)]),
                amount=formats.signed(info.amount, lang),
                unit=unit_name(info.unit, {}),
                reason=reason.texts.say(lang) if reason else info.reason,
                note=info.note,
                asked_by=info.asked_name,
                asked_at=info.asked_at,
                expires_at=info.expires_at,
                state=info.state,
                decided=" · ".join(part for part in (words.get(info.state, ""), info.decided_name) if part),
                decision_note=info.decision_note,
                decide_url=reverse("console:approval_decide", args=[id_])
                if may(request, "points.approve") and not is_own
                else "",
                withdraw_url=reverse("console:approval_withdraw", args=[id_])
                if is_own and may(request, "points.adjust")
                else "",
                is_own=is_own,
            )
        )
    return rows

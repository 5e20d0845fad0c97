"""Drafts of the program that wait for a second person: asked for, approved or declined with a note."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo
from bashgah.console.approving import Asked, approves, asked_of, taken_back
from bashgah.console.framing import done, said
from bashgah.console.views.base import page, read_id
from bashgah.ground import clock
from bashgah.kit.phrases import phrase_from_json
from bashgah.programs import approvals
from bashgah.programs.types import ApprovalInfo
from bashgah.ui.figures import money_words

LATEST = 20


@dataclass(frozen=True, slots=True)
class DraftApproval:
    """A draft somebody wants approved, or what became of it."""

    asked: Asked
    changes: tuple[str, ...]
    cost: str
    is_current: bool

    @property
    def waits(self) -> bool:
        """Whether nobody has decided it yet."""
        return self.asked.state == "waiting"


def rows_of(request: HttpRequest) -> tuple[DraftApproval, ...]:
    """The newest requests, those that wait first; nothing for whoever may not see the program."""
    if not may(request, "rules.read"):
        return ()
    found = approvals.approval_list(request.club, limit=LATEST)
    return tuple(_row(request, info) for info in sorted(found, key=lambda info: info.state != "waiting"))


@require_POST
@page("rules.edit")
def ask(request: HttpRequest) -> HttpResponse:
    """Asks that somebody else looks at the draft as it was shown."""
    posted = request.POST.get("revision", "")
    approvals.approval_ask(
        club=request.club,
        revision=int(posted) if posted.isdecimal() else -1,
        actor=request.actor,
        now=clock.now(),
        note=request.POST.get("note", "").strip(),
    )
    done(request, gettext("Another person is asked. You see here what they decide."))
    return redirect("console:rules_publish")


@require_POST
@page("rules.approve")
def decide(request: HttpRequest, approval_id: str) -> HttpResponse:
    """Approves or declines; never what one wrote or asked for oneself."""
    approve = approves(request)
    approvals.approval_decide(
        club=request.club,
        approval_id=read_id("approval", approval_id),
        approve=approve,
        actor=request.actor,
        now=clock.now(),
        note=request.POST.get("note", "").strip(),
    )
    done(request, gettext("Approved; it can be published now.") if approve else gettext("Declined."))
    return redirect("console:approvals")


@require_POST
@page("rules.edit")
def withdraw(request: HttpRequest, approval_id: str) -> HttpResponse:
    """Takes back what the person asked for themselves."""
    approvals.approval_withdraw(
        club=request.club,
        approval_id=read_id("approval", approval_id),
        actor=request.actor,
        now=clock.now(),
    )
    return taken_back(request, "console:rules_publish")


def _row(request: HttpRequest, info: ApprovalInfo) -> DraftApproval:
    club: ClubInfo = request.club
    waits, is_own = info.state == "waiting", not info.may_decide(request.actor.id)
    may_decide = waits and info.is_current and not is_own and may(request, "rules.approve")
    may_withdraw = waits and info.asked_by == request.actor.id
    cost = money_words(info.cost, club) if info.cost is not None else gettext("not known")
    about = gettext("Asked by %(name)s; cost a month: %(cost)s.") % {"name": info.asked_name, "cost": cost}
    return DraftApproval(
        asked=asked_of(
            info,
            "approval",
            about=about,
            is_own=is_own,
            decide="console:program_approval_decide" if may_decide else "",
            withdraw="console:program_approval_withdraw" if may_withdraw else "",
        ),
        changes=tuple(said(request, phrase_from_json(phrase)) for _kind, phrase in info.changes),
        cost=cost,
        is_current=info.is_current,
    )

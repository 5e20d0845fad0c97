"""One redemption as staff see it, and calling a finished one off."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.access.gate import may, require
from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done
from bashgah.console.views.base import page, read_id, said, show
from bashgah.ground import clock
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.points import Points
from bashgah.members import selectors as members
from bashgah.redemption import selectors, services
from bashgah.redemption.types import RedemptionInfo
from bashgah.ui.figures import moment_words
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb


@dataclass(frozen=True, slots=True)
class RedemptionPage:
    """One redemption."""

    crumbs: tuple[Crumb, ...]
    title: str
    text: str
    facts: tuple[tuple[str, str], ...]
    member: str
    member_url: str
    cancel_url: str
    cancelled: str


@page("redemptions.read")
def one(request: HttpRequest, redemption_id: str) -> HttpResponse:
    """What was asked for, what became of it, and the button that calls it off."""
    club: ClubInfo = request.club
    now = clock.now()
    info = selectors.redemption_get(club, read_id("redemption", redemption_id), now=now)
    lang = lang_of(request)
    member = members.members_get(club, [info.member_id]).get(info.member_id)
    name = member.name if member else "–"
    member_url = reverse("console:member", args=[public("member", info.member_id)])
    mine = may(request, "redemptions.cancel", branch=_branch(club, info))
    cancel_url = reverse("console:redemption_cancel", args=[redemption_id])
    model = RedemptionPage(
        crumbs=(
            Crumb(gettext("Members"), reverse("console:members")),
            Crumb(name, member_url),
            Crumb(gettext("Redemption")),
        ),
        title=info.name.say(lang),
        text=moment_words(info.begun_at, club),
        facts=_facts(request, info),
        member=name,
        member_url=member_url,
        cancel_url=cancel_url if mine and info.state == "captured" and not info.is_payment else "",
        cancelled=info.cancel_reason if info.state == "cancelled" else "",
    )
    return show(request, "redemption.html", model)


@require_POST
@page("redemptions.read")
def cancel(request: HttpRequest, redemption_id: str) -> HttpResponse:
    """Gives the points back to their lots and makes the coupon void, with a reason."""
    club: ClubInfo = request.club
    now, id_ = clock.now(), read_id("redemption", redemption_id)
    info = selectors.redemption_get(club, id_, now=now)
    require(request, "redemptions.cancel", branch=_branch(club, info))
    services.redemption_cancel(
        club=club, redemption_id=id_, reason=request.POST.get("reason", ""), actor=request.actor, now=now
    )
    done(request, gettext("The redemption was cancelled; the points are back."))
    return redirect("console:redemption", redemption_id)


def _branch(club: ClubInfo, info: RedemptionInfo) -> UUID | None:
    return next((b.id for b in clubs.branch_list(club) if b.code == info.branch), None)


def _facts(request: HttpRequest, info: RedemptionInfo) -> tuple[tuple[str, str], ...]:
    club: ClubInfo = request.club
    lang = lang_of(request)
    states = {
        "open": gettext("waits for the member"),
        "captured": gettext("finished"),
        "released": gettext("given back"),
        "cancelled": gettext("cancelled"),
    }
    branch = next((b.name.say(lang) for b in clubs.branch_list(club) if b.code == info.branch), info.branch)
    at = info.cancelled_at
    price = said(request, Phrase("{points}", {"points": Points(info.price, info.unit)}))
    facts = [
        (gettext("State"), states[info.state]),
        (gettext("Price"), price if info.price else ""),
        (gettext("Gives"), said(request, info.gives)),
        (gettext("Branch"), branch),
        (gettext("Coupon"), f"…{info.coupon.code_end}" if info.coupon else ""),
        (gettext("Cancelled on"), moment_words(at, club) if at else ""),
    ]
    return tuple((term, value) for term, value in facts if value)

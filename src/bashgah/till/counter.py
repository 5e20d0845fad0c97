"""Who stands at the till: the cashier, the branch, the number of the till, and what it did last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from bashgah.access.gate import allowed, may
from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import BranchInfo, ClubInfo
from bashgah.ground import clock
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase, say
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.programs.units import units_value
from bashgah.till.pages import Last
from bashgah.ui.framing import lang_of, theme_of
from bashgah.ui.types import Frame, Lang

View = Callable[..., HttpResponse]
OPENED = "till"
MODES = ("amount", "lines")


@dataclass(frozen=True, slots=True)
class Counter:
    """What every page of the till knows."""

    club: ClubInfo
    branch: BranchInfo
    number: str
    mode: str
    lang: Lang
    now: datetime
    actor: Actor
    staff_id: UUID
    staff_name: str
    last: Last | None
    last_invoice: str
    may_cancel: bool = False

    @property
    def source(self) -> str:
        """Where this till's facts come from: references are unique within it, so a receipt earns once."""
        return f"till:{self.branch.code}"

    def units(self, amount: int, unit: str) -> str:
        """Say an amount of a wallet: by the club's name for it, money of a credit wallet as money."""
        return self.say(Phrase("{units}", {"units": units_value(self.club, amount, unit, self.now)}))

    def say(self, phrase: Phrase) -> str:
        """Say a sentence in the cashier's language, with the club's calendar, zone and currency unit."""
        return say(
            phrase,
            self.lang,
            calendar=self.club.calendar,
            zone=self.branch.timezone,
            display=self.club.money_display,
        )


def at_counter(view: View) -> View:
    """Let cashiers in who have opened the till; the others open it first."""

    @allowed("till.use")
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        counter = counter_of(request)
        if counter is None:
            return _to_branch(request)
        try:
            with transaction.atomic():
                return view(request, counter, *args, **kwargs)
        except Refusal as refusal:
            return refused(request, counter, refusal)

    return opened


def counter_of(request: HttpRequest) -> Counter | None:
    """The till this browser has opened, if the cashier may still work there."""
    opened = request.session.get(OPENED)
    club: ClubInfo = request.club  # type: ignore[attr-defined]
    if not opened or opened.get("club") != str(club.id):
        return None
    branch = next((b for b in places(request) if str(b.id) == opened["branch"]), None)
    if branch is None:
        return None
    last = opened.get("last")
    return Counter(
        club=club,
        branch=branch,
        number=opened["number"],
        mode=opened.get("mode", MODES[0]),
        lang=lang_of(request),
        now=clock.now(),
        actor=request.actor,  # type: ignore[attr-defined]
        staff_id=request.user.pk,
        staff_name=str(request.user),
        last=Last(last["activity"], last["when"], last["amount"], last["void"]) if last else None,
        last_invoice=opened.get("invoice", ""),
        may_cancel=may(request, "redemptions.cancel", branch=branch.id),
    )


def counter_open(request: HttpRequest, branch: BranchInfo, number: str) -> None:
    """Open the till of a branch in this browser; what another till did last is forgotten."""
    request.session[OPENED] = {
        "club": str(branch.club_id),
        "branch": str(branch.id),
        "number": number,
        "mode": MODES[0],
    }


def counter_keep(request: HttpRequest, **changes: Any) -> None:
    """Remember something of this till between its pages."""
    request.session[OPENED] = {**request.session[OPENED], **changes}


def places(request: HttpRequest) -> list[BranchInfo]:
    """The branches where the cashier may work."""
    club: ClubInfo = request.club  # type: ignore[attr-defined]
    among = request.staff_branches  # type: ignore[attr-defined]
    return [b for b in clubs.branch_list(club, active_only=True) if among is None or b.id in among]


def check_branch(request: HttpRequest, club: ClubInfo, branch: str) -> None:
    """Refuse with ``purchase_elsewhere`` (403) a purchase of a branch where this person may record nothing.

    What was bought at no branch (in a shop on the web) comes back at any.
    """
    place = next((each.id for each in clubs.branch_list(club) if each.code == branch), None)
    if may(request, "activities.write", branch=place):
        return
    raise Refusal(
        "purchase_elsewhere",
        Phrase(_("This purchase was made at another branch: it is returned, made void or claimed there.")),
        status=403,
    )


def part(
    request: HttpRequest, counter: Counter, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Render a fragment of the till."""
    response = render(request, f"till/parts/{template}", context | {"door": counter}, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def frame_of(request: HttpRequest, club: ClubInfo, counter: Counter | None = None) -> Frame:
    """The frame around the till's pages."""
    lang = lang_of(request)
    return Frame(
        lang=lang,
        theme=theme_of(request),
        path=request.get_full_path(),
        club_name=club.name.say(lang),
        club_line=counter.branch.name.say(lang) if counter else "",
        logo_url=club.theme.logo,
        theme_url=f"{reverse('portal:theme')}?v={club.revision.hex[-12:]}",
        club=club,
        person=str(request.user),
        sign_out_url=reverse("account_logout"),
        home_url=reverse("till:desk"),
    )


def refused(request: HttpRequest, counter: Counter, refusal: Refusal) -> HttpResponse:
    """Say a refusal where the cashier looks: beside the button."""
    response = part(request, counter, "refused.html", status=refusal.status, text=counter.say(refusal.phrase))
    response.headers["HX-Retarget"] = "#till-error"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def _to_branch(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response.headers["HX-Redirect"] = reverse("till:branch")
        return response
    return HttpResponseRedirect(reverse("till:branch"))

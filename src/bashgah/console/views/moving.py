"""What staff move by hand beside corrections: pending units of a purchase, and units on hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.access.gate import may
from bashgah.activities import confirming
from bashgah.activities import selectors as activities
from bashgah.activities.types import ActivityInfo
from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done, said
from bashgah.console.naming import wallet_names
from bashgah.console.views.base import page, read_id
from bashgah.engine.words import units
from bashgah.ground import clock
from bashgah.ground.audit import audit_post
from bashgah.kit import ids
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger import selectors as ledger
from bashgah.ledger import services as books
from bashgah.ledger.types import HoldInfo
from bashgah.members.selectors import member_get
from bashgah.members.services.standing import member_lock
from bashgah.programs.selectors import program_by_number
from bashgah.redemption.selectors import redemption_of_hold
from bashgah.redemption.services import redemption_release
from bashgah.ui.figures import moment_words, plain
from bashgah.ui.types import Lang


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a purchase gave and still waits, and where it can be decided."""

    said: tuple[str, ...]
    url: str


@dataclass(frozen=True, slots=True)
class HoldRow:
    """Units set aside, for what and until when."""

    id: str
    amount: str
    wallet: str
    purpose: str
    until: str
    release_url: str


def waiting_of(request: HttpRequest, info: ActivityInfo) -> Waiting | None:
    """What of an activity waits for a confirmation or for its day; None when nothing does."""
    club: ClubInfo = request.club
    found = confirming.pending_of(club, info.id, info.member_id, clock.now())
    if not found:
        return None
    compiled = program_by_number(club, info.program)
    told = tuple(
        said(request, units(amount, compiled.wallets[unit], compiled.document))
        if unit in compiled.wallets
        else f"{plain(amount)} {unit}"
        for unit, amount in found.items()
    )
    allowed = may(request, "points.confirm") and _is_own(request, info)
    url = reverse("console:activity_confirm", args=[ids.public("activity", info.id)]) if allowed else ""
    return Waiting(told, url)


def hold_rows(request: HttpRequest, member_id: UUID, lang: Lang, now: datetime) -> tuple[HoldRow, ...]:
    """The open holds of a member with their time-out."""
    club: ClubInfo = request.club
    found = ledger.holds_open(club, member_id)
    if not found:
        return ()
    names, allowed = wallet_names(club, lang, now), may(request, "holds.release")
    return tuple(
        HoldRow(
            id=hold.id.hex,
            amount=plain(hold.amount),
            wallet=names.get(hold.unit, hold.unit),
            purpose=_purpose(hold),
            until=moment_words(hold.expires_at, club, "medium"),
            release_url=reverse(
                "console:hold_release", args=[ids.public("member", member_id), ids.public("hold", hold.id)]
            )
            if allowed
            else "",
        )
        for hold in found
    )


@require_POST
@page("points.confirm")
def confirm(request: HttpRequest, activity_id: str) -> HttpResponse:
    """Releases what a purchase gave and still waits, or takes it back with a reason."""
    club: ClubInfo = request.club
    info = activities.activity_get(club, read_id("activity", activity_id))
    if not _is_own(request, info):
        raise Refusal("activity_not_found", Phrase(_("There is no such activity.")), status=404)
    verdict: Literal["confirm", "cancel"] = "cancel" if request.POST.get("verdict") == "cancel" else "confirm"
    confirming.pending_decide(
        club=club,
        activity_id=info.id,
        verdict=verdict,
        reason=request.POST.get("reason", ""),
        actor=request.actor,
        now=clock.now(),
    )
    done(
        request,
        gettext("The pending points were released.")
        if verdict == "confirm"
        else gettext("The pending points were cancelled."),
    )
    return redirect("console:activity", activity_id)


@require_POST
@page("holds.release")
def release(request: HttpRequest, member_id: str, hold_id: str) -> HttpResponse:
    """Gives units on hold back to their lots; a redemption that waits for them ends with it."""
    club: ClubInfo = request.club
    member, hold, now = member_get(club, read_id("member", member_id)), read_id("hold", hold_id), clock.now()
    found = ledger.hold_get(club, member.id, hold)
    redemption_id = redemption_of_hold(club, member.id, hold)
    with transaction.atomic():
        if redemption_id is not None:
            redemption_release(club=club, redemption_id=redemption_id, actor=request.actor, now=now)
        else:
            locked = member_lock(club, member.id)
            books.hold_release(
                club=club, locked=locked, hold_id=hold, reason="by_staff", actor=request.actor, now=now
            )
        audit_post(
            club_id=club.id,
            actor=request.actor,
            action="hold.released",
            target=ids.public("hold", hold),
            details={"units": found.amount, "wallet": found.unit},
            now=now,
        )
    done(request, gettext("The points were given back."))
    return redirect("console:member_points", member_id)


def _is_own(request: HttpRequest, info: ActivityInfo) -> bool:
    """Whether the activity happened where this person works."""
    own = request.staff_branches
    return own is None or any(b.code == info.branch and b.id in own for b in clubs.branch_list(request.club))


def _purpose(hold: HoldInfo) -> str:
    words = {"redemption": gettext("for a reward")}
    return words.get(hold.purpose.partition(":")[0], hold.purpose)

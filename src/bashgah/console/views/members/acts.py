"""What is done to a member from their page: block, unblock, consents, points by hand."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.access.selectors import limit_for
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done
from bashgah.console.views.base import Entry, page, read_id
from bashgah.dealings import services as adjustments
from bashgah.ground import clock
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members import services
from bashgah.members.types import ConsentGiven
from bashgah.ui.files import json_file


@require_POST
@page("members.block")
def block(request: HttpRequest, member_id: str) -> HttpResponse:
    """Blocks with a reason, or lifts a block; both stand in the member's history."""
    club: ClubInfo = request.club
    act = services.member_unblock if request.POST.get("lift") == "1" else services.member_block
    act(
        club=club,
        id=read_id("member", member_id),
        reason=request.POST.get("reason", ""),
        actor=request.actor,
        now=clock.now(),
    )
    lifted = request.POST.get("lift") == "1"
    done(request, gettext("The block was lifted.") if lifted else gettext("The member was blocked."))
    return redirect("console:member", member_id)


@require_POST
@page("members.export")
def data(request: HttpRequest, member_id: str) -> HttpResponse:
    """All that is kept of a member as a file, for the member who asked; it stands in the audit trail."""
    club: ClubInfo = request.club
    taken = services.member_export_take(
        club=club, id=read_id("member", member_id), actor=request.actor, now=clock.now()
    )
    return json_file(f"{club.slug}-{taken['profiles'][0]['number']}", taken)


@require_POST
@page("members.write")
def consents(request: HttpRequest, member_id: str) -> HttpResponse:
    """Records the member's yes or no for each channel of advertising, as told to staff."""
    club: ClubInfo = request.club
    entry = Entry(request)
    given = tuple(
        ConsentGiven(
            channel, "marketing", entry.flag(channel), club.settings.consent_text_version, {"by": "staff"}
        )
        for channel in ("sms", "email", "app", "call")
    )
    services.consent_record(
        club=club, id=read_id("member", member_id), consents=given, source="console", now=clock.now()
    )
    done(request, gettext("The consents were saved."))
    return redirect("console:member_details", member_id)


@require_POST
@page("points.adjust")
def adjust(request: HttpRequest, member_id: str) -> HttpResponse:
    """Gives or takes points by hand; beyond the limit of the person's roles another person decides."""
    club: ClubInfo = request.club
    id_, now, entry = read_id("member", member_id), clock.now(), Entry(request)
    amount = entry.whole("amount", required=True, least=1)
    unit = entry.text("unit") or "points"
    if entry.errors or amount is None:
        raise Refusal("amount_invalid", Phrase(_("Write how many points, in digits.")), status=422)
    made = adjustments.adjustment_make(
        club=club,
        member_id=id_,
        unit=unit,
        amount=-amount if request.POST.get("direction") == "take" else amount,
        reason=request.POST.get("reason", ""),
        note=request.POST.get("note", ""),
        limit=limit_for(request.grants, "points.adjust"),
        actor=request.actor,
        now=now,
    )
    if made.state == "waiting":
        done(
            request,
            gettext(
                "With what you adjusted for this member today it is too much: it waits for another person."
            )
            if made.over_day
            else gettext("This is more than you may adjust alone: it waits for another person."),
        )
        return redirect("console:approvals")
    done(request, gettext("The points were corrected."))
    return redirect("console:member", member_id)

"""What is done to a member from their page: block, unblock, consents, points by hand."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.access.gate import may
from bashgah.access.selectors import limit_for
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done
from bashgah.console.views.base import Entry, page, read_id
from bashgah.ground import clock
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger import selectors as ledger
from bashgah.ledger import services as books
from bashgah.ledger.types import WalletKind
from bashgah.members import services
from bashgah.members.types import ConsentGiven


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
    """Gives or takes points by hand, with a reason and within the limit of the person's roles."""
    club: ClubInfo = request.club
    id_, now, entry = read_id("member", member_id), clock.now(), Entry(request)
    amount = entry.whole("amount", required=True, least=1)
    unit = entry.text("unit") or "points"
    if entry.errors or amount is None:
        raise Refusal("amount_invalid", Phrase(_("Write how many points, in digits.")), status=422)
    signed = -amount if request.POST.get("direction") == "take" else amount
    known = ledger.wallets_get(club, id_, now)
    kind = known[unit].kind if unit in known else WalletKind.POINTS
    locked = services.members_lock(club, [id_]).get(id_)
    if locked is None:
        raise Refusal("member_not_found", Phrase(_("There is no such member.")), status=404)
    limit = (
        None if may(request, "points.adjust", amount=10**18) else limit_for(request.grants, "points.adjust")
    )
    books.entry_adjust(
        club=club,
        locked=locked,
        unit=unit,
        kind=kind,
        amount=signed,
        reason=request.POST.get("reason", ""),
        limit=limit,
        actor=request.actor,
        now=now,
    )
    done(request, gettext("The points were corrected."))
    return redirect("console:member", member_id)

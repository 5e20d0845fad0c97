"""The member asks that their data be erased: told what goes and what is lost, confirmed by a code."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from bashgah.ground.trying import tried
from bashgah.kit import formats
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors
from bashgah.members import services as members
from bashgah.members.types import ErasureInfo
from bashgah.messaging.services import code_post
from bashgah.portal import codes, sessions
from bashgah.portal.doorway import Door, members_only, page
from bashgah.portal.pages import CodePage


@dataclass(frozen=True, slots=True)
class ErasePage:
    """What the member reads before they ask; ``days`` is how long they can take it back."""

    losses: tuple[str, ...]
    hindrances: tuple[str, ...]
    duty: str
    days: int
    waits_until: str
    error: str


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def erase(request: HttpRequest, door: Door) -> HttpResponse:
    """Say what an erasure takes; on the member's word send the code that confirms it."""
    if request.method != "POST":
        return _erase_page(request, door)
    request_id, refusal = tried(lambda: _code_sent(request, door))
    if request_id is None:
        return _erase_page(request, door, refusal)
    return HttpResponseRedirect(f"{reverse('portal:erase_code')}?request={request_id.hex}")


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def code(request: HttpRequest, door: Door) -> HttpResponse:
    """Take the code; the wish waits for its day, or is carried out at once where the club waits for none."""
    if request.method != "POST":
        return _code_page(request, door)
    wish, refusal = tried(lambda: _asked(request, door))
    if wish is None:
        return _code_page(request, door, refusal)
    if wish.state != "done":
        return HttpResponseRedirect(reverse("portal:erase"))
    response = HttpResponseRedirect(reverse("portal:home"))
    sessions.session_end(request, response)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@require_POST
@members_only
def keep(request: HttpRequest, door: Door) -> HttpResponse:
    """Take the wish back; without a code, since nothing is lost by it."""
    members.erasure_withdraw(club=door.club, id=door.who.id, actor=door.actor, now=door.now)
    return HttpResponseRedirect(reverse("portal:me") + "?saved=1")


def _code_sent(request: HttpRequest, door: Door) -> UUID:
    hindrances = selectors.erasure_look(door.club, door.who.id, door.now).hindrances
    if hindrances:
        raise Refusal("erasure_hindered", hindrances[0], status=409)
    issued = members.code_issue(
        club=door.club,
        purpose="erase",
        contact=_own_number(door),
        subject=public("member", door.who.id),
        address=codes.address(request),
        now=door.now,
    )
    code_post(club=door.club, issued=issued, purpose="erase", locale=door.lang, now=door.now)
    return issued.request_id


def _asked(request: HttpRequest, door: Door) -> ErasureInfo:
    members.code_check(
        club=door.club,
        request_id=_request_id(request),
        purpose="erase",
        code=request.POST.get("code", ""),
        subject=public("member", door.who.id),
        now=door.now,
    )
    return members.erasure_ask(club=door.club, id=door.who.id, actor=door.actor, now=door.now)


def _request_id(request: HttpRequest) -> UUID:
    try:
        return UUID(hex=request.GET.get("request", ""))
    except ValueError:
        raise Refusal(
            "code_expired",
            Phrase(_("This code is no longer valid. Ask for a new one.")),
            status=422,
            field="/code",
        ) from None


def _own_number(door: Door) -> str:
    return selectors.members_mobiles(door.club, [door.who.id]).get(door.who.id, "")


def _erase_page(request: HttpRequest, door: Door, refusal: Refusal | None = None) -> HttpResponse:
    club = door.club
    look = selectors.erasure_look(club, door.who.id, door.now)
    wish = selectors.erasure_waiting(club, door.who.id)
    zone = ZoneInfo(club.timezone)
    until = ""
    if wish:
        until = formats.date(wish.due_at.astimezone(zone).date(), door.lang, club.calendar, "long")
    shown = ErasePage(
        losses=tuple(door.say(each) for each in look.losses),
        hindrances=tuple(door.say(each) for each in look.hindrances),
        duty=club.settings.retention.duty.texts.say(door.lang),
        days=club.settings.retention.erasure_wait_days,
        waits_until=until,
        error=door.say(refusal.phrase) if refusal else "",
    )
    return page(
        request, door, "erase.html", current="me", status=refusal.status if refusal else 200, page=shown
    )


def _code_page(request: HttpRequest, door: Door, refusal: Refusal | None = None) -> HttpResponse:
    shown = CodePage(
        mobile=_own_number(door),
        wait_seconds=0,
        error=door.say(refusal.phrase) if refusal else "",
        title=gettext("Erase my data"),
        action=f"{reverse('portal:erase_code')}?request={request.GET.get('request', '')}",
        again_url="",
        back_url=reverse("portal:erase"),
        verb=gettext("Yes, erase my data"),
        what=gettext("Erase my data"),
    )
    return page(request, door, "code.html", status=refusal.status if refusal else 200, page=shown)

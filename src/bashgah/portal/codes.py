"""One-time codes at the door: asked for, sent, answered; limits are the members room's."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from bashgah.kit.ids import public
from bashgah.members import services as members
from bashgah.members.types import CodeAccepted
from bashgah.messaging import services as messaging
from bashgah.portal.doorway import Door

WAIT_SECONDS = 60


def send(door: Door, number: str, *, address: str) -> str:
    """Send a sign-in code to the number, whoever owns it, and return the request it answers."""
    issued = members.code_issue(
        club=door.club, purpose="sign_in", contact=number, address=address, now=door.now
    )
    messaging.code_post(club=door.club, issued=issued, purpose="sign_in", locale=door.lang, now=door.now)
    return issued.request_id.hex


def answer(door: Door, request_id: str, code: str) -> CodeAccepted:
    """Accept the right code of this request, once; else raise why not."""
    return members.code_check(
        club=door.club, request_id=UUID(hex=request_id), purpose="sign_in", code=code, now=door.now
    )


def send_new_number(door: Door, number: str, *, address: str) -> str:
    """Send a code that proves a member's new number; it is bound to this member and to nothing else."""
    issued = members.code_issue(
        club=door.club,
        purpose="verify",
        contact=number,
        subject=public("member", door.who.id),
        address=address,
        now=door.now,
    )
    messaging.code_post(club=door.club, issued=issued, purpose="verify", locale=door.lang, now=door.now)
    return issued.request_id.hex


def answer_new_number(door: Door, request_id: str, code: str) -> CodeAccepted:
    """Accept the right code for the member's new number, once; else raise why not."""
    return members.code_check(
        club=door.club,
        request_id=UUID(hex=request_id),
        purpose="verify",
        code=code,
        subject=public("member", door.who.id),
        now=door.now,
    )


def address(request: HttpRequest) -> str:
    """The visitor's network address, behind as many proxies as the installation trusts."""
    trusted = settings.TRUSTED_PROXIES
    if trusted:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
        if len(hops) >= trusted:
            return hops[-trusted]
    return str(request.META.get("REMOTE_ADDR", ""))


def wait_left(sent_at: float, now: datetime) -> int:
    """Seconds until another code may be asked for."""
    return max(0, int(sent_at + WAIT_SECONDS - now.timestamp()))

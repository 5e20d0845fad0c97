"""Giving points to another member: whom and how many, then the one-time code that agrees to exactly that."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from bashgah.dealings import selectors, services
from bashgah.dealings.types import Allowance, TransferInfo
from bashgah.ground.throttle import throttle_take
from bashgah.ground.trying import tried
from bashgah.ground.types import Limit
from bashgah.kit import formats, ids, mobile
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.points import Points
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import ascii_digits
from bashgah.ledger.selectors import wallets_get
from bashgah.members import selectors as members
from bashgah.members.types import MemberInfo
from bashgah.portal import codes
from bashgah.portal.cards import POINTS
from bashgah.portal.doorway import Door, members_only, page
from bashgah.portal.pages import CodePage

SOURCE = "portal"
# whoever tries number after number to learn who is a member is stopped early
TRIES = (Limit(10, 3600), Limit(30, 86_400))
LONGEST = 12


@dataclass(frozen=True, slots=True)
class GivePage:
    """The form with what may be given and what was typed."""

    balance: int
    least: int
    most: int
    today: int | None
    typed: dict[str, str]
    errors: dict[str, str]
    reference: str
    error: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def give(request: HttpRequest, door: Door) -> HttpResponse:
    """Take the wish and send its code; nothing moves before the code is entered."""
    allowance = _allowance(door)
    if request.method != "POST":
        return _give_page(request, door, allowance)
    typed = ascii_digits(request.POST.get("amount", "")).replace(",", "").replace("٬", "").strip()
    if not typed.isdecimal() or len(typed) > LONGEST:
        return _give_page(request, door, allowance, errors={"amount": gettext("Write a whole number.")})
    begun, refusal = tried(lambda: _begun(request, door, int(typed)))
    if begun is None:
        assert refusal is not None  # noqa: S101 - tried returns one of the two
        field = {"/to": "mobile", "/mobile": "mobile", "/amount": "amount"}.get(refusal.field or "", "")
        said = door.say(refusal.phrase)
        errors = {field: said} if field else {}
        return _give_page(
            request, door, allowance, errors=errors, error="" if field else said, status=refusal.status
        )
    transfer, request_id = begun
    address = reverse("portal:give_code", kwargs={"id": ids.public("transfer", transfer.id)})
    return HttpResponseRedirect(f"{address}?request={request_id.hex}")


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def code(request: HttpRequest, door: Door, id: str) -> HttpResponse:
    """Take the code and give."""
    transfer = selectors.transfer_get(door.club, ids.parse("transfer", id))
    if transfer.giver_id != door.who.id:
        raise Refusal("transfer_not_found", Phrase(_("There is no such transfer.")), status=404)
    receiver = members.member_get(door.club, transfer.receiver_id)
    if request.method != "POST":
        return _code_page(request, door, transfer, receiver)
    done, refusal = tried(
        lambda: services.transfer_confirm(
            club=door.club,
            transfer_id=transfer.id,
            request_id=_request_id(request.GET.get("request", "")),
            code=request.POST.get("code", ""),
            actor=door.actor,
            now=door.now,
        )
    )
    if done is None:
        return _code_page(request, door, transfer, receiver, refusal)
    said = door.say(Phrase("{points}", {"points": Points(done.amount, done.unit)}))
    return page(request, door, "given.html", points=said, receiver=_called(receiver))


def _begun(request: HttpRequest, door: Door, amount: int) -> tuple[TransferInfo, UUID]:
    throttle_take(key=f"give:{door.who.id}", limits=TRIES, now=door.now)
    number = mobile.normalise(request.POST.get("mobile", ""))
    receiver = members.member_resolve(door.club, "mobile", number)
    if receiver is None:
        raise Refusal(
            "receiver_unknown", Phrase(_("No member has this mobile number.")), status=422, field="/to"
        )
    transfer = services.transfer_begin(
        club=door.club,
        giver_id=door.who.id,
        receiver_id=receiver,
        unit=POINTS,
        amount=amount,
        note=request.POST.get("note", ""),
        channel="portal",
        reference=(SOURCE, _reference(request)),
        actor=door.actor,
        now=door.now,
    )
    issued = services.transfer_code_send(
        club=door.club, transfer_id=transfer.id, address=codes.address(request), now=door.now
    )
    return transfer, issued.request_id


def _reference(request: HttpRequest) -> str:
    try:
        return str(uuid.UUID(request.POST.get("reference", "")))
    except ValueError:
        return str(uuid.uuid4())


def _request_id(text: str) -> UUID | None:
    try:
        return UUID(hex=text)
    except ValueError:
        return None


def _allowance(door: Door) -> Allowance:
    found = selectors.allowance_get(door.club, door.who.id, POINTS, door.now)
    if found is None:
        raise Refusal(
            "transfers_off",
            Phrase(_("The club does not let these points be given to others.")),
            status=404,
        )
    return found


def _called(member: MemberInfo) -> str:
    """What somebody is called to whom they are no stranger: first name and an initial."""
    initial = f" {member.last_name[0]}." if member.last_name else ""
    return f"{member.first_name}{initial}" if member.first_name else member.mobile_masked


def _give_page(
    request: HttpRequest,
    door: Door,
    allowance: Allowance,
    *,
    errors: dict[str, str] | None = None,
    error: str = "",
    status: int = 422,
) -> HttpResponse:
    wallet = wallets_get(door.club, door.who.id, door.now).get(POINTS)
    shown = GivePage(
        balance=wallet.available if wallet else 0,
        least=allowance.least,
        most=allowance.most,
        today=allowance.today,
        typed={name: request.POST.get(name, "") for name in ("mobile", "amount", "note")},
        errors=errors or {},
        reference=str(uuid.uuid4()),
        error=error,
    )
    return page(request, door, "give.html", page=shown, status=status if errors or error else 200)


def _code_page(
    request: HttpRequest,
    door: Door,
    transfer: TransferInfo,
    receiver: MemberInfo,
    refusal: Refusal | None = None,
) -> HttpResponse:
    asked = reverse("portal:give_code", kwargs={"id": ids.public("transfer", transfer.id)})
    own = members.members_mobiles(door.club, [door.who.id]).get(door.who.id, "")
    shown = CodePage(
        mobile=own,
        wait_seconds=0,
        error=door.say(refusal.phrase) if refusal else "",
        title=gettext("Give points"),
        action=f"{asked}?request={request.GET.get('request', '')}",
        again_url="",
        back_url=reverse("portal:give"),
        verb=gettext("Transfer the points"),
        what=gettext("%(n)s points to %(name)s")
        % {"n": formats.number(transfer.amount, door.lang), "name": _called(receiver)},
    )
    return page(request, door, "code.html", status=refusal.status if refusal else 200, page=shown)

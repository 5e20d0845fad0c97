"""Gifts of points on a member's page: what was given and received, giving for a member, taking back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.access.gate import caller_address, may
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done, said
from bashgah.console.views.base import Entry, attempt, page, read_id, show
from bashgah.console.views.members.one import Head, head_of
from bashgah.console.views.members.statement import unit_name
from bashgah.dealings import selectors, services
from bashgah.dealings.types import TransferInfo
from bashgah.ground import clock, ids
from bashgah.kit import formats
from bashgah.kit.ids import public
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors as members
from bashgah.members.types import MemberInfo
from bashgah.programs.units import units_value
from bashgah.ui.figures import money_words
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Option

SOURCE = "console"


@dataclass(frozen=True, slots=True)
class GiftRow:
    """A gift as this member sees it."""

    key: str
    other: str
    other_url: str
    amount: str
    unit: str
    note: str
    at: datetime
    state: str
    state_word: str
    undo_url: str
    code_url: str
    confirm_url: str
    request_id: str


@dataclass(frozen=True, slots=True)
class GiftsPage:
    """The list and, where the club allows it, the form."""

    head: Head
    rows: tuple[GiftRow, ...]
    may_give: bool
    is_on: bool
    may_set: bool
    units: tuple[Option, ...]
    values: dict[str, str]
    errors: dict[str, str]
    refusal: str
    reference: str


@page("wallets.read", writes="points.transfer")
def gifts(request: HttpRequest, member_id: str) -> HttpResponse:
    """Gives once: the form carries its own reference."""
    club: ClubInfo = request.club
    member = members.member_get(club, read_id("member", member_id))
    entry, now = Entry(request), clock.now()
    if request.method != "POST":
        return _page(request, member, entry, "")
    to, unit = entry.text("to", required=True), entry.text("unit") or "points"
    is_money = isinstance(units_value(club, 1, unit, now), Money)
    amount = (entry.money if is_money else entry.whole)("amount", required=True, least=1)
    reference = entry.text("reference", required=True, limit=120)
    if entry.errors or amount is None:
        return _page(request, member, entry, "")
    made, refusal = attempt(
        lambda: services.transfer_begin(
            club=club,
            giver_id=member.id,
            receiver_id=_receiver(club, to, now),
            unit=unit,
            amount=amount,
            note=entry.text("note"),
            channel="console",
            reference=(SOURCE, reference),
            actor=request.actor,
            now=now,
        )
    )
    if made is None:
        assert refusal is not None  # noqa: S101 - attempt returns one of the two
        return _page(request, member, entry, said(request, refusal.phrase), refusal.status)
    if made.awaits_yes:
        done(request, gettext("The member has to agree: send them the code."))
    else:
        done(request, gettext("The points were given."))
    return redirect("console:member_gifts", member_id)


@require_POST
@page("points.transfer")
def code(request: HttpRequest, member_id: str, transfer_id: str) -> HttpResponse:
    """Sends the giver the code that agrees to this gift alone."""
    issued = services.transfer_code_send(
        club=request.club,
        transfer_id=read_id("transfer", transfer_id),
        address=caller_address(request),
        now=clock.now(),
    )
    done(request, gettext("The code was sent to the member; ask them for it."))
    here = reverse("console:member_gifts", args=[member_id])
    return redirect(f"{here}?transfer={transfer_id}&request={issued.request_id.hex}")


@require_POST
@page("points.transfer")
def confirm(request: HttpRequest, member_id: str, transfer_id: str) -> HttpResponse:
    """Takes the code the member read out, and gives."""
    try:
        request_id = UUID(hex=request.POST.get("request", ""))
    except ValueError:
        request_id = None
    services.transfer_confirm(
        club=request.club,
        transfer_id=read_id("transfer", transfer_id),
        request_id=request_id,
        code=request.POST.get("code", ""),
        actor=request.actor,
        now=clock.now(),
    )
    done(request, gettext("The points were given."))
    return redirect("console:member_gifts", member_id)


@require_POST
@page("points.transfer")
def undo(request: HttpRequest, member_id: str, transfer_id: str) -> HttpResponse:
    """Takes a gift back, with a reason."""
    services.transfer_undo(
        club=request.club,
        transfer_id=read_id("transfer", transfer_id),
        reason=request.POST.get("reason", ""),
        actor=request.actor,
        now=clock.now(),
    )
    done(request, gettext("The gift was taken back."))
    return redirect("console:member_gifts", member_id)


def _receiver(club: ClubInfo, text: str, now: datetime) -> UUID:
    """The one member a number, card or id leads to; names are not enough."""
    found = members.member_find(club, text, now=now, limit=2)
    if len(found) != 1:
        raise Refusal(
            "receiver_unknown",
            Phrase(_("No single member has this number or card.")),
            status=422,
            field="/to",
        )
    return found[0].id


def _page(
    request: HttpRequest, member: MemberInfo, entry: Entry, refusal: str, status: int = 200
) -> HttpResponse:
    club: ClubInfo = request.club
    own = set(members.alias_set(club, member.id))
    found = selectors.transfers_of_member(club, member.id)
    people = members.members_get(club, {id_ for info in found for id_ in (info.giver_id, info.receiver_id)})
    units = tuple(Option(terms.wallet, unit_name(terms.wallet, {})) for terms in club.settings.transfers)
    names = ("to", "amount", "unit", "note", "reference")
    values = {name: request.POST.get(name, "") for name in names}
    model = GiftsPage(
        head=head_of(request, member, "gifts"),
        rows=tuple(_row(request, info, own, people) for info in found),
        may_give=bool(units) and may(request, "points.transfer") and member.is_active,
        is_on=bool(units),
        may_set=may(request, "settings.edit"),
        units=units,
        values=values,
        errors=entry.errors,
        refusal=refusal,
        reference=values["reference"] or ids.fresh().hex[:20],
    )
    return show(
        request, "members/gifts.html", model, status=422 if entry.errors and status == 200 else status
    )


def _signed(request: HttpRequest, info: TransferInfo, *, gave: bool) -> str:
    """What it did to this member's balance; money in its shown unit."""
    club: ClubInfo = request.club
    if isinstance(units_value(club, info.amount, info.unit, info.begun_at), Money):
        return f"{'-' if gave else '+'}{money_words(info.amount, club)}"
    return formats.signed(-info.amount if gave else info.amount, lang_of(request))


def _row(request: HttpRequest, info: TransferInfo, own: set[UUID], people: dict[UUID, MemberInfo]) -> GiftRow:
    gave = info.giver_id in own
    other = people[info.receiver_id if gave else info.giver_id]
    here, id_ = public("member", info.giver_id if gave else info.receiver_id), public("transfer", info.id)
    acts = may(request, "points.transfer")
    is_open = info.state == "open" and gave and info.expires_at > clock.now()
    words = {
        "open": gettext("waits for the member's code"),
        "done": gettext("given") if gave else gettext("received"),
        "cancelled": gettext("given up"),
        "undone": gettext("taken back: %(reason)s") % {"reason": info.undo_reason},
    }
    state = info.state if info.state != "open" or is_open else "cancelled"
    return GiftRow(
        key=id_,
        other=other.name,
        other_url=reverse("console:member", args=[public("member", other.id)]),
        amount=_signed(request, info, gave=gave),
        unit=unit_name(info.unit, {}),
        note=info.note,
        at=info.closed_at or info.begun_at,
        state=state,
        state_word=words[state],
        undo_url=reverse("console:gift_undo", args=[here, id_]) if acts and info.state == "done" else "",
        code_url=reverse("console:gift_code", args=[here, id_]) if acts and is_open else "",
        confirm_url=reverse("console:gift_confirm", args=[here, id_]) if acts and is_open else "",
        request_id=request.GET.get("request", "") if request.GET.get("transfer") == id_ else "",
    )

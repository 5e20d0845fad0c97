"""Erasing a person from their page, and the wishes to be erased that wait for their day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done, said
from bashgah.console.views.base import Entry, attempt, chosen, page, read_id, show
from bashgah.ground import clock
from bashgah.kit.ids import public
from bashgah.kit.text import ascii_digits
from bashgah.members import selectors, services
from bashgah.members.types import ErasureInfo, MemberInfo
from bashgah.ui.types import Crumb, Option

END = 4
"""So many digits of the card are typed to confirm: whoever types them has looked at whom they erase."""


@dataclass(frozen=True, slots=True)
class ErasePage:
    """What goes, what stays, what is given up, what stands in the way; and the question."""

    crumbs: tuple[Crumb, ...]
    name: str
    card: str
    goes: tuple[str, ...]
    stays: tuple[str, ...]
    losses: tuple[str, ...]
    hindrances: tuple[str, ...]
    asked_at: datetime | None
    reasons: tuple[Option, ...]
    errors: dict[str, str]
    summary: str
    back: str


@dataclass(frozen=True, slots=True)
class WishRow:
    """One wish: whose, since when, until when, what stands in its way."""

    name: str
    url: str
    erase_url: str
    withdraw_url: str
    asked_at: datetime
    due_at: datetime
    is_due: bool
    hindrance: str


@dataclass(frozen=True, slots=True)
class DoneRow:
    """Who was erased, under the number that is left."""

    name: str
    url: str
    closed_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class WishesPage:
    """Wishes that wait, and erasures of late."""

    crumbs: tuple[Crumb, ...]
    waiting: tuple[WishRow, ...]
    done: tuple[DoneRow, ...]


@page("members.erase")
def erase(request: HttpRequest, member_id: str) -> HttpResponse:
    """Says what an erasure takes and leaves, and does it once the card's end is typed."""
    club: ClubInfo = request.club
    member = selectors.member_get(club, selectors.member_root(club, read_id("member", member_id)))
    if member.erased_at is not None:
        return redirect("console:member", member_id)
    entry = Entry(request)
    if request.method != "POST":
        return _erase_page(request, member, entry)
    reason = entry.choice("reason", set(_reasons()), "asked")
    if ascii_digits(entry.text("confirm")).strip() != member.number[-END:]:
        entry.wrong("confirm", gettext("These are not the last four digits of the card."))
    if not entry.errors:
        _, refusal = attempt(
            lambda: services.member_erase(
                club=club, id=member.id, reason=reason, actor=request.actor, now=clock.now()
            )
        )
        if refusal is None:
            done(request, gettext("The personal data was erased."))
            return redirect("console:member", member_id)
        entry.refuse(refusal)
    return _erase_page(request, member, entry, status=422)


@page("members.erase")
def wishes(request: HttpRequest) -> HttpResponse:
    """Everybody who asked to be erased, by their day, and who was erased of late."""
    club, now = request.club, clock.now()
    waiting, closed = selectors.erasure_list(club), selectors.erasure_list(club, state="done", limit=50)
    found = selectors.members_get(club, {one.member_id for one in (*waiting, *closed)})
    model = WishesPage(
        crumbs=(Crumb(gettext("Members"), reverse("console:members")), Crumb(gettext("Erasure"))),
        waiting=tuple(_wish(request, one, found[one.member_id], now) for one in waiting),
        done=tuple(
            DoneRow(
                found[one.member_id].name,
                reverse("console:member", args=[public("member", one.member_id)]),
                one.closed_at,
                _reasons()[one.reason],
            )
            for one in closed
        ),
    )
    return show(request, "members/erasures.html", model)


@require_POST
@page("members.erase")
def withdraw(request: HttpRequest, member_id: str) -> HttpResponse:
    """Takes a wish back for a member who changed their mind."""
    club: ClubInfo = request.club
    id_ = selectors.member_root(club, read_id("member", member_id))
    services.erasure_withdraw(club=club, id=id_, actor=request.actor, now=clock.now())
    done(request, gettext("The wish was taken back. Nothing is erased."))
    return redirect("console:erasures")


def _wish(request: HttpRequest, one: ErasureInfo, member: MemberInfo, now: datetime) -> WishRow:
    id_ = public("member", one.member_id)
    hindrances = selectors.erasure_look(request.club, one.member_id, now).hindrances
    return WishRow(
        name=member.name,
        url=reverse("console:member", args=[id_]),
        erase_url=reverse("console:member_erase", args=[id_]),
        withdraw_url=reverse("console:erasure_withdraw", args=[id_]),
        asked_at=one.asked_at,
        due_at=one.due_at,
        is_due=one.due_at <= now,
        hindrance=said(request, hindrances[0]) if hindrances else "",
    )


def _erase_page(request: HttpRequest, member: MemberInfo, entry: Entry, *, status: int = 200) -> HttpResponse:
    club: ClubInfo = request.club
    look = selectors.erasure_look(club, member.id, clock.now())
    wish = selectors.erasure_waiting(club, member.id)
    back = reverse("console:member", args=[public("member", member.id)])
    title = gettext("Erase the data")
    reasons = tuple(_reasons().items())
    model = ErasePage(
        crumbs=(
            Crumb(gettext("Members"), reverse("console:members")), Crumb(member.name, back), Crumb(title),
        ),
        name=member.name,
        card=member.number,
        goes=(
            gettext("Name, mobile, e-mail, national id, address, birth date, notes, tags and own fields"),
            gettext("Texts of messages, words of gifts and corrections, reviews, links and pictures"),
            gettext("The card, every sign-in and the place in a shared account"),
        ),
        stays=(
            gettext("Purchases with their amounts and lines, without a name"),
            gettext("Every movement of points, so that the books balance"),
            gettext("That consents were given, and who erased the data and when"),
        ),
        losses=tuple(said(request, each) for each in look.losses),
        hindrances=tuple(said(request, each) for each in look.hindrances),
        asked_at=wish.asked_at if wish else None,
        reasons=chosen(reasons, request.POST.get("reason", "asked")),
        errors=entry.errors,
        summary=entry.summary,
        back=back,
    )  # fmt: skip
    return show(request, "members/erase.html", model, status=status)


def _reasons() -> dict[str, str]:
    return {
        "asked": gettext("The member asked for it"),
        "authority": gettext("An authority ordered it"),
        "mistaken": gettext("They should never have been enrolled"),
    }

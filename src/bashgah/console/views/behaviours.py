"""What the club records of itself: sign-ups, birthdays, check-ins; and the QR a branch prints."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import get_args

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from bashgah.activities.behaviours import check_in_token, listened_to
from bashgah.clubs import selectors, services
from bashgah.clubs.types import BehaviourKey, ClubInfo, ReviewPolicy
from bashgah.console.framing import done
from bashgah.console.tabs import settings_tabs
from bashgah.console.views.base import Entry, attempt, chosen, page, read_id, show
from bashgah.engine.activities import READY_TYPES
from bashgah.ground import clock
from bashgah.kit import ids
from bashgah.kit.phrases import translated
from bashgah.kit.text import ascii_digits
from bashgah.ui.figures import plain
from bashgah.ui.framing import lang_of
from bashgah.ui.qr import qr_svg
from bashgah.ui.types import Crumb, Option, Tab

SPANS_MOST = 5
_WHEN = {
    "sign_up": lambda: gettext("When somebody joins at any door; not for members read from a file."),
    "profile_completed": lambda: gettext("The first time everything the club asks at joining is filled in."),
    "birthday": lambda: gettext("On the day, once a year; 30 Esfand counts as the last day of the year."),
    "anniversary": lambda: gettext("On the day they joined, each year from the first."),
    "inactivity": lambda: gettext("So many days after the last purchase; once until they buy again."),
    "app_opened": lambda: gettext("The first time in a day that a member opens the portal."),
    "check_in": lambda: gettext("When a member scans the QR of a branch and says that they are there."),
}


@dataclass(frozen=True, slots=True)
class BehaviourRow:
    """One behaviour: what it is called, when it is recorded, and whether it is now."""

    key: str
    name: str
    when: str
    is_always: bool
    is_heard: bool


@dataclass(frozen=True, slots=True)
class BranchLink:
    """A branch whose QR can be printed."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class BehavioursPage:
    """The form."""

    tabs: tuple[Tab, ...]
    rows: tuple[BehaviourRow, ...]
    branches: tuple[BranchLink, ...]
    hours: str
    reviews: tuple[Option, ...]
    days: str
    errors: dict[str, str]


@dataclass(frozen=True, slots=True)
class CheckInPage:
    """The QR of one branch, to print."""

    crumbs: tuple[Crumb, ...]
    name: str
    club: str
    qr: str
    address: str


@page("settings.read", writes="settings.edit")
def edit(request: HttpRequest) -> HttpResponse:
    """Says which behaviours are recorded, and switches on those that no rule listens to yet."""
    club: ClubInfo = request.club
    entry, wanted, hours = Entry(request), club.settings.behaviours, plain(club.settings.check_in_hours)
    reviews: str = club.settings.reviews
    days, status = "، ".join(map(plain, club.settings.inactivity_days)), 200
    if request.method == "POST":
        wanted = tuple(key for key in get_args(BehaviourKey) if request.POST.get(f"always-{key}") == "1")
        hours = request.POST.get("check_in_hours", "")
        reviews = entry.choice("reviews", set(get_args(ReviewPolicy)), club.settings.reviews)
        number = entry.whole("check_in_hours", required=True, least=1, most=24 * 30)
        days = request.POST.get("inactivity_days", days)
        spans = _spans(entry, days)
        if not entry.errors:
            changes = {
                "behaviours": wanted,
                "check_in_hours": number,
                "reviews": reviews,
                "inactivity_days": spans,
            }
            _, refusal = attempt(
                lambda: services.settings_set(
                    club=club, changes=changes, actor=request.actor, now=clock.now()
                )
            )
            if refusal is None:
                done(request, gettext("The settings were saved."))
                return redirect("console:behaviours")
            entry.refuse(refusal)
        status = 422
    lang, heard = lang_of(request), listened_to(club, clock.now()) or frozenset()
    model = BehavioursPage(
        tabs=settings_tabs(request, "console:behaviours"),
        rows=tuple(
            BehaviourRow(
                key,
                translated(READY_TYPES[key].label.msgid, lang),
                _WHEN[key](),
                key in wanted,
                key in heard,
            )
            for key in get_args(BehaviourKey)
        ),
        branches=tuple(
            BranchLink(
                branch.name.say(lang),
                reverse("console:branch_check_in", args=[ids.public("branch", branch.id)]),
            )
            for branch in selectors.branch_list(club)
            if branch.is_active
        ),
        hours=hours,
        reviews=chosen(list(_review_words().items()), reviews),
        days=days,
        errors=entry.errors,
    )
    return show(request, "behaviours.html", model, status=status)


def _review_words() -> dict[str, str]:
    return {
        "off": gettext("Members write no reviews"),
        "looked_at": gettext("Staff look at a review before it counts"),
        "at_once": gettext("A review counts at once"),
    }


def _spans(entry: Entry, typed: str) -> tuple[int, ...]:
    """The days of not buying as they were typed, apart by anything but digits."""
    spans = sorted({int(each) for each in re.findall(r"\d+", ascii_digits(typed))})
    if not 1 <= len(spans) <= SPANS_MOST or not all(7 <= each <= 3650 for each in spans):
        entry.wrong("inactivity_days", gettext("One to five numbers of days, from 7 to 3650."))
    return tuple(spans)


@page("branches.read")
def check_in_qr(request: HttpRequest, branch_id: str) -> HttpResponse:
    """The QR of a branch on a page to print; what it says is signed and does not change."""
    club: ClubInfo = request.club
    branch = selectors.branch_get(club, read_id("branch", branch_id))
    path = reverse("portal:check_in", args=[check_in_token(club, branch)])
    address = f"https://{club.domain}{path}" if club.domain else request.build_absolute_uri(path)
    name = branch.name.say(lang_of(request))
    crumbs = (Crumb(gettext("Behaviours"), reverse("console:behaviours")), Crumb(name))
    label = gettext("QR code for checking in at %(branch)s") % {"branch": name}
    model = CheckInPage(crumbs, name, club.name.say(lang_of(request)), qr_svg(address, label), address)
    return show(request, "check_in_qr.html", model)

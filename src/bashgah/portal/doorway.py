"""Who stands at the door: the club of the address, the member of the cookie, the frame around the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from bashgah.access.gate import public
from bashgah.clubs.selectors import club_for_host
from bashgah.clubs.types import ClubInfo
from bashgah.ground import clock
from bashgah.ground.types import Actor
from bashgah.kit import ids
from bashgah.kit.phrases import Phrase, say
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors as members
from bashgah.members.types import MemberInfo
from bashgah.portal import sessions
from bashgah.ui.framing import lang_of, theme_of
from bashgah.ui.types import Frame, Lang, NavGroup, NavItem

View = Callable[..., HttpResponse]

LONGEST_WAY = 500

OPEN = public("the club's own page; members sign in by a code, not as staff")


@dataclass(frozen=True, slots=True)
class Door:
    """What every page of the portal knows: the club, the language, the instant, and the member if any."""

    club: ClubInfo
    lang: Lang
    now: datetime
    member: MemberInfo | None = None

    @property
    def is_demo(self) -> bool:
        return self.club.is_demo

    @property
    def theme_colour(self) -> str:
        return self.club.theme.brand

    def say(self, phrase: Phrase) -> str:
        """Say a sentence in the reader's language, with the club's calendar, zone and currency unit."""
        return say(
            phrase,
            self.lang,
            calendar=self.club.calendar,
            zone=self.club.timezone,
            display=self.club.money_display,
        )

    @property
    def who(self) -> MemberInfo:
        """The member, on pages that are for members only."""
        if self.member is None:
            raise LookupError("this page is reached by members only")
        return self.member

    @property
    def actor(self) -> Actor:
        """The member as the one who acts, for entries and audit."""
        return Actor(kind="member", id=ids.public("member", self.who.id))


def visitor(view: View) -> View:
    """Let anyone in; the view gets the door, with the member when one is signed in."""

    @OPEN
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        door = _door(request)
        if door is None:
            return _no_club(request)
        return _guarded(view, request, door, args, kwargs)

    return opened


def members_only(view: View) -> View:
    """Let members in and send all others to the club's page, from where signing in leads back here."""

    @OPEN
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        door = _door(request)
        if door is None:
            return _no_club(request)
        if door.member is None:
            return HttpResponseRedirect(_way_in(request))
        return _guarded(view, request, door, args, kwargs)

    return opened


def inside(request: HttpRequest, path: str) -> str:
    """The path if it leads to a page of this portal, else nothing: no link may send people elsewhere."""
    here = url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if here and path.startswith("/") and len(path) <= LONGEST_WAY else ""


def _way_in(request: HttpRequest) -> str:
    """The club's page, knowing where the visitor wanted to go; what a page fetches for itself is no place."""
    home = reverse("portal:home")
    wanted = inside(request, request.get_full_path())
    if request.method != "GET" or not wanted or request.headers.get("Sec-Fetch-Dest") == "empty":
        return home
    return f"{home}?{urlencode({'next': wanted})}"


def page(
    request: HttpRequest, door: Door, template: str, *, status: int = 200, current: str = "", **context: Any
) -> HttpResponse:
    """Render a page of the portal inside its frame; what members see is kept by no shared cache."""
    context |= {"door": door, "frame": frame_of(request, door, current)}
    response = render(request, f"portal/{template}", context, status=status)
    response.headers["Cache-Control"] = "no-store" if door.member else "private, no-cache"
    return response


def frame_of(request: HttpRequest, door: Door, current: str = "") -> Frame:
    """The frame around a page: the club's look and, for members, the bar of places."""
    club = door.club
    return Frame(
        lang=door.lang,
        theme=theme_of(request),
        path=request.get_full_path(),
        club_name=club.name.say(door.lang),
        logo_url=club.theme.logo,
        theme_url=f"{reverse('portal:theme')}?v={club.revision.hex[-12:]}",
        club=club,
        nav=(_bar(current),) if door.member else (),
        person=door.member.name if door.member else "",
        home_url=reverse("portal:home"),
        manifest_url=reverse("portal:manifest"),
    )


def _bar(current: str) -> NavGroup:
    places = (
        ("home", gettext("Home"), "home"),
        ("rewards", gettext("Rewards"), "gift"),
        ("card", gettext("Card"), "qrcode"),
        ("statement", gettext("Statement"), "list-details"),
        ("me", gettext("Me"), "user"),
    )
    return NavGroup(
        "",
        tuple(
            NavItem(label, reverse(f"portal:{name}"), sign, current=name == current, middle=name == "card")
            for name, label, sign in places
        ),
    )


def _door(request: HttpRequest) -> Door | None:
    club = club_for_host(request.get_host())
    if club is None:
        return None
    now = clock.now()
    return Door(club=club, lang=lang_of(request), now=now, member=_member(request, club, now))


def _no_club(request: HttpRequest) -> HttpResponse:
    """What the first visitor of a fresh installation reads: it runs, and how its club is opened."""
    frame = Frame(lang=lang_of(request), theme=theme_of(request), path=request.get_full_path())
    return render(request, "portal/no_club.html", {"frame": frame}, status=404)


def _member(request: HttpRequest, club: ClubInfo, now: datetime) -> MemberInfo | None:
    """The member of the cookie; one who left the club, or belongs to another, is nobody here."""
    signed_in = sessions.session_get(request, now=now)
    if signed_in is None or signed_in.club_id != club.id:
        return None
    try:
        member = members.member_get(club, signed_in.member_id)
    except Refusal:
        return None
    if member.merged_into is not None:
        member = members.member_get(club, member.merged_into)
    return None if member.status == "left" else member


def _guarded(
    view: View, request: HttpRequest, door: Door, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> HttpResponse:
    try:
        with transaction.atomic():
            return view(request, door, *args, **kwargs)
    except Refusal as refusal:
        response = page(request, door, "refused.html", status=refusal.status, text=door.say(refusal.phrase))
        if "retry_after" in refusal.extra:
            response.headers["Retry-After"] = str(refusal.extra["retry_after"])
        return response

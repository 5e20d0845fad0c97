"""The frame around console pages: club, menu by permission, person, notices."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _

from bashgah.access.gate import may
from bashgah.access.permissions import ROLES
from bashgah.access.selectors import branches_for
from bashgah.activities.review import reviews_waiting
from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.dealings.selectors import adjustments_waiting
from bashgah.ground import clock
from bashgah.kit.phrases import Phrase, say
from bashgah.social.selectors import proofs_waiting
from bashgah.ui.figures import listed, plain
from bashgah.ui.framing import lang_of, theme_of
from bashgah.ui.types import Frame, Lang, NavGroup, NavItem, Notice

# title, then (label, route, icon, permission); a place is shown only to who may open it
MENU: tuple[tuple[str, tuple[tuple[str, str, str, str], ...]], ...] = (
    (
        "",
        (
            (_("Home"), "console:home", "home", "sales.read"),
            (_("Till"), "till:desk", "building-store", "till.use"),
        ),
    ),
    (
        _("Members"),
        (
            (_("Members"), "console:members", "users", "members.read"),
            (_("Shared accounts"), "console:groups", "wallet", "groups.manage"),
            (_("Purchases and activities"), "console:activities", "shopping-bag", "activities.read"),
            (_("Waiting for approval"), "console:approvals", "user-check", "wallets.read"),
        ),
    ),
    (
        _("Loyalty program"),
        (
            (_("Earning rules"), "console:rules", "adjustments-alt", "rules.read"),
            (_("Promotions"), "console:promotions", "discount", "rules.read"),
            (_("Paying with points"), "console:paying", "coin", "rules.read"),
            (_("Tiers"), "console:tiers", "stairs", "rules.read"),
            (_("Wallets"), "console:wallets", "wallet", "rules.read"),
            (_("Rewards"), "console:rewards", "gift", "rewards.read"),
            (_("Social tasks"), "console:social_tasks", "world", "social.read"),
        ),
    ),
    (_("Contact"), ((_("Messages"), "console:messages", "message", "messages.read"),)),
    (_("Insights"), ((_("Ledger"), "console:ledger", "book", "insights.read"),)),
)
FOOT: tuple[tuple[str, str, str, str], ...] = (
    (_("Settings"), "console:settings", "settings", "settings.read"),
)


def frame_for(request: HttpRequest) -> Frame:
    """The frame of a gated request; `request.club` and `request.grants` are there."""
    club: ClubInfo = request.club
    lang = lang_of(request)
    return Frame(
        lang=lang,
        theme=theme_of(request),
        path=request.get_full_path(),
        club_name=club.name.say(lang),
        club_line=_club_line(club),
        logo_url=logo_url(club),
        theme_url=theme_url(club),
        club=club,
        nav=_menu(request),
        foot=tuple(_item(request, *place) for place in FOOT if may(request, place[3])),
        person=str(request.user),
        person_line=_roles(request, lang),
        person_url=reverse("mfa_index"),
        search_url=reverse("console:members") if may(request, "members.read") else "",
        sign_out_url=reverse("account_logout"),
        home_url=reverse("console:home"),
        notices=_notices(request),
    )


def signing_in(request: HttpRequest) -> dict[str, Any]:
    """A context processor: the frame of pages that others' views render (sign-in, second factor)."""
    return {"frame": SimpleLazyObject(lambda: _sign_in_frame(request))}


def done(request: HttpRequest, text: str, *, undo_url: str = "", undo_label: str = "") -> None:
    """Says on the next page what was done, with one way to take it back."""
    messages.success(request, text, extra_tags=f"{undo_url}|{undo_label}" if undo_url else "")


def said(request: HttpRequest, phrase: Phrase) -> str:
    """A phrase in the language of the page and the club's calendar, zone and money."""
    club: ClubInfo = request.club
    return say(
        phrase, lang_of(request), calendar=club.calendar, zone=club.timezone, display=club.money_display
    )


def theme_url(club: ClubInfo) -> str:
    """The club's colours as a style sheet of its own; the revision makes it cacheable for ever."""
    return reverse("console:theme", args=[club.slug]) + f"?v={club.revision.hex[-12:]}"


def logo_url(club: ClubInfo) -> str:
    """Where the club's logo is served, or nothing."""
    return (
        reverse("console:logo", args=[club.slug]) + f"?v={club.revision.hex[-12:]}" if club.theme.logo else ""
    )


def _club_line(club: ClubInfo) -> str:
    count = len(clubs.branch_list(club, active_only=True))
    branches = ngettext("%(n)s branch", "%(n)s branches", count) % {"n": plain(count)}
    kind = gettext("live club") if club.kind == "live" else gettext("sandbox")
    return f"{branches} · {kind}"


def waiting_facts(request: HttpRequest) -> int | None:
    """How many held facts wait for this person, a hundred at most; None if none, or not theirs to decide."""
    if not may(request, "activities.review"):
        return None
    club: ClubInfo = request.club
    own = branches_for(request.grants, "activities.review")
    codes = None if own is None else [b.code for b in clubs.branch_list(club) if b.id in own]
    return reviews_waiting(club, codes) or None


def _menu(request: HttpRequest) -> tuple[NavGroup, ...]:
    groups = []
    for title, places in MENU:
        items = tuple(_item(request, *place) for place in places if may(request, place[3]))
        if items:
            groups.append(NavGroup(gettext(title) if title else "", items))
    return tuple(groups)


def _item(request: HttpRequest, label: str, route: str, icon: str, _permission: str) -> NavItem:
    url = reverse(route)
    here = request.path == url if route == "console:home" else request.path.startswith(url)
    count = waiting_facts(request) if route == "console:activities" else None
    if route == "console:approvals" and may(request, "points.approve"):
        count = adjustments_waiting(request.club, now=clock.now()) or None
    if route == "console:social_tasks" and may(request, "social.decide"):
        count = proofs_waiting(request.club) or None
    return NavItem(gettext(label), url, icon, current=here, count=count)


def _roles(request: HttpRequest, lang: Lang) -> str:
    grants = request.grants
    return listed(*(say(ROLES[grant.role].label, lang) for grant in grants if grant.role in ROLES))


def _notices(request: HttpRequest) -> tuple[Notice, ...]:
    found = []
    for message in messages.get_messages(request):
        url, _bar, label = (message.extra_tags or "").partition("|")
        found.append(Notice(str(message), url, label))
    return tuple(found)


def _sign_in_frame(request: HttpRequest) -> Frame:
    lang = lang_of(request)
    club = clubs.club_for_host(request.get_host())
    return Frame(
        lang=lang,
        theme=theme_of(request),
        path=request.get_full_path(),
        club_name=club.name.say(lang) if club else "",
        club_line=_club_line(club) if club else "",
        logo_url=logo_url(club) if club else "",
        theme_url=theme_url(club) if club else "",
        club=club,
        notices=_notices(request),
    )

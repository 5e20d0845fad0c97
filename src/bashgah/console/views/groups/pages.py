"""Households and companies: the list with a form to open one, and one account with its people and points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo, GroupType
from bashgah.console.framing import done
from bashgah.console.naming import credit_units, wallet_names
from bashgah.console.views.base import Entry, attempt, chosen, page, read_id, show
from bashgah.dealings import selectors, services
from bashgah.dealings.types import GroupPage, Insider, SharedOut
from bashgah.ground import clock
from bashgah.kit import ids
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors as members
from bashgah.members import services as members_services
from bashgah.members.types import GroupInfo, GroupRole, MemberInfo
from bashgah.ui.figures import day_words, digits, money_words, plain
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb, Lang, Option, Stat

ROLES: tuple[GroupRole, ...] = get_args(GroupRole)
LIST_MOST = 100


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One account in the list."""

    url: str
    name: str
    kind: str
    people: str
    share: str
    card: str
    opened: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    """The accounts, what they are searched by, and the form to open one."""

    rows: tuple[GroupRow, ...]
    query: str
    kinds: tuple[Option, ...]
    values: dict[str, str]
    errors: dict[str, str]
    summary: str
    settings_url: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody in the account."""

    id: str
    name: str
    url: str
    paid_in: str
    spent: str
    since: str
    roles: tuple[Option, ...]
    limit: str


@dataclass(frozen=True, slots=True)
class InvitedRow:
    """An open invitation: whom it names, or nobody."""

    id: str
    name: str
    role: str
    until: str


@dataclass(frozen=True, slots=True)
class OnePage:
    """One account."""

    id: str
    crumbs: tuple[Crumb, ...]
    name: str
    kind: str
    card: str
    opened: str
    share: str
    is_open: bool
    is_blocked: bool
    member_url: str
    stats: tuple[Stat, ...]
    people: tuple[PersonRow, ...]
    invited: tuple[InvitedRow, ...]
    roles: tuple[Option, ...]
    values: dict[str, str]
    errors: dict[str, str]
    error: str
    code: str
    here: str
    close: dict[str, str]


@page("groups.manage")
def index(request: HttpRequest) -> HttpResponse:
    """List the accounts; opens one around its first head."""
    club: ClubInfo = request.club
    entry = Entry(request)
    if request.method == "POST":
        group, refusal = attempt(lambda: _opened(request, entry))
        if group is not None:
            done(request, gettext("The shared account was opened."))
            return redirect("console:group", ids.public("member", group.id))
        if refusal is not None:
            entry.refuse(refusal, {"/head_id": "head"}, "name")
    query = request.GET.get("q", "").strip()
    words = kind_words()
    model = ListPage(
        rows=tuple(_row(club, info) for info in members.group_list(club, text=query, limit=LIST_MOST)),
        query=query,
        kinds=chosen(tuple((kind, words[kind]) for kind in club.settings.groups.kinds), "household"),
        values={name: request.POST.get(name, "") for name in ("name", "head", "share")},
        errors=entry.errors,
        summary=entry.summary,
        settings_url=reverse("console:group_settings"),
    )
    return show(request, "groups/list.html", model, status=422 if entry.errors else 200)


@page("groups.manage")
def one(request: HttpRequest, group_id: str) -> HttpResponse:
    """One account; carries out what one of its forms asks."""
    club: ClubInfo = request.club
    group = members.group_get(club, read_id("member", group_id))
    entry, code, error = Entry(request), "", ""
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        said, refusal = attempt(lambda: act(request, entry, group.id)) if act else (None, None)
        if refusal is not None:
            entry.refuse(refusal, {"/monthly_limit": "limit"}, "act")
            error = entry.errors.pop("act", "")
        elif said and said.startswith("#"):
            code = said[1:]
        elif said:
            done(request, said)
            return redirect("console:group", group_id)
    status = 422 if entry.errors or error else 200
    return show(request, "groups/one.html", _one(request, group.id, entry, code, error), status=status)


def kind_words() -> dict[GroupType, str]:
    """What the kinds are called."""
    return {"household": gettext("Household"), "company": gettext("Company")}


def role_words(kind: str) -> dict[GroupRole, str]:
    """What the roles are called in a household, and in a company."""
    if kind == "company":
        return {"head": gettext("Manager"), "adult": gettext("Buyer"), "junior": gettext("Employee")}
    return {"head": gettext("Head"), "adult": gettext("Adult"), "junior": gettext("Child")}


def group_note(request: HttpRequest, member: MemberInfo) -> tuple[str, str]:
    """What a member's page says of the account they are in, or are: its name with the role, its address."""
    club: ClubInfo = request.club
    if member.kind == "group":
        name, group_id = kind_words()[members.group_get(club, member.id).type], member.id
    else:
        mine = members.belonging_get(club, member.id)
        if mine is None:
            return "", ""
        group = members.group_get(club, mine.group_id)
        name, group_id = f"{group.name} · {role_words(group.type)[mine.role]}", group.id
    url = reverse("console:group", args=[ids.public("member", group_id)])
    return name, url if may(request, "groups.manage") else ""


def _opened(request: HttpRequest, entry: Entry) -> GroupInfo:
    kind = request.POST.get("type", "")
    return members_services.group_open(
        club=request.club,
        type="company" if kind == "company" else "household",
        name=entry.text("name", limit=80),
        head_id=_found(request, entry.text("head"), "/head_id"),
        share=entry.whole("share", most=100),
        channel="console",
        actor=request.actor,
        now=clock.now(),
    )


def _found(request: HttpRequest, query: str, field: str) -> UUID:
    """The one member that a mobile, card or name means."""
    people = members.member_find(request.club, query, now=clock.now()) if query else []
    if len(people) != 1:
        raise Refusal(
            "member_unclear", Phrase(_("Name one member by mobile or card number.")), status=422, field=field
        )
    return people[0].id


def _take_in(request: HttpRequest, entry: Entry, group_id: UUID) -> str:
    info = members_services.belonging_add(
        club=request.club,
        group_id=group_id,
        member_id=_found(request, entry.text("who"), "/who"),
        role=_role(request),
        monthly_limit=entry.whole("limit"),
        actor=request.actor,
        now=clock.now(),
    )
    return gettext("%(name)s is in the shared account now.") % {"name": info.name}


def _set_role(request: HttpRequest, entry: Entry, group_id: UUID) -> str:
    members_services.belonging_set(
        club=request.club,
        group_id=group_id,
        member_id=read_id("member", request.POST.get("member", "")),
        role=_role(request),
        monthly_limit=entry.whole("limit"),
        actor=request.actor,
        now=clock.now(),
    )
    return gettext("The role was changed.")


def _let_out(request: HttpRequest, _entry: Entry, group_id: UUID) -> str:
    member_id = read_id("member", request.POST.get("member", ""))
    got = services.group_leave(
        club=request.club, group_id=group_id, member_id=member_id, actor=request.actor, now=clock.now()
    )
    return _told(request, got) or gettext("The member left the shared account; what they paid in stayed.")


def _change(request: HttpRequest, entry: Entry, group_id: UUID) -> str:
    members_services.group_update(
        club=request.club,
        id=group_id,
        name=entry.text("name", limit=80) or None,
        share=entry.whole("share", most=100),
        actor=request.actor,
        now=clock.now(),
    )
    return gettext("The shared account was changed.")


def _invite(request: HttpRequest, entry: Entry, group_id: UUID) -> str:
    """Who is named is told and finds it in the portal; without a name the code says it."""
    named = entry.text("named")
    member_id = _found(request, named, "/named") if named else None
    made = members_services.invitation_make(
        club=request.club,
        group_id=group_id,
        role=_role(request),
        monthly_limit=entry.whole("limit"),
        member_id=member_id,
        actor=request.actor,
        now=clock.now(),
    )
    if member_id is None:
        return f"#{made.code}"
    name = members.members_get(request.club, [member_id])[member_id].name
    return gettext("%(name)s is invited; they are told, and answer in the portal.") % {"name": name}


def _withdraw(request: HttpRequest, _entry: Entry, group_id: UUID) -> str:
    members_services.invitation_withdraw(
        club=request.club,
        group_id=group_id,
        invitation_id=read_id("group_invitation", request.POST.get("invitation", "")),
        actor=request.actor,
        now=clock.now(),
    )
    return gettext("The invitation was withdrawn.")


def _close(request: HttpRequest, _entry: Entry, group_id: UUID) -> str:
    got = services.group_close(club=request.club, group_id=group_id, actor=request.actor, now=clock.now())
    return _told(request, got) or gettext("The shared account was closed.")


ACTS: dict[str, Callable[[HttpRequest, Entry, UUID], str]] = {
    "take_in": _take_in,
    "role": _set_role,
    "let_out": _let_out,
    "change": _change,
    "invite": _invite,
    "withdraw": _withdraw,
    "close": _close,
}


def _told(request: HttpRequest, got: SharedOut) -> str:
    """Who took what along, or nothing."""
    names = members.members_get(request.club, got.got)
    parts = [
        f"{names[member_id].name}: {_units(request.club, lang_of(request), units)}"
        for member_id, units in got.got.items()
    ]
    return gettext("Shared out: %(parts)s") % {"parts": " · ".join(parts)} if parts else ""


def _units(club: ClubInfo, lang: Lang, units: object) -> str:
    now = clock.now()
    names, credits = wallet_names(club, lang, now), credit_units(club, now)
    return "، ".join(
        money_words(amount, club) if unit in credits else f"{plain(amount)} {names.get(unit, unit)}"
        for unit, amount in dict(units).items()  # type: ignore[call-overload]
        if amount
    )


def _role(request: HttpRequest) -> GroupRole:
    asked = request.POST.get("role", "")
    return next((role for role in ROLES if role == asked), "adult")


def _row(club: ClubInfo, info: GroupInfo) -> GroupRow:
    return GroupRow(
        url=reverse("console:group", args=[ids.public("member", info.id)]),
        name=info.name,
        kind=kind_words()[info.type],
        people=plain(info.members),
        share=plain(info.share),
        card=digits(info.number),
        opened=day_words(info.opened_at, club, "medium"),
        is_open=info.is_open,
    )


def _one(request: HttpRequest, group_id: UUID, entry: Entry, code: str, error: str) -> OnePage:
    club, lang = request.club, lang_of(request)
    found: GroupPage = selectors.group_page(club, group_id, clock.now())
    group, words = found.group, role_words(found.group.type)
    return OnePage(
        id=ids.public("member", group.id),
        crumbs=(Crumb(gettext("Shared accounts"), reverse("console:groups")), Crumb(group.name)),
        name=group.name,
        kind=kind_words()[group.type],
        card=digits(group.number),
        opened=day_words(group.opened_at, club, "medium"),
        share=str(group.share),
        is_open=group.is_open,
        is_blocked=group.status == "blocked",
        member_url=reverse("console:member_points", args=[ids.public("member", group.id)]),
        stats=_stats(club, lang, found),
        people=tuple(_person(club, lang, one, words) for one in found.people),
        invited=_invited(club, group.id, words),
        roles=chosen(tuple((role, words[role]) for role in ROLES), "adult"),
        values={name: request.POST.get(name, "") for name in ("who", "named", "limit")},
        errors=entry.errors,
        error=error,
        code=code,
        here=reverse("console:group", args=[ids.public("member", group.id)]),
        close={"act": "close"},
    )


def _invited(club: ClubInfo, group_id: UUID, words: dict[GroupRole, str]) -> tuple[InvitedRow, ...]:
    found = members.invitation_list(club, group_id=group_id, now=clock.now())
    people = members.members_get(club, {one.member_id for one in found if one.member_id})
    return tuple(
        InvitedRow(
            id=ids.public("group_invitation", one.id),
            name=people[one.member_id].name if one.member_id in people else "",
            role=words[one.role],
            until=day_words(one.expires_at, club, "medium"),
        )
        for one in found
    )


def _stats(club: ClubInfo, lang: Lang, found: GroupPage) -> tuple[Stat, ...]:
    now = clock.now()
    names, credits = wallet_names(club, lang, now), credit_units(club, now)
    stats = [
        Stat(
            names.get(unit, unit),
            money_words(wallet.available, club) if unit in credits else plain(wallet.available),
            note=gettext("%(n)s pending") % {"n": plain(wallet.pending)} if wallet.pending else "",
            tone="points",
        )
        for unit, wallet in found.wallets.items()
        if wallet.available or wallet.pending
    ]
    people = ngettext("%(n)s member", "%(n)s members", len(found.people)) % {"n": plain(len(found.people))}
    share = Stat(gettext("Share (%)"), plain(found.group.share), note=people)
    return (*(stats or [Stat(gettext("Available points"), plain(0), tone="points")]), share)


def _person(club: ClubInfo, lang: Lang, one: Insider, words: dict[GroupRole, str]) -> PersonRow:
    info, public = one.belonging, ids.public("member", one.belonging.member_id)
    return PersonRow(
        id=public,
        name=info.name,
        url=reverse("console:member", args=[public]),
        paid_in=_units(club, lang, one.paid_in) or plain(0),
        spent=_units(club, lang, one.spent) or plain(0),
        since=day_words(info.joined_at, club, "medium"),
        roles=chosen(tuple((role, words[role]) for role in ROLES), info.role),
        limit="" if info.monthly_limit is None else str(info.monthly_limit),
    )

"""The shared account of a member: what is in it and who, joining and opening, paying in, leaving, closing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, get_args
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from bashgah.clubs.types import GroupType
from bashgah.dealings import selectors, services
from bashgah.dealings.types import GroupPage, Insider
from bashgah.ground.throttle import throttle_take
from bashgah.ground.trying import tried
from bashgah.ground.types import Limit
from bashgah.kit import ids, mobile
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import ascii_digits
from bashgah.ledger.selectors import wallets_get
from bashgah.members import selectors as members
from bashgah.members import services as members_services
from bashgah.members.types import BelongingInfo, GroupInvitationInfo, GroupRole
from bashgah.portal import partings
from bashgah.portal.cards import POINTS
from bashgah.portal.doorway import Door, members_only, page
from bashgah.portal.pages import Question
from bashgah.ui.types import Option

SOURCE = "portal"
LONGEST = 12
TRIES = (Limit(10, 3600), Limit(30, 86_400))
"""Numbers a member may name in invitations: each may send a message to a stranger."""
ROLES: tuple[GroupRole, ...] = get_args(GroupRole)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody in the account: role and limit as words, and the choices of a head."""

    id: str
    name: str
    note: str
    paid_in: int
    is_me: bool
    roles: tuple[Option, ...]
    limit: str
    out: Question | None


@dataclass(frozen=True, slots=True)
class SharedPage:
    """The account the member is in."""

    name: str
    kind: str
    share: int
    balance: int
    pending: int
    own: int
    people: tuple[PersonRow, ...]
    is_head: bool
    is_blocked: bool
    left: int | None
    roles: tuple[Option, ...]
    invitations: tuple[tuple[str, str], ...]
    reference: str
    leave: Question | None
    close: Question | None
    code: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True, slots=True)
class JoinPage:
    """Where a member who is in none joins one or opens one."""

    invited: tuple[tuple[str, str, str], ...]
    kinds: tuple[Option, ...]
    errors: dict[str, str] = field(default_factory=dict)
    error: str = ""
    typed: dict[str, str] = field(default_factory=dict)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def shared(request: HttpRequest, door: Door) -> HttpResponse:
    """Show the account, or the ways into one; do what a form asks."""
    if not offered(door):
        raise Refusal("groups_off", Phrase(_("The club has no such shared accounts.")), status=404)
    if request.method != "POST":
        return _shown(request, door)
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        return _shown(request, door)
    code, refusal = tried(lambda: act(request, door))
    if refusal is not None or code:
        return _shown(request, door, refusal=refusal, code=code or "")
    return HttpResponseRedirect(reverse("portal:shared"))


def offered(door: Door) -> bool:
    """Whether the club has shared accounts, or the member is still in one."""
    return bool(door.club.settings.groups.kinds) or members.belonging_get(door.club, door.who.id) is not None


def role_words(kind: str) -> dict[GroupRole, str]:
    """What the roles are called in a household, and in a company."""
    if kind == "company":
        return {"head": gettext("Manager"), "adult": gettext("Buyer"), "junior": gettext("Employee")}
    return {"head": gettext("Head"), "adult": gettext("Adult"), "junior": gettext("Child")}


def _open(request: HttpRequest, door: Door) -> str:
    kind = request.POST.get("type", "")
    members_services.group_open(
        club=door.club,
        type="company" if kind == "company" else "household",
        name=request.POST.get("name", ""),
        head_id=door.who.id,
        channel="portal",
        actor=door.actor,
        now=door.now,
    )
    return ""


def _join(request: HttpRequest, door: Door) -> str:
    named = request.POST.get("invitation", "")
    members_services.invitation_take(
        club=door.club,
        member_id=door.who.id,
        code=request.POST.get("code", ""),
        invitation_id=ids.parse("group_invitation", named) if named else None,
        actor=door.actor,
        now=door.now,
    )
    return ""


def _decline(request: HttpRequest, door: Door) -> str:
    members_services.invitation_decline(
        club=door.club,
        member_id=door.who.id,
        invitation_id=ids.parse("group_invitation", request.POST.get("invitation", "")),
        now=door.now,
    )
    return ""


def _pay_in(request: HttpRequest, door: Door) -> str:
    amount = _whole(request, "amount")
    services.group_contribute(
        club=door.club,
        group_id=_mine(door).group_id,
        member_id=door.who.id,
        unit=POINTS,
        amount=amount or 0,
        reference=(SOURCE, _reference(request)),
        actor=door.actor,
        now=door.now,
    )
    return ""


def _invite(request: HttpRequest, door: Door) -> str:
    """A member whose number was typed is told; the answer is the same for a number no member has."""
    made = members_services.invitation_make(
        club=door.club,
        group_id=_mine(door).group_id,
        role=_role(request),
        monthly_limit=_whole(request, "limit"),
        member_id=_invitee(request, door),
        actor=door.actor,
        now=door.now,
    )
    return made.code


def _invitee(request: HttpRequest, door: Door) -> UUID | None:
    typed = request.POST.get("mobile", "").strip()
    if not typed:
        return None
    throttle_take(key=f"group-invite:{door.who.id}", limits=TRIES, now=door.now)
    return members.member_resolve(door.club, "mobile", mobile.normalise(typed))


def _withdraw(request: HttpRequest, door: Door) -> str:
    members_services.invitation_withdraw(
        club=door.club,
        group_id=_mine(door).group_id,
        invitation_id=ids.parse("group_invitation", request.POST.get("invitation", "")),
        actor=door.actor,
        now=door.now,
    )
    return ""


def _set_role(request: HttpRequest, door: Door) -> str:
    members_services.belonging_set(
        club=door.club,
        group_id=_mine(door).group_id,
        member_id=_named(request),
        role=_role(request),
        monthly_limit=_whole(request, "limit"),
        actor=door.actor,
        now=door.now,
    )
    return ""


def _remove(request: HttpRequest, door: Door) -> str:
    services.group_leave(
        club=door.club,
        group_id=_mine(door).group_id,
        member_id=_named(request),
        actor=door.actor,
        now=door.now,
    )
    return ""


def _leave(_request: HttpRequest, door: Door) -> str:
    services.group_leave(
        club=door.club, group_id=_mine(door).group_id, member_id=door.who.id, actor=door.actor, now=door.now
    )
    return ""


def _close(_request: HttpRequest, door: Door) -> str:
    services.group_close(club=door.club, group_id=_mine(door).group_id, actor=door.actor, now=door.now)
    return ""


ACTS: dict[str, Callable[[HttpRequest, Door], str]] = {
    "open": _open,
    "join": _join,
    "decline": _decline,
    "pay_in": _pay_in,
    "invite": _invite,
    "withdraw": _withdraw,
    "role": _set_role,
    "remove": _remove,
    "leave": _leave,
    "close": _close,
}


def _shown(
    request: HttpRequest, door: Door, *, refusal: Refusal | None = None, code: str = ""
) -> HttpResponse:
    mine = members.belonging_get(door.club, door.who.id)
    said = door.say(refusal.phrase) if refusal else ""
    at = {
        "/amount": "amount",
        "/code": "code",
        "/name": "name",
        "/monthly_limit": "limit",
        "/mobile": "mobile",
    }.get((refusal.field or "") if refusal else "", "")
    told: dict[str, Any] = {
        "errors": {at: said} if at else {},
        "error": "" if at else said,
        "typed": {name: request.POST.get(name, "") for name in ("amount", "code", "name", "limit", "mobile")},
    }
    status = refusal.status if refusal else 200
    if mine is None:
        shown: Any = JoinPage(invited=_invited(door), kinds=_kinds(door), **told)
        return page(request, door, "shared_join.html", status=status, page=shown, current="me")
    shown = _account(door, mine, code, told)
    return page(request, door, "shared.html", status=status, page=shown, current="me")


def _account(door: Door, mine: BelongingInfo, code: str, told: dict[str, Any]) -> SharedPage:
    found = selectors.group_page(door.club, mine.group_id, door.now)
    words = role_words(found.group.type)
    wallet, own = found.wallets.get(POINTS), wallets_get(door.club, door.who.id, door.now).get(POINTS)
    me = next(one for one in found.people if one.belonging.member_id == door.who.id)
    open_now = members.invitation_list(door.club, group_id=mine.group_id, now=door.now)
    return SharedPage(
        name=found.group.name,
        kind=found.group.type,
        share=found.group.share,
        balance=wallet.available if wallet else 0,
        pending=wallet.pending if wallet else 0,
        own=max(0, own.available) if own else 0,
        people=tuple(_row(door, found, one, words) for one in found.people),
        is_head=mine.role == "head",
        is_blocked=found.group.status == "blocked",
        left=left_to_spend(me),
        roles=tuple(Option(role, words[role], role == "adult") for role in ROLES),
        invitations=tuple(_invitation(one, words) for one in open_now) if mine.role == "head" else (),
        reference=str(uuid.uuid4()),
        leave=partings.leaving(door, found) if len(found.people) > 1 else None,
        close=partings.closing(door, found) if mine.role == "head" else None,
        code=code,
        **told,
    )


def left_to_spend(me: Insider) -> int | None:
    """How much of the account's points somebody may still spend this month; None where nothing limits it."""
    limit = me.belonging.monthly_limit
    if limit is None:
        return None if me.belonging.role != "junior" else 0
    return max(0, limit - me.spent.get(POINTS, 0))


def _row(door: Door, found: GroupPage, one: Insider, words: dict[GroupRole, str]) -> PersonRow:
    info, is_me = one.belonging, one.belonging.member_id == door.who.id
    return PersonRow(
        id=ids.public("member", info.member_id),
        name=info.name,
        note=words[info.role],
        paid_in=one.paid_in.get(POINTS, 0),
        is_me=is_me,
        roles=tuple(Option(role, words[role], role == info.role) for role in ROLES),
        limit="" if info.monthly_limit is None else str(info.monthly_limit),
        out=None if is_me else partings.taking_out(door, found, one),
    )


def _invitation(info: GroupInvitationInfo, words: dict[GroupRole, str]) -> tuple[str, str]:
    return ids.public("group_invitation", info.id), words[info.role]


def _invited(door: Door) -> tuple[tuple[str, str, str], ...]:
    found = members.invitation_list(door.club, member_id=door.who.id, now=door.now)
    groups = members.groups_get(door.club, [one.group_id for one in found])
    return tuple(
        (
            ids.public("group_invitation", one.id),
            groups[one.group_id].name,
            role_words(groups[one.group_id].type)[one.role],
        )
        for one in found
        if one.group_id in groups
    )


def _kinds(door: Door) -> tuple[Option, ...]:
    terms = door.club.settings.groups
    if terms.opened_by != "members":
        return ()
    words: dict[GroupType, str] = {"household": gettext("Household"), "company": gettext("Company")}
    return tuple(Option(kind, words[kind], place == 0) for place, kind in enumerate(terms.kinds))


def _mine(door: Door) -> BelongingInfo:
    found = members.belonging_get(door.club, door.who.id)
    if found is None:
        raise Refusal("not_in_group", Phrase(_("This member is not in the shared account.")))
    return found


def _role(request: HttpRequest) -> GroupRole:
    asked = request.POST.get("role", "")
    return next((role for role in ROLES if role == asked), "adult")


def _named(request: HttpRequest) -> UUID:
    return ids.parse("member", request.POST.get("member", ""))


def _whole(request: HttpRequest, name: str) -> int | None:
    typed = ascii_digits(request.POST.get(name, "")).replace(",", "").replace("٬", "").strip()
    if not typed:
        return None
    if not typed.isdecimal() or len(typed) > LONGEST:
        raise Refusal(
            "amount_invalid",
            Phrase(_("Write a whole number.")),
            status=422,
            field="/amount" if name == "amount" else "/monthly_limit",
        )
    return int(typed)


def _reference(request: HttpRequest) -> str:
    try:
        return str(uuid.UUID(request.POST.get("reference", "")))
    except ValueError:
        return str(uuid.uuid4())

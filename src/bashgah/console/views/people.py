"""Staff: who has which role, invitations, and the matrix of what each role may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.access import permissions, selectors, services
from bashgah.access.letters import invitation_letter_send
from bashgah.access.types import GrantInfo, InvitationInfo
from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done, said
from bashgah.console.tabs import settings_tabs
from bashgah.console.views.base import Entry, attempt, chosen, page, read_id, show
from bashgah.ground import clock
from bashgah.kit import ids
from bashgah.ui.entries import whole_or_none
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb, Option, Tab


@dataclass(frozen=True, slots=True)
class GrantRow:
    """One role of one person, where and up to how much."""

    id: str
    role: str
    where: str
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A person in the list."""

    name: str
    email: str
    url: str
    grants: tuple[GrantRow, ...]
    has_second_factor: bool
    last_login: datetime | None
    is_me: bool


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation that waits."""

    id: str
    email: str
    role: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One permission and, for each role in the order of the head, whether it has it and up to how much."""

    label: str
    cells: tuple[tuple[bool, str], ...]


@dataclass(frozen=True, slots=True)
class StaffPage:
    """The list, the invitations that wait, the matrix and the rule about the second factor."""

    tabs: tuple[Tab, ...]
    rows: tuple[StaffRow, ...]
    invitations: tuple[InvitationRow, ...]
    roles: tuple[str, ...]
    matrix: tuple[MatrixRow, ...]
    factor_roles: tuple[Option, ...]
    link: str


@dataclass(frozen=True, slots=True)
class InvitePage:
    """The form of an invitation."""

    crumbs: tuple[Crumb, ...]
    values: dict[str, str]
    roles: tuple[Option, ...]
    branches: tuple[Option, ...]
    errors: dict[str, str]


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One person's roles and the form that gives another."""

    crumbs: tuple[Crumb, ...]
    person: StaffRow
    staff_id: str
    roles: tuple[Option, ...]
    branches: tuple[Option, ...]
    values: dict[str, str]
    errors: dict[str, str]


@page("staff.read", writes="staff.manage")
def index(request: HttpRequest) -> HttpResponse:
    """Everyone with a role here."""
    club: ClubInfo = request.club
    if request.method == "POST":
        roles = [role for role in request.POST.getlist("factor_roles") if role in permissions.ROLES]
        services.factor_policy_set(club=club, roles=roles, actor=request.actor, now=clock.now())
        done(request, gettext("The rule about the second factor was saved."))
        return redirect("console:staff")
    labels = [(role.key, said(request, role.label)) for role in permissions.ROLES.values()]
    model = StaffPage(
        tabs=settings_tabs(request, "console:staff"),
        rows=_rows(request, club),
        invitations=tuple(_invitation(request, row) for row in selectors.invitation_list(club)),
        roles=tuple(label for _, label in labels),
        matrix=tuple(_matrix_row(request, permission) for permission in permissions.PERMISSIONS.values()),
        factor_roles=chosen(labels, set(selectors.factor_roles(club.id))),
        link=request.session.pop("invitation_link", ""),
    )
    return show(request, "staff.html", model)


@page("staff.manage")
def invite(request: HttpRequest) -> HttpResponse:
    """Offers a role to an address: a letter goes out, and the link is shown once to hand over in person."""
    club: ClubInfo = request.club
    entry = Entry(request)
    values = {name: request.POST.get(name, "") for name in ("name", "email", "role")} | {
        "locale": lang_of(request)
    }
    if request.method == "POST":
        name, email = entry.text("name", required=True), entry.text("email", required=True)
        role = entry.choice("role", set(permissions.ROLES))
        where = _branch_ids(request)
        if not entry.errors:
            made, refusal = attempt(
                lambda: services.staff_invite(
                    club=club,
                    email=email,
                    name=name,
                    role=role,
                    branches=where,
                    locale=lang_of(request),
                    actor=request.actor,
                    now=clock.now(),
                )
            )
            if made is not None:
                return _invited(request, club, *made)
            assert refusal is not None  # noqa: S101 - attempt returns one of the two
            entry.refuse(refusal, {"/role": "role", "/branches": "branches"}, "email")
    model = InvitePage(
        crumbs=(Crumb(gettext("Staff and roles"), reverse("console:staff")), Crumb(gettext("Invite"))),
        values=values,
        roles=_role_options(request, values["role"] or "cashier"),
        branches=_branch_options(request, club, set(request.POST.getlist("branches"))),
        errors=entry.errors,
    )
    return show(request, "invite.html", model, status=422 if entry.errors else 200)


@page("staff.read", writes="staff.manage")
def person(request: HttpRequest, staff_id: str) -> HttpResponse:
    """One person: roles held, one more role."""
    club: ClubInfo = request.club
    id_ = read_id("staff", staff_id)
    entry = Entry(request)
    if request.method == "POST":
        role, limits = entry.choice("role", set(permissions.ROLES)), _limits(entry)
        if not entry.errors:
            _, refusal = attempt(
                lambda: services.role_grant(
                    club=club,
                    staff_id=id_,
                    role=role,
                    branches=_branch_ids(request),
                    limits=limits,
                    actor=request.actor,
                    now=clock.now(),
                )
            )
            if refusal is None:
                done(request, gettext("The role was given."))
                return redirect("console:person", staff_id)
            entry.refuse(refusal, default="role")
    found = next((row for row in _rows(request, club) if row.url.endswith(f"/{staff_id}/")), None)
    if found is None:
        return redirect("console:staff")
    model = PersonPage(
        crumbs=(Crumb(gettext("Staff and roles"), reverse("console:staff")), Crumb(found.name)),
        person=found,
        staff_id=staff_id,
        roles=_role_options(request, request.POST.get("role", "cashier")),
        branches=_branch_options(request, club, set(request.POST.getlist("branches"))),
        values={"limit": request.POST.get("limit", "")},
        errors=entry.errors,
    )
    return show(request, "person.html", model, status=422 if entry.errors else 200)


@require_POST
@page("staff.manage")
def role_revoke(request: HttpRequest, staff_id: str, grant_id: UUID) -> HttpResponse:
    """Takes a role back; the last owner stays."""
    club: ClubInfo = request.club
    services.role_revoke(club=club, grant_id=grant_id, actor=request.actor, now=clock.now())
    done(request, gettext("The role was taken back."))
    return redirect("console:staff")


@require_POST
@page("staff.manage")
def invitation_revoke(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Takes an invitation back."""
    club: ClubInfo = request.club
    services.invitation_revoke(
        club=club,
        invitation_id=invitation_id,
        actor=request.actor,
        now=clock.now(),
    )
    done(request, gettext("The invitation was taken back."))
    return redirect("console:staff")


def _invited(request: HttpRequest, club: ClubInfo, invitation: InvitationInfo, token: str) -> HttpResponse:
    link = request.build_absolute_uri(reverse("console:join", args=[token]))
    request.session["invitation_link"] = link
    lang = lang_of(request)
    transaction.on_commit(
        lambda: invitation_letter_send(club=club, invitation=invitation, link=link, lang=lang), robust=True
    )
    done(request, gettext("The invitation was sent."))
    return redirect("console:staff")


def _rows(request: HttpRequest, club: ClubInfo) -> tuple[StaffRow, ...]:
    lang = lang_of(request)
    names = {branch.id: branch.name.say(lang) for branch in clubs.branch_list(club)}
    return tuple(
        StaffRow(
            name=member.staff.name or member.staff.email,
            email=member.staff.email,
            url=reverse("console:person", args=[ids.public("staff", member.staff.id)]),
            grants=tuple(_grant(request, grant, names) for grant in member.grants),
            has_second_factor=member.staff.has_second_factor,
            last_login=member.staff.last_login,
            is_me=member.staff.id == request.user.pk,
        )
        for member in selectors.staff_list(club)
    )


def _grant(request: HttpRequest, grant: GrantInfo, names: dict[UUID, str]) -> GrantRow:
    from bashgah.ui.figures import listed, plain

    role = permissions.ROLES.get(grant.role)
    where = listed(*(names.get(branch, "") for branch in grant.branches)) or gettext("whole club")
    limits = tuple(
        f"{said(request, permissions.PERMISSIONS[key].label)}: {plain(most)}"
        for key, most in grant.limits
        if key in permissions.PERMISSIONS
    )
    return GrantRow(str(grant.id), said(request, role.label) if role else grant.role, where, limits)


def _invitation(request: HttpRequest, row: InvitationInfo) -> InvitationRow:
    role = permissions.ROLES.get(row.role)
    return InvitationRow(
        str(row.id), row.email, said(request, role.label) if role else row.role, row.expires_at
    )


def _matrix_row(request: HttpRequest, permission: permissions.Permission) -> MatrixRow:
    from bashgah.ui.figures import plain

    cells = []
    for role in permissions.ROLES.values():
        limit = role.limits.get(permission.key)
        cells.append((permission.key in role.permissions, plain(limit) if limit is not None else ""))
    return MatrixRow(said(request, permission.label), tuple(cells))


def _role_options(request: HttpRequest, current: str) -> tuple[Option, ...]:
    return chosen([(role.key, said(request, role.label)) for role in permissions.ROLES.values()], current)


def _branch_options(request: HttpRequest, club: ClubInfo, picked: set[str]) -> tuple[Option, ...]:
    lang = lang_of(request)
    return chosen(
        [(ids.public("branch", b.id), b.name.say(lang)) for b in clubs.branch_list(club, active_only=True)],
        picked,
    )


def _branch_ids(request: HttpRequest) -> list[UUID]:
    return [read_id("branch", text) for text in request.POST.getlist("branches")]


def _limits(entry: Entry) -> dict[str, int]:
    try:
        most = whole_or_none(entry.data.get("limit"))
    except ValueError:
        entry.wrong("limit", gettext("Write a whole number."))
        return {}
    return {} if most is None else {"points.adjust": most}

"""Branches: the list, opening, changing, closing."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.access.gate import may
from bashgah.clubs import selectors, services
from bashgah.clubs.types import BranchInfo, ClubInfo
from bashgah.console.framing import done
from bashgah.console.tabs import settings_tabs
from bashgah.console.views.base import Entry, attempt, page, read_id, show
from bashgah.ground import clock
from bashgah.kit import ids
from bashgah.kit.text import search_key
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb, Tab

FIELDS = ("code", "name_fa", "name_en", "city", "region", "franchise")


@dataclass(frozen=True, slots=True)
class BranchRow:
    """A branch in the list."""

    name: str
    code: str
    city: str
    region: str
    is_active: bool
    url: str


@dataclass(frozen=True, slots=True)
class BranchesPage:
    """The list of branches."""

    tabs: tuple[Tab, ...]
    rows: tuple[BranchRow, ...]
    search: str
    may_edit: bool


@dataclass(frozen=True, slots=True)
class BranchPage:
    """The form of one branch; `branch` is None for a new one."""

    crumbs: tuple[Crumb, ...]
    branch: BranchInfo | None
    public_id: str
    title: str
    values: dict[str, str]
    errors: dict[str, str]


@page("branches.read")
def index(request: HttpRequest) -> HttpResponse:
    """All branches, the ones that match a search first of all."""
    club: ClubInfo = request.club
    lang, search = lang_of(request), request.GET.get("q", "").strip()
    wanted = search_key(search)
    rows = tuple(
        BranchRow(
            branch.name.say(lang),
            branch.code,
            branch.city,
            branch.region,
            branch.is_active,
            reverse("console:branch", args=[ids.public("branch", branch.id)]),
        )
        for branch in selectors.branch_list(club)
        if wanted in search_key(f"{branch.name.fa} {branch.name.en} {branch.code} {branch.city}")
    )
    return show(
        request,
        "branches.html",
        BranchesPage(
            settings_tabs(request, "console:branches"), rows, search, may_edit=may(request, "settings.edit")
        ),
    )


@page("settings.edit")
def new(request: HttpRequest) -> HttpResponse:
    """Opens a branch."""
    return _form(request, None)


@page("branches.read", writes="settings.edit")
def edit(request: HttpRequest, branch_id: str) -> HttpResponse:
    """Changes a branch; its code stays."""
    club: ClubInfo = request.club
    return _form(request, selectors.branch_get(club, read_id("branch", branch_id)))


@require_POST
@page("settings.edit")
def close(request: HttpRequest, branch_id: str) -> HttpResponse:
    """Closes a branch, or opens it again; closing can be taken back."""
    club, id_ = request.club, read_id("branch", branch_id)
    again = request.POST.get("reopen") == "1"
    act = services.branch_reopen if again else services.branch_close
    act(club=club, id=id_, actor=request.actor, now=clock.now())
    done(request, gettext("The branch is open again.") if again else gettext("The branch was closed."))
    return redirect("console:branches")


def _form(request: HttpRequest, branch: BranchInfo | None) -> HttpResponse:
    club: ClubInfo = request.club
    entry, values = Entry(request), _values(branch)
    status = 200
    if request.method == "POST":
        values = {name: request.POST.get(name, "") for name in FIELDS}
        name = entry.texts("name", required=True)
        given = {key: entry.text(key, limit=100) for key in ("city", "region", "franchise")}
        code = entry.text("code", required=branch is None, limit=40)
        if not entry.errors:
            now, actor = clock.now(), request.actor
            _, refusal = attempt(
                lambda: (
                    services.branch_update(club=club, id=branch.id, name=name, **given, actor=actor, now=now)
                    if branch
                    else services.branch_create(
                        club=club, code=code, name=name, **given, actor=actor, now=now
                    )
                )
            )
            if refusal is None:
                done(request, gettext("The branch was saved."))
                return redirect("console:branches")
            entry.refuse(refusal)
        status = 422
    title = branch.name.say(lang_of(request)) if branch else gettext("New branch")
    model = BranchPage(
        crumbs=(Crumb(gettext("Branches"), reverse("console:branches")), Crumb(title)),
        branch=branch,
        public_id=ids.public("branch", branch.id) if branch else "",
        title=title,
        values=values,
        errors=entry.errors,
    )
    return show(request, "branch.html", model, status=status)


def _values(branch: BranchInfo | None) -> dict[str, str]:
    if branch is None:
        return dict.fromkeys(FIELDS, "")
    return {
        "code": branch.code,
        "name_fa": branch.name.fa,
        "name_en": branch.name.en,
        "city": branch.city,
        "region": branch.region,
        "franchise": branch.franchise,
    }

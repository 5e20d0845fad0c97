"""The gate of console and till: every view declares what it needs, and nobody passes without it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from allauth.core.internal.httpkit import get_client_ip
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from bashgah.access import permissions, selectors
from bashgah.access.types import GrantInfo
from bashgah.clubs.selectors import club_get
from bashgah.ground.types import Actor
from bashgah.kit import ids

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CHOSEN_CLUB = "club"

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Needs:
    """What a view declares: a permission to read and one to write, or why it needs none."""

    read: str = ""
    write: str = ""
    any_role: bool = False
    public: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """An address with what its view declares; ``needs`` is empty when it forgot to."""

    path: str
    name: str
    needs: Needs | None


def allowed(permission: str, *, writes: str = "") -> Callable[[View], View]:
    """Let only those pass who hold the permission; POST, PUT, PATCH and DELETE need ``writes`` if named.

    Passing sets ``request.club`` (ClubInfo), ``request.actor``, ``request.grants`` and
    ``request.staff_branches``: the branches where the permission holds, ``None`` for all.
    ``request.may_write`` says whether the same person could also send the page's form.
    """
    for key in filter(None, (permission, writes)):
        if key not in permissions.PERMISSIONS:
            raise LookupError(f"{key} is not a permission of access/permissions.py")
    return _gated(Needs(read=permission, write=writes or permission))


def signed_in(view: View) -> View:
    """Let everyone pass who holds any role in a club: pages about oneself."""
    return _gated(Needs(any_role=True))(view)


def public(why: str) -> Callable[[View], View]:
    """Declare that a view needs no sign-in, and why; sets nothing on the request."""

    def declare(view: View) -> View:
        @wraps(view)
        def open_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return view(request, *args, **kwargs)

        open_view.needs = Needs(public=why)  # type: ignore[attr-defined]
        return open_view

    return declare


def may(
    request: HttpRequest, permission: str, *, branch: UUID | None = None, amount: int | None = None
) -> bool:
    """Say whether the person behind a gated request may also do this; for buttons and inner checks."""
    return selectors.granted(request.grants, permission, branch=branch, amount=amount)  # type: ignore[attr-defined]


def require(
    request: HttpRequest, permission: str, *, branch: UUID | None = None, amount: int | None = None
) -> None:
    """Refuse with 403 unless the person behind a gated request may do this here and for this amount."""
    if not may(request, permission, branch=branch, amount=amount):
        raise PermissionDenied(permission)


def club_choose(request: HttpRequest, club_id: UUID) -> None:
    """Remember which club the person works in; refuse with 403 one in which they hold no role."""
    if not selectors.grants_of(request.user.pk, club_id):
        raise PermissionDenied("club")
    request.session[CHOSEN_CLUB] = str(club_id)


def caller_address(request: HttpRequest) -> str:
    """Return the caller's network address, behind as many proxies as the installation trusts."""
    return str(get_client_ip(request) or "")


def routes(prefix: str) -> list[Route]:
    """Return every address under the prefix with what its view declares, for the permission matrix."""
    return [route for route in _walk(get_resolver().url_patterns, "") if route.path.startswith(prefix)]


def _gated(needs: Needs) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            turned_away = _enter(request, needs)
            return turned_away or view(request, *args, **kwargs)

        gated.needs = needs  # type: ignore[attr-defined]
        return gated

    return decorate


def _enter(request: HttpRequest, needs: Needs) -> HttpResponse | None:
    staff: Any = request.user
    if not staff.is_authenticated:
        return _to_sign_in(request)
    grants = _grants_in_chosen_club(request, staff.pk)
    if not grants:
        raise PermissionDenied("club")
    club = club_get(grants[0].club_id)
    permission = needs.read if request.method in SAFE else needs.write
    if permission and not selectors.granted(grants, permission):
        raise PermissionDenied(permission)
    if _factor_missing(grants, staff.pk):
        return _to_second_factor(request)
    request.club = club  # type: ignore[attr-defined]
    request.grants = grants  # type: ignore[attr-defined]
    request.actor = Actor(kind="staff", id=ids.public("staff", staff.pk), name=str(staff))  # type: ignore[attr-defined]
    request.may_write = not needs.write or selectors.granted(grants, needs.write)  # type: ignore[attr-defined]
    request.staff_branches = (  # type: ignore[attr-defined]
        selectors.branches_for(grants, permission) if permission else None
    )
    return None


def _grants_in_chosen_club(request: HttpRequest, staff_id: UUID) -> tuple[GrantInfo, ...]:
    grants = selectors.grants_of(staff_id)
    chosen = request.session.get(CHOSEN_CLUB)
    here = tuple(grant for grant in grants if str(grant.club_id) == chosen)
    if here or not grants:
        return here
    return tuple(grant for grant in grants if grant.club_id == grants[0].club_id)


def _factor_missing(grants: tuple[GrantInfo, ...], staff_id: UUID) -> bool:
    strict = selectors.factor_roles(grants[0].club_id)
    if not any(grant.role in strict for grant in grants):
        return False
    return not selectors.has_second_factor(staff_id)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=401)
        response.headers["HX-Redirect"] = reverse("account_login")
        return response
    return redirect_to_login(request.get_full_path())


def _to_second_factor(request: HttpRequest) -> HttpResponse:
    address = reverse("mfa_index")
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=403)
        response.headers["HX-Redirect"] = address
        return response
    return HttpResponseRedirect(address)


def _walk(patterns: Iterable[URLPattern | URLResolver], prefix: str) -> Iterator[Route]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, path)
            continue
        yield Route(path=path, name=pattern.name or "", needs=_declared(pattern.callback))


def _declared(callback: Any) -> Needs | None:
    own = getattr(callback, "needs", None)
    return own if own is not None else getattr(getattr(callback, "view_class", None), "needs", None)

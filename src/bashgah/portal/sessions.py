"""A member's sign-in: a random key in a signed cookie, what it stands for kept on the server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.sessions.backends.db import SessionStore
from django.core import signing
from django.http import HttpRequest, HttpResponse

NAME = "bashgah_member"
ENTRY = "bashgah_entry"
IDLE = timedelta(days=30)
ABSOLUTE = timedelta(days=90)
TOUCH_EVERY = timedelta(hours=1)
ENTRY_LIFE = timedelta(minutes=15)
_KEY_SALT = "bashgah.portal.session"
_ENTRY_SALT = "bashgah.portal.entry"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, to which club, and since when."""

    club_id: UUID
    member_id: UUID
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """A person on the way in: the number they typed, the request its code answers, whether it was proved,
    and the page they wanted.

    It lives in the visitor's own browser, signed and short, so that numbers of people who never join are
    kept nowhere.
    """

    mobile: str
    request: str
    proved: bool = False
    sent_at: float = 0.0
    wanted: str = ""


def cookie_name(request: HttpRequest, name: str) -> str:
    """Over https the name carries ``__Host-``, which forbids other hosts and paths to set it."""
    return f"__Host-{name}" if request.is_secure() else name


def session_begin(
    request: HttpRequest, response: HttpResponse, *, club_id: UUID, member_id: UUID, now: datetime
) -> None:
    """Sign a member in under a fresh key; the key this browser held before stops working."""
    session_end(request, response)
    store = SessionStore()
    store["club"], store["member"] = str(club_id), str(member_id)
    store["began"] = store["seen"] = now.timestamp()
    store.set_expiry(int(IDLE.total_seconds()))
    store.create()
    _cookie_set(request, response, NAME, signing.Signer(salt=_KEY_SALT).sign(store.session_key), ABSOLUTE)


def session_get(request: HttpRequest, *, now: datetime) -> SignedIn | None:
    """Return who holds this cookie, or nobody: absent, forged, signed out, idle too long or too old."""
    store = _store(request)
    if store is None or "member" not in store:
        return None
    began, seen = (datetime.fromtimestamp(store[key], tz=now.tzinfo) for key in ("began", "seen"))
    if now - seen > IDLE or now - began > ABSOLUTE:
        store.flush()
        return None
    if now - seen > TOUCH_EVERY:
        store["seen"] = now.timestamp()
        store.set_expiry(int(IDLE.total_seconds()))
        store.save(must_create=False)
    return SignedIn(UUID(store["club"]), UUID(store["member"]), began)


def session_end(request: HttpRequest, response: HttpResponse) -> None:
    """Sign out on the server, not only in the browser: the old cookie is worth nothing afterwards."""
    if store := _store(request):
        store.flush()
    name = cookie_name(request, NAME)
    if name in request.COOKIES:
        response.delete_cookie(name, samesite="Lax")


def entry_get(request: HttpRequest) -> Entry | None:
    """Return how far this visitor has come towards signing in, or None when it is too long ago."""
    packed = request.COOKIES.get(cookie_name(request, ENTRY))
    if not packed:
        return None
    try:
        values = signing.loads(packed, salt=_ENTRY_SALT, max_age=ENTRY_LIFE)
    except signing.BadSignature:
        return None
    return Entry(values["m"], values["r"], values["p"], values["t"], values.get("w", ""))


def entry_set(request: HttpRequest, response: HttpResponse, entry: Entry) -> None:
    """Remember in the visitor's browser how far they have come."""
    values = {"m": entry.mobile, "r": entry.request, "p": entry.proved, "t": entry.sent_at, "w": entry.wanted}
    _cookie_set(request, response, ENTRY, signing.dumps(values, salt=_ENTRY_SALT), ENTRY_LIFE)


def entry_clear(request: HttpRequest, response: HttpResponse) -> None:
    """Forget the way in once it has been walked."""
    name = cookie_name(request, ENTRY)
    if name in request.COOKIES:
        response.delete_cookie(name, samesite="Lax")


def _store(request: HttpRequest) -> SessionStore | None:
    signed = request.COOKIES.get(cookie_name(request, NAME))
    if not signed:
        return None
    try:
        key = signing.Signer(salt=_KEY_SALT).unsign(signed)
    except signing.BadSignature:
        return None
    return SessionStore(session_key=key)


def _cookie_set(request: HttpRequest, response: HttpResponse, name: str, value: str, life: timedelta) -> None:
    response.set_cookie(
        cookie_name(request, name),
        value,
        max_age=int(life.total_seconds()),
        httponly=True,
        secure=request.is_secure(),
        samesite="Lax",
        path="/",
    )

"""Credentials of machines: API keys, OAuth2 clients, and the check at the door."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID

from django.db import connection
from oauth2_provider.models import AccessToken, Application

from bashgah.access import keys, permissions, selectors, types
from bashgah.access.models import ApiKey, OAuthClient
from bashgah.clubs.types import ClubInfo
from bashgah.ground.audit import audit_post
from bashgah.ground.types import Actor
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

# a check is remembered this long, so a revoked credential is refused within five seconds everywhere
REMEMBERED = timedelta(seconds=4)
REMEMBERED_MOST = 10_000
USE_NOTED_EVERY = timedelta(minutes=5)

_checked: dict[str, tuple[types.Credential, datetime]] = {}
_lock = Lock()


def key_issue(
    *,
    club: ClubInfo,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime | None = None,
    limit_per_minute: int = 0,
    actor: Actor,
    now: datetime,
) -> tuple[types.KeyInfo, str]:
    """Make an API key and return it with its secret, which is shown this once and never stored."""
    named = _scopes(scopes)
    if expires_at is not None and expires_at <= now:
        phrase = Phrase(_("The key would already have expired."))
        raise Refusal("expiry_in_past", phrase, status=422, field="/expires_at")
    text, prefix = keys.fresh()
    row = ApiKey.objects.create(
        club_id=club.id,
        name=name,
        prefix=prefix,
        digest=keys.digest(text),
        scopes=named,
        limit_per_minute=limit_per_minute,
        created_by=actor.id,
        created_at=now,
        expires_at=expires_at,
    )
    audit_post(
        club_id=club.id,
        actor=actor,
        action="key.issued",
        target=public("key", row.id),
        details={"name": name, "scopes": named},
        now=now,
    )
    return selectors.key_info(row), text


def key_revoke(*, club: ClubInfo, key_id: UUID, actor: Actor, now: datetime) -> None:
    """Revoke a key: refused here at once, in every other process within five seconds. Twice is once."""
    rows = ApiKey.objects.filter(club_id=club.id, id=key_id)
    if not rows.exists():
        raise Refusal("key_unknown", Phrase(_("This key was not found.")), status=404)
    if rows.filter(revoked_at__isnull=True).update(revoked_at=now):
        audit_post(
            club_id=club.id,
            actor=actor,
            action="key.revoked",
            target=public("key", key_id),
            details={},
            now=now,
        )
    _forget(key_id)


def client_issue(
    *,
    club: ClubInfo,
    name: str,
    scopes: Iterable[str],
    limit_per_minute: int = 0,
    actor: Actor,
    now: datetime,
) -> tuple[types.ClientInfo, str]:
    """Make an OAuth2 client (client credentials) and return it with its secret, shown this once."""
    named = _scopes(scopes)
    secret = secrets.token_urlsafe(40)
    application = Application.objects.create(
        name=name,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret=secret,
    )
    row = OAuthClient.objects.create(
        club_id=club.id,
        application=application,
        scopes=named,
        limit_per_minute=limit_per_minute,
        created_by=actor.id,
        created_at=now,
    )
    audit_post(
        club_id=club.id,
        actor=actor,
        action="client.issued",
        target=public("key", row.id),
        details={"name": name, "scopes": named},
        now=now,
    )
    return selectors.client_info(row), secret


def client_revoke(*, club: ClubInfo, client_id: UUID, actor: Actor, now: datetime) -> None:
    """Revoke a client and every token it holds. Twice is once."""
    row = OAuthClient.objects.filter(club_id=club.id, id=client_id).select_related("application").first()
    if row is None:
        raise Refusal("client_unknown", Phrase(_("This client was not found.")), status=404)
    if row.revoked_at is None:
        OAuthClient.objects.filter(id=row.id).update(revoked_at=now)
        # nobody knows the new secret, so the token endpoint refuses too
        row.application.client_secret = secrets.token_urlsafe(40)
        row.application.save(update_fields=["client_secret"])
        audit_post(
            club_id=club.id,
            actor=actor,
            action="client.revoked",
            target=public("key", row.id),
            details={},
            now=now,
        )
    AccessToken.objects.filter(application_id=row.application_id).delete()
    _forget(row.id)


def credential_check(text: str, now: datetime) -> types.Credential | None:
    """Return whom the text after ``Bearer`` belongs to, or nothing when it opens no door.

    Unknown, revoked and expired are one answer. Good answers are remembered for four seconds in this process,
    bad ones never.
    """
    remembered = _remembered(text, now)
    if remembered is not None:
        return remembered if _in_time(remembered, now) else None
    found = credential_read(text, now)
    if found is not None:
        _remember(text, found, now)
    return found


def credential_read(text: str, now: datetime) -> types.Credential | None:
    """Ask the database alone; for those who remember the answer themselves."""
    return key_check(text, now) if text.startswith("bsh_") else bearer_check(text, now)


def key_check(text: str, now: datetime) -> types.Credential | None:
    """Look an API key up in the database and note its use every few minutes."""
    if not keys.looks_right(text):
        return None
    row = ApiKey.objects.filter(digest=keys.digest(text), revoked_at__isnull=True).first()
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        return None
    if row.last_used_at is None or now - row.last_used_at >= USE_NOTED_EVERY:
        ApiKey.objects.filter(id=row.id).update(last_used_at=now)
    return types.Credential(
        "key", row.id, row.club_id, row.name, frozenset(row.scopes), row.limit_per_minute, row.expires_at
    )


def bearer_check(text: str, now: datetime) -> types.Credential | None:
    """Look an OAuth2 access token up: the client's club, and the scopes both token and client still carry."""
    checksum = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, c.club_id, a.name, c.scopes, t.scope, c.limit_per_minute, t.expires"
            " FROM oauth2_provider_accesstoken t"
            " JOIN oauth2_provider_application a ON a.id = t.application_id"
            " JOIN access_client c ON c.application_id = a.id"
            " WHERE t.token_checksum = %s AND t.expires > %s AND c.revoked_at IS NULL",
            [checksum, now],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    scopes = frozenset(row[3]) & frozenset(row[4].split())
    return types.Credential("client", row[0], row[1], row[2], scopes, row[5], row[6])


def _remembered(text: str, now: datetime) -> types.Credential | None:
    entry = _checked.get(text)
    if entry is None:
        return None
    credential, checked_at = entry
    return credential if timedelta(0) <= now - checked_at < REMEMBERED else None


def _in_time(credential: types.Credential, now: datetime) -> bool:
    return credential.expires_at is None or credential.expires_at > now


def _remember(text: str, credential: types.Credential, now: datetime) -> None:
    with _lock:
        if len(_checked) >= REMEMBERED_MOST:
            _checked.clear()
        _checked[text] = (credential, now)


def _forget(credential_id: UUID) -> None:
    with _lock:
        for text in [text for text, (known, _at) in _checked.items() if known.id == credential_id]:
            del _checked[text]


def _scopes(scopes: Iterable[str]) -> list[str]:
    named = sorted(set(scopes))
    unknown = [scope for scope in named if scope not in permissions.SCOPES]
    if unknown or not named:
        phrase = Phrase(_("Choose what the key may do; these are not known: {scopes}"), {"scopes": unknown})
        raise Refusal("scope_unknown", phrase, status=422, field="/scopes")
    return named

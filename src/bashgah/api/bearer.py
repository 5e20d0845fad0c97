"""Who calls: a bearer credential with the scope the operation names, within its allowance."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from bashgah.access.permissions import SCOPES
from bashgah.access.services import credential_check
from bashgah.access.types import Credential
from bashgah.api import problems
from bashgah.api.limits import LIMITER, Allowance
from bashgah.api.strict import Turned, body_take
from bashgah.clubs.selectors import club_get
from bashgah.clubs.types import ClubInfo
from bashgah.ground import clock
from bashgah.ground.types import Actor
from bashgah.kit import ids

if TYPE_CHECKING:
    from datetime import datetime

LONGEST = 512


class Call(HttpRequest):
    """A request that passed the door: what operations may rely on. Only a type; Django makes the object."""

    club: ClubInfo
    credential: Credential
    actor: Actor
    allowance: Allowance
    now: datetime
    lang: str
    request_id: str


class Bearer(HttpBearer):
    """API key or OAuth2 access token in ``Authorization: Bearer``; ``scope`` is what the operation needs."""

    openapi_description = (
        "An API key (`bsh_…`) or an access token from `POST /api/oauth/token` (client credentials)."
    )

    def __init__(self, scope: str) -> None:
        super().__init__()
        if scope not in SCOPES:
            raise LookupError(f"{scope} is not a scope of access/permissions.py")
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Let the call in, or turn it away with 401, 403 or 429."""
        if not token.strip():
            raise Turned(problems.credential_missing())
        moment = clock.now()
        credential = credential_check(token, moment) if len(token) <= LONGEST else None
        if credential is None:
            raise Turned(problems.credential_refused())
        enter(request, credential, moment)
        if self.scope not in credential.scopes:
            raise Turned(problems.scope_missing(self.scope))
        body_take(request)
        return credential


def enter(request: Any, credential: Credential, now: datetime) -> None:
    """Count the call and put on it what operations need: club, actor, time."""
    allowance = LIMITER.take(credential.id, credential.limit_per_minute, time.monotonic())
    request.allowance = allowance
    if allowance.exceeded:
        raise Turned(problems.too_many(allowance.resets_in))
    request.credential = credential
    request.actor = actor_of(credential)
    request.club = club_get(credential.club_id)
    request.now = now


def actor_of(credential: Credential) -> Actor:
    """Return the credential as the author of what it does."""
    return Actor(kind="key", id=ids.public("key", credential.id), name=credential.name)

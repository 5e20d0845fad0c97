"""Whom a bearer token belongs to, kept in memory for seconds so that a purchase needs no extra query."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from bashgah.access.services import credential_read
from bashgah.access.types import Credential
from bashgah.api.bearer import actor_of
from bashgah.api.published import wording_of
from bashgah.api.wording import Wording
from bashgah.clubs.selectors import club_get
from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import Actor

# asked anew in the background after two seconds of use, never believed longer than four
NOW, FRESH = timedelta(), timedelta(seconds=2)
BELIEVED = timedelta(seconds=4)
KEPT_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Identity:
    """A good credential with its club, and when that was last true."""

    credential: Credential
    club: ClubInfo
    actor: Actor
    wording: Wording
    checked_at: datetime


class Identities:
    """Remembers good tokens; asks the database in a thread of its own, once for all who wait."""

    def __init__(self) -> None:
        self._known: dict[str, Identity] = {}
        self._asking: dict[str, asyncio.Future[Identity | None]] = {}
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="intake-identity")

    def at_hand(self, token: str, now: datetime) -> Identity | None:
        """Return whom the token belongs to where that was asked just now; sooner told than by ``find``."""
        known = self._known.get(token)
        if known is None or known.credential.expires_at is not None:
            return None
        return known if NOW <= now - known.checked_at < FRESH else None

    async def find(self, token: str, now: datetime) -> Identity | None:
        """Return whom the token belongs to, or nothing when it opens no door."""
        known = self._known.get(token)
        if known is None or now - known.checked_at >= BELIEVED or now < known.checked_at:
            known = await asyncio.shield(self._ask(token, now))
        elif now - known.checked_at >= FRESH and token not in self._asking:
            self._ask(token, now)
        if known is None:
            return None
        expires_at = known.credential.expires_at
        return None if expires_at is not None and expires_at <= now else known

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _ask(self, token: str, now: datetime) -> asyncio.Future[Identity | None]:
        asking = self._asking.get(token)
        if asking is not None:
            return asking
        asking = asyncio.get_running_loop().run_in_executor(self._pool, _look_up, token, now)
        self._asking[token] = asking
        asking.add_done_callback(lambda done: self._heard(token, done))
        return asking

    def _heard(self, token: str, done: asyncio.Future[Identity | None]) -> None:
        self._asking.pop(token, None)
        if done.cancelled() or done.exception() is not None:
            return
        identity = done.result()
        if identity is None:
            self._known.pop(token, None)
            return
        if len(self._known) >= KEPT_MOST:
            self._known.clear()
        self._known[token] = identity


def _look_up(token: str, now: datetime) -> Identity | None:
    try:
        credential = credential_read(token, now)
        if credential is None:
            return None
        club = club_get(credential.club_id)
        return Identity(credential, club, actor_of(credential), wording_of(club, now), now)
    finally:
        connection.close()

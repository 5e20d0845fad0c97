"""One-time codes: issued for a number whoever owns it, tried at most five times, used once.

Codes and tries are committed on a connection of their own: a wrong try stays counted although the request
that made it is rolled back.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets as randomness
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.ground import ids, secrets
from bashgah.ground.apart import committed_apart
from bashgah.ground.throttle import own_connection, throttle_take
from bashgah.ground.types import Limit
from bashgah.kit import mobile
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import ascii_digits
from bashgah.members import selectors
from bashgah.members.types import CodeAccepted, CodeIssued, CodePurpose

DIGITS = 6
LIFE = timedelta(minutes=3)
TRIES = 5

# a rising wait for one number; looser for its neighbours (its prefix) and for one address
PER_NUMBER = (Limit(1, 60), Limit(3, 600), Limit(10, 86_400))
PER_PREFIX = (Limit(40, 600), Limit(400, 86_400))
PER_ADDRESS = (Limit(20, 600), Limit(100, 86_400))


def code_issue(
    *,
    club: ClubInfo,
    purpose: CodePurpose,
    contact: str,
    subject: str = "",
    address: str = "",
    now: datetime,
) -> CodeIssued:
    """Issue a code for a mobile number and return it to be sent at once.

    The answer and the work are the same whether the number has a member or not; send it in both cases, or
    the difference tells who is a member. ``subject`` binds the code to what it approves (a hold's public id);
    ``address`` is the visitor's. Raises ``mobile_invalid`` (422) and ``too_many`` (429).
    """
    number = mobile.normalise(contact)
    _throttle(club, number, address, now)
    member_id = selectors.members_resolve_bulk(club, "mobile", [number]).get(number)
    request_id = ids.fresh()
    code = "".join(randomness.choice("0123456789") for _digit in range(DIGITS))
    salt = randomness.token_bytes(16)
    sealed = secrets.encrypt(club.id, "members_code", "contact", request_id, number)
    expires_at = now + LIFE
    with own_connection() as connection:
        connection.execute(
            """
            INSERT INTO members_code (id, club_id, purpose, member_id, subject, contact, salt, hash, tries,
                                      created_at, expires_at, used_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 0, %s, %s, NULL)
            """,
            [
                request_id,
                club.id,
                purpose,
                member_id,
                subject,
                sealed,
                salt,
                _hash(club.id, request_id, code, salt),
                now,
                expires_at,
            ],
        )
    return CodeIssued(request_id, code, member_id, number, expires_at)


def code_check(
    *,
    club: ClubInfo,
    request_id: UUID,
    purpose: CodePurpose,
    code: str,
    subject: str = "",
    now: datetime,
) -> CodeAccepted:
    """Accept the right code once, for the request, purpose and subject it was issued for.

    Every call counts as a try. Raises ``code_wrong`` (422) with the tries that are left, and ``code_expired``
    (422) for a code that is used, too old, tried out or never was.
    """
    typed = ascii_digits(code).strip()
    with own_connection() as connection:
        row = connection.execute(
            """
            UPDATE members_code SET tries = tries + 1
            WHERE id = %s AND club_id = %s AND purpose = %s
              AND tries < %s AND used_at IS NULL AND expires_at > %s
            RETURNING salt, hash, tries, subject, member_id, contact
            """,
            [request_id, club.id, purpose, TRIES, now],
        ).fetchone()
        if row is None:
            _hash(club.id, request_id, typed, bytes(16))  # the same work, whoever asks for what
            raise _expired()
        salt, kept, tries, bound, member_id, contact = row
        right = hmac.compare_digest(_hash(club.id, request_id, typed, bytes(salt)), bytes(kept))
        if not right or bound != subject:
            raise _wrong(TRIES - tries)
        if not _used(connection, request_id, now):
            raise _expired()
    committed_apart(("code", request_id), lambda _times: _unused(request_id, contact))
    number = secrets.decrypt(club.id, "members_code", "contact", request_id, contact)
    return CodeAccepted(request_id, member_id, number)


def codes_sweep(*, now: datetime) -> int:
    """Remove codes that are over; return how many."""
    with own_connection() as connection:
        return connection.execute("DELETE FROM members_code WHERE expires_at < %s", [now]).rowcount


def _used(connection: Any, request_id: UUID, now: datetime) -> bool:
    """Use the code up; of two right tries at once one wins."""
    used = connection.execute(
        "UPDATE members_code SET used_at = %s, contact = NULL WHERE id = %s AND used_at IS NULL",
        [now, request_id],
    )
    return bool(used.rowcount)


def _unused(request_id: UUID, contact: bytes) -> None:
    """Let a code be good for what is begun anew: of the yes that it was, nothing is left."""
    with own_connection() as connection:
        connection.execute(
            "UPDATE members_code SET used_at = NULL, contact = %s, tries = tries - 1 WHERE id = %s",
            [contact, request_id],
        )


def _throttle(club: ClubInfo, number: str, address: str, now: datetime) -> None:
    keys: list[tuple[str, str, Sequence[Limit]]] = [
        ("number", number, PER_NUMBER),
        ("prefix", number[:-4], PER_PREFIX),
    ]
    if address:
        keys.append(("address", address, PER_ADDRESS))
    for name, value, limits in keys:
        # the table of throttles shall not hold numbers in clear either
        hidden = secrets.blind(club.id, f"throttle {name}", value)[:16].hex()
        throttle_take(key=f"code:{name}:{hidden}", limits=limits, now=now)


def _hash(club_id: UUID, request_id: UUID, code: str, salt: bytes) -> bytes:
    """Hash slowly what is keyed already: neither the table nor the key alone gives the code."""
    keyed = secrets.blind(club_id, "one-time code", f"{request_id}:{code}")
    return hashlib.scrypt(keyed, salt=salt, n=2**12, r=8, p=1, dklen=32)


def _wrong(left: int) -> Refusal:
    if left == 0:
        return _expired()
    return Refusal(
        "code_wrong",
        Phrase(_("This code is not right. Tries left: {left}."), {"left": left}),
        status=422,
        field="/code",
        extra={"tries_left": left},
    )


def _expired() -> Refusal:
    return Refusal(
        "code_expired",
        Phrase(_("This code is no longer valid. Ask for a new one.")),
        status=422,
        field="/code",
    )

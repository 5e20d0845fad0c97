"""Hands queued messages to their channels: claimed in one transaction, closed by the receipt in another."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction

from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.ground import secrets
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors as members
from bashgah.messaging.models import Message
from bashgah.messaging.shelf import CARRIERS, CHANNELS
from bashgah.messaging.types import Outgoing, Receipt

TRIES_MOST = 6
ANSWER_WITHIN = timedelta(minutes=10)
FIRST_WAIT = timedelta(seconds=30)

log = structlog.get_logger("bashgah.messaging")


def messages_send(*, now: datetime, limit: int = 200) -> int:
    """Send what is due and return how many messages were closed or put off.

    Consent is asked here, at the last moment, so a withdrawal stops what is still queued. A message whose
    channel gave no answer is closed as ``unknown``: whether it arrived can't be known, so it is never sent
    twice. Closing wipes secrets and addresses.
    """
    _close_unanswered(now)
    claimed = _claim(now, limit)
    for club_id, rows in _by_club(claimed).items():
        _send_of_club(clubs.club_get(club_id), rows, now)
    return len(claimed)


def _claim(now: datetime, limit: int) -> list[Message]:
    with transaction.atomic():
        rows = list(
            Message.objects.select_for_update(skip_locked=True)
            .filter(state="queued", next_try_at__lte=now)
            .order_by("next_try_at", "id")[:limit]
        )
        for row in rows:
            row.state, row.tries, row.next_try_at = "sending", row.tries + 1, now + ANSWER_WITHIN
        Message.objects.bulk_update(rows, ["state", "tries", "next_try_at"])
    return rows


def _by_club(rows: Iterable[Message]) -> dict[UUID, list[Message]]:
    found: dict[UUID, list[Message]] = defaultdict(list)
    for row in rows:
        found[row.club_id].append(row)
    return found


def _send_of_club(club: ClubInfo, rows: Sequence[Message], now: datetime) -> None:
    by_channel: dict[str, list[tuple[Message, Outgoing]]] = defaultdict(list)
    for row in rows:
        reason = _why_not(club, row, now)
        address = "" if reason else _address(club, row)
        if reason or not address:
            _close(row, Receipt(row.id, "skipped", reason=reason or "no_address"), now)
            continue
        by_channel[row.channel].append((row, _outgoing(club, row, address, now)))
    for channel, pairs in by_channel.items():
        _hand_over(channel, pairs, now)


def _hand_over(channel: str, pairs: Sequence[tuple[Message, Outgoing]], now: datetime) -> None:
    carrier = CHANNELS.find(CARRIERS[channel])
    if carrier is None:
        for row, _ in pairs:
            _close(row, Receipt(row.id, "failed", reason="no_channel", permanent=True), now)
        return
    for start in range(0, len(pairs), carrier.most):
        part = pairs[start : start + carrier.most]
        try:
            receipts = {receipt.ref: receipt for receipt in carrier.send([one for _, one in part])}
        except Exception as error:  # a channel belongs to somebody else: it may fail in any way
            log.warning("channel.failed", channel=carrier.key, exc_info=True)
            receipts = {row.id: Receipt(row.id, "failed", reason=type(error).__name__) for row, _ in part}
        for row, _ in part:
            _close(row, receipts.get(row.id) or Receipt(row.id, "unknown", reason="no_receipt"), now)


def _why_not(club: ClubInfo, row: Message, now: datetime) -> str:
    """Why the message must not be sent, or nothing."""
    if row.expires_at is not None and row.expires_at <= now:
        return "too_late"
    # codes and notices to a number of their own are about the membership's safety
    if row.is_secret or row.member_id is None or row.address_sealed is not None:
        return ""
    said = members.consents(club, row.member_id)
    purpose = "service" if row.line == "service" else "marketing"
    consent = said.get((row.channel, purpose))  # type: ignore[call-overload]
    if consent is None:
        return "" if row.line == "service" else "no_consent"
    return "" if consent.granted else "no_consent"


def _address(club: ClubInfo, row: Message) -> str:
    if row.address_sealed is not None:
        return _opened(club, row, "address_sealed", row.address_sealed)
    if row.member_id is None:
        return ""
    try:
        person = members.person_get(club, row.member_id)
    except Refusal:
        return ""
    return person.email if row.channel == "email" else person.mobile


def _outgoing(club: ClubInfo, row: Message, address: str, now: datetime) -> Outgoing:
    body = row.body if row.sealed is None else _opened(club, row, "sealed", row.sealed)
    return Outgoing(
        ref=row.id,
        club_slug=club.slug,
        to=address,
        subject=row.subject,
        body=body,
        line=row.line,
        locale=row.locale,
        at=now,
    )


def _opened(club: ClubInfo, row: Message, column: str, sealed: bytes | memoryview) -> str:
    return secrets.decrypt(club.id, "messaging_message", column, row.id, bytes(sealed))


def _close(row: Message, receipt: Receipt, now: datetime) -> None:
    """Write down what became of the message; a passing failure puts it off, everything else ends it."""
    again = receipt.state == "failed" and not receipt.permanent and row.tries < TRIES_MOST
    fields: dict[str, object] = {"reason": receipt.reason[:200]}
    if again:
        fields |= {"state": "queued", "next_try_at": now + _wait(row)}
    else:
        fields |= {
            "state": receipt.state,
            "provider_id": receipt.provider_id[:120],
            "sent_at": now if receipt.state in ("sent", "delivered") else None,
            "sealed": None,
            "address_sealed": None,
        }
    Message.objects.filter(id=row.id, state="sending").update(**fields)


def _wait(row: Message) -> timedelta:
    """Doubling, spread by a share of the id."""
    share = hashlib.sha256(row.id.bytes).digest()[0] / 255
    return FIRST_WAIT * 2 ** (row.tries - 1) * (0.5 + share / 2)


def _close_unanswered(now: datetime) -> None:
    Message.objects.filter(state="sending", next_try_at__lte=now).update(
        state="unknown", reason="no_answer", sealed=None, address_sealed=None
    )

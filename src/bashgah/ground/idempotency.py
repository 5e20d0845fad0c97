"""A write that names a key happens once: the first answer is stored with it and given again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from bashgah.ground import ids, secrets
from bashgah.ground.models import Idempotency
from bashgah.ground.types import StoredAnswer
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

_TABLE = "ground_idempotency"


def idempotency_begin(
    *, club_id: UUID, credential: str, operation: str, key: str, body: bytes, now: datetime
) -> StoredAnswer | None:
    """Claim the key inside the caller's transaction, or return the answer of the first time.

    ``None`` means: go on, and call ``idempotency_finish`` before the transaction ends. A refusal rolls the
    claim back with everything else, so only committed outcomes bind a key.

    Refuses with ``idempotency_running`` (409) while the first request is still at work, and with
    ``reference_reused`` (409) when the body is another one. Keys of other credentials or
    operations are apart.
    """
    _check(key)
    digest = hashlib.sha256(body).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_lock(club_id, credential, operation, key)])
        if not cursor.fetchone()[0]:
            raise Refusal(
                "idempotency_running",
                Phrase(_("The first request with this key is still at work. Ask again in a moment.")),
                extra={"retry_after": 1},
            )
        cursor.execute(
            """
            INSERT INTO ground_idempotency (club_id, credential, operation, key, id, body_hash, created_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
            """,
            [club_id, credential, operation, key, ids.fresh(), digest, now],
        )
        if cursor.rowcount:
            return None
        cursor.execute(
            """
            SELECT id, body_hash, status, answer FROM ground_idempotency
            WHERE club_id = %s AND credential = %s AND operation = %s AND key = %s
            """,
            [club_id, credential, operation, key],
        )
        row_id, stored_digest, status, answer = cursor.fetchone()
    if bytes(stored_digest) != digest:
        raise Refusal(
            "reference_reused",
            Phrase(_("This key was already used for another request. Use a new key.")),
        )
    text = secrets.decrypt(club_id, _TABLE, "answer", row_id, bytes(answer))
    return StoredAnswer(status=status, body=text)


def idempotency_finish(
    *, club_id: UUID, credential: str, operation: str, key: str, answer: StoredAnswer
) -> None:
    """Store the answer, encrypted, in the transaction of the write."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id FROM ground_idempotency
            WHERE club_id = %s AND credential = %s AND operation = %s AND key = %s AND answer IS NULL
            """,
            [club_id, credential, operation, key],
        )
        row = cursor.fetchone()
        if row is None:
            raise LookupError("idempotency_finish without idempotency_begin in this transaction")
        sealed = secrets.encrypt(club_id, _TABLE, "answer", row[0], answer.body)
        cursor.execute(
            """
            UPDATE ground_idempotency SET status = %s, answer = %s
            WHERE club_id = %s AND credential = %s AND operation = %s AND key = %s
            """,
            [answer.status, sealed, club_id, credential, operation, key],
        )


def idempotency_forget(*, club_id: UUID, named: Sequence[str], but: str = "") -> int:
    """Replace the stored answers that name one of these public ids by an empty one; return how many.

    The keys stay bound: a repeated request does nothing again, and learns nothing any more; answers of the
    operation ``but`` say nothing of a person and stay. Every other one of the club is opened: a job's work.
    """
    kept = Idempotency.objects.filter(club_id=club_id, answer__isnull=False).exclude(operation=but)
    rows = kept.values_list("credential", "operation", "key", "id", "answer")
    forgotten = 0
    for credential, operation, key, row_id, answer in rows.iterator(2000):
        text = secrets.decrypt(club_id, _TABLE, "answer", row_id, bytes(answer))
        if any(name in text for name in named):
            sealed = secrets.encrypt(club_id, _TABLE, "answer", row_id, "{}")
            one = kept.filter(credential=credential, operation=operation, key=key)
            forgotten += one.update(answer=sealed)
    return forgotten


def idempotency_sweep(older_than: datetime) -> int:
    """Forget keys claimed before the instant (90 days ago, by the nightly job); return how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ground_idempotency WHERE created_at < %s", [older_than])
        return cursor.rowcount


def _check(key: str) -> None:
    if 1 <= len(key) <= 255 and key.isascii() and key.isprintable():
        return
    raise Refusal(
        "idempotency_key_invalid",
        Phrase(_("An idempotency key has 1 to 255 printable ASCII characters.")),
        status=400,
    )


def _lock(club_id: UUID, credential: str, operation: str, key: str) -> int:
    spelled = "\x1f".join((str(club_id), credential, operation, key))
    return int.from_bytes(hashlib.sha256(spelled.encode()).digest()[:8], "big", signed=True)

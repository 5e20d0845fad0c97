"""The audit trail: written with the act, sealed into a chain of hashes, and proved by reading it again.

The app role may add and read rows, never change or remove them. The chain finds what a stronger role did
behind our back; a root kept elsewhere (``audit_root``) also finds a chain that was cut or built anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from bashgah.ground import ids
from bashgah.ground.types import Actor, AuditFilters, AuditFinding, AuditRow

SEAL_LOCK = 0x6261736867_02
NOTHING_BEFORE = b"\x00" * 32
# a row must be visible to the sealer this long after it was written; no request runs longer
VISIBLE_WITHIN = timedelta(minutes=10)

EVERYTHING = AuditFilters()
_COLUMNS = "a.id, a.club_id, a.actor_kind, a.actor_id, a.actor_name, a.action, a.target, a.details, a.at"


def audit_post(
    *,
    club_id: UUID | None,
    actor: Actor,
    action: str,
    target: str = "",
    details: Mapping[str, Any] | None = None,
    now: datetime,
) -> UUID:
    """Write down a privileged act in the caller's transaction and return the row's id.

    ``action`` is a dotted code (``program.published``), ``target`` a public id; ``details`` holds ids and
    figures, never personal data. Without a club the act concerns the whole installation.
    """
    row_id = ids.fresh()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ground_audit
              (id, club_id, actor_kind, actor_id, actor_name, action, target, details, at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s)
            """,
            [
                row_id,
                club_id,
                actor.kind,
                actor.id,
                actor.name,
                action,
                target,
                json.dumps(details or {}, cls=DjangoJSONEncoder, ensure_ascii=False),
                now,
            ],
        )
    return row_id


def audit_details(*, club_id: UUID, action: str) -> list[tuple[str, dict[str, Any]]]:
    """Return to what in the club an act of this kind was done, with its details, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT target, details FROM ground_audit WHERE club_id = %s AND action = %s ORDER BY id",
            [club_id, action],
        )
        return [(target, json.loads(details)) for target, details in cursor.fetchall()]


def audit_list(
    *,
    club_id: UUID,
    action: str = "",
    filters: AuditFilters = EVERYTHING,
    before: UUID | None = None,
    limit: int = 50,
) -> list[AuditRow]:
    """Acts in the club, newest first; ``action`` is one kind, ``before`` the last id of the page before."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {_COLUMNS} FROM ground_audit a
            WHERE a.club_id = %(club)s AND (%(actions)s::text[] = '{{}}' OR a.action = ANY(%(actions)s))
              AND (%(actor)s = '' OR a.actor_id = %(actor)s) AND (%(target)s = '' OR a.target = %(target)s)
              AND (%(since)s::timestamptz IS NULL OR a.at >= %(since)s)
              AND (%(until)s::timestamptz IS NULL OR a.at < %(until)s)
              AND (%(before)s::uuid IS NULL OR a.id < %(before)s)
            ORDER BY a.id DESC LIMIT %(limit)s
            """,
            {
                "club": club_id,
                "actions": [action] if action else list(filters.actions),
                "actor": filters.actor_id,
                "target": filters.target,
                "since": filters.since,
                "until": filters.until,
                "before": before,
                "limit": limit,
            },
        )
        return [_row(values) for values in cursor.fetchall()]


def audit_sealed(club_id: UUID) -> tuple[int, datetime | None]:
    """How many acts of the club the chain holds, and when it was last sealed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*), max(s.sealed_at) FROM ground_audit_seal s
            JOIN ground_audit a ON a.id = s.audit_id WHERE a.club_id = %s
            """,
            [club_id],
        )
        count, at = cursor.fetchone()
    return count, at


def audit_seal(now: datetime, *, limit: int = 5000) -> int:
    """Append a link for every row not yet sealed; return how many. One sealer works at a time."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEAL_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("SELECT seq, hash FROM ground_audit_seal ORDER BY seq DESC LIMIT 1")
        seq, before = cursor.fetchone() or (0, NOTHING_BEFORE)
        cursor.execute(
            f"""
            SELECT {_COLUMNS} FROM ground_audit a
            WHERE NOT EXISTS (SELECT FROM ground_audit_seal s WHERE s.audit_id = a.id)
            ORDER BY a.id LIMIT %s
            """,
            [limit],
        )
        rows = [_row(values) for values in cursor.fetchall()]
        links = []
        link = bytes(before)
        for row in rows:
            seq += 1
            link = _link(link, seq, row)
            links.append((seq, row.id, link))
        cursor.execute(
            """
            INSERT INTO ground_audit_seal (seq, audit_id, hash, sealed_at)
            SELECT seq, audit_id, hash, %s
            FROM unnest(%s::bigint[], %s::uuid[], %s::bytea[]) AS links (seq, audit_id, hash)
            """,
            [now, [one[0] for one in links], [one[1] for one in links], [one[2] for one in links]],
        )
        return len(links)


def audit_root() -> tuple[int, str]:
    """The chain's length and last hash (hex), to be kept outside the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, hash FROM ground_audit_seal ORDER BY seq DESC LIMIT 1")
        row = cursor.fetchone()
    return (row[0], bytes(row[1]).hex()) if row else (0, NOTHING_BEFORE.hex())


def audit_verify(*, root: tuple[int, str] | None = None) -> list[AuditFinding]:
    """Read the whole chain again and return every sign of tampering, empty when there is none.

    ``altered``: a row no longer fits its link. ``missing``: a sealed row is gone. ``moved``: links are out of
    step. ``backdated``: a row claims to be older than a seal that did not see it. ``cut`` and ``broken``: the
    chain no longer reaches, or no longer equals, a ``root`` kept outside.
    """
    findings: list[AuditFinding] = []
    link, expected, reached = NOTHING_BEFORE, 1, ""
    latest_seal: datetime | None = None
    for seq, audit_id, stored, sealed_at, recorded_at, row in _chain():
        if seq != expected:
            findings.append(AuditFinding("moved", audit_id, seq))
        expected = seq + 1
        if row is None or recorded_at is None:
            findings.append(AuditFinding("missing", audit_id, seq))
        else:
            if _link(link, seq, row) != stored:
                findings.append(AuditFinding("altered", audit_id, seq))
            if latest_seal and latest_seal < sealed_at and recorded_at + VISIBLE_WITHIN < latest_seal:
                findings.append(AuditFinding("backdated", audit_id, seq))
        latest_seal = max(latest_seal or sealed_at, sealed_at)
        link = stored
        if root and seq == root[0]:
            reached = stored.hex()
    if root and root[0] and not reached:
        findings.append(AuditFinding("cut", None, root[0]))
    elif root and root[0] and reached != root[1]:
        findings.append(AuditFinding("broken", None, root[0]))
    return findings


def _chain() -> Iterator[tuple[int, UUID, bytes, datetime, datetime | None, AuditRow | None]]:
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT s.seq, s.audit_id, s.hash, s.sealed_at, a.recorded_at, {_COLUMNS}
                FROM ground_audit_seal s LEFT JOIN ground_audit a ON a.id = s.audit_id
                WHERE s.seq > %s ORDER BY s.seq LIMIT 5000
                """,
                [after],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        for seq, audit_id, stored, sealed_at, recorded_at, *values in rows:
            yield seq, audit_id, bytes(stored), sealed_at, recorded_at, _row(values) if values[0] else None
        after = rows[-1][0]


def _row(values: Any) -> AuditRow:
    row_id, club_id, kind, actor_id, actor_name, action, target, details, at = values
    return AuditRow(
        id=row_id,
        club_id=club_id,
        actor=Actor(kind=kind, id=actor_id, name=actor_name),
        action=action,
        target=target,
        details=json.loads(details) if isinstance(details, str) else details,
        at=at,
    )


def _link(before: bytes, seq: int, row: AuditRow) -> bytes:
    """The hash of the link before, the number and the row in one canonical spelling."""
    spelled = json.dumps(
        [
            seq,
            str(row.id),
            str(row.club_id or ""),
            row.actor.kind,
            row.actor.id,
            row.actor.name,
            row.action,
            row.target,
            row.details,
            row.at.astimezone(UTC).isoformat(),
        ],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(before + spelled.encode()).digest()

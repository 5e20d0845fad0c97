"""What only the acts that are left can tell once a purchase has come back whole: last days and streaks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import psycopg

from bashgah.activities.compact import KIND_CODES, fact_unpack, state_unpack
from bashgah.activities.running import Running
from bashgah.activities.undoing import Sold, lasting_undone
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram
from bashgah.engine.counters import ReadyCounter
from bashgah.ground.batch import RowSet, cursor, write
from bashgah.history.tables import USED
from bashgah.programs.selectors import program_in_force

_LEFT = """
    FROM activities_activity a
    WHERE a.member_id = ANY(%(ids)s) AND a.kind = %(kind)s AND NOT a.id = ANY(%(gone)s)
      AND NOT EXISTS (SELECT FROM activities_activity r WHERE r.member_id = a.member_id AND r.about_id = a.id
                      AND r.kind = %(return)s AND r.type IN ('whole', 'cancelled'))
"""


def purchase_forgotten(
    running: Running,
    then: CompiledProgram,
    purchase: Sold,
    *,
    ids: Sequence[UUID],
    gone: Collection[UUID],
) -> None:
    """Let a locked member's last purchase and streaks be those of the purchases that are left.

    ``ids`` are the memberships that count for this member, ``gone`` the purchases that came back whole in
    this batch: what is written of them is not to be read yet.
    """
    params = {"ids": list(ids), "gone": list(gone), "kind": KIND_CODES[purchase.fact.kind]}
    params["return"] = KIND_CODES["return"]
    past = running.history
    with cursor() as cur:
        is_purchase = purchase.fact.kind == "purchase"
        if (
            is_purchase
            and past.last_purchase_at is not None
            and purchase.fact.occurred_at >= past.last_purchase_at
        ):
            row = cur.execute(f"SELECT max(a.occurred_at) {_LEFT}", params).fetchone()
            past.last_purchase_is(row[0] if row else None)
        if not any(counter.lasts for counter in then.counters):
            return

        def kept(key: str) -> Mapping[date, int]:
            return past.used_with(key, _used(cur, running.member_id, key))

        def left(counter: ReadyCounter) -> list[date]:
            rows = cur.execute(f"SELECT a.business_date, a.fact, a.state {_LEFT}", params).fetchall()
            written = [
                day for day, fact, state in rows if counter.is_act(fact_unpack(fact), state_unpack(state))
            ]
            return written + running.acts.get(counter.key, [])

        for key, start, amount in lasting_undone(then, purchase, kept, left):
            past.use(key, start, -amount)


def lasting_reckon(*, club: ClubInfo, member_id: UUID, ids: Sequence[UUID], now: datetime) -> None:
    """Reckon a locked member's streaks and last days anew from the acts of these memberships.

    What is joined and parted by a merge are sums; these are none.
    """
    with cursor() as cur:
        counters = [each for each in program_in_force(club, now).counters if each.lasts]
        if not counters:
            return
        params = {"ids": list(ids), "gone": [], "return": KIND_CODES["return"]}
        every = _LEFT.replace("a.kind = %(kind)s", "a.kind <> %(return)s")
        acts = [
            (day, fact_unpack(fact), state_unpack(state))
            for day, fact, state in cur.execute(
                f"SELECT a.business_date, a.fact, a.state {every}", params
            ).fetchall()
        ]
        rows = []
        for counter in counters:
            found = counter.reckoned(day for day, fact, state in acts if counter.is_act(fact, state))
            kept = _used(cur, member_id, counter.key)
            for start in sorted(found.keys() | kept.keys()):
                if change := found.get(start, 0) - kept.get(start, 0):
                    rows.append((change, start, member_id, club.id, counter.key))
        write(cur, [RowSet(USED, rows)])


def last_purchases_put(cur: psycopg.Cursor[Any], members: Iterable[Running]) -> None:
    """Write the last purchases that a batch moved back; what the statement of all rooms writes only rises."""
    for running in members:
        if running.history.is_moved_back:
            cur.execute(
                "UPDATE history_sums SET last_purchase_at = %s WHERE member_id = %s",
                [running.history.last_purchase_at, running.member_id],
            )


def _used(cur: psycopg.Cursor[Any], member_id: UUID, key: str) -> dict[date, int]:
    rows = cur.execute(
        "SELECT window_start, used FROM history_used WHERE member_id = %s AND limit_key = %s",
        [member_id, key],
    ).fetchall()
    return dict(rows)

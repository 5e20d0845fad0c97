"""How the ledger's rows are read as a whole: one place to follow when the way they are kept changes."""

from __future__ import annotations

from bashgah.ledger.types import Account, HoldState

MOVEMENTS = """
    SELECT p.member_id, p.id, p.entry_id, p.club_id, p.amount, p.debit, p.credit, p.unit, p.rule,
           p.reverses, p.n, p.reversed_total, p.original,
           e.occurred_at, e.recorded_at, e.business_date, e.cause, e.cause_id, e.actor_kind, e.actor_id,
           e.reason
    FROM ledger_posting p
    JOIN ledger_entry e ON e.member_id = p.member_id AND e.id = p.entry_id
    WHERE p.club_id = %(club)s AND e.club_id = %(club)s
      AND e.recorded_at >= %(since)s AND e.recorded_at < %(until)s
"""
"""Every movement of a club recorded in a span of time, with the cause it belongs to."""

ENTRIES = """
    SELECT e.member_id, e.id, e.recorded_at FROM ledger_entry e
    WHERE e.club_id = %(club)s AND e.recorded_at >= %(since)s AND e.recorded_at < %(until)s
"""
"""Every entry of a club recorded in a span of time."""

MOVEMENT_ROW = """ROW(
    m.member_id, m.id, m.entry_id, m.club_id, m.amount, m.debit, m.credit, m.unit, m.rule,
    m.reverses, m.n, m.reversed_total, m.original,
    m.occurred_at, m.recorded_at, m.business_date, m.cause, m.cause_id, m.actor_kind, m.actor_id, m.reason,
    l.amount, l.unit, l.expires_at)"""
"""What is sealed of a movement ``m`` and of the lot ``l`` it made: all that can never change."""

ALLOCATION_ROW = "ROW(a.member_id, a.posting_id, a.lot_id, a.club_id, a.amount)"
"""What is sealed of an allocation ``a``."""

FLOWS: dict[str, tuple[int, int]] = {
    "redeemed": (-1, int(Account.REDEEMED)),
    "expired": (-1, int(Account.EXPIRED)),
    "adjusted": (1, int(Account.ADJUSTED)),
    "transferred": (1, int(Account.TRANSFERRED)),
}
"""What a statement says of each program account: its sign there, and the account. ``issued`` and ``reversed``
are the two sides of one account."""


def flow_columns(alias: str = "m") -> str:
    """Return the sums of a statement's columns over movements, in the order of ``types.FLOWS``."""
    issued = int(Account.ISSUED)
    sums = [
        f"coalesce(sum({alias}.amount) FILTER (WHERE {alias}.debit = {issued}), 0)::bigint AS issued",
        f"coalesce(sum({alias}.amount) FILTER (WHERE {alias}.credit = {issued}), 0)::bigint AS reversed",
    ]
    for name, (sign, account) in FLOWS.items():
        given, taken = ("debit", "credit") if sign > 0 else ("credit", "debit")
        sums.append(
            f"(coalesce(sum({alias}.amount) FILTER (WHERE {alias}.{given} = {account}), 0)"
            f" - coalesce(sum({alias}.amount) FILTER (WHERE {alias}.{taken} = {account}), 0))::bigint"
            f" AS {name}"
        )
    return ", ".join(sums)


LOTS_AT = f"""
    SELECT l.member_id, l.id, l.unit, l.remaining + coalesce(b.back, 0) AS units, e.occurred_at, e.cause_id
    FROM ledger_lot l
    JOIN ledger_posting p ON p.member_id = l.member_id AND p.id = l.id
    JOIN ledger_entry e ON e.member_id = p.member_id AND e.id = p.entry_id AND e.recorded_at < %(until)s
    LEFT JOIN (
        SELECT member_id, lot_id, sum(amount) AS back FROM (
            SELECT a.member_id, a.lot_id, a.amount
            FROM ledger_entry s
            JOIN ledger_posting p ON p.member_id = s.member_id AND p.entry_id = s.id
            JOIN ledger_allocation a ON a.member_id = p.member_id AND a.posting_id = p.id
            WHERE s.club_id = %(club)s AND s.recorded_at >= %(until)s
            UNION ALL
            SELECT a.member_id, a.lot_id, a.amount
            FROM ledger_hold h
            JOIN ledger_allocation a ON a.member_id = h.member_id AND a.posting_id = h.posting_id
            WHERE h.club_id = %(club)s AND h.opened_at < %(until)s
              AND (h.state = {int(HoldState.OPEN)} OR h.closed_at >= %(until)s)) taken
        GROUP BY member_id, lot_id) b ON b.member_id = l.member_id AND b.lot_id = l.id
    WHERE l.club_id = %(club)s AND l.remaining + coalesce(b.back, 0) > 0
"""
"""Every lot of a club as it was at an instant: what is left now, was taken since, or was on hold then."""

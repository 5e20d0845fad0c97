"""Proves the books: every stored figure is recomputed from what cannot be changed, and differences are named.

Each check is one set-based statement that returns (member, unit or row, expected, found) for what is wrong;
an honest ledger returns nothing from all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from bashgah.ground.proofs import Check, Finding, run_all
from bashgah.kit.phrases import marked as _
from bashgah.ledger.types import Account, Cause, HoldState, WalletKind

PARAMS: Mapping[str, int] = {
    "available": int(Account.AVAILABLE),
    "pending": int(Account.PENDING),
    "held": int(Account.HELD),
    "issued": int(Account.ISSUED),
    "status": int(WalletKind.STATUS),
    "open": int(HoldState.OPEN),
    "captured": int(HoldState.CAPTURED),
    "released": int(HoldState.RELEASED),
    "transferred": int(Account.TRANSFERRED),
}

_MOVES = """
    SELECT member_id, unit,
           sum(CASE WHEN credit = %(available)s THEN amount ELSE 0 END
             - CASE WHEN debit = %(available)s THEN amount ELSE 0 END) AS available,
           sum(CASE WHEN credit = %(pending)s THEN amount ELSE 0 END
             - CASE WHEN debit = %(pending)s THEN amount ELSE 0 END) AS pending,
           sum(CASE WHEN credit = %(held)s THEN amount ELSE 0 END
             - CASE WHEN debit = %(held)s THEN amount ELSE 0 END) AS held,
           sum(CASE WHEN debit = %(issued)s THEN amount WHEN credit = %(issued)s THEN -amount END) AS earned
    FROM ledger_posting WHERE {club} GROUP BY member_id, unit
"""


def _wallet_against_postings(column: str, moved: str) -> str:
    return f"""
        SELECT coalesce(w.member_id, m.member_id), coalesce(w.unit, m.unit), coalesce(m.{moved}, 0),
               w.{column}
        FROM (SELECT * FROM ledger_wallet WHERE {{club}}) w
        FULL JOIN ({_MOVES}) m ON m.member_id = w.member_id AND m.unit = w.unit
        WHERE w.{column} IS DISTINCT FROM coalesce(m.{moved}, 0)
    """


CHECKS: tuple[Check, ...] = (
    Check(
        "wallet_available_differs",
        _("The available units are not what the postings say: {expected} expected, {found} found."),
        _wallet_against_postings("available", "available"),
    ),
    Check(
        "wallet_pending_differs",
        _("The pending units are not what the postings say: {expected} expected, {found} found."),
        _wallet_against_postings("pending", "pending"),
    ),
    Check(
        "wallet_held_differs",
        _("The held units are not what the postings say: {expected} expected, {found} found."),
        _wallet_against_postings("held", "held"),
    ),
    Check(
        "wallet_earned_differs",
        _("The units ever earned are not what the postings say: {expected} expected, {found} found."),
        _wallet_against_postings("earned_ever", "earned"),
    ),
    Check(
        "lots_differ_from_available",
        _("The open lots less the debt are not the available units: {expected} expected, {found} found."),
        """
        SELECT w.member_id, w.unit, w.available, coalesce(l.left, 0) - w.debt
        FROM ledger_wallet w
        LEFT JOIN (SELECT member_id, unit, sum(remaining) AS left FROM ledger_lot
                   WHERE {club} AND is_open AND NOT is_pending GROUP BY member_id, unit) l
          ON l.member_id = w.member_id AND l.unit = w.unit
        WHERE {w.club} AND w.kind <> %(status)s AND w.available <> coalesce(l.left, 0) - w.debt
        """,
    ),
    Check(
        "lots_differ_from_pending",
        _("The lots still pending are not the pending units: {expected} expected, {found} found."),
        """
        SELECT w.member_id, w.unit, w.pending, coalesce(l.left, 0)
        FROM ledger_wallet w
        LEFT JOIN (SELECT member_id, unit, sum(remaining) AS left FROM ledger_lot
                   WHERE {club} AND is_open AND is_pending GROUP BY member_id, unit) l
          ON l.member_id = w.member_id AND l.unit = w.unit
        WHERE {w.club} AND w.kind <> %(status)s AND w.pending <> coalesce(l.left, 0)
        """,
    ),
    Check(
        "debt_beside_open_lots",
        _("The wallet owes {expected} while {found} lie in open lots."),
        """
        SELECT w.member_id, w.unit, w.debt, l.left
        FROM ledger_wallet w
        JOIN (SELECT member_id, unit, sum(remaining) AS left FROM ledger_lot
              WHERE {club} AND is_open AND NOT is_pending GROUP BY member_id, unit) l
          ON l.member_id = w.member_id AND l.unit = w.unit
        WHERE {w.club} AND w.debt > 0 AND l.left > 0
        """,
    ),
    Check(
        "lot_without_wallet",
        _("An open lot lies outside every wallet."),
        """
        SELECT l.member_id, l.unit, 0, l.remaining FROM ledger_lot l
        LEFT JOIN ledger_wallet w ON w.member_id = l.member_id AND w.unit = l.unit
        WHERE {l.club} AND l.is_open AND (w.unit IS NULL OR w.kind = %(status)s)
        """,
    ),
    Check(
        "change_overlooked",
        _("A lot changes before the wallet expects it."),
        """
        SELECT w.member_id, w.unit, 0, 1
        FROM ledger_wallet w
        JOIN (SELECT member_id, unit,
                     min(CASE WHEN is_pending THEN least(available_from, confirm_by, expires_at)
                              ELSE expires_at END) AS next FROM ledger_lot
              WHERE {club} AND is_open GROUP BY member_id, unit) l
          ON l.member_id = w.member_id AND l.unit = w.unit
        WHERE {w.club} AND least(l.next, w.lapses_at) IS NOT NULL
          AND (w.next_change_at IS NULL OR w.next_change_at > least(l.next, w.lapses_at))
        """,
    ),
    Check(
        "lot_remaining_differs",
        _("What is left of a lot is not what its allocations say: {expected} expected, {found} found."),
        """
        SELECT l.member_id, l.id::text, l.amount - coalesce(a.taken, 0), l.remaining
        FROM ledger_lot l
        LEFT JOIN (SELECT member_id, lot_id, sum(amount) AS taken FROM ledger_allocation
                   WHERE {club} GROUP BY member_id, lot_id) a ON a.member_id = l.member_id AND a.lot_id = l.id
        WHERE {l.club} AND l.remaining <> l.amount - coalesce(a.taken, 0)
        """,
    ),
    Check(
        "lot_differs_from_posting",
        _("A lot is not the credit that made it: {expected} expected, {found} found."),
        """
        SELECT l.member_id, l.id::text, coalesce(p.amount, 0), l.amount
        FROM ledger_lot l
        LEFT JOIN ledger_posting p ON p.member_id = l.member_id AND p.id = l.id
        WHERE {l.club} AND (p.id IS NULL OR p.amount <> l.amount OR p.unit <> l.unit OR p.club_id <> l.club_id
                            OR p.debit < 10 OR p.credit NOT IN (%(available)s, %(pending)s))
        """,
    ),
    Check(
        "credit_without_lot",
        _("A credit of {expected} made no lot."),
        """
        SELECT p.member_id, p.id::text, p.amount, 0
        FROM ledger_posting p
        JOIN ledger_wallet w ON w.member_id = p.member_id AND w.unit = p.unit AND w.kind <> %(status)s
        LEFT JOIN ledger_lot l ON l.member_id = p.member_id AND l.id = p.id
        WHERE {p.club} AND p.debit >= 10 AND p.credit IN (%(available)s, %(pending)s)
          AND p.reverses IS NULL AND l.id IS NULL
        """,
    ),
    Check(
        "allocation_without_lot",
        _("An allocation of {found} names no lot."),
        """
        SELECT a.member_id, a.lot_id::text, 0, a.amount FROM ledger_allocation a
        LEFT JOIN ledger_lot l ON l.member_id = a.member_id AND l.id = a.lot_id
        WHERE {a.club} AND l.id IS NULL
        """,
    ),
    Check(
        "allocations_differ_from_posting",
        _("A movement out of lots does not name all it took: {expected} expected, {found} found."),
        """
        SELECT p.member_id, p.id::text, p.amount, coalesce(a.taken, 0)
        FROM ledger_posting p
        JOIN ledger_wallet w ON w.member_id = p.member_id AND w.unit = p.unit AND w.kind <> %(status)s
        LEFT JOIN (SELECT member_id, posting_id, sum(amount) AS taken FROM ledger_allocation
                   WHERE {club} GROUP BY member_id, posting_id) a
          ON a.member_id = p.member_id AND a.posting_id = p.id
        LEFT JOIN ledger_lot l ON l.member_id = p.member_id AND l.id = p.id
        WHERE {p.club} AND CASE
            WHEN p.debit IN (%(available)s, %(pending)s) AND (p.credit >= 10 OR p.credit = %(held)s) THEN
                 coalesce(a.taken, 0) > p.amount
                 OR (coalesce(a.taken, 0) < p.amount AND (p.debit = %(pending)s
                     OR p.reverses IS NULL AND p.credit <> %(transferred)s))
            WHEN p.debit = %(held)s AND p.credit = %(available)s THEN
                 coalesce(a.taken, 0) < -p.amount OR coalesce(a.taken, 0) > 0
            WHEN p.debit = %(held)s OR p.debit >= 10 AND p.credit >= 10 THEN a.taken IS NOT NULL
            WHEN p.debit >= 10 AND p.reverses IS NOT NULL THEN
                 coalesce(a.taken, 0) < -p.amount
                 OR coalesce(a.taken, 0) > CASE WHEN l.id IS NULL THEN 0 ELSE p.amount END
            ELSE coalesce(a.taken, 0) NOT BETWEEN 0 AND p.amount END
        """,
    ),
    Check(
        "allocation_without_posting",
        _("An allocation of {found} names no movement."),
        """
        SELECT a.member_id, a.posting_id::text, 0, a.amount FROM ledger_allocation a
        LEFT JOIN ledger_posting p ON p.member_id = a.member_id AND p.id = a.posting_id
        WHERE {a.club} AND p.id IS NULL
        """,
    ),
    Check(
        "posting_without_entry",
        _("A movement of {found} has no entry behind it."),
        """
        SELECT p.member_id, p.id::text, 0, p.amount FROM ledger_posting p
        LEFT JOIN ledger_entry e ON e.member_id = p.member_id AND e.id = p.entry_id
        WHERE {p.club} AND (e.id IS NULL OR e.club_id <> p.club_id)
        """,
    ),
    Check(
        "entry_without_postings",
        _("An entry moved nothing."),
        """
        SELECT e.member_id, e.id::text, 1, 0 FROM ledger_entry e
        WHERE {e.club} AND NOT EXISTS (
            SELECT FROM ledger_posting p WHERE p.member_id = e.member_id AND p.entry_id = e.id)
        """,
    ),
    Check(
        "reversal_of_nothing",
        _("A reversal of {found} does not undo the credit it names."),
        """
        SELECT r.member_id, r.id::text, 0, r.amount FROM ledger_posting r
        LEFT JOIN ledger_posting p ON p.member_id = r.member_id AND p.id = r.reverses
        WHERE {r.club} AND r.reverses IS NOT NULL
          AND (p.id IS NULL OR p.unit <> r.unit OR p.amount <> r.original OR p.debit <> r.credit
               OR p.reverses IS NOT NULL)
        """,
    ),
    Check(
        "reversal_total_differs",
        _("Reversals of a credit do not add up: {expected} expected, {found} found."),
        """
        SELECT member_id, id::text, total, reversed_total FROM (
            SELECT member_id, id, n, reversed_total,
                   sum(amount) OVER numbered AS total, row_number() OVER numbered AS place
            FROM ledger_posting WHERE {club} AND reverses IS NOT NULL
            WINDOW numbered AS (PARTITION BY member_id, reverses ORDER BY n)) r
        WHERE reversed_total <> total OR n <> place
        """,
    ),
    Check(
        "transfer_halves_differ",
        _("What left one member is not what reached another: {expected} left, {found} arrived."),
        """
        SELECT NULL::uuid, entry_id::text,
               sum(CASE WHEN credit = %(transferred)s THEN amount ELSE 0 END),
               sum(CASE WHEN debit = %(transferred)s THEN amount ELSE 0 END)
        FROM ledger_posting WHERE {club} AND %(transferred)s IN (debit, credit)
        GROUP BY entry_id, unit
        HAVING sum(CASE WHEN credit = %(transferred)s THEN amount ELSE -amount END) <> 0
        """,
    ),
    Check(
        "holds_differ_from_held",
        _("The open holds are not the held units: {expected} expected, {found} found."),
        """
        SELECT w.member_id, w.unit, w.held, coalesce(h.amount, 0) FROM ledger_wallet w
        LEFT JOIN (SELECT member_id, unit, sum(amount) AS amount FROM ledger_hold
                   WHERE {club} AND state = %(open)s GROUP BY member_id, unit) h
          ON h.member_id = w.member_id AND h.unit = w.unit
        WHERE {w.club} AND w.held <> coalesce(h.amount, 0)
        """,
    ),
    Check(
        "hold_differs_from_posting",
        _("A hold is not the movement that opened it: {expected} expected, {found} found."),
        """
        SELECT h.member_id, h.id::text, coalesce(p.amount, 0), h.amount FROM ledger_hold h
        LEFT JOIN ledger_posting p ON p.member_id = h.member_id AND p.id = h.posting_id
        WHERE {h.club} AND (p.id IS NULL OR p.amount <> h.amount OR p.unit <> h.unit
                            OR p.debit <> %(available)s OR p.credit <> %(held)s)
        """,
    ),
    Check(
        "program_total_differs",
        _("What the program gave less what it took is not what members hold: {expected} and {found}."),
        """
        SELECT NULL::uuid, coalesce(w.unit, p.unit), coalesce(p.given, 0), coalesce(w.holds, 0)
        FROM (SELECT club_id, unit, sum(available + pending + held) AS holds FROM ledger_wallet
              WHERE {club} GROUP BY club_id, unit) w
        FULL JOIN (SELECT club_id, unit, sum(CASE WHEN debit >= 10 THEN amount ELSE 0 END
                                           - CASE WHEN credit >= 10 THEN amount ELSE 0 END) AS given
                   FROM ledger_posting WHERE {club} GROUP BY club_id, unit) p
          ON p.club_id = w.club_id AND p.unit = w.unit
        WHERE coalesce(p.given, 0) <> coalesce(w.holds, 0)
        """,
    ),
)


def verify(club_id: UUID | None = None, *, most: int = 100) -> list[Finding]:
    """Recompute the books of one club or of all; return what does not hold, at most ``most`` a check."""
    return run_all(CHECKS, PARAMS, club_id, most)


WALLETS = "SELECT member_id, club_id, unit, available, pending, held FROM ledger_wallet"
"""The wallets as rows, for a room that knows who may have any."""

GIVEN_BY_ACTIVITIES = f"""
    SELECT p.member_id, e.cause_id, p.unit,
           sum(CASE WHEN p.debit = {int(Account.ISSUED)} THEN p.amount ELSE 0 END
             - CASE WHEN p.credit = {int(Account.ISSUED)} THEN p.amount ELSE 0 END)
    FROM ledger_posting p
    JOIN ledger_entry e ON e.member_id = p.member_id AND e.id = p.entry_id
    WHERE e.cause IN ({int(Cause.ACTIVITY)}, {int(Cause.RETURN)}) AND (%(all)s OR p.club_id = %(club)s)
    GROUP BY p.member_id, e.cause_id, p.unit
    ORDER BY p.member_id, e.cause_id
"""
"""What activities gave and took by unit, ordered by member and activity; for ``activities.verify``."""

RULES_RECOMPUTED = f"""
    SELECT e.member_id, e.cause_id, p.rule, bool_or(p.amount > coalesce(r.taken, 0))
    FROM (SELECT DISTINCT member_id, cause_id FROM ledger_entry
          WHERE cause = {int(Cause.RECOMPUTE)} AND club_id = %(club)s) t
    JOIN ledger_entry e ON e.member_id = t.member_id AND e.cause_id = t.cause_id
     AND e.cause IN ({int(Cause.ACTIVITY)}, {int(Cause.RECOMPUTE)})
    JOIN ledger_posting p
      ON p.member_id = e.member_id AND p.entry_id = e.id AND p.debit = {int(Account.ISSUED)}
    LEFT JOIN LATERAL (
        SELECT sum(v.amount) AS taken FROM ledger_posting v
        JOIN ledger_entry w ON w.member_id = v.member_id AND w.id = v.entry_id
         AND w.cause = {int(Cause.RECOMPUTE)}
        WHERE v.member_id = p.member_id AND v.reverses = p.id) r ON true
    GROUP BY e.member_id, e.cause_id, p.rule
"""
"""Of activities that were computed again, by rule: whether anything it gave was left then."""

RECOMPUTED_RETURNED = f"""
    SELECT w.member_id, w.cause_id, p.rule, p.unit, sum(v.amount)
    FROM ledger_entry e
    JOIN ledger_posting p
      ON p.member_id = e.member_id AND p.entry_id = e.id AND p.debit = {int(Account.ISSUED)}
    JOIN ledger_posting v ON v.member_id = p.member_id AND v.reverses = p.id
    JOIN ledger_entry w
      ON w.member_id = v.member_id AND w.id = v.entry_id AND w.cause = {int(Cause.RETURN)}
    WHERE e.cause = {int(Cause.RECOMPUTE)} AND e.club_id = %(club)s
    GROUP BY w.member_id, w.cause_id, p.rule, p.unit
"""
"""What returns took back of units that a recomputation had given, by the return, rule and unit."""

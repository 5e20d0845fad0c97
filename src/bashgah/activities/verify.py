"""Proves everything that was settled: books, history, references, and each fact against its entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg
from django.db import connections, transaction

from bashgah.activities import compact, proving_pools
from bashgah.activities.compact import KIND_CODES
from bashgah.activities.proving import promotions_against_purchases
from bashgah.activities.proving_grants import grants_against_activities
from bashgah.activities.proving_limits import limits_against_activities
from bashgah.ground.batch import cursor
from bashgah.ground.proofs import Check, Finding, run_all
from bashgah.history import verify as history
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.ledger import roots
from bashgah.ledger import verify as ledger
from bashgah.members.selectors import MERGED
from bashgah.redemption import verify as redemption
from bashgah.tiers import verify as tiers

AT_ONCE = 5000

# what a merged member did counts for them and for the survivor
_COUNTED = f"""
    SELECT member_id, kind, type, gross, net, club_id FROM activities_activity
    UNION ALL
    SELECT m.merged_into, a.kind, a.type, a.gross, a.net, a.club_id
    FROM ({MERGED}) m JOIN activities_activity a ON a.member_id = m.member_id
"""

_SUMMED = f"""
    SELECT s.member_id, s.purchases, s.visits, s.returns, s.gross, s.spend,
           coalesce(a.purchases, 0) AS a_purchases, coalesce(a.visits, 0) AS a_visits,
           coalesce(a.returns, 0) AS a_returns, coalesce(a.gross, 0) AS a_gross,
           coalesce(a.spend, 0) AS a_spend
    FROM ({history.SUMS} WHERE {{club}}) s
    LEFT JOIN (
        SELECT member_id,
               count(*) FILTER (WHERE kind = %(purchase)s)
                 - count(*) FILTER (WHERE kind = %(return)s AND type = 'whole') AS purchases,
               count(*) FILTER (WHERE kind = %(visit)s) AS visits,
               count(*) FILTER (WHERE kind = %(return)s AND type <> 'cancelled') AS returns,
               sum(CASE kind WHEN %(purchase)s THEN gross WHEN %(return)s THEN -gross ELSE 0 END) AS gross,
               sum(CASE kind WHEN %(purchase)s THEN net WHEN %(return)s THEN -net ELSE 0 END) AS spend
        FROM ({_COUNTED}) counted WHERE {{club}} GROUP BY member_id) a ON a.member_id = s.member_id
"""

_DAYS = """
    SELECT coalesce(d.member_id, a.member_id) AS member_id, coalesce(d.day, a.day) AS day,
           coalesce(d.purchases, 0) AS purchases, coalesce(d.visits, 0) AS visits,
           coalesce(d.spend, 0) AS spend, coalesce(a.purchases, 0) AS a_purchases,
           coalesce(a.visits, 0) AS a_visits, coalesce(a.spend, 0)::bigint AS a_spend
    FROM (SELECT * FROM ({days}) h WHERE {{club}}) d
    FULL JOIN (
        SELECT member_id, day,
               count(*) FILTER (WHERE kind = %(purchase)s)
                 - count(*) FILTER (WHERE kind = %(return)s AND type = 'whole') AS purchases,
               count(*) FILTER (WHERE kind = %(visit)s) AS visits,
               sum(CASE kind WHEN %(purchase)s THEN net WHEN %(return)s THEN -net ELSE 0 END) AS spend
        FROM (WITH told AS (
                  SELECT a.member_id, a.kind, a.type, a.net, coalesce(p.business_date, a.business_date) AS day
                  FROM activities_activity a
                  LEFT JOIN activities_activity p
                    ON a.kind = %(return)s AND p.member_id = a.member_id AND p.id = a.about_id
                  WHERE {{a.club}})
              SELECT * FROM told UNION ALL
              SELECT m.merged_into, t.kind, t.type, t.net, t.day FROM ({merged}) m
              JOIN told t ON t.member_id = m.member_id) counted
        GROUP BY member_id, day) a ON a.member_id = d.member_id AND a.day = d.day
"""

CHECKS: tuple[Check, ...] = (
    *(
        Check(
            f"days_{column}_differ",
            _("A member's day is not what the activities say: {expected} expected, {found} found."),
            f"SELECT member_id, '{column} ' || day, a_{column}, {column}"
            f" FROM ({_DAYS.format(days=history.DAYS, merged=MERGED)}) d WHERE {column} <> a_{column}",
        )
        for column in ("purchases", "visits", "spend")
    ),
    Check(
        "activity_without_reference",
        _("An activity is not what its reference names."),
        """
        SELECT a.member_id, a.id::text, 1, 0 FROM activities_activity a
        LEFT JOIN activities_reference r
          ON r.club_id = a.club_id AND r.source = a.source AND r.reference = a.reference
        WHERE {a.club} AND (r.activity_id IS DISTINCT FROM a.id OR r.member_id IS DISTINCT FROM a.member_id)
        """,
    ),
    Check(
        "reference_without_activity",
        _("A reference names nothing that was recorded."),
        """
        SELECT r.member_id, r.source || ' ' || r.reference, 1, 0 FROM activities_reference r
        WHERE {r.club} AND CASE WHEN r.member_id IS NULL
            THEN NOT EXISTS (SELECT FROM activities_anonymous n
                             WHERE n.club_id = r.club_id AND n.id = r.activity_id)
             AND NOT EXISTS (SELECT FROM activities_anonymousreturn n
                             WHERE n.club_id = r.club_id AND n.id = r.activity_id)
            ELSE NOT EXISTS (SELECT FROM activities_activity a
                             WHERE a.member_id = r.member_id AND a.id = r.activity_id) END
        """,
    ),
    Check(
        "claim_without_activity",
        _("A claimed purchase has no activity that names it."),
        """
        SELECT n.claimed_by, n.id::text, 1, 0 FROM activities_anonymous n
        LEFT JOIN activities_activity a ON a.member_id = n.claimed_by AND a.id = n.claim_id
        WHERE {n.club} AND n.claimed_at IS NOT NULL AND a.about_id IS DISTINCT FROM n.id
        """,
    ),
    *(
        Check(
            f"sums_{column}_differ",
            _("A member's sum is not what the activities say: {expected} expected, {found} found."),
            f"SELECT member_id, '{column}', a_{column}, {column} FROM ({_SUMMED}) s"
            f" WHERE {column} <> a_{column}",
        )
        for column in ("purchases", "visits", "returns", "gross", "spend")
    ),
    Check(
        "merged_holds_units",
        _("A merged membership has {found} that should lie with the member who stands for it."),
        f"""
        SELECT w.member_id, w.unit, 0, w.available + w.pending + w.held FROM ({ledger.WALLETS}) w
        JOIN ({MERGED}) m ON m.member_id = w.member_id
        WHERE {{w.club}} AND (w.available <> 0 OR w.pending <> 0 OR w.held <> 0)
        """,
    ),
    Check(
        "history_missing",
        _("A member with activities has no sums."),
        f"""
        SELECT DISTINCT a.member_id, 'sums', 1, 0 FROM activities_activity a
        LEFT JOIN ({history.SUMS}) s ON s.member_id = a.member_id
        WHERE {{a.club}} AND s.member_id IS NULL
        """,
    ),
)


def verify(club_id: UUID | None = None, *, most: int = 100) -> list[Finding]:
    """Recompute all that was settled, of one club or of all; return what does not hold."""
    return [finding for proof in proofs(club_id, most=most) for finding in proof()]


def proofs(club_id: UUID | None = None, *, most: int = 100) -> list[Callable[[], list[Finding]]]:
    """Return every proof to be run one after the other, for a command that shows how far it is."""
    kinds = {kind: KIND_CODES[kind] for kind in ("purchase", "visit", "return")}
    checks = [
        *((check, ledger.PARAMS) for check in ledger.CHECKS),
        *((check, {}) for check in history.CHECKS),
        *((check, {}) for check in tiers.CHECKS),
        *((check, kinds) for check in CHECKS),
        *((check, {}) for check in proving_pools.CHECKS),
        *((check, {}) for check in redemption.CHECKS),
    ]
    return [
        *(partial(run_all, (check,), params, club_id, most) for check, params in checks),
        lambda: list(islice(_entries_against_activities(club_id), most)),
        lambda: list(islice(_returned_against_returns(club_id), most)),
        lambda: list(islice(promotions_against_purchases(club_id), most)),
        lambda: list(islice(proving_pools.shares_against_memory(club_id), most)),
        lambda: list(islice(proving_pools.spends_against_payments(club_id), most)),
        lambda: _told(limits_against_activities(club_id, _walk), most),
        lambda: _told(grants_against_activities(club_id, _walk), most),
        partial(roots.verify, club_id, most=most),
    ]


def _told(findings: Iterator[Finding], most: int) -> list[Finding]:
    """Read what walks through tables inside one transaction."""
    with transaction.atomic():
        return list(islice(findings, most))


def _entries_against_activities(club_id: UUID | None) -> Iterator[Finding]:
    """Walk activities and their entries side by side: each gave what its outcome says, none is without."""
    activities = _walk(
        "SELECT member_id, id, outcome FROM activities_activity WHERE %(all)s OR club_id = %(club)s"
        " ORDER BY member_id, id",
        club_id,
    )
    entries = _walk(ledger.GIVEN_BY_ACTIVITIES, club_id)
    with transaction.atomic():
        given = _next_given(entries, None)
        for member_id, id_, outcome in activities:
            key = (member_id, id_)
            while given is not None and given[0] < key:
                yield _finding("entry_without_activity", given[0], 0, 1)
                given = _next_given(entries, given)
            found: dict[str, int] = {}
            if given is not None and given[0] == key:
                found = given[1]
                given = _next_given(entries, given)
            expected: dict[str, int] = {}
            for credit in compact.outcome_unpack(outcome).credits:
                expected[credit.line.wallet] = expected.get(credit.line.wallet, 0) + credit.line.amount
            if {unit: n for unit, n in expected.items() if n} != {unit: n for unit, n in found.items() if n}:
                yield _finding(
                    "entry_differs_from_activity", key, sum(expected.values()), sum(found.values())
                )
        while given is not None:
            yield _finding("entry_without_activity", given[0], 0, 1)
            given = _next_given(entries, given)


Given = tuple[tuple[UUID, UUID], dict[str, int], Any]


def _next_given(rows: Iterator[Any], before: Given | None) -> Given | None:
    """Gather the rows of the next entry: what it gave, by unit."""
    row = before[2] if before is not None else next(rows, None)
    if row is None:
        return None
    key, units = (row[0], row[1]), {}
    while row is not None and (row[0], row[1]) == key:
        units[row[2]] = int(row[3])
        row = next(rows, None)
    return key, units, row


def _returned_against_returns(club_id: UUID | None) -> Iterator[Finding]:
    """Add up what returns brought back, line by line, and compare with what is kept."""
    back: dict[tuple[UUID, UUID, int], int] = {}
    params = {"all": club_id is None, "club": club_id, "return": KIND_CODES["return"]}
    with cursor() as cur:
        for member_id, about, packed in cur.execute(
            """
            SELECT member_id, about_id, fact FROM activities_activity
            WHERE kind = %(return)s AND (%(all)s OR club_id = %(club)s)
            """,
            params,
        ):
            fact = compact.fact_unpack(packed)
            for line in fact.lines:
                key = (member_id, about, line.no)
                back[key] = back.get(key, 0) + line.quantity
        for member_id, purchase_id, line_no, returned in cur.execute(
            """
            SELECT member_id, purchase_id, line_no, returned FROM activities_returned
            WHERE (%(all)s OR club_id = %(club)s) AND line_no > 0
            """,
            params,
        ):
            expected = back.pop((member_id, purchase_id, line_no), 0)
            if expected != returned:
                yield _finding("returned_differs", (member_id, purchase_id), expected, returned)
    for (member_id, purchase_id, _line), expected in back.items():
        yield _finding("returned_differs", (member_id, purchase_id), expected, 0)


def _walk(sql: str, club_id: UUID | None) -> Iterator[Any]:
    """Read a long result in portions, inside the caller's transaction."""
    connection = connections["default"]
    connection.ensure_connection()
    name = f"walk_{abs(hash(sql)) % 10**8}"
    with psycopg.ServerCursor(connection.connection, name) as cur:
        cur.itersize = AT_ONCE
        yield from cur.execute(sql, {"all": club_id is None, "club": club_id})


SAID = {
    "entry_without_activity": _("An entry names an activity that is not there."),
    "entry_differs_from_activity": _(
        "An activity did not give what its answer said: {expected} expected, {found} found."
    ),
    "returned_differs": _(
        "What came back of a purchase does not add up: {expected} expected, {found} found."
    ),
}


def _finding(code: str, key: tuple[UUID, UUID], expected: int, found: int) -> Finding:
    phrase = Phrase(SAID[code], {"expected": expected, "found": found})
    return Finding(code, f"{key[0]} {key[1]}", phrase)

"""Proves what activities had to do with shared accounts: units passed on, called back and spent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from bashgah.activities.payments import REDEMPTION, UNITS
from bashgah.clubs.selectors import club_get
from bashgah.ground.audit import audit_details
from bashgah.ground.batch import cursor
from bashgah.ground.proofs import Check, Finding
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.ledger.pooling import CALLED_BACK, PASSED_ON, SENT
from bashgah.members.selectors import GROUPS, SPENT_OF_GROUPS, month_of
from bashgah.redemption.selectors import PAID_BY_GROUPS

_SHARES = f"""
    SELECT k.member_id, k.club_id, k.activity_id, s.unit, s.passed, s.arrived, s.credited, s.returned,
           s.given_back, s.reversed, s.by_returns, g.closed_at
    FROM activities_pooled k
    JOIN ({PASSED_ON}) s ON s.member_id = k.member_id AND s.entry_id = k.entry_id AND s.group_id = k.group_id
    JOIN ({GROUPS}) g ON g.member_id = k.group_id
"""

_PAID = f"""
    SELECT s.member_id, s.club_id, s.purchase_id, coalesce(r.payer_id, s.owner_id) AS group_id
    FROM activities_spent s
    LEFT JOIN ({PAID_BY_GROUPS}) r ON s.kind = {REDEMPTION} AND r.id = s.ref_id
    JOIN ({GROUPS}) g ON g.member_id = coalesce(r.payer_id, s.owner_id)
    WHERE s.kind IN ({UNITS}, {REDEMPTION})
"""

CHECKS: tuple[Check, ...] = (
    Check(
        "pooled_without_entry",
        _("An activity names a shared account that got nothing of it and paid nothing for it."),
        f"""
        SELECT k.member_id, k.activity_id::text, 1, 0 FROM activities_pooled k
        LEFT JOIN ({PASSED_ON}) s ON s.member_id = k.member_id AND s.entry_id = k.entry_id
          AND s.group_id = k.group_id AND s.activity_id = k.activity_id
        LEFT JOIN ({_PAID}) p ON p.member_id = k.member_id AND p.purchase_id = k.activity_id
          AND p.group_id = k.group_id
        WHERE {{k.club}} AND CASE WHEN k.entry_id IS NULL THEN p.group_id ELSE s.entry_id END IS NULL
        """,
    ),
    Check(
        "pooled_units_differ",
        _("What a shared account has of an activity is not what was passed on: {expected} and {found}."),
        f"""
        SELECT member_id, activity_id || ' ' || unit, sum(passed - returned), sum(arrived - given_back)
        FROM ({_SHARES}) s WHERE {{club}} GROUP BY member_id, activity_id, unit
        HAVING sum(passed - returned) <> sum(arrived - given_back)
        """,
    ),
    Check(
        "called_back_differs",
        _("What a shared account gave back does not follow the returns: {expected} expected, {found} found."),
        # a closed account gives nothing back any more; what a recomputation took calls nothing back by itself
        f"""
        SELECT member_id, activity_id || ' ' || unit, passed * by_returns / credited, returned
        FROM ({_SHARES}) s
        WHERE {{club}} AND (returned > floor(passed * reversed / credited)
           OR closed_at IS NULL AND returned < floor(passed * by_returns / credited))
        """,
    ),
    Check(
        "call_back_of_nothing",
        _("{found} came back from a shared account for no activity that gave to it."),
        f"""
        SELECT c.member_id, c.entry_id::text, 0, c.amount FROM ({CALLED_BACK}) c
        LEFT JOIN activities_pooled k ON k.member_id = c.member_id AND k.entry_id = c.entry_id
        WHERE {{c.club}} AND k.entry_id IS NULL
        """,
    ),
    Check(
        "group_payment_not_kept",
        _("A shared account paid for a purchase that does not name it."),
        f"""
        SELECT p.member_id, p.purchase_id::text, 1, 0 FROM ({_PAID}) p
        LEFT JOIN activities_pooled k ON k.member_id = p.member_id AND k.activity_id = p.purchase_id
          AND k.group_id = p.group_id
        WHERE {{p.club}} AND k.group_id IS NULL
        """,
    ),
)

SAID = {
    "group_spend_differs": _(
        "What is counted against a month of a shared account is not what was spent: {expected} expected,"
        " {found} found."
    ),
    "share_not_kept": _("Units went to a shared account and no activity remembers it."),
}

_UNKEPT = f"""
    SELECT s.club_id, s.member_id, s.group_id, s.entry_id::text FROM ({SENT}) s
    JOIN ({GROUPS}) g ON g.member_id = s.group_id
    LEFT JOIN activities_pooled k ON k.member_id = s.member_id AND k.entry_id = s.entry_id
    WHERE (%(all)s OR s.club_id = %(club)s) AND k.entry_id IS NULL
    ORDER BY s.club_id, s.entry_id
"""
"""What went from people to groups and was not remembered with an activity; what they paid in is among it."""

_SPENT = f"""
    SELECT s.club_id, s.owner_id, s.member_id, s.unit, a.recorded_at, s.amount - s.returned
    FROM activities_spent s
    JOIN ({GROUPS}) g ON g.member_id = s.owner_id
    JOIN activities_activity a ON a.member_id = s.member_id AND a.id = s.purchase_id
    WHERE s.kind = {UNITS} AND s.owner_id <> s.member_id AND (%(all)s OR s.club_id = %(club)s)
    UNION ALL
    SELECT club_id, payer_id, member_id, unit, begun_at, price FROM ({PAID_BY_GROUPS}) r
    WHERE counts AND (%(all)s OR club_id = %(club)s)
"""
Month = tuple[UUID, UUID, str, date]


def shares_against_memory(club_id: UUID | None) -> Iterator[Finding]:
    """Find units that a group was passed and that neither an activity nor a paying-in explains.

    Each paying-in names its entry in the audit trail; those of before it did are explained by their number.
    """
    with cursor() as cur:
        rows = cur.execute(_UNKEPT, {"all": club_id is None, "club": club_id}).fetchall()
    for club, unkept in groupby(rows, key=itemgetter(0)):
        yield from _unexplained(club, [(member, group, entry) for _club, member, group, entry in unkept])


def _unexplained(club_id: UUID, unkept: list[tuple[UUID, UUID, str]]) -> Iterator[Finding]:
    entries: set[str] = set()
    unnamed: Counter[tuple[str, str]] = Counter()
    for target, details in audit_details(club_id=club_id, action="group.contributed"):
        if "entry" in details:
            entries.add(details["entry"])
        else:
            unnamed[details["member"], target] += 1
    for member_id, group_id, entry_id in unkept:
        who = public("member", member_id), public("member", group_id)
        if entry_id in entries:
            continue
        if unnamed[who]:
            unnamed[who] -= 1
            continue
        phrase = Phrase(SAID["share_not_kept"], {"expected": 1, "found": 0})
        yield Finding("share_not_kept", f"{member_id} {entry_id}", phrase)


def spends_against_payments(club_id: UUID | None) -> Iterator[Finding]:
    """Add up what each person spent of a group, month by month of the club's calendar; compare."""
    params = {"all": club_id is None, "club": club_id}
    spent: dict[Month, int] = {}
    kept: dict[Month, int] = {}
    with cursor() as cur:
        for club, group_id, member_id, unit, at, amount in cur.execute(_SPENT, params).fetchall():
            key = group_id, member_id, unit, month_of(club_get(club), at)
            spent[key] = spent.get(key, 0) + amount
        rows: list[tuple[Any, ...]] = cur.execute(
            f"SELECT * FROM ({SPENT_OF_GROUPS}) k WHERE %(all)s OR club_id = %(club)s", params
        ).fetchall()
        kept = {(group, member, unit, month): counted for _club, group, member, unit, month, counted in rows}
    for key in sorted(spent.keys() | kept.keys()):
        expected, found = spent.get(key, 0), kept.get(key, 0)
        if expected != found:
            phrase = Phrase(SAID["group_spend_differs"], {"expected": expected, "found": found})
            yield Finding("group_spend_differs", " ".join(str(part) for part in key), phrase)

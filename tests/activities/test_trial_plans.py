"""The report of a shadow reads the days it looks at, whatever else the books hold: proved by its plans."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from bashgah.activities.trials import OTHERS_OF_DAYS, shadow_report
from bashgah.ground.batch import cursor
from bashgah.ledger import reading
from bashgah.ledger.types import Account, Cause
from tests.activities.shop import Shop, open_shop
from tests.activities.test_plans import nodes_of
from tests.cast import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.corrupts]

TODAY = NOW.date()
# two years of a club, 150 purchases a day, as the settlement would have written them one after another
FILLED = (
    """CREATE TEMP TABLE past AS
       SELECT n, (lpad(to_hex(1700000000000 + n), 12, '0') || '7000800000000000'
                  || lpad(to_hex(n %% 997), 4, '0'))::uuid AS id,
              (lpad(to_hex(n %% 997), 32, '0'))::uuid AS member,
              %(now)s::timestamptz - (110000 - n) * interval '576 seconds' AS at
       FROM generate_series(1, 110000) AS n""",
    """INSERT INTO ledger_entry (member_id, id, club_id, occurred_at, recorded_at, business_date, cause,
                                 cause_id, actor_kind, reason)
       SELECT member, id, %(club)s, at, at, at::date, %(cause)s, id, 0, '' FROM past""",
    """INSERT INTO ledger_posting (member_id, id, entry_id, club_id, amount, debit, credit, unit, rule)
       SELECT member, id, id, %(club)s, 7, %(issued)s, %(available)s, 'points', 'base' FROM past""",
    """INSERT INTO activities_shadow (member_id, activity_id, about_id, club_id, kind, rule, unit, amount,
                                      branch, tier, business_date, base)
       SELECT member, id, id, %(club)s, (n %% 100 = 0)::int, 'trial', 'points', 3, '', '', at::date, ''
       FROM past""",
)


@pytest.fixture
def shop(owner_connection: psycopg.Connection) -> Iterator[Shop]:
    shop = open_shop()
    values = {
        "club": shop.club.id,
        "now": NOW,
        "cause": int(Cause.ACTIVITY),
        "issued": int(Account.ISSUED),
        "available": int(Account.AVAILABLE),
    }
    for statement in FILLED:
        owner_connection.execute(statement, values)
    for table in ("ledger_entry", "ledger_posting", "activities_shadow"):
        owner_connection.execute(f"VACUUM ANALYZE {table}")
    owner_connection.execute("DROP TABLE past")
    return shop


def reads(statement: str, params: dict[str, Any]) -> dict[str, tuple[set[str], int]]:
    """Return by table how a statement reads it and how many of its rows it looked at."""
    with cursor() as cur:
        (said,) = cur.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", params).fetchone() or ("[]",)
    plan = json.loads(said) if isinstance(said, str) else said
    found: dict[str, tuple[set[str], int]] = {}
    for node in nodes_of(plan[0]["Plan"]):
        table = node.get("Relation Name")
        if table is None:
            continue
        kinds, rows = found.get(table, (set(), 0))
        looked = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        looked += node.get("Rows Removed by Index Recheck", 0)
        found[table] = kinds | {node["Node Type"]}, rows + int(looked * node["Actual Loops"])
    return found


def test_what_rules_gave_in_a_week_reads_about_a_week(shop: Shop) -> None:
    since = TODAY - timedelta(days=6)
    with cursor() as cur:
        given = reading.rules_given(cur, shop.club.id, since, TODAY)
    week = sum(1 for n in range(1, 110_001) if since <= day_of(n) <= TODAY)
    assert given == {("points", "base"): 7 * week}
    params = {
        "issued": int(Account.ISSUED), "club": shop.club.id, "since": since, "until": TODAY, "all": True,
        "members": [], "causes": [int(Cause.ACTIVITY)],
    }  # fmt: skip
    span = reads(reading.ENTRIES_SPAN, params)
    with cursor() as cur:
        first, last = cur.execute(reading.ENTRIES_SPAN, params).fetchone() or (None, None)
    both = reads(reading.RULES_GIVEN, params | {"first": first, "last": last})
    for table, (kinds, rows) in [*span.items(), *both.items()]:
        assert "Seq Scan" not in kinds, table
        assert rows < 10 * week, table
    assert both.keys() == {"ledger_entry", "ledger_posting"}


def test_what_others_would_have_given_is_found_by_its_day(shop: Shop) -> None:
    found = reads(OTHERS_OF_DAYS, {"club": shop.club.id, "since": TODAY - timedelta(days=6), "until": TODAY})
    ((kinds, rows),) = found.values()
    assert "Seq Scan" not in kinds
    assert rows < 30


def test_the_report_has_these_figures(shop: Shop) -> None:
    report = shadow_report(shop.club, "trial", since=TODAY - timedelta(days=6), until=TODAY)
    days = [n for n in range(1, 110_001) if TODAY - timedelta(days=6) <= day_of(n) <= TODAY]
    assert report.live == (("points", 7 * len(days)),)
    assert report.others == (("points", 3 * sum(1 for n in days if n % 100 == 0)),)


def day_of(n: int) -> date:
    """The day on which the filled club recorded its n-th purchase, as the database counts days."""
    return (NOW - timedelta(seconds=576 * (110_000 - n))).date()

"""The settlement's plans: made while the tables were empty, kept, and right for fifty thousand rows too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from bashgah.activities.services import settle
from bashgah.activities.types import Settled
from bashgah.ground import asking
from bashgah.ground.asking import by_lookups, cursor
from bashgah.ground.types import SYSTEM
from tests.activities.shop import Shop, open_shop
from tests.cast import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.corrupts]

HOT = {
    "members_state",
    "activities_reference",
    "ledger_wallet",
    "history_sums",
    "history_day",
    "tiers_standing",
}
PEOPLE = 50_000
FILLED = (
    "INSERT INTO members_state SELECT id, %(club)s, 'active', NULL, 'person' FROM people",
    """INSERT INTO ledger_wallet (available, pending, held, debt, earned_ever, kind, member_id, club_id, unit)
       SELECT 0, 0, 0, 0, 0, 1, id, %(club)s, 'points' FROM people""",
    """INSERT INTO history_sums (member_id, spend, gross, qualifying, purchases, visits, returns, club_id)
       SELECT id, 0, 0, 0, 0, 0, 0, %(club)s FROM people""",
    """INSERT INTO history_day (member_id, day, spend, qualifying, purchases, visits, club_id)
       SELECT id, '2026-11-01', 0, 0, 0, 0, %(club)s FROM people""",
    """INSERT INTO tiers_standing (member_id, club_id, ladder, tier)
       SELECT id, %(club)s, 'club', '' FROM people""",
    """INSERT INTO activities_reference (club_id, activity_id, member_id, body, source, reference)
       SELECT %(club)s, id, id, '', 'pos', id::text FROM people""",
)


@pytest.fixture
def shop(owner_connection: psycopg.Connection) -> Iterator[Shop]:
    """A shop on a connection without any plan yet, with a planner that goes on knowing empty tables."""
    for table in HOT:
        owner_connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
        owner_connection.execute(f"ANALYZE {table}")
    connection.close()
    yield open_shop()
    connection.close()
    for table in HOT:
        owner_connection.execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)")


def sold(shop: Shop, mark: str) -> None:
    facts = [
        shop.purchase(f"{mark}-{n}", amount=100_000, member=who)
        for n, who in enumerate((shop.sara, shop.reza, shop.sara))
    ]
    outcomes = settle(facts, club=shop.club, actor=SYSTEM, now=NOW)
    assert all(isinstance(outcome, Settled) for outcome in outcomes)


def grown(shop: Shop, owner: psycopg.Connection) -> None:
    """Fill the hot tables without telling the planner."""
    owner.execute(
        f"CREATE TEMP TABLE people AS SELECT gen_random_uuid() id FROM generate_series(1, {PEOPLE})"
    )
    for statement in FILLED:
        owner.execute(statement, {"club": shop.club.id})
    owner.execute("DROP TABLE people")


def kept_plans() -> dict[str, list[dict[str, Any]]]:
    """Return the nodes of every kept plan that reads or changes a hot table, by its statement."""
    found = {}
    with transaction.atomic(), by_lookups(), cursor() as cur:
        asking.ask(cur, asking.Statement("SELECT 1").of())  # sets the planner as the settlement does
        kept = cur.execute(
            "SELECT name, statement, cardinality(parameter_types) FROM pg_prepared_statements"
            " WHERE name LIKE 'asked%%' AND statement !~ 'INSERT|BEGIN|set_config'"
        ).fetchall()
        for name, statement, count in kept:
            nothing = f"({', '.join(['NULL'] * count)})" if count else ""
            (said,) = cur.execute(f"EXPLAIN (FORMAT JSON) EXECUTE {name}{nothing}").fetchone() or ("[]",)
            plan = json.loads(said) if isinstance(said, str) else said
            nodes = list(nodes_of(plan[0]["Plan"]))
            if any(node.get("Relation Name") in HOT for node in nodes):
                found[statement] = nodes
    return found


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes_of(below)


def reads_much(nodes: list[dict[str, Any]]) -> list[str]:
    """Return what a plan does that grows with the table: anything but looking rows up by key or place."""
    bad = []
    for node in nodes:
        kind, relation = node["Node Type"], node.get("Relation Name")
        looked_up = str(node.get("Index Cond", "")) + str(node.get("TID Cond", ""))
        by_key = any(key in looked_up for key in ("member_id", "reference", "ctid"))
        if kind in {"Hash Join", "Merge Join"} or kind == "Seq Scan":
            bad.append(f"{kind} {relation}")
        elif kind in {"Index Scan", "Index Only Scan", "Bitmap Index Scan", "Tid Scan"} and not by_key:
            bad.append(f"{kind} of all {relation}")
    return bad


def rows_read() -> dict[str, int]:
    """Return how many rows this transaction read of each hot table."""
    with cursor() as cur:
        return dict(
            cur.execute(
                "SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables"
                " WHERE relname = ANY(%s)",
                [list(HOT)],
            ).fetchall()
        )


def test_plans_made_on_empty_tables_stay_look_ups_when_these_fill(
    shop: Shop, owner_connection: psycopg.Connection
) -> None:
    sold(shop, "first")
    sold(shop, "second")  # its rows are changed where they lie: other statements
    grown(shop, owner_connection)
    plans = kept_plans()
    assert len(plans) >= 6
    assert {statement: bad for statement, nodes in plans.items() if (bad := reads_much(nodes))} == {}
    with transaction.atomic():
        sold(shop, "third")
        assert max(rows_read().values()) < 50


def test_inside_a_settlement_the_planner_may_only_look_rows_up(shop: Shop) -> None:
    names = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit", "plan_cache_mode")
    settings = ", ".join(f"current_setting('{name}')" for name in names)
    with transaction.atomic(), by_lookups(), cursor() as cur:
        (rows,) = asking.ask(cur, asking.Statement(f"SELECT {settings}").of())
    assert list(rows) == [("off", "off", "off", "off", "force_generic_plan")]


def test_after_a_settlement_a_callers_own_statements_are_planned_as_ever(shop: Shop) -> None:
    with transaction.atomic():
        sold(shop, "first")
        with cursor() as cur:
            settings = cur.execute(
                "SELECT current_setting('enable_seqscan'), current_setting('plan_cache_mode')"
            ).fetchone()
    assert settings == ("on", "auto")

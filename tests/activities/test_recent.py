"""Facts to try a rule on are found without reading all that was imported under new ids."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.db import transaction

from bashgah.activities.recent import facts_recent
from bashgah.ground.batch import cursor
from tests.activities.shop import open_shop
from tests.cast import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.corrupts]

IMPORTED = 40_000
# what was imported an hour before the shop's own purchases, of years long gone
COPIED = """
INSERT INTO activities_activity
SELECT made.* FROM activities_activity AS a, generate_series(1, %(count)s) AS n,
    jsonb_populate_record(a, jsonb_build_object(
        'id', overlay(a.id::text placing lpad(to_hex(n), 12, '0') from 25 for 12)::uuid,
        'occurred_at', a.occurred_at - interval '3 years' - n * interval '1 minute')) AS made
WHERE a.id = (SELECT id FROM activities_activity ORDER BY id LIMIT 1)
"""


def test_a_spread_of_an_imported_club_reads_little(owner_connection: psycopg.Connection) -> None:
    shop = open_shop()
    for n in range(40):
        shop.buys(f"B-{n}", 250_000, at=NOW - timedelta(hours=n))
    owner_connection.execute(COPIED, {"count": IMPORTED})
    owner_connection.execute("VACUUM ANALYZE activities_activity")
    span = NOW - timedelta(days=30), NOW + timedelta(days=1)
    with transaction.atomic():
        recent = facts_recent(shop.club, "purchase", *span, most=30, counted=0)
        with cursor() as cur:
            (read,) = cur.execute(
                "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables"
                " WHERE relname = 'activities_activity'"
            ).fetchone() or (0,)
    assert (recent.is_whole, recent.seen) == (False, 31)
    assert all(each.fact.occurred_at >= span[0] for each in recent.facts)
    assert read < 15_000

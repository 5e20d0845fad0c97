"""Q9: in large books one wrong row of one member is found, whichever it is, and in time.

``make prove`` does it with 20,000 entries. A run fifty times as long has a million, and adds the time: they
are proved in less than a minute of work.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction

from bashgah.activities.verify import proofs, verify
from bashgah.config.environment import database_from_url
from bashgah.ledger import roots
from tests import server as servers
from tests.cast import NOW
from tests.conftest import WORKER
from tests.ledger.corruptions import CORRUPTIONS, DAY, furnished_shop
from tests.ledger.many import multiply
from tests.times import times

pytestmark = [pytest.mark.prove, pytest.mark.django_db(transaction=True), pytest.mark.corrupts]

MILLION = 1_000_000
ENTRIES = min(MILLION, times(20_000))
MOST_SECONDS = 60.0
# rows that belong to no single member
OF_THE_CLUB = ("activities_anonymous", "ledger_root", "programs_budget", "merged_into")


@pytest.fixture
def books(owner_connection: psycopg.Connection, postgres_server: servers.Server) -> Iterator[UUID]:
    """Large books, sealed; the tests' connection is the owner's, who alone can plant and take back."""
    shop = furnished_shop()
    row = owner_connection.execute("SELECT count(*) FROM ledger_entry").fetchone()
    assert row is not None
    multiply(owner_connection, -(-ENTRIES // row[0]))
    owner_connection.execute("TRUNCATE ledger_root, ledger_day")
    roots.days_close(club=shop.club, now=NOW + 2 * DAY)
    app = connection.settings_dict.copy()
    connection.close()
    connection.settings_dict.update(
        database_from_url(postgres_server.owner(servers.database_name(WORKER)), pool=0)
    )
    yield shop.sara.id
    connection.close()
    connection.settings_dict.update(app)


def of_one_member(sql: str, member_id: UUID) -> str:
    """Narrow a corruption to one member among thousands."""
    if any(table in sql for table in OF_THE_CLUB):
        return sql
    head, _, where = sql.partition(" WHERE ")
    return f"{head} WHERE member_id = '{member_id}'" + (f" AND ({where})" if where else "")


def test_one_wrong_member_among_thousands_is_found_whatever_is_wrong(books: UUID) -> None:
    assert verify() == []
    unfound = []
    for code, sql in CORRUPTIONS.items():
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(of_one_member(sql, books))
                changed = cursor.rowcount
            found = {finding.code for finding in verify()}
            transaction.set_rollback(True)
        if not changed or code not in found:
            unfound.append((code, changed, found))
    assert unfound == []
    assert verify() == []


@pytest.mark.skipif(ENTRIES < MILLION, reason="the time is proved with a million entries")
def test_a_million_entries_are_proved_in_a_minute(books: UUID, capsys: pytest.CaptureFixture[str]) -> None:
    checks, taken = proofs(), []
    for check in checks:
        begun = time.perf_counter()
        assert check() == []
        taken.append(time.perf_counter() - begun)
    with capsys.disabled():
        slowest = ", ".join(f"{seconds:.1f}" for seconds in sorted(taken, reverse=True)[:6])
        sys.stdout.write(f"\nQ9 {ENTRIES:,} entries in {sum(taken):.1f} s, the slowest checks {slowest} s\n")
    assert sum(taken) < MOST_SECONDS

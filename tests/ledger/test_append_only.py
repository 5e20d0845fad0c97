"""What the app role may never do, PostgreSQL itself refuses; the tests run as that role."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

pytestmark = pytest.mark.django_db

WRITTEN_ONCE = (
    "ledger_entry",
    "ledger_posting",
    "ledger_allocation",
    "tiers_change",
    "activities_reference",
    "activities_activity",
)
CHANGED_IN_PART = {
    "ledger_wallet": ({"available", "pending", "held", "debt", "earned_ever", "next_change_at"}, "club_id"),
    "ledger_lot": ({"remaining", "is_open", "is_pending"}, "amount"),
    "ledger_hold": ({"state", "closed_at"}, "amount"),
    "history_sums": ({"spend", "purchases", "last_purchase_at"}, "club_id"),
    "history_day": ({"spend", "qualifying"}, "day"),
    "history_used": ({"used"}, "limit_key"),
    "tiers_standing": ({"tier", "since", "kept_until", "granted_until"}, "ladder"),
    "activities_anonymous": ({"claimed_at", "claimed_by", "claim_id"}, "gross"),
    "activities_returned": ({"returned"}, "bought"),
}
EVERY = (*WRITTEN_ONCE, *CHANGED_IN_PART)


def refused(sql: str) -> bool:
    """Run it as the app role and say whether privileges stopped it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except ProgrammingError as error:
        return error.__cause__.sqlstate == "42501"
    return False


def test_the_tests_run_as_the_app_role_which_owns_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableowner = current_user FROM pg_tables WHERE tablename = 'ledger_posting'")
        assert cursor.fetchone() == (False,)


@pytest.mark.parametrize("table", EVERY)
@pytest.mark.parametrize(
    "act",
    [
        "DELETE FROM {table}",
        "TRUNCATE {table}",
        "ALTER TABLE {table} ADD COLUMN x int",
        "ALTER TABLE {table} DISABLE TRIGGER ALL",
        "DROP TABLE {table}",
        "UPDATE {table} SET club_id = club_id",
    ],
)
def test_no_row_can_be_removed_or_given_to_another_club(table: str, act: str) -> None:
    assert refused(act.format(table=table))


@pytest.mark.parametrize("table", WRITTEN_ONCE)
def test_no_column_of_what_is_written_once_can_change(table: str) -> None:
    with connection.cursor() as cursor:
        columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    assert columns
    assert all(refused(f'UPDATE {table} SET "{column}" = "{column}"') for column in columns)


@pytest.mark.parametrize("table", CHANGED_IN_PART)
def test_only_the_granted_columns_can_change(table: str) -> None:
    granted, fixed = CHANGED_IN_PART[table]
    assert not any(refused(f'UPDATE {table} SET "{column}" = "{column}"') for column in granted)
    assert refused(f'UPDATE {table} SET "{fixed}" = "{fixed}"')

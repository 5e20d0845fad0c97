"""The app role fills tables and cannot undo what is meant to last."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection

from bashgah.ground import migrations_support

pytestmark = pytest.mark.django_db


def test_tests_run_as_the_app_role_and_not_as_the_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("bashgah_app",)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", ["CREATE TABLE mine (id int)", "DELETE FROM django_migrations"])
def test_the_app_role_makes_no_tables_and_forgets_no_migration(attempt: str) -> None:
    with connection.cursor() as cursor, pytest.raises(Exception, match="permission denied"):
        cursor.execute(attempt)


@pytest.mark.django_db(transaction=True)
def test_what_a_transactional_test_commits_is_gone_afterwards_part_one(
    django_user_model: type, owner_connection: psycopg.Connection
) -> None:
    assert owner_connection.execute("SELECT count(*) FROM access_staff").fetchone() == (0,)
    django_user_model.objects.create_user(email="mina@example.com", name="Mina")
    assert owner_connection.execute("SELECT count(*) FROM access_staff").fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_what_a_transactional_test_commits_is_gone_afterwards_part_two(
    django_user_model: type, owner_connection: psycopg.Connection
) -> None:
    test_what_a_transactional_test_commits_is_gone_afterwards_part_one(django_user_model, owner_connection)


def test_an_append_only_operation_names_the_privileges_it_leaves() -> None:
    operation = migrations_support.append_only("ledger_entries")
    assert operation.forwards == [
        'REVOKE ALL ON "ledger_entries" FROM {role}',
        'GRANT SELECT, INSERT ON "ledger_entries" TO {role}',
    ]

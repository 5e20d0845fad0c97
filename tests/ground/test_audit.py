"""Audit rows are written once and every later touch is found."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from bashgah.ground import audit
from bashgah.ground.types import Actor, AuditFinding

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CLUB = uuid.UUID(int=1)
OTHER_CLUB = uuid.UUID(int=9)
MINA = Actor(kind="staff", id="stf_1", name="Mina")

pytestmark = pytest.mark.django_db(transaction=True)


def act(number: int, club: uuid.UUID = CLUB) -> uuid.UUID:
    return audit.audit_post(
        club_id=club,
        actor=MINA,
        action="rule.changed",
        target=f"rul_{number}",
        details={"n": number},
        now=NOW,
    )


def sealed(count: int) -> list[uuid.UUID]:
    rows = [act(number) for number in range(count)]
    assert audit.audit_seal(datetime.now(UTC)) == count
    assert audit.audit_verify() == []
    return rows


def test_acts_are_listed_newest_first_and_only_the_clubs_own() -> None:
    act(1)
    act(2)
    act(3, club=OTHER_CLUB)
    listed = audit.audit_list(club_id=CLUB)
    assert [row.target for row in listed] == ["rul_2", "rul_1"]
    assert listed[0].actor == MINA
    assert listed[0].details == {"n": 2}
    assert [row.target for row in audit.audit_list(club_id=CLUB, before=listed[0].id)] == ["rul_1"]


def test_a_row_of_a_transaction_that_rolled_back_never_was() -> None:
    def act_and_fail() -> None:
        act(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        act_and_fail()
    assert audit.audit_list(club_id=CLUB) == []


@pytest.mark.parametrize("table", ["ground_audit", "ground_audit_seal"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {}", "DROP TABLE {}"]
)
def test_the_app_role_can_only_add(table: str, statement: str) -> None:
    sealed(1)
    changed = statement.replace("at = now()", "sealed_at = now()") if table.endswith("seal") else statement
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(changed.format(table))


def test_sealing_twice_changes_nothing() -> None:
    sealed(3)
    root = audit.audit_root()
    assert root[0] == 3
    assert audit.audit_seal(datetime.now(UTC)) == 0
    assert audit.audit_root() == root


@pytest.mark.parametrize(
    "change",
    [
        "details = '{\"n\": 99}'",
        "actor_name = 'Nobody'",
        "target = ''",
        "at = at + interval '1 ms'",
        "club_id = NULL",
    ],
)
def test_a_changed_row_is_found(owner_connection: psycopg.Connection, change: str) -> None:
    rows = sealed(5)
    owner_connection.execute(f"UPDATE ground_audit SET {change} WHERE id = %s", [rows[2]])
    assert audit.audit_verify() == [AuditFinding("altered", rows[2], 3)]


def test_a_removed_row_is_found(owner_connection: psycopg.Connection) -> None:
    rows = sealed(5)
    owner_connection.execute("DELETE FROM ground_audit WHERE id = %s", [rows[1]])
    assert audit.audit_verify() == [AuditFinding("missing", rows[1], 2)]


def test_a_row_removed_with_its_link_is_found(owner_connection: psycopg.Connection) -> None:
    rows = sealed(5)
    owner_connection.execute("DELETE FROM ground_audit WHERE id = %s", [rows[1]])
    owner_connection.execute("DELETE FROM ground_audit_seal WHERE audit_id = %s", [rows[1]])
    assert [finding.code for finding in audit.audit_verify()] == ["moved", "altered"]


def test_two_rows_that_changed_places_are_found(owner_connection: psycopg.Connection) -> None:
    rows = sealed(4)
    owner_connection.execute("UPDATE ground_audit SET id = %s WHERE id = %s", [uuid.UUID(int=5), rows[0]])
    owner_connection.execute("UPDATE ground_audit SET id = %s WHERE id = %s", [rows[0], rows[1]])
    owner_connection.execute("UPDATE ground_audit SET id = %s WHERE id = %s", [rows[1], uuid.UUID(int=5)])
    assert [finding.code for finding in audit.audit_verify()] == ["altered", "altered"]


def test_a_row_slipped_in_afterwards_is_found(owner_connection: psycopg.Connection) -> None:
    sealed(2)
    forged = act(7)
    owner_connection.execute(
        "UPDATE ground_audit SET recorded_at = now() - interval '1 hour' WHERE id = %s", [forged]
    )
    audit.audit_seal(datetime.now(UTC) + timedelta(seconds=1))
    assert audit.audit_verify() == [AuditFinding("backdated", forged, 3)]


def test_a_root_kept_elsewhere_finds_a_chain_that_was_cut_or_built_anew(
    owner_connection: psycopg.Connection,
) -> None:
    rows = sealed(3)
    root = audit.audit_root()
    assert audit.audit_verify(root=root) == []
    owner_connection.execute("DELETE FROM ground_audit_seal")
    owner_connection.execute("DELETE FROM ground_audit WHERE id = %s", [rows[2]])
    assert [finding.code for finding in audit.audit_verify(root=root)] == ["cut"]
    act(8)
    audit.audit_seal(datetime.now(UTC))
    assert audit.audit_verify() == []
    assert [finding.code for finding in audit.audit_verify(root=root)] == ["broken"]

"""A write that names a key happens once, and its answer is given again."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connections, transaction

from bashgah.ground import idempotency
from bashgah.ground.types import StoredAnswer
from bashgah.kit.refusals import Refusal

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CLUB = uuid.UUID(int=1)
ANSWER = StoredAnswer(status=201, body='{"mobile": "+989123456789"}')

pytestmark = pytest.mark.django_db(transaction=True)


def begin(key: str = "k-1", body: bytes = b"{}", credential: str = "key_1", club: uuid.UUID = CLUB):
    return idempotency.idempotency_begin(
        club_id=club, credential=credential, operation="members.enrol", key=key, body=body, now=NOW
    )


def finish(key: str = "k-1") -> None:
    idempotency.idempotency_finish(
        club_id=CLUB, credential="key_1", operation="members.enrol", key=key, answer=ANSWER
    )


def once() -> None:
    with transaction.atomic():
        assert begin() is None
        finish()


def test_the_same_key_and_body_get_the_first_answer() -> None:
    once()
    with transaction.atomic():
        assert begin() == ANSWER


def test_another_body_under_the_same_key_is_refused() -> None:
    once()
    with pytest.raises(Refusal) as refused, transaction.atomic():
        begin(body=b'{"other": 1}')
    assert (refused.value.code, refused.value.status) == ("reference_reused", 409)


def test_a_key_belongs_to_its_club_and_credential() -> None:
    once()
    with transaction.atomic():
        assert begin(credential="key_2") is None
        assert begin(club=uuid.UUID(int=2)) is None


def test_a_refusal_binds_no_key() -> None:
    def claim_and_fail() -> None:
        begin()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        claim_and_fail()
    with transaction.atomic():
        assert begin() is None


def test_the_answer_is_kept_sealed(owner_connection: psycopg.Connection) -> None:
    once()
    row = owner_connection.execute("SELECT * FROM ground_idempotency").fetchone()
    assert b"989123456789" not in b"".join(bytes(value) for value in row if isinstance(value, bytes))
    assert "989123456789" not in str(row)


def test_while_the_first_is_at_work_a_second_is_told_to_wait_and_then_gets_its_answer() -> None:
    claimed, go_on, told = threading.Event(), threading.Event(), []

    def first() -> None:
        with transaction.atomic():
            begin()
            claimed.set()
            go_on.wait(10)
            finish()
        connections.close_all()

    hand = threading.Thread(target=first)
    hand.start()
    claimed.wait(10)
    with pytest.raises(Refusal) as refused, transaction.atomic():
        begin()
    told.append(refused.value.code)
    go_on.set()
    hand.join()
    assert told == ["idempotency_running"]
    with transaction.atomic():
        assert begin() == ANSWER


@pytest.mark.parametrize("key", ["", "x" * 256, "کلید", "a\nb", "a\x00b"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(Refusal, match="idempotency_key_invalid"), transaction.atomic():
        begin(key=key)


def test_finishing_what_was_not_begun_is_a_fault_of_the_program() -> None:
    with pytest.raises(LookupError), transaction.atomic():
        finish()


def test_old_keys_are_forgotten() -> None:
    once()
    assert idempotency.idempotency_sweep(NOW) == 0
    assert idempotency.idempotency_sweep(NOW + timedelta(seconds=1)) == 1
    with transaction.atomic():
        assert begin() is None

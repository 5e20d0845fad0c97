"""Statements asked together stay prepared on their connection, whatever else happens on it."""

from __future__ import annotations

import pytest
from django.db import transaction

from bashgah.ground.asking import Statement, ask, by_lookups, cursor

pytestmark = pytest.mark.django_db(transaction=True)
TWICE = Statement("SELECT $1 * 2", "bigint")


def asked(number: int) -> int:
    with transaction.atomic(), by_lookups(), cursor() as cur:
        ((found,),) = ask(cur, TWICE.of(number))[0]
    return int(found)


def rolled_back() -> None:
    with transaction.atomic(), cursor() as cur:
        cur.executemany("SELECT %s::int", [[1], [2], [3]])
        raise ZeroDivisionError


def test_what_is_prepared_survives_a_rollback_after_many_rows_at_once() -> None:
    assert asked(4) == 8
    with pytest.raises(ZeroDivisionError):
        rolled_back()
    assert asked(21) == 42

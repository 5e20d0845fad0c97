"""Large batches at once: those over the same members do not run one after the other, and stay exact."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from uuid import UUID

import psycopg
import pytest
from django.db import connections

from bashgah.activities import cutting
from bashgah.activities.cutting import Interrupted
from bashgah.activities.services import settle
from bashgah.activities.types import Intake, Outcome, Settled
from bashgah.ground.types import SYSTEM
from bashgah.ledger.selectors import wallets_get
from bashgah.members.services import member_enrol
from bashgah.members.types import MemberInfo
from tests.activities.shop import Shop, open_shop
from tests.cast import LONG_AGO, NOW
from tests.races.hands import at_once

pytestmark = pytest.mark.django_db(transaction=True)
PARTS, EACH = 4, 100
WAITS = "datname = current_database() AND usename = current_user AND wait_event_type = 'Lock'"


@pytest.fixture(autouse=True)
def _begun_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first batch begins with the first part, the second with the last."""
    monkeypatch.setattr(cutting, "_beginnings", itertools.count())


@pytest.fixture
def shop() -> Shop:
    return open_shop()


@pytest.fixture
def members(shop: Shop) -> list[MemberInfo]:
    """One member for each part, in the order of the parts."""
    found: dict[int, MemberInfo] = {}
    mobiles = (f"0912000{i:04d}" for i in itertools.count())
    while len(found) < PARTS:
        one = member_enrol(club=shop.club, mobile=next(mobiles), channel="till", now=LONG_AGO)
        found.setdefault(one.id.int % PARTS, one)
    return [found[number] for number in range(PARTS)]


@pytest.fixture
def look(app_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(app_url, autocommit=True) as connection:
        yield connection


def bought(shop: Shop, members: list[MemberInfo], mark: str) -> list[Intake]:
    """A hundred purchases of one point for each member, by turns."""
    return [
        shop.purchase(f"{mark}-{n}", member=members[n % PARTS], amount=100_000) for n in range(PARTS * EACH)
    ]


def told(shop: Shop, facts: list[Intake]) -> list[Outcome]:
    return settle(facts, club=shop.club, actor=SYSTEM, now=NOW)


def started(act: Callable[[], object], got: list[object]) -> threading.Thread:
    def run() -> None:
        try:
            got.append(act())
        except Exception as error:
            got.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def until_waiting(look: psycopg.Connection, count: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        row = look.execute(f"SELECT count(*) FROM pg_stat_activity WHERE {WAITS}").fetchone()
        if row == (count,):
            return
        time.sleep(0.01)
    raise AssertionError(f"{count} should wait for a lock")


def activities(look: psycopg.Connection) -> int:
    row = look.execute("SELECT count(*) FROM activities_activity").fetchone()
    return int(row[0]) if row else 0


def points(shop: Shop, member: UUID) -> int:
    return wallets_get(shop.club, member, NOW)["points"].available


def lock(owner: psycopg.Connection, member: MemberInfo) -> None:
    owner.execute("SELECT FROM members_state WHERE member_id = %s FOR UPDATE", [member.id])


def test_two_batches_over_the_same_members_pass_each_other(
    shop: Shop, members: list[MemberInfo], owner_connection: psycopg.Connection, look: psycopg.Connection
) -> None:
    """Somebody holds a member of the third part: until then the first settles two parts, the second three."""
    got: list[object] = []
    with owner_connection.transaction():
        lock(owner_connection, members[2])
        one = started(lambda: told(shop, bought(shop, members, "A")), got)
        until_waiting(look, 1)
        assert activities(look) == 2 * EACH
        two = started(lambda: told(shop, bought(shop, members, "B")), got)
        until_waiting(look, 2)
        assert activities(look) == 5 * EACH
    one.join(60)
    two.join(60)
    assert all(isinstance(o, Settled) and not o.repeated for answers in got for o in answers), got  # type: ignore[attr-defined]
    assert [points(shop, member.id) for member in members] == [200, 200, 200, 200]


def test_the_same_references_in_two_batches_in_crossing_order_are_settled_once(
    shop: Shop, members: list[MemberInfo]
) -> None:
    facts = bought(shop, members, "A")
    one, two = at_once(2, lambda place: told(shop, facts if place == 0 else facts[::-1]))
    both = list(zip(one, two[::-1], strict=True))  # type: ignore[call-overload, index]
    assert all(isinstance(each, Settled) for pair in both for each in pair), both
    assert all(first.repeated != second.repeated for first, second in both)
    assert all(first.activity_id == second.activity_id for first, second in both)
    assert [points(shop, member.id) for member in members] == [100, 100, 100, 100]


def test_many_batches_over_the_same_members_wait_in_no_circle(shop: Shop, members: list[MemberInfo]) -> None:
    got = at_once(4, lambda place: told(shop, bought(shop, members, f"H{place}")))
    assert all(isinstance(o, Settled) and not o.repeated for answers in got for o in answers), got  # type: ignore[attr-defined]
    assert [points(shop, member.id) for member in members] == [400, 400, 400, 400]


def test_a_batch_that_is_interrupted_says_what_stands_and_can_be_told_again(
    shop: Shop, members: list[MemberInfo], owner_connection: psycopg.Connection, look: psycopg.Connection
) -> None:
    facts = bought(shop, members, "A")
    got: list[object] = []
    with owner_connection.transaction():
        lock(owner_connection, members[2])
        one = started(lambda: told(shop, facts), got)
        until_waiting(look, 1)
        look.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {WAITS}")
        one.join(60)
    (broken,) = got
    assert isinstance(broken, Interrupted)
    assert isinstance(broken.__cause__, psycopg.OperationalError)
    stands = [outcome is not None for outcome in broken.outcomes]
    assert stands == [True, True, False, False] * EACH
    assert activities(look) == 2 * EACH
    again = told(shop, facts)
    assert [isinstance(outcome, Settled) and outcome.repeated for outcome in again] == stands
    assert [points(shop, member.id) for member in members] == [100, 100, 100, 100]

"""What a merged membership bought comes back while its survivor buys: locks in two orders, settled once."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from uuid import UUID

import pytest
from django.db import connection

from bashgah.activities import settling
from bashgah.activities.services import settle
from bashgah.activities.types import Settled
from bashgah.clubs.types import ClubInfo
from bashgah.dealings.services import members_merge
from bashgah.ground.types import SYSTEM
from bashgah.ledger.selectors import wallets_get
from bashgah.members.types import LockedMember
from tests.activities.shop import open_shop
from tests.cast import NOW
from tests.races.hands import at_once

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype IN ('tuple', 'transactionid')"


def test_two_batches_that_wait_for_each_other_are_both_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first holds the merged member and wants the survivor, the second the other way round."""
    shop = open_shop()
    shop.buys("R-1", 300_000, member=shop.reza)
    shop.buys("R-2", 500_000, member=shop.reza)
    assert shop.sara.id < shop.reza.id
    members_merge(club=shop.club, survivor_id=shop.sara.id, merged_id=shop.reza.id, actor=SYSTEM, now=NOW)
    first_holds, crossed = threading.Event(), []
    lock = settling.members_lock

    def crossing(club: ClubInfo, ids: Iterable[UUID]) -> dict[UUID, LockedMember]:
        """Ask for the survivor only once the other batch holds it and waits for the merged member."""
        if not first_holds.is_set():
            first_holds.set()
            for _ in range(200):
                if waiting():
                    crossed.append("waits")
                    break
                threading.Event().wait(0.01)
        return lock(club, ids)

    monkeypatch.setattr(settling, "members_lock", crossing)

    def tells(place: int) -> list[object]:
        if place == 0:
            return settle([shop.returns("B-1", "R-1")], club=shop.club, actor=SYSTEM, now=NOW)
        assert first_holds.wait(10)
        facts = [shop.purchase("S-1", amount=200_000), shop.returns("B-2", "R-2")]
        return settle(facts, club=shop.club, actor=SYSTEM, now=NOW)

    (one,), (two, three) = at_once(2, tells)
    assert crossed == ["waits"]
    assert all(isinstance(each, Settled) for each in (one, two, three)), (one, two, three)
    assert wallets_get(shop.club, shop.sara.id, NOW)["points"].available == 2


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            WAITING + " AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
        )
        return int(cursor.fetchone()[0])

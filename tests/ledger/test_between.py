"""Units between two members: halves that meet, lots that keep their day, and an undo that restores them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import SYSTEM
from bashgah.kit.refusals import Refusal
from bashgah.ledger import merging, transferring
from bashgah.ledger.selectors import lots_open
from bashgah.ledger.verify import verify
from bashgah.members.services import members_lock
from tests.cast import NOW, Naderi, naderi
from tests.ledger.hand import Hand

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Two:
    """Sara and Reza, with what passes between them."""

    cast: Naderi
    sara: Hand
    reza: Hand

    @property
    def club(self) -> ClubInfo:
        return self.cast.club

    def gives(self, amount: int, *, now: datetime = NOW) -> UUID:
        """Sara gives Reza points."""
        transfer_id = uuid4()
        with transaction.atomic():
            locked = members_lock(self.club, [self.sara.member_id, self.reza.member_id])
            transferring.transfer_post(
                club=self.club,
                transfer=transferring.Transfer(
                    transfer_id, locked[self.sara.member_id], locked[self.reza.member_id], "points", amount
                ),
                actor=SYSTEM,
                now=now,
            )
        return transfer_id

    def undoes(self, transfer_id: UUID, *, now: datetime = NOW) -> None:
        """The transfer is undone."""
        with transaction.atomic():
            locked = members_lock(self.club, [self.sara.member_id, self.reza.member_id])
            transferring.transfer_reverse(
                club=self.club,
                transfer_id=transfer_id,
                undo_id=uuid4(),
                giver=locked[self.sara.member_id],
                receiver=locked[self.reza.member_id],
                actor=SYSTEM,
                reason="a mistake",
                now=now,
            )

    def merges(self, *, now: datetime = NOW) -> UUID:
        """Sara's units come under Reza."""
        merge_id = uuid4()
        with transaction.atomic():
            locked = members_lock(self.club, [self.sara.member_id, self.reza.member_id])
            merging.books_merge(
                club=self.club,
                merge_id=merge_id,
                survivor=locked[self.reza.member_id],
                merged=locked[self.sara.member_id],
                actor=SYSTEM,
                now=now,
            )
        return merge_id

    def parts(self, merge_id: UUID, *, now: datetime = NOW) -> None:
        """The merge is undone."""
        with transaction.atomic():
            locked = members_lock(self.club, [self.sara.member_id, self.reza.member_id])
            merging.books_part(
                club=self.club,
                merge_id=merge_id,
                undo_id=uuid4(),
                survivor=locked[self.reza.member_id],
                merged=locked[self.sara.member_id],
                made_at=NOW,
                actor=SYSTEM,
                now=now,
            )

    def balances(self, now: datetime = NOW) -> tuple[int, int]:
        """What Sara and Reza have available."""
        return self.sara.wallet(now).available, self.reza.wallet(now).available

    def lots(self, hand: Hand) -> list[tuple[int, datetime | None]]:
        """What is left of a member's lots, soonest expiring first."""
        return [(lot.remaining, lot.expires_at) for lot in lots_open(self.club, hand.member_id, "points")]


@pytest.fixture
def two() -> Two:
    cast = naderi()
    return Two(cast, Hand(cast.club, cast.sara.id), Hand(cast.club, cast.reza.id))


def test_a_gift_keeps_the_day_of_each_lot_it_comes_from(two: Two) -> None:
    two.sara.gives(10, now=NOW, expires_at=NOW + DAY)
    two.sara.gives(20, now=NOW, expires_at=NOW + 9 * DAY)
    two.gives(15)
    assert two.balances() == (15, 15)
    assert two.lots(two.reza) == [(10, NOW + DAY), (5, NOW + 9 * DAY)]
    assert two.balances(NOW + 2 * DAY) == (15, 5)


def test_nobody_gives_more_than_they_can_use(two: Two) -> None:
    two.sara.gives(10, now=NOW)
    two.sara.gives(50, now=NOW, available_from=NOW + DAY)
    two.sara.holds(4, now=NOW)
    with pytest.raises(Refusal) as refusal, transaction.atomic():
        two.gives(7)
    assert (refusal.value.code, refusal.value.extra["missing"]) == ("points_short", 1)


def test_an_undone_gift_returns_to_its_own_lots(two: Two) -> None:
    two.sara.gives(10, now=NOW, expires_at=NOW + DAY)
    two.sara.gives(20, now=NOW, expires_at=NOW + 9 * DAY)
    two.undoes(two.gives(15))
    assert two.lots(two.sara) == [(10, NOW + DAY), (20, NOW + 9 * DAY)]
    assert two.balances() == (30, 0)


def test_an_undone_gift_that_was_spent_is_owed(two: Two) -> None:
    two.sara.gives(20, now=NOW)
    given = two.gives(20)
    two.reza.captures(two.reza.holds(15, now=NOW), now=NOW)
    two.undoes(given)
    assert two.balances() == (20, -15)
    two.reza.gives(40, now=NOW)
    assert two.balances() == (20, 25)


def test_an_undone_gift_whose_day_passed_is_expired_for_both(two: Two) -> None:
    two.sara.gives(20, now=NOW, expires_at=NOW + DAY)
    given = two.gives(20)
    two.reza.gives(5, now=NOW)
    two.undoes(given, now=NOW + 2 * DAY)
    assert two.balances(NOW + 2 * DAY) == (0, 5)


def test_a_gift_repays_what_the_receiver_owes(two: Two) -> None:
    two.reza.gives(5, now=NOW)
    two.sara.gives(30, now=NOW)
    back = two.gives(20)
    two.reza.captures(two.reza.holds(25, now=NOW), now=NOW)
    two.undoes(back)
    assert two.balances() == (30, -20)
    two.gives(30)
    assert two.balances() == (0, 10)


def test_a_merge_brings_lots_pending_units_and_their_days(two: Two) -> None:
    two.sara.gives(10, now=NOW, expires_at=NOW + DAY)
    two.sara.gives(7, now=NOW, available_from=NOW + DAY, expires_at=NOW + 5 * DAY)
    two.reza.gives(1, now=NOW)
    two.merges()
    wallet = two.reza.wallet(NOW)
    assert (wallet.available, wallet.pending) == (11, 7)
    assert two.lots(two.reza) == [(10, NOW + DAY), (7, NOW + 5 * DAY), (1, None)]
    assert two.lots(two.sara) == []
    assert two.reza.wallet(NOW + 2 * DAY).available == 8


def test_a_merge_undone_restores_every_lot(two: Two) -> None:
    two.sara.gives(10, now=NOW, expires_at=NOW + 3 * DAY)
    two.sara.gives(7, now=NOW, available_from=NOW + DAY, expires_at=NOW + 5 * DAY)
    two.reza.gives(1, now=NOW)
    merge_id = two.merges()
    two.parts(merge_id, now=NOW + 2 * DAY)
    assert two.lots(two.sara) == [(10, NOW + 3 * DAY), (7, NOW + 5 * DAY)]
    assert two.balances(NOW + 2 * DAY) == (17, 1)


def test_a_merge_undone_after_spending_leaves_the_survivor_to_pay(two: Two) -> None:
    two.sara.gives(10, now=NOW, expires_at=NOW + 3 * DAY)
    two.reza.gives(4, now=NOW)
    merge_id = two.merges()
    two.reza.captures(two.reza.holds(12, now=NOW), now=NOW)
    two.parts(merge_id)
    assert two.balances() == (10, -8)


def test_units_on_hold_stop_a_merge(two: Two) -> None:
    two.sara.gives(10, now=NOW)
    two.sara.holds(3, now=NOW)
    with pytest.raises(Refusal) as refusal, transaction.atomic():
        two.merges()
    assert refusal.value.code == "holds_open"


def test_a_debt_comes_along_and_goes_back(two: Two) -> None:
    two.reza.gives(40, now=NOW, expires_at=NOW + DAY)
    merge_id = Two(two.cast, sara=_owing(two), reza=two.reza).merges()
    assert two.balances() == (0, 33)
    two.parts(merge_id)
    assert two.balances() == (-7, 40)
    assert two.lots(two.reza) == [(33, NOW + DAY), (7, None)]


def test_a_debt_taken_over_is_owed_again_after_the_undo(two: Two) -> None:
    two.sara.gives(10, now=NOW)
    given = two.gives(10)
    two.reza.captures(two.reza.holds(10, now=NOW), now=NOW)
    two.undoes(given)
    assert two.balances() == (10, -10)
    back = Two(two.cast, sara=two.reza, reza=two.sara)
    merge_id = back.merges()
    assert two.sara.wallet(NOW).available == 0
    back.parts(merge_id)
    assert two.balances() == (10, -10)


def _owing(two: Two) -> Hand:
    """Sara, who owes seven: she spent a gift that was taken back."""
    giver = Two(two.cast, sara=two.reza, reza=two.sara)
    two.reza.gives(7, now=NOW)
    given = giver.gives(7)
    two.sara.captures(two.sara.holds(7, now=NOW), now=NOW)
    giver.undoes(given)
    two.reza.captures(two.reza.holds(7, now=NOW), now=NOW)
    return two.sara


@pytest.mark.corrupts
def test_halves_that_differ_are_found(two: Two) -> None:
    two.sara.gives(10, now=NOW)
    two.gives(10)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_posting SELECT 3, NULL, NULL, 15, 1, NULL, member_id, gen_random_uuid(),"
            " entry_id, club_id, NULL, unit, rule FROM ledger_posting WHERE member_id = %s",
            [two.reza.member_id],
        )
    assert "transfer_halves_differ" in {finding.code for finding in verify()}

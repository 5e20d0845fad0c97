"""Lots are spent soonest-expiring first, held and given back exactly, matured and expired once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bashgah.kit.refusals import Refusal
from bashgah.ledger import selectors, services
from bashgah.ledger.types import Account, Cause, HoldState
from tests.cast import NOW, naderi
from tests.ledger.hand import Hand

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def sara() -> Hand:
    cast = naderi()
    return Hand(cast.club, cast.sara.id)


def left(sara: Hand) -> list[int]:
    """What is left of the open lots, in the order they are spent."""
    return [lot.remaining for lot in selectors.lots_open(sara.club, sara.member_id)]


def test_the_soonest_expiring_lot_is_spent_first_and_the_one_without_end_last(sara: Hand) -> None:
    sara.gives(30, now=NOW)
    sara.gives(20, now=NOW, expires_at=NOW + 20 * DAY)
    sara.gives(10, now=NOW, expires_at=NOW + 10 * DAY)
    assert left(sara) == [10, 20, 30]
    sara.captures(sara.holds(15, now=NOW), now=NOW)
    assert left(sara) == [15, 30]
    sara.captures(sara.holds(20, now=NOW), now=NOW)
    assert left(sara) == [25]


def test_a_hold_moves_units_aside_and_a_capture_spends_them(sara: Hand) -> None:
    sara.gives(30, now=NOW)
    hold = sara.holds(12, now=NOW)
    wallet = sara.wallet(NOW)
    assert (wallet.available, wallet.held) == (18, 12)
    assert sara.captures(hold, now=NOW).state is HoldState.CAPTURED
    assert sara.captures(hold, now=NOW).state is HoldState.CAPTURED
    wallet = sara.wallet(NOW)
    assert (wallet.available, wallet.held) == (18, 0)
    with pytest.raises(Refusal, match="hold_closed"):
        sara.releases(hold, now=NOW)


def test_a_release_restores_exactly_the_lots_it_took(sara: Hand) -> None:
    sara.gives(10, now=NOW, expires_at=NOW + 10 * DAY)
    sara.gives(20, now=NOW, expires_at=NOW + 20 * DAY)
    before = selectors.lots_open(sara.club, sara.member_id)
    hold = sara.holds(15, now=NOW)
    assert left(sara) == [15]
    sara.releases(hold, now=NOW)
    assert selectors.lots_open(sara.club, sara.member_id) == before
    assert sara.releases(hold, now=NOW).state is HoldState.RELEASED
    with pytest.raises(Refusal, match="hold_closed"):
        sara.captures(hold, now=NOW)


def test_units_whose_day_passes_while_they_are_held_expire_when_they_are_released(sara: Hand) -> None:
    sara.gives(10, now=NOW, expires_at=NOW + DAY)
    hold = sara.holds(4, now=NOW)
    assert sara.wallet(NOW + 2 * DAY).available == 0
    sara.releases(hold, now=NOW + 2 * DAY)
    wallet = sara.wallet(NOW + 2 * DAY)
    assert (wallet.available, wallet.held) == (0, 0)
    assert left(sara) == []


def test_too_few_points_are_refused_with_what_is_missing(sara: Hand) -> None:
    sara.gives(10, now=NOW)
    with pytest.raises(Refusal) as refused:
        sara.holds(14, now=NOW)
    assert refused.value.extra == {"missing": 4, "available": 10, "unit": "points"}
    with pytest.raises(Refusal, match="points_short"):
        Hand(sara.club, naderi_reza(sara)).holds(1, now=NOW)


def naderi_reza(sara: Hand) -> object:
    """Another member of the club, who has nothing."""
    from bashgah.members.selectors import member_list

    return next(m.id for m in member_list(sara.club).members if m.id != sara.member_id)


def test_a_read_after_the_day_counts_no_dead_lot_even_if_no_job_ran(sara: Hand) -> None:
    sara.gives(10, now=NOW, expires_at=NOW + DAY)
    sara.gives(5, now=NOW, available_from=NOW + 2 * DAY)
    assert [(w.available, w.pending) for w in (sara.wallet(NOW), sara.wallet(NOW + DAY))] == [(10, 5), (0, 5)]
    assert sara.wallet(NOW + 2 * DAY).available == 5
    with pytest.raises(Refusal, match="points_short"):
        sara.holds(1, now=NOW + DAY)


def test_dues_are_posted_once_however_often_they_are_run(sara: Hand) -> None:
    sara.gives(10, now=NOW, expires_at=NOW + DAY)
    sara.gives(5, now=NOW, available_from=NOW + DAY, expires_at=NOW + 3 * DAY)
    assert services.dues_run(club=sara.club, now=NOW + 2 * DAY) is None
    assert services.dues_run(club=sara.club, now=NOW + 2 * DAY) is None
    assert not sara.passes(NOW + 2 * DAY)
    rows = selectors.statement_list(sara.club, sara.member_id).rows
    assert sorted((row.cause, row.change, row.pending_change, row.occurred_at) for row in rows) == [
        (Cause.EXPIRY, -10, 0, NOW + DAY),
        (Cause.OPENING, 0, 5, NOW),
        (Cause.OPENING, 10, 0, NOW),
        (Cause.MATURITY, 5, -5, NOW + DAY),
    ]


def test_a_long_absence_posts_maturity_and_expiry_in_their_order(sara: Hand) -> None:
    sara.gives(5, now=NOW, available_from=NOW + DAY, expires_at=NOW + 3 * DAY)
    assert sara.passes(NOW + 30 * DAY)
    rows = selectors.statement_list(sara.club, sara.member_id).rows
    assert [(row.cause, row.occurred_at) for row in rows] == [
        (Cause.EXPIRY, NOW + 3 * DAY),
        (Cause.MATURITY, NOW + DAY),
        (Cause.OPENING, NOW),
    ]
    assert sara.wallet(NOW + 30 * DAY).available == 0


def test_holds_past_their_time_are_released_by_the_job(sara: Hand) -> None:
    sara.gives(10, now=NOW)
    sara.holds(4, now=NOW, minutes=10)
    sara.holds(3, now=NOW, minutes=60)
    assert services.holds_due_release(now=NOW + timedelta(minutes=11)) == 1
    wallet = sara.wallet(NOW)
    assert (wallet.available, wallet.held) == (7, 3)
    assert services.holds_due_release(now=NOW + timedelta(minutes=11)) == 0


def test_an_adjustment_needs_a_reason_and_keeps_to_its_authors_limit(sara: Hand) -> None:
    sara.adjusts(100, now=NOW)
    sara.adjusts(-30, now=NOW, limit=30)
    assert sara.wallet(NOW).available == 70
    for amount, reason, limit, code in (
        (10, "  ", None, "reason_missing"),
        (0, "why", None, "amount_invalid"),
        (31, "why", 30, "adjustment_over_limit"),
        (-71, "why", None, "points_short"),
    ):
        with pytest.raises(Refusal, match=code):
            sara.adjusts(amount, now=NOW, reason=reason, limit=limit)
    totals = {total.account: (total.given, total.taken) for total in selectors.program_totals(sara.club)}
    assert totals == {Account.ADJUSTED: (100, 30)}


def test_what_expires_soon_is_summed_by_instant(sara: Hand) -> None:
    sara.gives(10, now=NOW, expires_at=NOW + 5 * DAY)
    sara.gives(20, now=NOW, expires_at=NOW + 5 * DAY)
    sara.gives(30, now=NOW, expires_at=NOW + 50 * DAY)
    found = selectors.expiring(sara.club, sara.member_id, NOW + 30 * DAY, NOW)
    assert [(each.amount, each.expires_at) for each in found] == [(30, NOW + 5 * DAY)]


def test_the_statement_comes_in_pages_and_names_causes(sara: Hand) -> None:
    for amount in (1, 2, 3):
        sara.gives(amount, now=NOW)
    first = selectors.statement_list(sara.club, sara.member_id, limit=2)
    rest = selectors.statement_list(sara.club, sara.member_id, cursor=first.next_cursor, limit=2)
    assert [row.change for row in (*first.rows, *rest.rows)] == [3, 2, 1]
    assert rest.next_cursor is None

"""Wallets lapse by inactivity, pending units wait for a yes: at the instant, once, for reads and writes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from bashgah.ground.types import SYSTEM
from bashgah.kit.refusals import Refusal
from bashgah.ledger import confirming, reading, selectors, services
from bashgah.ledger.types import Account, Cause, WalletKind
from tests.cast import NOW, naderi
from tests.ledger.hand import Hand

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def sara() -> Hand:
    cast = naderi()
    return Hand(cast.club, cast.sara.id)


def given(
    sara: Hand,
    amount: int,
    *,
    now: datetime = NOW,
    lapses_at: datetime | None = None,
    confirm_by: datetime | None = None,
    expires_at: datetime | None = None,
    available_from: datetime | None = None,
) -> UUID:
    """Credit one lot with these terms; return its entry's id."""
    with transaction.atomic():
        lot_id = services.credit_post(
            club=sara.club,
            locked=sara.locked(),
            unit="points",
            kind=WalletKind.POINTS,
            amount=amount,
            cause=Cause.OPENING,
            cause_id=uuid4(),
            lapses_at=lapses_at,
            confirm_by=confirm_by,
            expires_at=expires_at,
            available_from=available_from,
            now=now,
        )
    rows = selectors.statement_list(sara.club, sara.member_id).rows
    return next(row.entry_id for row in rows if row.posting_id == lot_id)


def confirms(sara: Hand, entry_id: UUID, *, now: datetime) -> int:
    with transaction.atomic():
        return confirming.pending_confirm(
            club=sara.club, locked=sara.locked(), entry_id=entry_id, actor=SYSTEM, now=now
        )


def cancels(sara: Hand, entry_id: UUID, *, now: datetime) -> int:
    with transaction.atomic():
        return confirming.pending_cancel(
            club=sara.club, locked=sara.locked(), entry_id=entry_id, actor=SYSTEM, now=now
        )


def stays_active(sara: Hand, until: datetime | None, *, now: datetime) -> None:
    """What a settlement does after an activity."""
    with transaction.atomic():
        sara.locked()
        book = reading.book_load(sara.member_id, sara.club.id, reading.local_date(sara.club.timezone))
        book.dues(now)
        book.keep_alive("points", until)
        services._keep(book)


def figures(sara: Hand, at: datetime) -> tuple[int, int]:
    wallet = sara.wallet(at)
    return wallet.available, wallet.pending


def test_everything_in_a_wallet_lapses_at_the_instant_and_not_before(sara: Hand) -> None:
    lapse = NOW + 10 * DAY
    given(sara, 30, lapses_at=lapse)
    given(sara, 12, available_from=NOW + 20 * DAY)
    assert figures(sara, lapse - INSTANT) == (30, 12)
    assert figures(sara, lapse) == (0, 0)
    assert not sara.passes(lapse - INSTANT)
    assert sara.passes(lapse)
    assert not sara.passes(lapse + DAY)
    rows = selectors.statement_list(sara.club, sara.member_id).rows
    expired = [row for row in rows if row.credit is Account.EXPIRED]
    assert [(row.amount, row.debit, row.reason, row.occurred_at) for row in expired] == [
        (12, Account.PENDING, "inactivity", lapse),
        (30, Account.AVAILABLE, "inactivity", lapse),
    ]


def test_an_activity_moves_the_lapse_of_all_lots_without_touching_one(sara: Hand) -> None:
    given(sara, 30, lapses_at=NOW + 10 * DAY)
    given(sara, 5)
    before = selectors.lots_open(sara.club, sara.member_id)
    stays_active(sara, NOW + 15 * DAY, now=NOW + 5 * DAY)
    assert selectors.lots_open(sara.club, sara.member_id) == before
    assert figures(sara, NOW + 15 * DAY - INSTANT) == (35, 0)
    assert figures(sara, NOW + 15 * DAY) == (0, 0)


def test_an_activity_that_arrives_late_shortens_nothing(sara: Hand) -> None:
    given(sara, 30, lapses_at=NOW + 10 * DAY)
    stays_active(sara, NOW + 4 * DAY, now=NOW)
    assert figures(sara, NOW + 9 * DAY) == (30, 0)


def test_without_the_term_a_wallet_lives_on(sara: Hand) -> None:
    given(sara, 30, lapses_at=NOW + 10 * DAY)
    stays_active(sara, None, now=NOW)
    assert figures(sara, NOW + 999 * DAY) == (30, 0)


def test_a_lots_own_date_comes_before_the_lapse(sara: Hand) -> None:
    given(sara, 30, lapses_at=NOW + 10 * DAY, expires_at=NOW + 3 * DAY)
    given(sara, 7, expires_at=NOW + 30 * DAY)
    assert [
        (e.amount, e.expires_at) for e in selectors.expiring(sara.club, sara.member_id, NOW + 99 * DAY, NOW)
    ] == [
        (30, NOW + 3 * DAY),
        (7, NOW + 10 * DAY),
    ]
    sara.passes(NOW + 10 * DAY)
    rows = selectors.statement_list(sara.club, sara.member_id).rows
    assert [(r.amount, r.reason) for r in rows if r.credit is Account.EXPIRED] == [
        (7, "inactivity"),
        (30, ""),
    ]


def test_units_given_to_a_lapsed_wallet_do_not_die_of_the_past(sara: Hand) -> None:
    given(sara, 30, lapses_at=NOW + 10 * DAY)
    given(sara, 8, now=NOW + 11 * DAY)
    assert figures(sara, NOW + 500 * DAY) == (8, 0)


def test_units_held_over_the_lapse_expire_when_they_are_released(sara: Hand) -> None:
    given(sara, 30, lapses_at=NOW + 10 * DAY)
    hold = sara.holds(20, now=NOW, minutes=60 * 24 * 30)
    sara.passes(NOW + 10 * DAY)
    assert figures(sara, NOW + 10 * DAY) == (0, 0)
    sara.releases(hold, now=NOW + 11 * DAY)
    assert figures(sara, NOW + 11 * DAY) == (0, 0)


def test_units_held_over_the_lapse_live_when_the_member_came_back_before_the_release(sara: Hand) -> None:
    given(sara, 30, lapses_at=NOW + 10 * DAY)
    hold = sara.holds(20, now=NOW, minutes=60 * 24 * 30)
    stays_active(sara, NOW + 40 * DAY, now=NOW + 11 * DAY)
    sara.releases(hold, now=NOW + 12 * DAY)
    assert figures(sara, NOW + 12 * DAY) == (20, 0)


def test_pending_units_wait_for_their_confirmation_once(sara: Hand) -> None:
    entry = given(sara, 30, confirm_by=NOW + 10 * DAY, expires_at=NOW + 60 * DAY)
    assert figures(sara, NOW + 5 * DAY) == (0, 30)
    assert confirms(sara, entry, now=NOW + 5 * DAY) == 30
    assert figures(sara, NOW + 10 * DAY) == (30, 0)
    assert figures(sara, NOW + 60 * DAY) == (0, 0)
    with pytest.raises(Refusal, match="nothing_pending"):
        confirms(sara, entry, now=NOW + 6 * DAY)


def test_what_nobody_confirms_in_time_is_cancelled_at_the_instant(sara: Hand) -> None:
    limit = NOW + 10 * DAY
    entry = given(sara, 30, confirm_by=limit)
    assert figures(sara, limit - INSTANT) == (0, 30)
    assert figures(sara, limit) == (0, 0)
    with pytest.raises(Refusal, match="nothing_pending"):
        confirms(sara, entry, now=limit)
    assert sara.passes(limit)
    row = selectors.statement_list(sara.club, sara.member_id).rows[0]
    assert (row.cause, row.reason, row.pending_change, row.occurred_at) == (
        Cause.CONFIRMATION,
        "unconfirmed",
        -30,
        limit,
    )


def test_units_that_would_open_by_themselves_open_earlier_by_a_confirmation(sara: Hand) -> None:
    entry = given(sara, 30, available_from=NOW + 10 * DAY, expires_at=NOW + 20 * DAY)
    assert confirms(sara, entry, now=NOW + 2 * DAY) == 30
    assert figures(sara, NOW + 2 * DAY) == (30, 0)
    assert not sara.passes(NOW + 10 * DAY)
    assert sara.passes(NOW + 20 * DAY)


def test_a_cancellation_takes_back_what_waits_and_nothing_else(sara: Hand) -> None:
    given(sara, 4)
    entry = given(sara, 30, confirm_by=NOW + 10 * DAY)
    assert cancels(sara, entry, now=NOW + DAY) == 30
    assert figures(sara, NOW + DAY) == (4, 0)
    assert sara.wallet(NOW + DAY).earned_ever == 4
    with pytest.raises(Refusal, match="nothing_pending"):
        cancels(sara, entry, now=NOW + DAY)


def test_a_lapse_in_a_zone_with_summer_time_is_still_one_instant(sara: Hand) -> None:
    lapse = datetime(2027, 3, 27, 23, 30, tzinfo=UTC)
    given(sara, 9, lapses_at=lapse)
    assert (figures(sara, lapse - INSTANT), figures(sara, lapse)) == ((9, 0), (0, 0))

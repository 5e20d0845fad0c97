"""Many hands on one balance and one reference; each race has a canary that shows it without its guard."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bashgah.activities.services import settle_one
from bashgah.activities.types import Settled
from bashgah.ground.types import SYSTEM
from bashgah.kit.refusals import Refusal
from bashgah.ledger import services
from bashgah.ledger.types import HoldState
from tests.activities.shop import Shop, open_shop
from tests.cast import NOW
from tests.ledger.hand import Hand
from tests.races.hands import at_once

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 8


@pytest.fixture
def shop() -> Shop:
    return open_shop()


@pytest.fixture
def sara(shop: Shop) -> Hand:
    return Hand(shop.club, shop.sara.id)


def test_one_reference_told_by_many_tills_at_once_earns_once(shop: Shop, sara: Hand) -> None:
    told = shop.purchase("A-1", amount=500_000)
    got = at_once(HANDS, lambda _n: settle_one(told, club=shop.club, actor=SYSTEM, now=NOW))
    answers = [answer for answer in got if isinstance(answer, Settled)]
    assert len(answers) == HANDS
    assert sorted(answer.repeated for answer in answers) == [False] + [True] * (HANDS - 1)
    assert len({(answer.activity_id, answer.balances) for answer in answers}) == 1
    assert sara.wallet(NOW).available == 5


def test_other_bodies_under_one_reference_at_once_leave_one_winner(shop: Shop, sara: Hand) -> None:
    got = at_once(
        HANDS,
        lambda n: settle_one(
            shop.purchase("A-1", amount=100_000 * (n + 1)), club=shop.club, actor=SYSTEM, now=NOW
        ),
    )
    won = [answer for answer in got if isinstance(answer, Settled)]
    lost = [answer.code for answer in got if isinstance(answer, Refusal)]
    assert (len(won), lost) == (1, ["reference_reused"] * (HANDS - 1))
    assert sara.wallet(NOW).available == won[0].points_of("points")


def test_one_reference_for_two_members_at_once_leaves_one_winner(shop: Shop) -> None:
    people = [shop.sara, shop.reza] * (HANDS // 2)
    got = at_once(
        HANDS,
        lambda n: settle_one(
            shop.purchase("A-1", amount=500_000, member=people[n]), club=shop.club, actor=SYSTEM, now=NOW
        ),
    )
    winners = {answer.member_id for answer in got if isinstance(answer, Settled)}
    codes = {answer.code for answer in got if isinstance(answer, Refusal)}
    assert (len(winners), codes) == (1, {"reference_reused"})
    points = [Hand(shop.club, member.id).wallet(NOW).available for member in (shop.sara, shop.reza)]
    assert sorted(points) == [0, 5]


def test_the_first_purchases_of_a_new_member_at_once_all_count(shop: Shop, sara: Hand) -> None:
    got = at_once(
        HANDS,
        lambda n: settle_one(shop.purchase(f"A-{n}", amount=100_000), club=shop.club, actor=SYSTEM, now=NOW),
    )
    assert all(isinstance(answer, Settled) for answer in got)
    assert sorted(answer.balances[0].available for answer in got if isinstance(answer, Settled)) == list(
        range(1, HANDS + 1)
    )
    assert sara.wallet(NOW).available == HANDS


def test_two_spends_of_one_balance_never_exceed_it(sara: Hand) -> None:
    sara.gives(50, now=NOW)
    got = at_once(HANDS, lambda _n: sara.holds(10, now=NOW))
    codes = [answer.code for answer in got if isinstance(answer, Refusal)]
    assert codes == ["points_short"] * (HANDS - 5)
    wallet = sara.wallet(NOW)
    assert (wallet.available, wallet.held) == (0, 50)


def test_a_hold_is_captured_or_released_never_both(sara: Hand) -> None:
    sara.gives(50, now=NOW)
    hold = sara.holds(30, now=NOW)
    acts = (sara.captures, sara.releases)
    got = at_once(HANDS, lambda n: acts[n % 2](hold, now=NOW).state)
    states = {answer for answer in got if isinstance(answer, HoldState)}
    codes = {answer.code for answer in got if isinstance(answer, Refusal)}
    assert (len(states), codes) == (1, {"hold_closed"})
    wallet = sara.wallet(NOW)
    assert (wallet.available, wallet.held) == ((20, 0) if states == {HoldState.CAPTURED} else (50, 0))


def test_expiry_and_holds_share_a_lot_without_a_unit_too_many(shop: Shop, sara: Hand) -> None:
    dusk = NOW + timedelta(hours=1)
    sara.gives(20, now=NOW, expires_at=dusk)
    sara.gives(30, now=NOW)

    def act(n: int) -> object:
        return services.dues_run(club=shop.club, now=dusk) if n % 2 else sara.holds(10, now=dusk)

    got = at_once(HANDS, act)
    assert [
        answer for answer in got if isinstance(answer, Exception) and not isinstance(answer, Refusal)
    ] == []
    wallet = sara.wallet(dusk)
    assert (wallet.available, wallet.held) == (0, 30)


def test_a_return_and_spends_at_once_leave_exact_books(shop: Shop, sara: Hand) -> None:
    shop.buys("A-1", 4_000_000)

    def act(n: int) -> object:
        if n % 2:
            return sara.holds(10, now=NOW)
        return settle_one(shop.returns("R-1", "A-1"), club=shop.club, actor=SYSTEM, now=NOW)

    got = at_once(HANDS, act)
    held = sum(10 for answer in got if not isinstance(answer, Exception | Settled))
    wallet = sara.wallet(NOW)
    assert (wallet.available, wallet.held) == (-held, held)

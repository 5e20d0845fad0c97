"""Facts are settled once, in order, and never at a neighbour's cost."""

from __future__ import annotations

import pytest

from tests.activities.shop import Shop, line, open_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def test_a_purchase_earns_points_and_status_and_says_why(shop: Shop) -> None:
    answer = shop.tell(shop.purchase("A-1", line("milk", 250_000), line("rice", 480_000)))

    assert answer.points_of("points") == 7
    assert answer.points_of("status") == 7
    assert [(b.wallet, b.available, b.pending) for b in answer.balances] == [
        ("points", 7, 0),
        ("status", 7, 0),
        ("credit", 0, 0),
    ]
    assert answer.tiers == (("club", "plain"),)
    assert [outcome.rule for outcome in answer.reasons] == ["base"]
    assert not answer.repeated

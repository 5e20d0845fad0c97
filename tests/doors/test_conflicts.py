"""A request that the database ended to let another pass is answered as if nobody had been in its way."""

from __future__ import annotations

import pytest

from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.rewards.services import stock_set
from tests.cast import NOW
from tests.doors.test_redeeming import points, sara, wish  # noqa: F401 a fixture
from tests.races.crossing import crossed

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_redemption_ended_for_another_is_made_once(pos, naderi, sara, app_url) -> None:  # noqa: F811
    stock_set(club=naderi.club, reward="discount_50k", remaining=5, actor=SYSTEM, now=NOW)
    before = points(pos, sara)["available"]
    held = "SELECT 1 FROM rewards_stock FOR UPDATE"
    answer = crossed(app_url, held, ids.parse("member", sara), lambda: pos.post("/redemptions", wish(sara)))
    assert (answer.status_code, answer.json()["state"]) == (201, "captured")
    assert points(pos, sara)["available"] == before - 500

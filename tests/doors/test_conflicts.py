"""A request that the database ended to let another pass is answered as if nobody had been in its way."""

from __future__ import annotations

import re

import pytest

from bashgah.clubs.services import settings_set
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.messaging import sending
from bashgah.messaging.selectors import trial_messages
from bashgah.rewards.services import stock_set
from tests.cast import NOW
from tests.doors.test_dealings import available, gift, pair  # noqa: F401 a fixture
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


def test_a_givers_code_is_good_once_though_another_was_in_the_way(pos, naderi, pair, app_url) -> None:  # noqa: F811
    settings_set(club=naderi.club, changes={"redeem_consent": "always"}, now=NOW)
    made = pos.post("/transfers", gift(pair)).json()
    asked = pos.post(f"/transfers/{made['id']}/code", {}).json()["request_id"]
    sending.messages_send(now=clock.now())
    code = re.search(r"(?<!\d)(\d{6})(?!\d)", trial_messages(naderi.club)[0].body)
    assert code is not None
    answer = crossed(
        app_url,
        "SELECT 1 FROM ledger_wallet FOR UPDATE",
        naderi.sara.id,
        lambda: pos.post(f"/transfers/{made['id']}/confirm", {"request_id": asked, "code": code[1]}),
    )
    assert (answer.status_code, answer.json().get("state")) == (200, "done")
    assert available(pos, pair[1]) == 100
    wasted = pos.post(f"/transfers/{made['id']}/confirm", {"request_id": asked, "code": code[1]})
    assert (wasted.status_code, wasted.json()["repeated"]) == (200, True)

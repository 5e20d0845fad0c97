"""Rewards in a recomputation by the API and on the console: shown, put right, counted in a run."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from bashgah.access.models import Staff
from bashgah.access.services import role_grant
from bashgah.activities.recomputing_many import recompute_run
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.kit.text import Texts
from bashgah.rewards.services import reward_save
from tests.activities.shop import Shop, line
from tests.activities.test_granting import TEN, gives, shop_of
from tests.cast import LONG_AGO
from tests.doors.conftest import Integrator, key_for

pytestmark = pytest.mark.django_db(transaction=True)
MILLION = 1_000_000


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    """A-2 of yesterday was told before A-1 of the day before, and got the first purchase's coupon."""
    made = shop_of(gives("gift", TEN, when={"field": "history.purchases", "op": "eq", "value": 0}))
    now = clock.now()
    reward_save(club=made.club, key="ten", name=Texts("ده درصد", "Ten percent"), actor=SYSTEM, now=now)
    for reference, days in (("A-2", 1), ("A-1", 2)):
        at = now - timedelta(days=days)
        made.tell(made.purchase(reference, line("egg", MILLION), at=at), now=now)
    return made


def test_the_api_shows_rewards_apart_from_units_and_puts_them_right(door, shop: Shop) -> None:
    pos = Integrator(door, key_for(shop.club))
    sara = ids.public("member", shop.sara.id)
    since = (clock.now() - timedelta(days=10)).date().isoformat()
    seen = pos.post(f"/members/{sara}/recompute", {"since": since}).json()
    assert (seen["changes"], seen["differences"]) == ([], [])
    assert seen["reward_changes"] == [{"reward": "ten", "copies": 0}]
    told = [
        (row["reference"], row["reward"], row["rule"], row["given"], row["due"], row["used"], row["change"])
        for row in seen["reward_differences"]
    ]
    assert told == [("A-1", "ten", "gift", 0, 1, 0, 1), ("A-2", "ten", "gift", 1, 0, 0, -1)]
    assert seen["reward_differences"][0]["reasons"]
    begun = pos.post("/recomputes", {"since": since}).json()
    recompute_run(club=shop.club, id=ids.parse("activity", begun["id"]), now=clock.now())
    run = pos.get(f"/recomputes/{begun['id']}").json()
    assert (run["differing"], run["changes"]) == (1, [])
    assert run["reward_changes"] == [{"reward": "ten", "copies": 0}]
    done = pos.post(f"/members/{sara}/recompute", {"since": since, "apply": True}).json()
    assert done["reward_differences"] == seen["reward_differences"]
    rows = pos.get(f"/members/{sara}/grants").json()["grants"]
    assert [row["state"] for row in rows] == ["due", "withdrawn"]
    again = pos.post(f"/members/{sara}/recompute", {"since": since, "apply": True}).json()
    assert (again["reward_differences"], again["reward_changes"]) == ([], [])


def test_the_console_shows_them_with_their_names_and_reasons(shop: Shop) -> None:
    staff = Staff.objects.create_user("mina@naderi.example", name="Mina")
    role_grant(club=shop.club, staff_id=staff.id, role="owner", actor=SYSTEM, now=LONG_AGO)
    client = Client()
    client.force_login(staff)
    client.cookies["bashgah_language"] = "fa"
    path = f"/console/members/{ids.public('member', shop.sara.id)}/recompute/"
    page = client.post(path, {"step": "show"}).content.decode()
    assert page.count("ده درصد") >= 3
    assert "A-1" in page
    assert client.post(path, {"step": "apply"}).status_code == 302
    assert "A-1" not in client.post(path, {"step": "show"}).content.decode()

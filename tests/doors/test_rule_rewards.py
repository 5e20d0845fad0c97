"""Rewards of rules through the API: what waits and why, page by page, and issuing it after all."""

from __future__ import annotations

import pytest

from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.kit.text import Texts
from bashgah.ledger.verify import verify
from bashgah.rewards import services as rewards
from bashgah.rewards.selectors import reward_list
from tests.activities.shop import Shop, open_shop
from tests.activities.test_granting import REWARDS, TEN, delivered, gives
from tests.doors.conftest import Integrator, key_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    """A shop whose purchases give a coupon of which none is left."""
    made = open_shop(rules=[gives("gift", TEN)], document={"rewards": REWARDS})
    rewards.reward_save(
        club=made.club, key="ten", name=Texts("ده درصد", "Ten percent"), actor=SYSTEM, now=clock.now()
    )
    stock(made, 0)
    return made


@pytest.fixture
def pos(door, shop: Shop) -> Integrator:
    return Integrator(door, key_for(shop.club))


def stock(shop: Shop, remaining: int) -> None:
    rewards.stock_set(club=shop.club, reward="ten", remaining=remaining, actor=SYSTEM, now=clock.now())


def bought(shop: Shop, *references: str, member=None) -> list[str]:
    """Buy, let the worker find nothing to issue, and return what the activities are called."""
    told = [shop.buys(reference, 250_000, member=member) for reference in references]
    delivered()
    return [ids.public("activity", each.activity_id) for each in told]


def test_what_could_not_be_issued_is_listed_with_the_reason_oldest_first(pos, shop: Shop) -> None:
    first, second, third = bought(shop, "A-1", "A-2", "A-3")
    page = pos.get("/grants?limit=2").json()
    assert [row["activity_id"] for row in page["grants"]] == [first, second]
    row = page["grants"][0]
    assert (row["reward"], row["rule"], row["state"], row["reason"]) == (
        "ten", "gift", "aside", "reward_out_of_stock",
    )  # fmt: skip
    assert (row["why"], row["redemption_id"], row["closed_at"]) == (
        "None of this reward is left.",
        None,
        None,
    )
    assert row["name"] == {"fa": "ده درصد", "en": "Ten percent"}
    rest = pos.get(f"/grants?limit=2&cursor={page['next_cursor']}").json()
    assert [row["activity_id"] for row in rest["grants"]] == [third]
    assert rest["next_cursor"] is None
    pos.lang = "fa"
    assert pos.get("/grants").json()["grants"][0]["why"] == "موجودی این پاداش تمام شده است."
    assert pos.get("/grants?state=due").json()["grants"] == []
    assert pos.get("/grants?reward=tea").json()["grants"] == []
    assert len(pos.get("/grants?reward=ten").json()["grants"]) == 3


def test_a_member_has_a_list_of_their_own_whatever_became_of_each(pos, shop: Shop) -> None:
    bought(shop, "A-1")
    stock(shop, 1)
    bought(shop, "A-2")
    stock(shop, 1)
    bought(shop, "B-1", member=shop.reza)
    sara = ids.public("member", shop.sara.id)
    rows = pos.get(f"/members/{sara}/grants").json()["grants"]
    assert [row["state"] for row in rows] == ["issued", "aside"]
    assert rows[0]["redemption_id"].startswith("rdm_")
    page = pos.get(f"/members/{sara}/grants?limit=1").json()
    assert [row["state"] for row in page["grants"]] == ["issued"]
    more = pos.get(f"/members/{sara}/grants?limit=1&cursor={page['next_cursor']}").json()
    assert ([row["state"] for row in more["grants"]], more["next_cursor"]) == (["aside"], None)
    assert pos.get(f"/grants/{rows[0]['id']}").json() == rows[0]


def test_retrying_issues_it_once_and_says_what_still_stands_against_it(pos, shop: Shop) -> None:
    bought(shop, "A-1")
    path = f"/grants/{pos.get('/grants').json()['grants'][0]['id']}"
    still = pos.post(f"{path}/retry", {})
    assert (still.status_code, still.json()["state"], still.json()["reason"]) == (
        200, "aside", "reward_out_of_stock",
    )  # fmt: skip
    stock(shop, 5)
    done = pos.post(f"{path}/retry", {}, Idempotency_Key="retry-1")
    assert (done.status_code, done.json()["state"], done.json()["why"]) == (200, "issued", "")
    again = pos.post(f"{path}/retry", {}, Idempotency_Key="retry-1")
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (done.json(), "true")
    once_more = pos.post(f"{path}/retry", {}).json()
    assert (once_more["state"], once_more["redemption_id"]) == ("issued", done.json()["redemption_id"])
    sara = ids.public("member", shop.sara.id)
    assert len(pos.get(f"/members/{sara}/coupons").json()["coupons"]) == 1
    assert pos.get("/grants").json()["grants"] == []
    assert list(verify(shop.club.id)) == []


def test_many_at_once_issue_it_once(pos, shop: Shop) -> None:
    bought(shop, "A-1")
    path = f"/grants/{pos.get('/grants').json()['grants'][0]['id']}/retry"
    stock(shop, 5)
    assert {answer.json()["state"] for answer in pos.post_together(path, [{}] * 6)} == {"issued"}
    assert rewards_left(shop) == 4


def rewards_left(shop: Shop) -> int | None:
    return next(info.stock for info in reward_list(shop.club) if info.key == "ten")


def test_reading_and_retrying_need_their_scopes(door, pos, shop: Shop) -> None:
    bought(shop, "A-1")
    row = pos.get("/grants").json()["grants"][0]
    reader = Integrator(door, key_for(shop.club, "redemptions.read"))
    assert reader.get("/grants").json()["grants"] == [row]
    refused = reader.post(f"/grants/{row['id']}/retry", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert Integrator(door, key_for(shop.club, "rewards.read")).get("/grants").status_code == 403


def test_what_makes_no_sense_is_refused(pos, shop: Shop) -> None:
    for path, status, code in (
        ("/grants?cursor=x", 422, "cursor_invalid"),
        ("/grants?state=lost", 422, "invalid"),
        ("/grants/grt_00000000000000000000000000", 404, "grant_not_found"),
        ("/grants/x", 404, "id_invalid"),
    ):
        answer = pos.get(path)
        assert (answer.status_code, answer.json()["code"]) == (status, code), path


def test_another_club_sees_nothing_of_it(pos, stranger, shop: Shop) -> None:
    bought(shop, "A-1")
    path = f"/grants/{pos.get('/grants').json()['grants'][0]['id']}"
    assert stranger.get("/grants").json()["grants"] == []
    assert stranger.get(path).status_code == 404
    assert stranger.post(f"{path}/retry", {}).status_code == 404

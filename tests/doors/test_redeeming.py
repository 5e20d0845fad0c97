"""Rewards through the API: offers with every reason, redemption in steps, coupons, tiers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bashgah.clubs.services import settings_set
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.kit.text import Texts
from bashgah.ledger.verify import verify
from bashgah.members.selectors import member_qr_token
from bashgah.rewards.services import reward_save, stock_set
from tests.doors.test_intake import purchase

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sara(pos, naderi) -> str:
    """Sara with more than a thousand points."""
    for key in ("discount_50k", "store_credit_50k"):
        reward_save(
            club=naderi.club,
            key=key,
            name=Texts("پاداش", "Reward"),
            actor=SYSTEM,
            now=datetime.now(UTC),
        )
    answer = pos.post("/activities", purchase("P-1", amounts={"gross": 150_000_000}))
    assert answer.status_code == 201, answer.text
    return ids.public("member", naderi.sara.id)


def wish(sara: str, reference: str = "D-1", **more: Any) -> dict[str, Any]:
    return {"member_id": sara, "reward": "discount_50k", "source": "pos", "reference": reference} | more


def points(pos, sara: str) -> dict[str, int]:
    wallets = pos.get(f"/members/{sara}/wallets").json()["wallets"]
    return next(wallet for wallet in wallets if wallet["wallet"] == "points")


def test_a_member_sees_what_they_can_have_and_every_reason_why_not(pos, naderi, sara) -> None:
    offers = {offer["key"]: offer for offer in pos.get(f"/members/{sara}/rewards").json()["offers"]}
    assert offers["discount_50k"]["can_have"] is True
    assert offers["discount_50k"]["reasons"] == []
    reza = ids.public("member", naderi.reza.id)
    poor = {offer["key"]: offer for offer in pos.get(f"/members/{reza}/rewards").json()["offers"]}
    assert poor["discount_50k"]["can_have"] is False
    assert poor["discount_50k"]["missing"] == 500
    assert poor["discount_50k"]["reasons"]
    pos.lang = "fa"
    persian = {offer["key"]: offer for offer in pos.get(f"/members/{reza}/rewards").json()["offers"]}
    assert persian["discount_50k"]["reasons"] != poor["discount_50k"]["reasons"]


def test_a_reward_is_redeemed_once_for_a_reference(pos, naderi, sara) -> None:
    before = points(pos, sara)["available"]
    made = pos.post("/redemptions", wish(sara, branch="101"))
    assert made.status_code == 201, made.text
    said = made.json()
    assert (said["state"], said["awaits_yes"], said["price"]) == ("captured", False, 500)
    assert said["coupon"]["code"]
    again = pos.post("/redemptions", wish(sara, branch="101"))
    assert (again.status_code, again.json()["id"], again.json()["repeated"]) == (200, said["id"], True)
    assert points(pos, sara)["available"] == before - 500
    other = pos.post("/redemptions", wish(sara, reward="store_credit_50k"))
    assert (other.status_code, other.json()["code"]) == (409, "reference_reused")
    (listed,) = pos.get(f"/members/{sara}/redemptions").json()["redemptions"]
    assert listed["id"] == said["id"]
    (coupon,) = pos.get(f"/members/{sara}/coupons").json()["coupons"]
    assert (coupon["state"], coupon["code"], coupon["code_end"]) == (
        "issued",
        "",
        said["coupon"]["code_end"],
    )
    assert list(verify(naderi.club.id)) == []


def test_a_coupon_is_used_once(pos, sara) -> None:
    code = pos.post("/redemptions", wish(sara)).json()["coupon"]["code"]
    assert pos.post("/coupons/find", {"code": code}).json()["state"] == "issued"
    used = pos.post("/coupons/use", {"code": code, "reference": "I-1", "branch": "101"})
    assert (used.status_code, used.json()["state"]) == (200, "used")
    assert pos.post("/coupons/use", {"code": code, "reference": "I-1"}).status_code == 200
    other = pos.post("/coupons/use", {"code": code, "reference": "I-2"})
    assert (other.status_code, other.json()["code"]) == (409, "coupon_used")
    wrong = pos.post("/coupons/find", {"code": "AAAA-BBBB-CCCC-DDDD"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "coupon_code_invalid")


def test_the_members_yes_is_awaited_taken_and_needed(pos, naderi, sara) -> None:
    club = settings_set(club=naderi.club, changes={"redeem_consent": "always"}, now=clock.now())
    begun = pos.post("/redemptions", wish(sara)).json()
    assert (begun["state"], begun["awaits_yes"], begun["coupon"]) == ("open", True, None)
    assert points(pos, sara)["held"] == 500
    path = f"/redemptions/{begun['id']}"
    assert pos.post(f"{path}/capture", {}).json()["code"] == "yes_missing"
    rezas = member_qr_token(club, naderi.reza.id, clock.now())
    refused = pos.post(f"{path}/confirm", {"way": "qr", "proof": rezas})
    assert (refused.status_code, refused.json()["code"]) == (403, "yes_of_another")
    saras = member_qr_token(club, naderi.sara.id, clock.now())
    done = pos.post(f"{path}/confirm", {"way": "qr", "proof": saras})
    assert (done.status_code, done.json()["state"], done.json()["yes_by"]) == (200, "captured", "qr")
    assert points(pos, sara)["held"] == 0


def test_a_code_is_sent_for_this_redemption_and_wrong_ones_are_counted(pos, naderi, sara) -> None:
    settings_set(club=naderi.club, changes={"redeem_consent": "always"}, now=clock.now())
    begun = pos.post("/redemptions", wish(sara)).json()
    sent = pos.post(f"/redemptions/{begun['id']}/code", {})
    assert sent.status_code == 202, sent.text
    request_id = sent.json()["request_id"]
    codes = []
    for _ in range(6):
        answer = pos.post(
            f"/redemptions/{begun['id']}/confirm",
            {"way": "code", "proof": "000000", "request_id": request_id},
        )
        codes.append((answer.status_code, answer.json()["code"]))
    assert codes[0] == (422, "code_wrong")
    assert codes[-1] == (422, "code_expired")


def test_a_code_is_of_a_request_that_can_be_read(pos, naderi, sara) -> None:
    settings_set(club=naderi.club, changes={"redeem_consent": "always"}, now=clock.now())
    begun = pos.post("/redemptions", wish(sara)).json()
    answer = pos.post(
        f"/redemptions/{begun['id']}/confirm", {"way": "code", "proof": "000000", "request_id": "nonsense"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "request_id_invalid")


def test_releasing_gives_everything_back(pos, naderi, sara) -> None:
    settings_set(club=naderi.club, changes={"redeem_consent": "always"}, now=clock.now())
    before = points(pos, sara)["available"]
    begun = pos.post("/redemptions", wish(sara)).json()
    released = pos.post(f"/redemptions/{begun['id']}/release", {"reason": "cancelled"})
    assert (released.status_code, released.json()["state"]) == (200, "released")
    assert points(pos, sara)["available"] == before
    assert pos.get(f"/redemptions/{begun['id']}").json()["reason"] == "cancelled"
    assert pos.post(f"/redemptions/{begun['id']}/capture", {}).json()["code"] == "redemption_closed"


def test_the_last_one_goes_to_one(pos, naderi, sara) -> None:
    stock_set(club=naderi.club, reward="discount_50k", remaining=1, actor=SYSTEM, now=clock.now())
    answers = pos.post_together("/redemptions", [wish(sara, f"L-{n}") for n in range(4)])
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    (reward,) = [each for each in pos.get("/rewards").json()["rewards"] if each["key"] == "discount_50k"]
    assert reward["stock"] == 0
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert refused["extra"]["reasons"]


def test_a_standing_tells_the_distance(pos, sara) -> None:
    standings = pos.get(f"/members/{sara}/tiers").json()["standings"]
    assert standings[0]["tier"]
    assert standings[0]["tier_name"]["en"]
    assert standings[0]["next_tier"] == "" or standings[0]["missing"] > 0


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"reward": "nothing"}, 404, "reward_not_found"),
        ({"member_id": "mbr_x"}, 422, "id_invalid"),
        ({"member_id": "mbr_00000000000000000000000000"}, 422, "member_not_found"),
        ({"branch": "moon"}, 422, "branch_not_found"),
        ({"source": "a b"}, 422, "invalid"),
        ({"reference": ""}, 422, "invalid"),
        ({"gift": True}, 422, "invalid"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(pos, sara, body, status, code) -> None:
    answer = pos.post("/redemptions", wish(sara) | body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_another_club_sees_nothing_of_it(pos, stranger, sara) -> None:
    made = pos.post("/redemptions", wish(sara)).json()
    for path in (f"/members/{sara}/rewards", f"/members/{sara}/coupons", f"/redemptions/{made['id']}"):
        assert stranger.get(path).status_code == 404, path
    for step in ("code", "capture", "release"):
        assert stranger.post(f"/redemptions/{made['id']}/{step}", {}).status_code == 404
    code = made["coupon"]["code"]
    assert stranger.post("/coupons/find", {"code": code}).status_code == 404
    assert stranger.post("/redemptions", wish(sara)).status_code == 422

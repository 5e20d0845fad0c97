"""A member joins, buys, rises, redeems and brings something back; every number is explained and adds up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bashgah.clubs.services import settings_set
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.kit.text import Texts
from bashgah.members.selectors import member_qr_token
from bashgah.rewards.services import reward_save
from tests.cast import Naderi
from tests.doors.conftest import Integrator

pytestmark = pytest.mark.django_db(transaction=True)

RICE, TEA = 100_000_000, 50_000_000
"""Two bags of rice for ten million toman, tea for five: 150 steps of 100,000 toman, ten points each."""


def fact(kind: str, reference: str, **more: Any) -> dict[str, Any]:
    at = (clock.now() - timedelta(minutes=1)).isoformat()
    return {"kind": kind, "source": "pos", "reference": reference, "occurred_at": at, "branch": "101"} | more


def balance(pos: Integrator, member: str, wallet: str = "points") -> dict[str, Any]:
    wallets = pos.get(f"/members/{member}/wallets").json()["wallets"]
    return next(each for each in wallets if each["wallet"] == wallet)


def movements(pos: Integrator, member: str) -> list[dict[str, Any]]:
    """The whole statement of points, page by page, newest first."""
    found, cursor = [], ""
    while True:
        page = pos.get(f"/members/{member}/statement?wallet=points&limit=2&cursor={cursor}").json()
        found += page["movements"]
        cursor = page["next_cursor"]
        if not cursor:
            return found


def test_a_members_way_from_joining_to_bringing_something_back(
    pos: Integrator, stranger: Integrator, naderi: Naderi
) -> None:
    club = settings_set(club=naderi.club, changes={"redeem_consent": "always"}, now=clock.now())
    reward_save(
        club=club,
        key="discount_50k",
        name=Texts("پنجاه هزار تومان تخفیف", "50,000 toman off"),
        actor=SYSTEM,
        now=clock.now(),
    )

    # joins
    joined = pos.post("/members", {"mobile": "0912 765 4321", "first_name": "لیلا", "branch": "101"})
    assert joined.status_code == 201, joined.text
    leila = joined.json()["id"]

    # buys; the answer says what it gave, why, and that the tier rose
    lines = [{"sku": "RICE", "gross": RICE, "quantity": 2000}, {"sku": "TEA", "gross": TEA}]
    bought = pos.post("/activities", fact("purchase", "S-1", member={"mobile": "09127654321"}, lines=lines))
    assert bought.status_code == 201, bought.text
    answer = bought.json()
    assert answer["member_id"] == leila
    assert {(each["wallet"], each["amount"]) for each in answer["earned"]} == {
        ("points", 1500),
        ("status", 1500),
    }
    assert [(move["after"], move["direction"]) for move in answer["moves"]] == [("silver", "raised")]
    assert balance(pos, leila)["available"] == 1500
    (standing,) = pos.get(f"/members/{leila}/tiers").json()["standings"]
    assert (standing["tier"], standing["next_tier"], standing["missing"]) == ("silver", "gold", 2500)

    # the reasons in both languages, also of the rules that gave nothing
    english = pos.get(f"/activities/{answer['id']}/why").json()
    pos.lang = "fa"
    persian = pos.get(f"/activities/{answer['id']}/why").json()
    pos.lang = "en"
    fired = [rule["rule"] for rule in english["rules"] if rule["fired"]]
    assert fired == ["base"]
    assert [rule["rule"] for rule in persian["rules"]] == [rule["rule"] for rule in english["rules"]]
    for said, ours in zip(english["rules"], persian["rules"], strict=True):
        assert said["reasons"]
        assert ours["reasons"]
        assert said["reasons"] != ours["reasons"]
    assert english["rules"][0]["reasons"][0] == "150 times 100,000 toman, 10 points each"
    assert persian["rules"][0]["reasons"][0] == "۱۵۰ بار ۱۰۰٬۰۰۰ تومان، هر بار ۱۰ امتیاز"

    # redeems, with a yes of her own
    wish = {"member_id": leila, "reward": "discount_50k", "source": "pos", "reference": "D-1"}
    begun = pos.post("/redemptions", wish).json()
    assert (begun["state"], begun["awaits_yes"]) == ("open", True)
    assert (balance(pos, leila)["available"], balance(pos, leila)["held"]) == (1000, 500)
    scanned = member_qr_token(club, ids.parse("member", leila), clock.now())
    done = pos.post(f"/redemptions/{begun['id']}/confirm", {"way": "qr", "proof": scanned})
    assert (done.status_code, done.json()["state"]) == (200, "captured")
    assert done.json()["coupon"]["code"]
    assert pos.post(f"/redemptions/{begun['id']}/capture", {}).json()["state"] == "captured"
    assert (balance(pos, leila)["available"], balance(pos, leila)["held"]) == (1000, 0)

    # brings one bag of rice back: a third of the purchase, a third of what it gave
    back = fact("return", "S-1-R", purchase={"reference": "S-1"}, lines=[{"no": 1, "quantity": 1000}])
    returned = pos.post("/activities", back)
    assert returned.status_code == 201, returned.text
    assert {(each["wallet"], each["amount"]) for each in returned.json()["earned"]} == {
        ("points", -500),
        ("status", -500),
    }
    assert pos.post("/activities", back).json()["repeated"] is True
    too_much = fact("return", "S-1-X", purchase={"reference": "S-1"}, lines=[{"no": 1, "quantity": 1001}])
    assert pos.post("/activities", too_much).json()["code"] == "return_exceeds"

    # the statement adds up to the balance, and each line names its cause
    rows = movements(pos, leila)
    assert balance(pos, leila)["available"] == 500
    assert sum(row["change"] for row in rows) == 500
    assert sum(row["held_change"] for row in rows) == 0
    assert [row["change"] for row in reversed(rows)] == [1500, -500, 0, -500]
    assert [row["cause_id"] for row in reversed(rows)] == [
        answer["id"],
        begun["id"],
        begun["id"],
        returned.json()["id"],
    ]
    assert all(row["why"] for row in rows)

    # nobody of another club sees or touches any of it
    for path in (
        f"/members/{leila}",
        f"/members/{leila}/wallets",
        f"/members/{leila}/statement",
        f"/members/{leila}/tiers",
        f"/activities/{answer['id']}",
        f"/activities/{answer['id']}/why",
        f"/redemptions/{begun['id']}",
    ):
        assert stranger.get(path).status_code == 404, path
    assert stranger.post("/members/find", {"mobile": "09127654321"}).status_code == 404
    theirs = fact("return", "S-2-R", purchase={"reference": "S-1"}, branch="")
    assert stranger.post("/activities", theirs).json()["code"] == "return_waits"
    same_name = fact("purchase", "S-1", branch="", amounts={"gross": 1_000_000})
    assert stranger.post("/activities", same_name).status_code == 201


def test_an_anonymous_purchase_finds_its_member_later(pos: Integrator, naderi: Naderi) -> None:
    sara = ids.public("member", naderi.sara.id)
    bought = pos.post("/activities", fact("purchase", "A-1", amounts={"gross": 12_000_000}))
    assert (bought.status_code, bought.json()["member_id"]) == (201, None)

    claim = {"member_id": sara, "source": "pos", "reference": "A-1"}
    assert pos.post("/activities/claim", claim).status_code == 200
    assert balance(pos, sara)["available"] == 120
    # once more is the same; for somebody else it is too late
    assert pos.post("/activities/claim", claim).status_code == 200
    reza = {**claim, "member_id": ids.public("member", naderi.reza.id)}
    assert pos.post("/activities/claim", reza).json()["code"] == "already_claimed"
    assert balance(pos, sara)["available"] == 120

"""Activities sent to the API: settled once, answered with points, tier, why and the lines to print."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from bashgah.clubs.services import club_create
from bashgah.ground import clock
from bashgah.kit import ids
from bashgah.kit.text import Texts
from bashgah.members.services import member_enrol
from tests.doors.conftest import Integrator, key_for

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE_AGO = (clock.now() - timedelta(minutes=1)).isoformat()


def purchase(reference: str = "R-1", **more: Any) -> dict[str, Any]:
    return {
        "kind": "purchase",
        "source": "pos",
        "reference": reference,
        "occurred_at": MINUTE_AGO,
        "member": {"mobile": "09121234567"},
        "branch": "101",
        "amounts": {"gross": 2_400_000},
    } | more


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def test_a_purchase_is_answered_with_points_balance_tier_and_why(pos, naderi) -> None:
    answer = pos.post("/activities", purchase())
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert said["id"].startswith("act_")
    assert said["member_id"] == ids.public("member", naderi.sara.id)
    earned = {credit["wallet"]: credit["amount"] for credit in said["earned"]}
    balances = {balance["wallet"]: balance["available"] for balance in said["balances"]}
    assert earned["points"] > 0
    assert balances["points"] == earned["points"]
    assert said["tiers"]
    assert any(rule["fired"] and rule["reasons"] for rule in said["why"])
    assert said["repeated"] is False
    points = f"{earned['points']:,} points"
    assert said["receipt"][0].startswith(f"Earned: {points}")
    assert any(line.startswith("Balance of") and points in line for line in said["receipt"])
    assert any(line.startswith("Tier: ") for line in said["receipt"])


def test_the_receipt_speaks_persian_when_asked(pos) -> None:
    pos.lang = "fa"
    said = pos.post("/activities", purchase()).json()
    assert said["receipt"][0].startswith("کسب کردید: ")
    assert "امتیاز" in said["receipt"][0]
    assert any(line.startswith("سطح عضویت: ") for line in said["receipt"])
    assert not any("points" in reason for rule in said["why"] for reason in rule["reasons"])


def test_what_was_recorded_can_be_read_with_its_why(pos) -> None:
    made = pos.post("/activities", purchase()).json()
    read = pos.get(f"/activities/{made['id']}").json()
    assert (read["reference"], read["gross"], read["branch"]) == ("R-1", 2_400_000, "101")
    assert (read["type"], read["type_name"]) == ("purchase", "Purchase")
    why = pos.get(f"/activities/{made['id']}/why").json()
    given: dict[str, int] = {}
    for credit in made["earned"]:
        given[credit["wallet"]] = given.get(credit["wallet"], 0) + credit["amount"]
    assert {total["wallet"]: total["amount"] for total in why["totals"]} == given
    assert any(not rule["fired"] for rule in why["rules"])
    pos.lang = "fa"
    (never,) = pos.get(f"/activities/{made['id']}/why?rule=summer_2019").json()["rules"]
    assert (never["fired"], never["asked"], never["reasons"]) == (
        False,
        False,
        ["نسخهٔ ۱ برنامه که آن زمان در جریان بود چنین قانونی نداشت"],
    )
    pos.lang = "en"
    (row,) = pos.get("/activities?kind=purchase").json()["activities"]
    assert row["id"] == made["id"]
    wallets = pos.get(f"/members/{made['member_id']}/wallets").json()["wallets"]
    assert {w["wallet"]: w["available"] for w in wallets}["points"] == given["points"]
    statement = pos.get(f"/members/{made['member_id']}/statement?wallet=points").json()
    assert sum(movement["change"] for movement in statement["movements"]) == given["points"]
    assert statement["movements"][0]["cause_id"] == made["id"]


def test_an_activity_is_read_with_its_name_in_the_language_asked_for(pos) -> None:
    told = {
        "kind": "custom",
        "source": "app",
        "reference": "C-1",
        "occurred_at": MINUTE_AGO,
        "member": {"mobile": "09121234567"},
        "type": "check_in",
    }
    made = pos.post("/activities", told).json()
    assert pos.get(f"/activities/{made['id']}").json()["type_name"] == "Check-in"
    pos.lang = "fa"
    (row,) = pos.get("/activities?kind=custom").json()["activities"]
    assert (row["type"], row["type_name"]) == ("check_in", "اعلام حضور")


def test_the_same_reference_is_settled_once_and_answered_twice(pos) -> None:
    first = pos.post("/activities", purchase())
    again = pos.post("/activities", purchase())
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json() | {"repeated": True}
    assert count("activities_activity") == 1


def test_the_order_of_names_and_spaces_make_no_other_fact(pos) -> None:
    pos.post("/activities", purchase())
    turned = json.dumps(dict(reversed(purchase().items())), indent=3).encode()
    assert pos.post("/activities", turned).status_code == 200


def test_another_body_under_the_same_reference_is_refused(pos) -> None:
    pos.post("/activities", purchase())
    answer = pos.post("/activities", purchase(amounts={"gross": 9_999_999}))
    assert (answer.status_code, answer.json()["code"]) == (409, "reference_reused")
    assert count("activities_activity") == 1


def test_one_reference_sent_twenty_times_at_once_is_settled_once(pos) -> None:
    answers = pos.post_together("/activities", [purchase("R-9")] * 20)
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] * 19 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert count("activities_activity") == 1


def test_many_purchases_at_once_are_all_settled_and_add_up(pos, naderi) -> None:
    answers = pos.post_together("/activities", [purchase(f"M-{n}") for n in range(60)])
    assert {answer.status_code for answer in answers} == {201}
    given = sum(
        credit["amount"]
        for answer in answers
        for credit in answer.json()["earned"]
        if credit["wallet"] == "points"
    )
    member = ids.public("member", naderi.sara.id)
    wallets = pos.get(f"/members/{member}/wallets").json()["wallets"]
    assert {wallet["wallet"]: wallet["available"] for wallet in wallets}["points"] == given


def test_a_batch_says_why_only_when_it_is_asked_to(pos) -> None:
    (bare,) = pos.post("/activities/batch", {"activities": [purchase("E-1")]}).json()["results"]
    assert (bare["activity"]["why"], bare["activity"]["receipt"]) == ([], [])
    (told,) = pos.post("/activities/batch", {"activities": [purchase("E-1")], "explain": True}).json()[
        "results"
    ]
    again = pos.post("/activities", purchase("E-1")).json()
    assert told["activity"]["why"] == again["why"] != []
    assert told["activity"]["receipt"] == again["receipt"] != []


def test_a_batch_settles_each_by_itself_and_says_where_it_refused(pos) -> None:
    body = {
        "activities": [
            purchase("B-1"),
            purchase("B-2", member={"mobile": "09990000000"}),
            purchase("B-3", amounts={"gross": -5}),
            purchase("B-1"),
            {"kind": "dance"},
            purchase("B-4"),
        ]
    }
    answer = pos.post("/activities/batch", body)
    assert answer.status_code == 200
    said = answer.json()
    assert [result["status"] for result in said["results"]] == [201, 404, 422, 200, 422, 201]
    assert (said["settled"], said["repeated"], said["refused"]) == (2, 1, 3)
    assert said["results"][2]["problem"]["errors"][0]["pointer"] == "/activities/2/amounts/gross"
    assert said["results"][1]["problem"]["code"] == "member_not_found"
    assert count("activities_activity") == 2


def test_a_thousand_activities_in_one_request(pos) -> None:
    answer = pos.post("/activities/batch", {"activities": [purchase(f"T-{n}") for n in range(1000)]})
    assert answer.json()["settled"] == 1000
    over = pos.post("/activities/batch", {"activities": [purchase(f"T-{n}") for n in range(1001)]})
    assert (over.status_code, over.json()["code"]) == (422, "invalid")
    none = pos.post("/activities/batch", {"activities": []})
    assert (none.status_code, none.json()["errors"][0]["pointer"]) == (422, "/activities")


def test_an_anonymous_purchase_can_be_claimed_once(pos, naderi) -> None:
    anonymous = purchase("A-1")
    del anonymous["member"]
    made = pos.post("/activities", anonymous)
    assert made.status_code == 201
    assert (made.json()["member_id"], made.json()["earned"]) == (None, [])
    sara, reza = (ids.public("member", member.id) for member in (naderi.sara, naderi.reza))
    claim = {"source": "pos", "reference": "A-1", "member_id": sara}
    claimed = pos.post("/activities/claim", claim)
    assert claimed.status_code == 200, claimed.text
    assert claimed.json()["member_id"] == sara
    assert claimed.json()["earned"]
    other = pos.post("/activities/claim", claim | {"member_id": reza})
    assert (other.status_code, other.json()["code"]) == (409, "already_claimed")


def test_a_return_takes_back_its_share(pos) -> None:
    lines = [
        {"no": 1, "sku": "A", "gross": 1_000_000, "quantity": 2000},
        {"no": 2, "sku": "B", "gross": 1_000_000},
    ]
    bought = purchase("L-1", lines=lines)
    del bought["amounts"]
    made = pos.post("/activities", bought).json()
    back = {
        "kind": "return",
        "source": "pos",
        "reference": "L-1-R",
        "occurred_at": MINUTE_AGO,
        "purchase": {"reference": "L-1"},
        "lines": [{"no": 1, "quantity": 1000}],
    }
    answer = pos.post("/activities", back)
    assert answer.status_code == 201, answer.text
    given = sum(c["amount"] for c in made["earned"] if c["wallet"] == "points")
    taken = sum(c["amount"] for c in answer.json()["earned"] if c["wallet"] == "points")
    assert -given < taken < 0
    assert any(line.startswith("Taken back: ") for line in answer.json()["receipt"])


def test_the_program_in_force_is_read_with_its_rules_in_words(pos, keyed) -> None:
    program = pos.get("/program").json()
    assert program["number"] == 1
    assert program["document"]["wallets"][0]["key"] == "points"
    assert all(rule["sentence"].endswith((".", "!")) for rule in program["rules"])
    pos.lang = "fa"
    assert pos.get("/program").json()["rules"][0]["sentence"] != program["rules"][0]["sentence"]
    assert keyed("members.read").get("/program").status_code == 403


def test_a_club_without_a_program_says_so(pos) -> None:
    bare = club_create(slug="bare", name=Texts("", "Bare"), now=clock.now())
    member = member_enrol(club=bare, mobile="09121234567", channel="api", now=clock.now())
    caller = Integrator(pos.door, key_for(bare))
    for answer, status in (
        (caller.get("/program"), 404),
        (caller.post("/activities", purchase(branch="")), 409),
    ):
        assert (answer.status_code, answer.json()["code"]) == (status, "program_missing")
    assert caller.get(f"/members/{ids.public('member', member.id)}/wallets").json()["wallets"] == []

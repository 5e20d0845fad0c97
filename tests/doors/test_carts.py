"""Carts at the API: a quote in the caller's language, a purchase that takes it, guesses that are stopped."""

from __future__ import annotations

from typing import Any

import pytest

from bashgah.clubs.services import settings_set
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.members.selectors import member_get
from bashgah.programs.selectors import draft_get
from bashgah.programs.services import draft_publish, draft_save
from tests.activities.shop import program
from tests.cast import given
from tests.coupons import coupon_of
from tests.doors.test_intake import purchase

pytestmark = pytest.mark.django_db(transaction=True)

LINES = [
    {"sku": "milk", "category": ["food", "dairy"], "quantity": 3000, "gross": 3_000_000},
    {"sku": "rice", "category": ["food"], "gross": 5_000_000},
]


@pytest.fixture(autouse=True)
def promotions(naderi) -> None:
    """Ten percent off dairy; more for five pieces; a code."""
    dairy = {"field": "line.category", "op": "under", "value": "dairy"}
    ten = {"deal": {"kind": "percent", "permille": 100}, "lines": dairy}
    document = program(
        document={
            "promotions": [
                {"key": "dairy", "name": {"fa": "جشن لبنیات", "en": "Dairy days"}, **ten},
                {"key": "five", "name": {"fa": "پنج‌تایی", "en": "Five"}, "minimum_quantity": 5000, **ten},
                {"key": "coded", "name": {"fa": "کد", "en": "Code"}, "codes": ["SECRET-1"], **ten},
            ]
        }
    )
    now, club = clock.now(), naderi.club
    draft = draft_save(club=club, document=document, revision=draft_get(club).revision, actor=SYSTEM, now=now)
    draft_publish(club=club, revision=draft.revision, actor=SYSTEM, now=now)


def cart(naderi: Any, **more: Any) -> dict[str, Any]:
    return {
        "member": {"id": ids.public("member", naderi.sara.id)}, "branch": "101", "lines": LINES, **more
    }  # fmt: skip


def test_a_cart_is_evaluated_in_the_language_asked_for(pos, naderi) -> None:
    answer = pos.post("/carts/evaluate", cart(naderi), Accept_Language="fa")
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert [line["net"] for line in said["lines"]] == [2_700_000, 5_000_000]
    assert (said["goods"], said["discount"], said["to_pay"]) == (7_700_000, 300_000, 7_700_000)
    assert {each["wallet"]: each["amount"] for each in said["earns"]} == {"points": 7, "status": 7}
    assert said["promotions"][0]["name"]["fa"] == "جشن لبنیات"
    assert said["promotions"][0]["reasons"] == ["۳۰٬۰۰۰ تومان کم می‌کند"]
    (missing,) = said["not_given"]
    assert missing["promotion"] == "five"
    assert "۲ عدد دیگر" in missing["reasons"][0]
    english = pos.post("/carts/evaluate", cart(naderi), Accept_Language="en").json()
    assert english["not_given"][0]["reasons"] == ["at least 5 pieces of it are needed, 2 more"]
    assert "SECRET" not in answer.text


def test_a_purchase_takes_the_quote_and_tells_its_discounts(pos, naderi) -> None:
    quote = pos.post("/carts/evaluate", cart(naderi)).json()
    told = purchase("Q-1", amounts=None, quote=quote["id"], member={"id": quote["member_id"]})
    told.pop("amounts")
    first = pos.post("/activities", told)
    assert first.status_code == 201, first.text
    assert first.json()["discounts"] == [
        {"promotion": "dairy", "amount": 300_000, "shipping": 0, "lines": [{"no": 1, "amount": 300_000}]}
    ]
    again = pos.post("/activities", told)
    assert (again.status_code, again.json()["discounts"]) == (200, first.json()["discounts"])
    other = pos.post("/activities", {**told, "reference": "Q-2"})
    assert (other.status_code, other.json()["code"]) == (409, "quote_used")
    shown = pos.get(f"/activities/{first.json()['id']}").json()
    assert (shown["net"], shown["discounts"]) == (7_700_000, first.json()["discounts"])
    assert first.json()["receipt"][0] == "“Dairy days” took 30,000 toman off"
    assert shown["receipt"] == {
        "gross": 8_000_000,
        "steps": [
            {"name": "Dairy days", "amount": -300_000, "said": "“Dairy days” took 30,000 toman off"},
        ],
        "due": 7_700_000,
    }
    movements = pos.get(f"/members/{quote['member_id']}/statement").json()["movements"]
    assert [each["price"] for each in movements if each["cause"] == "activity"] == [
        ["“Dairy days” took 30,000 toman off"]
    ] * 2
    why = pos.get(f"/activities/{first.json()['id']}/why").json()
    assert why["discounts"][0]["why"] == "“Dairy days” took 30,000 toman off"


def test_a_coupon_is_a_discount_line_and_is_used_up_once(pos, naderi) -> None:
    coupon = coupon_of(naderi.club, naderi.sara, now=clock.now(), amount=800_000)
    name = ids.public("coupon", coupon.id)
    said = pos.post("/carts/evaluate", cart(naderi, coupons=[coupon.code]), Accept_Language="fa").json()
    assert said["coupon_discounts"] == [
        {
            "coupon": name,
            "name": {"fa": "کوپن", "en": "Off"},
            "amount": 800_000,
            "lines": [{"no": 1, "amount": 300_000}, {"no": 2, "amount": 500_000}],
            "reasons": ["«کوپن» \u200f۸۰٬۰۰۰ تومان تخفیف داد"],
        }
    ]
    assert said["lines"][0] == {
        "no": 1,
        "before": 3_000_000,
        "discount": 570_000,
        "net": 2_430_000,
        "promotions": [{"promotion": "dairy", "amount": 270_000}],
        "coupons": [{"coupon": name, "amount": 300_000}],
    }
    assert (said["discount"], said["goods"], said["to_pay"]) == (1_070_000, 6_930_000, 6_930_000)
    assert (said["unknown_codes"], said["coupons"][0]["usable"]) == ([], True)
    other = pos.post("/carts/evaluate", cart(naderi, coupons=[name])).json()

    told = purchase("C-1", quote=said["id"], member={"id": said["member_id"]})
    told.pop("amounts")
    first, again = pos.post("/activities", told), pos.post("/activities", told)
    assert (first.status_code, again.status_code) == (201, 200)
    used_up = [{"coupon": name, "reward": "off", "name": {"fa": "کوپن", "en": "Off"}, "amount": 800_000}]
    shown = pos.get(f"/activities/{first.json()['id']}").json()
    assert [each["coupons"] for each in (first.json(), again.json(), shown)] == [used_up] * 3
    assert first.json()["receipt"][:2] == [
        "“Off” took 80,000 toman off",
        "“Dairy days” took 27,000 toman off",
    ]
    late = pos.post("/activities", {**told, "reference": "C-2", "quote": other["id"]})
    assert (late.status_code, late.json()["code"]) == (409, "coupon_used")
    used = pos.post("/carts/evaluate", cart(naderi, coupons=[coupon.code]), Accept_Language="en").json()
    assert (used["coupon_discounts"], used["coupons"][0]["reasons"]) == ([], ["it was used before"])
    wrong = pos.post("/carts/evaluate", cart(naderi, coupons=["NO-COUPON"])).json()
    assert wrong["unknown_codes"] == ["NO-COUPON"]


def test_a_purchase_names_the_coupons_it_is_paid_with(pos, naderi) -> None:
    """What each took off follows from what it is worth, where the purchase tells a discount at all."""
    coupons = [coupon_of(naderi.club, naderi.sara, now=clock.now(), amount=n) for n in (300_000, 200_000)]
    names = [ids.public("coupon", each.id) for each in coupons]

    def told(reference: str, *codes: str, discount: int = 0) -> dict[str, Any]:
        amounts = {"gross": 5_000_000, "discount": discount}
        paid = [{"coupon": code} for code in codes]
        return purchase(reference, member={"card": naderi.sara.number}, amounts=amounts, paid_with=paid)

    batch = [told("P-1", coupons[0].code, discount=300_000), told("P-2", names[1]), told("P-3")]
    results = pos.post("/activities/batch", {"activities": batch}).json()["results"]
    off = {"reward": "off", "name": {"fa": "کوپن", "en": "Off"}}
    assert [each["activity"]["coupons"] for each in results] == [
        [{"coupon": names[0], **off, "amount": 300_000}],
        [{"coupon": names[1], **off, "amount": 0}],
        [],
    ]
    again = pos.post("/activities", batch[0]).json()
    assert (again["repeated"], again["coupons"]) == (True, results[0]["activity"]["coupons"])
    assert again["receipt"][0] == "“Off” took 30,000 toman off"


def test_a_preview_has_no_id_and_a_stranger_has_no_rewards(pos, naderi) -> None:
    preview = pos.post("/carts/evaluate", {"lines": LINES, "preview_only": True}).json()
    assert (preview["id"], preview["member_id"], preview["rewards"]) == (None, None, [])
    assert preview["discount"] == 300_000


def test_guessing_codes_is_stopped(pos, naderi) -> None:
    for number in range(20):
        answer = pos.post("/carts/evaluate", cart(naderi, codes=[f"GUESS-{number}"]))
        assert answer.json()["unknown_codes"] == [f"GUESS-{number}"]
    stopped = pos.post("/carts/evaluate", cart(naderi, codes=["SECRET-1"]))
    assert (stopped.status_code, stopped.json()["code"]) == (429, "too_many")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"member": {"mobile": "09120000000"}}, 404, "member_not_found"),
        ({"member": {}}, 422, "member_unclear"),
        ({"branch": "nowhere"}, 422, "branch_not_found"),
        ({"lines": []}, 422, "amounts_unclear"),
        ({"lines": [{"gross": 5, "discount": 6}]}, 422, "discount_exceeds"),
        ({"surprise": 1}, 422, "invalid"),
    ],
)
def test_what_cannot_be_evaluated_says_why(pos, naderi, change, status, code) -> None:
    answer = pos.post("/carts/evaluate", {**cart(naderi), **change})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_the_shared_account_pays_what_the_month_leaves(pos, naderi) -> None:
    now, draft = clock.now(), draft_get(naderi.club)
    wallets = [
        {**each, "worth": 10_000} if each["key"] == "points" else each for each in draft.document["wallets"]
    ]
    document = {**draft.document, "wallets": wallets, "pay_with_points": {"least": 10}}
    saved = draft_save(club=naderi.club, document=document, revision=draft.revision, actor=SYSTEM, now=now)
    draft_publish(club=naderi.club, revision=saved.revision, actor=SYSTEM, now=now)
    changes = {"groups": {"kinds": ["household"]}, "redeem_consent": "never"}
    settings_set(club=naderi.club, changes=changes, now=now)
    sara, reza = (ids.public("member", member.id) for member in (naderi.sara, naderi.reza))
    group = pos.post("/groups", {"type": "household", "name": "Home", "head_id": reza}).json()["id"]
    pos.post(f"/groups/{group}/members", {"member_id": sara, "role": "junior", "monthly_limit": 30})
    given(naderi.club, member_get(naderi.club, ids.parse("member", group)), 100)

    asked = cart(naderi, pay_units=50, pool=True)
    quote = pos.post("/carts/evaluate", asked).json()
    paying = quote["pay_with_points"]
    assert (paying["units"], paying["chosen"], quote["to_pay"]) == (30, 30, 7_400_000)
    told = purchase("H-1", quote=quote["id"], member={"id": sara})
    told.pop("amounts")
    assert pos.post("/activities", told).status_code == 201
    refused = pos.post("/carts/evaluate", {**asked, "member": {"id": reza}, "pay_units": 90}).json()
    assert refused["pay_with_points"]["units"] == 70
    pos.patch(f"/groups/{group}/members/{sara}", {"role": "junior"})
    assert pos.post("/carts/evaluate", asked).json()["code"] == "group_role_spends_not"

"""Members through the API: enrol, find, read, change, block, consents."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


def test_a_mobile_alone_makes_a_member_with_a_card(naderi) -> None:
    answer = naderi.post("/members", {"mobile": "۰۹۱۲ ۱۲۳ ۴۵۶۷"})
    assert answer.status_code == 201
    member = answer.json()
    assert member["id"].startswith("mbr_")
    assert len(member["number"]) == 16
    assert member["mobile"] == "+989121234567"
    assert (member["status"], member["channel"], member["branch"]) == ("active", "api", None)


def test_everything_said_at_enrolment_is_there_to_read(naderi) -> None:
    sent = {
        "mobile": "09121234567",
        "email": "Sara@Example.com",
        "external_id": "C-17",
        "first_name": "سارا",
        "last_name": "كريمي",
        "city": "تهران",
        "gender": "female",
        "birth_date": "1370/05/12",
        "tags": ["vip"],
        "locale": "fa",
        "branch": "valiasr",
        "consents": [{"channel": "sms", "purpose": "marketing", "granted": True}],
    }
    member_id = naderi.post("/members", sent).json()["id"]
    member = naderi.get(f"/members/{member_id}").json()
    assert member["email"] == "sara@example.com"
    assert member["last_name"] == "کریمی"
    assert member["birth_date"] == "1991-08-03"
    assert (member["external_id"], member["branch"], member["tags"]) == ("C-17", "valiasr", ["vip"])
    consents = naderi.get(f"/members/{member_id}/consents").json()["consents"]
    assert [(one["channel"], one["purpose"], one["granted"]) for one in consents] == [
        ("sms", "marketing", True)
    ]


@pytest.mark.parametrize(
    ("key", "value"), [("mobile", "+98 912 123 4567"), ("external_id", "C-17"), ("card", None)]
)
def test_a_member_is_found_by_any_identifier(naderi, key, value) -> None:
    made = naderi.post("/members", {"mobile": "09121234567", "external_id": "C-17"}).json()
    found = naderi.post("/members/find", {key: value or made["number"]})
    assert found.json()["id"] == made["id"]


def test_finding_needs_exactly_one_identifier(naderi, sara) -> None:
    for body in ({}, {"mobile": "09121234567", "card": "6280000000000000"}):
        answer = naderi.post("/members/find", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "member_unclear")


def test_a_mobile_that_has_an_owner_is_refused_with_the_owner(naderi, sara) -> None:
    answer = naderi.post("/members", {"mobile": "09121234567"})
    assert (answer.status_code, answer.json()["code"]) == (409, "mobile_taken")
    assert answer.json()["extra"] == {"member_id": sara}
    assert answer.json()["errors"][0]["pointer"] == "/mobile"


def test_personal_data_is_masked_without_the_scope(naderi, keyed, sara) -> None:
    plain = keyed("members.read").get(f"/members/{sara}").json()
    assert plain["mobile"] != "+989121234567"
    assert plain["mobile"].endswith("4567") or "•" in plain["mobile"]
    assert naderi.get(f"/members/{sara}").json()["mobile"] == "+989121234567"


def test_only_what_is_sent_changes(naderi, sara) -> None:
    answer = naderi.patch(f"/members/{sara}", {"city": "شیراز"})
    assert answer.status_code == 200
    assert (answer.json()["city"], answer.json()["first_name"]) == ("شیراز", "سارا")
    assert naderi.patch(f"/members/{sara}", {"city": ""}).json()["city"] == ""


def test_blocking_says_why_and_can_be_undone(naderi, sara) -> None:
    assert naderi.post(f"/members/{sara}/block", {"reason": "stolen card"}).json()["status"] == "blocked"
    assert naderi.post(f"/members/{sara}/block", {"reason": "again"}).json()["status"] == "blocked"
    assert naderi.post(f"/members/{sara}/unblock", {"reason": "found"}).json()["status"] == "active"
    assert naderi.post(f"/members/{sara}/block", {"reason": ""}).status_code == 422


def test_consents_follow_the_latest_word(naderi, sara) -> None:
    word = {"channel": "sms", "purpose": "marketing", "granted": True}
    naderi.post(f"/members/{sara}/consents", {"consents": [word]})
    answer = naderi.post(f"/members/{sara}/consents", {"consents": [{**word, "granted": False}]})
    assert [one["granted"] for one in answer.json()["consents"]] == [False]


def test_lists_go_on_by_cursor_and_miss_nobody(naderi) -> None:
    made = {naderi.post("/members", {"mobile": f"0912000000{n}"}).json()["id"] for n in range(7)}
    seen: list[str] = []
    cursor = ""
    while True:
        page = naderi.get(f"/members?limit=3&cursor={cursor}").json()
        seen += [member["id"] for member in page["members"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == 7
    assert set(seen) == made


def test_a_cursor_that_is_none_is_refused(naderi) -> None:
    answer = naderi.get("/members?cursor=nonsense")
    assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid")


def test_branches_and_products_are_listed(naderi) -> None:
    (branch,) = naderi.get("/branches").json()["branches"]
    assert (branch["code"], branch["city"], branch["name"]["fa"]) == ("valiasr", "تهران", "ولیعصر")
    body = {"products": [{"sku": "A/1", "name": {"fa": "روسری"}, "category": "scarf"}]}
    assert naderi.post("/products", body).json() == {"changed": 1}
    assert naderi.post("/products", body).json() == {"changed": 0}
    (product,) = naderi.get("/products?sku=A/1").json()["products"]
    assert (product["sku"], product["name"]["fa"], product["category"]) == ("A/1", "روسری", "scarf")
    categories = {"categories": [{"code": "scarf", "name": {"en": "Scarves"}}]}
    assert naderi.post("/products/categories", categories).json() == {"changed": 1}
    assert naderi.post("/products/brands", {"brands": [{"code": "n"}]}).json() == {"changed": 1}


def test_a_list_is_narrowed_by_any_field(naderi) -> None:
    naderi.post(
        "/members", {"mobile": "09121234567", "city": "تهران", "birth_date": "1370/05/12", "source": "دوست"}
    )
    naderi.post("/members", {"mobile": "09121234568", "city": "قم", "gender": "male"})

    def found(query: str) -> int:
        return len(naderi.get(f"/members?{query}").json()["members"])

    assert found("") == 2
    assert found("birth_month=5") == found("birth_date=1991-08-03") == found("source=دوست") == 1
    assert found("gender=male") == found("city=قم") == 1
    assert found("birth_month=6") == 0
    assert naderi.get("/members?birth_month=13").status_code == 422
    assert naderi.get("/members?attribute=shoe:4").json()["code"] == "attribute_unknown"
    assert naderi.get("/members?birth_date=nonsense").json()["code"] == "date_invalid"

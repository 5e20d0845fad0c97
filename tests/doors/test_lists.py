"""Lists page by page: each goes on where the page before ended, and a made-up page is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bashgah.clubs.services import settings_set
from bashgah.kit import ids
from tests import cast
from tests.doors.conftest import Integrator
from tests.doors.test_dealings import TERMS, gift
from tests.doors.test_intake import purchase
from tests.doors.test_parameters import OPERATIONS

pytestmark = pytest.mark.django_db(transaction=True)

LISTS = [path.removeprefix("/api/v1") for _method, path, known in OPERATIONS if "cursor" in known]
LIMITED = [path.removeprefix("/api/v1") for _method, path, known in OPERATIONS if "limit" in known]
MADE_UP = ("nonsense", "mbr_x", "act_00000000000000000000000001x", "[]", "AAAA", "QUJD", "%C2%B2" * 32)


def address(path: str, naderi: cast.Naderi) -> str:
    return path.replace("{member_id}", ids.public("member", naderi.sara.id))


def test_every_list_refuses_a_limit_out_of_range_and_a_cursor_that_is_none(
    pos: Integrator, naderi: cast.Naderi
) -> None:
    assert len(LISTS) >= 13
    for path in LIMITED:
        for limit in ("0", "-1", "201", "1.5", "many", ""):
            answer = pos.get(f"{address(path, naderi)}?limit={limit}")
            said = answer.status_code, answer.json()["code"], answer.json()["errors"][0]["pointer"]
            assert said == (422, "invalid", "limit"), (path, limit)
    for path in LISTS:
        for cursor in MADE_UP:
            answer = pos.get(f"{address(path, naderi)}?cursor={cursor}")
            said = answer.status_code, answer.json()["code"], answer.json()["errors"][0]["pointer"]
            assert said == (422, "cursor_invalid", "cursor"), (path, cursor)
        assert pos.get(f"{address(path, naderi)}?cursor={'a' * 501}").json()["code"] == "invalid", path
        empty = pos.get(f"{address(path, naderi)}?cursor=")
        assert (empty.status_code, "next_cursor" in empty.json()) == (200, True), path


Make = Callable[[Integrator, cast.Naderi, int], Any]


def buys(pos: Integrator, naderi: cast.Naderi, n: int) -> Any:
    member = {"card": naderi.sara.number}
    return pos.post("/activities", purchase(f"L-{n}", member=member, amounts={"gross": 2_400_000}))


def enrols(pos: Integrator, _naderi: cast.Naderi, n: int) -> Any:
    return pos.post("/members", {"mobile": f"0912000{n:04}", "first_name": f"{n:04}"})


def stocks(pos: Integrator, _naderi: cast.Naderi, n: int) -> Any:
    return pos.post("/products", {"products": [{"sku": f"S-{n:04}", "name": {"fa": "نان", "en": "Bread"}}]})


def gives(pos: Integrator, naderi: cast.Naderi, n: int) -> Any:
    pair = ids.public("member", naderi.sara.id), ids.public("member", naderi.reza.id)
    return pos.post("/transfers", gift(pair, f"G-{n}", amount=10))


def adjusts(pos: Integrator, naderi: cast.Naderi, n: int) -> Any:
    body = {"amount": 1, "reason": "goodwill", "source": "crm", "reference": f"A-{n}"}
    return pos.post(f"/members/{ids.public('member', naderi.sara.id)}/adjustments", body)


@pytest.mark.parametrize(
    ("path", "rows", "make"),
    [
        ("/activities", "activities", buys),
        ("/members/{member_id}/activities", "activities", buys),
        ("/members/{member_id}/statement", "movements", buys),
        ("/members", "members", enrols),
        ("/members?sort=name", "members", enrols),
        ("/products", "products", stocks),
        ("/members/{member_id}/transfers", "transfers", gives),
        ("/adjustments", "adjustments", adjusts),
    ],
)
def test_what_is_added_meanwhile_moves_no_row_of_the_pages_that_follow(
    pos: Integrator, naderi: cast.Naderi, path: str, rows: str, make: Make
) -> None:
    now = datetime.now(UTC)
    settings_set(club=naderi.club, changes={"transfers": [TERMS], "redeem_consent": "never"}, now=now)
    cast.given(naderi.club, naderi.sara, 5_000, now=now - timedelta(days=1))
    for n in range(1, 10, 2):
        assert make(pos, naderi, n).status_code < 300
    start = address(path, naderi)
    start += "&" if "?" in start else "?"

    def page(cursor: str) -> tuple[list[str], str | None]:
        answer = pos.get(f"{start}limit=2&cursor={cursor}").json()
        return [each.get("id") or each["sku"] for each in answer[rows]], answer["next_cursor"]

    before, following = [], ""
    while following is not None:
        found, following = page(following)
        before += found
    assert len(before) == len(set(before)) >= 5

    seen, following, n = [], "", 0
    while following is not None:
        found, following = page(following)
        seen += found
        if n < 10:
            assert make(pos, naderi, n).status_code < 300
            n += 2
    assert [each for each in seen if each in before] == before
    assert len(seen) == len(set(seen))

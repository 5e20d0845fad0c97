"""Promotion codes at the till: added by the cashier, judged while typing, taken once, never guessed."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from bashgah.activities.selectors import activity_list
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.programs.selectors import draft_get
from bashgah.programs.services import draft_publish, draft_save
from tests.till.conftest import Till

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def promotions(till: Till) -> None:
    """A fifth off by single-use codes; another code for carts of ten million rials and more."""
    offers: list[dict[str, Any]] = [
        {
            "key": "yalda",
            "name": {"fa": "شب یلدا", "en": "Yalda night"},
            "deal": {"kind": "percent", "permille": 200},
            "codes": ["YALDA-1", "YALDA-2"],
            "single_use_codes": True,
        },
        {
            "key": "large",
            "name": {"fa": "خرید بزرگ", "en": "Large cart"},
            "deal": {"kind": "amount", "amount": 500_000},
            "codes": ["LARGE"],
            "minimum_value": 10_000_000,
        },
    ]
    published(till, offers)


def published(till: Till, offers: list[dict[str, Any]]) -> None:
    """Publish a program with these promotions."""
    now, draft = clock.now(), draft_get(till.club)
    document = {**draft.document, "promotions": offers}
    saved = draft_save(club=till.club, document=document, revision=draft.revision, actor=SYSTEM, now=now)
    draft_publish(club=till.club, revision=saved.revision, actor=SYSTEM, now=now)


def basket(till: Till, **more: Any) -> dict[str, Any]:
    """Bread for 5,000,000 rials, as the form tells it."""
    return {
        **till.purchase(till.cast.sara, ""),
        "mode": "lines",
        "line_sku": ["1"],
        "line_name": ["نان"],
        "line_quantity": ["1"],
        "line_price": ["500,000"],
        **more,
    }


def guesses(till: Till) -> int:
    """How many wrong codes are counted against anybody of this club."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(cardinality(hits)) FROM ground_throttle WHERE key LIKE %s",
            [f"cart.codes:{till.club.id}:%"],
        )
        return int(cursor.fetchone()[0] or 0)


def test_the_desk_asks_for_codes_only_while_a_promotion_has_some(till: Till) -> None:
    page = till.client.get("/till/").content.decode()
    assert 'id="till-code"' in page
    assert '<kbd class="b-kbd">F4</kbd> کد پیشنهاد' in page
    published(till, [])
    without = till.client.get("/till/").content.decode()
    assert 'id="till-code"' not in without
    assert ">F4<" not in without


def test_a_code_is_added_before_any_line_and_however_it_is_typed(till: Till) -> None:
    form = {**till.purchase(till.cast.sara, ""), "mode": "lines"}
    answer = till.post("code", **form, code_typed=" yalda-۱ ")
    assert answer.status_code == 200
    assert '<input type="hidden" name="code" value="YALDA-1">' in answer.content.decode()
    assert answer.headers["HX-Trigger-After-Settle"] == "till:coded"
    again = till.post("code", **form, code="YALDA-1", code_typed="YALDA-1")
    assert "YALDA-1" not in again.content.decode()


def test_a_code_counts_in_the_sum_and_is_taken_at_recording(till: Till) -> None:
    page = till.post("preview", **basket(till, code="YALDA-1")).content.decode()
    assert "شب یلدا" in page
    assert "۴۰۰٬۰۰۰" in page
    answer = till.post("record", **basket(till, code="YALDA-1"))
    assert answer.status_code == 200
    (activity,) = activity_list(till.club).rows
    assert (activity.gross, activity.net) == (5_000_000, 4_000_000)
    assert [(each.promotion, each.amount, each.code) for each in activity.fact.promotions] == [
        ("yalda", 1_000_000, "YALDA-1")
    ]
    repeated = till.post(
        "record", **basket(till, code="YALDA-1", occurred_at=activity.occurred_at.isoformat())
    )
    assert repeated.status_code == 200
    assert len(activity_list(till.club).rows) == 1


def test_why_a_code_does_not_work_is_said(till: Till) -> None:
    assert till.post("record", **basket(till, code="YALDA-1")).status_code == 200
    page = till.post("preview", **basket(till, code=["YALDA-1", "LARGE"], invoice="V-2")).content.decode()
    assert "کد \u2066YALDA-1\u2069: این کد قبلاً استفاده شده است" in page
    assert "کد \u2066LARGE\u2069: " in page
    assert page.count("۵۰۰٬۰۰۰ تومان دیگر") == 1


def test_known_codes_count_as_no_guess_wrong_ones_do_and_are_soon_refused(till: Till) -> None:
    form = basket(till)
    for _ in range(3):
        till.post("code", **form, code_typed="YALDA-1")
        till.post("preview", **basket(till, code="YALDA-1"))
    assert guesses(till) == 0
    answers = [till.post("code", **form, code_typed=f"WRONG-{n}") for n in range(21)]
    assert [answer.status_code for answer in answers] == [404] * 20 + [429]
    assert answers[0].headers["HX-Retarget"] == "#till-code-error"
    assert "هیچ پیشنهادی کد \u2066WRONG-0\u2069 را ندارد" in answers[0].content.decode()
    assert till.post("code", **form, code_typed="YALDA-1").status_code == 429


def test_an_amount_alone_takes_no_codes(till: Till) -> None:
    form = till.purchase(till.cast.sara, "500000", code=["YALDA-1", "WRONG"])
    page = till.post("preview", **form).content.decode()
    assert "YALDA-1" not in page
    assert till.post("record", **form).status_code == 200
    assert guesses(till) == 0
    (activity,) = activity_list(till.club).rows
    assert (activity.fact.coupons, activity.fact.promotions) == ((), ())
    page = till.post("preview", **basket(till, code="YALDA-1", invoice="V-2")).content.decode()
    assert "۴۰۰٬۰۰۰" in page

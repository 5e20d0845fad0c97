"""Returns at the till: parts, the rest, all of it, and each of them once."""

from __future__ import annotations

import re
import uuid

import pytest

from bashgah.activities.selectors import activity_list, anonymous_list
from bashgah.activities.services import anonymous_claim
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.ledger.selectors import wallets_get
from tests.till.conftest import Till

pytestmark = pytest.mark.django_db


def points(till: Till) -> int:
    return wallets_get(till.club, till.cast.sara.id, clock.now())["points"].available


def bought_lines(till: Till) -> str:
    """Sara buys two apples' worth of lines; return the purchase's public id."""
    till.post(
        "record",
        **{
            **till.purchase(till.cast.sara, ""),
            "mode": "lines",
            "line_sku": ["a", "b"],
            "line_name": ["سیب", "نان"],
            "line_quantity": ["4", "1"],
            "line_price": ["100000", "600000"],
        },
    )
    return ids.public("activity", activity_list(till.club).rows[0].id)


def form_of(page: str) -> dict[str, str]:
    return {
        name: re.search(rf'name="{name}" value="([^"]*)"', page)[1]  # type: ignore[index]
        for name in ("activity", "reference", "occurred_at")
    }


def test_part_of_a_lines_quantity_comes_back_with_its_points(till: Till) -> None:
    bought_lines(till)
    assert points(till) == 100
    page = till.post("return", invoice="1405-3-00001").content.decode()
    form = form_of(page)

    answer = till.post("return/record", **form, no=["1", "2"], quantity=["۲", ""])

    assert answer.status_code == 200
    assert "مرجوعی ثبت شد" in answer.content.decode()
    assert points(till) == 80
    assert "۲" in till.post("return", invoice="1405-3-00001").content.decode()


def test_a_return_pressed_twice_is_recorded_once(till: Till) -> None:
    bought_lines(till)
    form = form_of(till.post("return", invoice="1405-3-00001").content.decode())

    codes = [till.post("return/record", **form, no=["1"], quantity=["1"]).status_code for _press in range(2)]

    assert codes == [200, 200]
    assert points(till) == 90


def test_more_than_was_bought_does_not_come_back(till: Till) -> None:
    bought_lines(till)
    form = form_of(till.post("return", invoice="1405-3-00001").content.decode())

    answer = till.post("return/record", **form, no=["1"], quantity=["5"])

    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#till-panel")
    assert points(till) == 100


def test_nothing_typed_returns_all_that_is_left(till: Till) -> None:
    bought_lines(till)
    first = form_of(till.post("return", invoice="1405-3-00001").content.decode())
    till.post("return/record", **first, no=["1"], quantity=["1"])
    rest = form_of(till.post("return", invoice="1405-3-00001").content.decode())
    till.post("return/record", **rest, no=["1", "2"], quantity=["", ""])

    assert points(till) == 0


def test_part_of_a_purchase_by_amount_comes_back(till: Till) -> None:
    till.post("record", **till.purchase(till.cast.sara, "1000000"))
    form = form_of(till.post("return", invoice="1405-3-00001").content.decode())

    till.post("return/record", **form, amount="۴۰۰٬۰۰۰")

    assert points(till) == 60


def test_an_unknown_invoice_is_said_at_its_field(till: Till) -> None:
    answer = till.post("return", invoice="9999")

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()


def test_making_a_purchase_void_takes_all_its_points_back_once(till: Till) -> None:
    till.post("record", **till.purchase(till.cast.sara, "1330000"))
    purchase = ids.public("activity", activity_list(till.club).rows[0].id)

    first, second = till.post("void", activity=purchase), till.post("void", activity=purchase)

    assert (first.status_code, second.status_code) == (200, 200)
    assert points(till) == 0
    assert len(activity_list(till.club).rows) == 2
    assert "ابطال شد" in till.client.get("/till/").content.decode()


def test_the_last_purchase_can_be_made_void_also_when_nobody_showed_a_card(till: Till) -> None:
    till.post("record", **till.purchase(None, "250000"))
    (bought,) = anonymous_list(till.club).rows
    name = ids.public("activity", bought.id)
    assert name in till.client.get("/till/").content.decode()
    for _press in range(2):
        page = till.post("void", activity=name).content.decode()
        assert "۲۵۰٬۰۰۰ تومان" in page
        assert bought.reference in page
    assert "ابطال شد" in till.client.get("/till/").content.decode()


def test_another_clubs_purchase_cannot_be_made_void(till: Till) -> None:
    assert till.post("void", activity="act_00000000000000000000000001").status_code == 404


def test_goods_nobody_showed_a_card_for_come_back_once_and_no_more_than_was_bought(till: Till) -> None:
    till.post("record", **till.purchase(None, "1000000"))
    (bought,) = anonymous_list(till.club).rows
    page = till.post("return", invoice=bought.reference).content.decode()
    form = form_of(page)

    said = till.post("return/preview", **form, amount="400000").content.decode()
    assert "برای این خرید کارتی نشان داده نشده است" in said
    for _twice in range(2):
        answer = till.post("return/record", **form, amount="400000").content.decode()
        assert "مرجوعی ثبت شد" in answer
        assert bought.reference in answer
    assert "۶۰۰٬۰۰۰ تومان" in till.post("return", invoice=bought.reference).content.decode()
    more = till.post("return/record", **{**form, "reference": str(uuid.uuid4())}, amount="700000")
    assert more.status_code == 422


def test_what_was_claimed_comes_back_from_the_member_it_belongs_to(till: Till) -> None:
    till.post("record", **till.purchase(None, "1000000"))
    (bought,) = anonymous_list(till.club).rows
    anonymous_claim(
        club=till.club, anonymous_id=bought.id, member_id=till.cast.sara.id, actor=SYSTEM, now=clock.now()
    )
    assert points(till) == 100
    form = form_of(till.post("return", invoice=bought.reference).content.decode())
    till.post("return/record", **form, amount="400000")
    assert points(till) == 60

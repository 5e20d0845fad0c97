"""Promotions at the till: seen while the lines are typed, promised, recorded once, named where unjudged."""

from __future__ import annotations

from typing import Any

import pytest

from bashgah.activities.selectors import activity_list
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.programs.selectors import draft_get
from bashgah.programs.services import draft_publish, draft_save
from tests.till.conftest import Till

pytestmark = pytest.mark.django_db
APPLE = {"field": "line.sku", "op": "is", "value": "626"}


@pytest.fixture(autouse=True)
def promotions(till: Till) -> None:
    """Ten percent off apples, once a day; a quarter off from five of them on."""
    now, draft = clock.now(), draft_get(till.club)
    offers = [
        {
            "key": "apples",
            "name": {"fa": "جشن سیب", "en": "Apple days"},
            "deal": {"kind": "percent", "permille": 100},
            "lines": APPLE,
            "limits": [{"window": "day", "most": 1}],
        },
        {
            "key": "five",
            "name": {"fa": "پنج‌تایی", "en": "Five"},
            "deal": {"kind": "percent", "permille": 250},
            "lines": APPLE,
            "minimum_quantity": 5000,
        },
    ]
    document = {**draft.document, "promotions": offers}
    saved = draft_save(club=till.club, document=document, revision=draft.revision, actor=SYSTEM, now=now)
    draft_publish(club=till.club, revision=saved.revision, actor=SYSTEM, now=now)


def basket(till: Till, **more: Any) -> dict[str, Any]:
    return {
        **till.purchase(till.cast.sara, ""),
        "mode": "lines",
        "line_sku": ["626", "1"],
        "line_name": ["سیب", "نان"],
        "line_quantity": ["3", "1"],
        "line_price": ["100,000", "200,000"],
        **more,
    }


def test_discounts_and_what_is_missing_are_seen_while_typing(till: Till) -> None:
    page = till.post("preview", **basket(till)).content.decode()
    assert "جشن سیب" in page
    assert "۴۷۰٬۰۰۰" in page
    assert "«پنج‌تایی»: " in page
    assert "۲ عدد دیگر" in page


def test_the_purchase_takes_its_quote_and_once_however_often_it_is_pressed(till: Till) -> None:
    form = basket(till)
    for _ in range(2):
        answer = till.post("record", **form)
        assert answer.status_code == 200
        assert "۴۷۰٬۰۰۰" in answer.content.decode()
    (activity,) = activity_list(till.club).rows
    assert (activity.gross, activity.net) == (5_000_000, 4_700_000)
    assert [(each.promotion, each.amount) for each in activity.fact.promotions] == [("apples", 300_000)]
    again = till.post("preview", **basket(till, invoice="V-99")).content.decode()
    assert "جشن سیب" not in again


def test_an_amount_alone_names_the_promotions_it_cannot_judge(till: Till) -> None:
    page = till.post("preview", **till.purchase(till.cast.sara, "500000")).content.decode()
    answer = till.post("record", **till.purchase(till.cast.sara, "500000"))
    assert answer.status_code == 200
    assert "«جشن سیب»" in page or "«جشن سیب»" in answer.content.decode()

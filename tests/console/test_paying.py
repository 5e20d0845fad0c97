"""Paying a bill by points in the console: its terms in the draft, said, tried on a bill, taken away again."""

from __future__ import annotations

import pytest

from bashgah.engine.document import PointsPayment
from bashgah.programs.selectors import draft_get
from tests.console.conftest import Console, text

pytestmark = pytest.mark.django_db
ON = {
    "on": "1", "wallet": "points", "worth": "۱۲۰", "least": "۱۰۰", "step": "۱۰", "most": "۵۰",
    "remainder": "in_money", "bill": "۴۲۰٬۰۰۵", "balance": "۵٬۰۰۰",
}  # fmt: skip


def terms(console: Console) -> PointsPayment | None:
    program = draft_get(console.club).program
    assert program is not None
    return program.pay_with_points


def worth(console: Console, key: str) -> int:
    program = draft_get(console.club).program
    assert program is not None
    return next(each.worth for each in program.wallets if each.key == key)


def test_a_marketer_lets_bills_be_paid_by_points_and_says_what_one_is_worth(console: Console) -> None:
    assert "فاکتور را فقط با پول می‌توان پرداخت کرد" in text(console.get("paying/"))
    told = console.post("paying/", **ON)
    assert (told.status_code, told["Location"]) == (302, "/console/paying/")
    assert terms(console) == PointsPayment(wallet="points", least=100, step=10, most_permille=500)
    assert worth(console, "points") == 1_200
    page = text(console.get("paying/"))
    assert "حداکثر ۵۰ درصد از مبلغ کالاها را می‌توان با امتیاز پرداخت کرد" in page
    assert "پرداخت با امتیاز اضافه شد" in text(console.get("rules/publish/"))


def test_the_example_says_what_points_pay_of_a_bill_and_what_is_left(console: Console) -> None:
    """Half of 420,005 toman is 210,002.5; at 120 toman in steps of ten that are 1,750 points."""
    page = text(console.post("paying/", **ON, act="look"))
    assert "حداکثر ۱٬۷۵۰ امتیاز، به ارزش ۲۱۰٬۰۰۰ تومان" in page
    assert "۲۱۰٬۰۰۵ تومان با پول پرداخت می‌شود" in page
    assert terms(console) is None
    english = {**ON, "act": "look", "balance": "70"}
    page = text(console.post("paying/", **english))
    assert "۳۰ امتیاز دیگر" in page


def test_the_whole_bill_may_be_paid_with_one_unit_more(console: Console) -> None:
    form = {**ON, "most": "100", "remainder": "one_more", "step": "1", "least": "1", "bill": "420050"}
    page = text(console.post("paying/", **form, act="look"))
    assert "حداکثر ۳٬۵۰۱ امتیاز، به ارزش ۴۲۰٬۰۵۰ تومان" in page
    console.post("paying/", **form)
    assert terms(console) == PointsPayment(least=1, most_permille=1000, remainder="one_more")


def test_a_money_wallet_pays_what_it_is(console: Console) -> None:
    form = {**ON, "wallet": "credit", "least": "۱۰٬۰۰۰", "step": "۱٬۰۰۰"}
    assert console.post("paying/", **form).status_code == 302
    assert terms(console) == PointsPayment(wallet="credit", least=100_000, step=10_000, most_permille=500)
    assert (worth(console, "credit"), worth(console, "points")) == (1, 1_000)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"worth": ""}, "ابتدا ارزش هر واحد از کیف را مشخص کنید"),
        ({"least": "105"}, "باید مضربی از گام باشد"),
        ({"most": "120"}, "بین ۰٫۱ و ۱۰۰"),
        ({"most": "12.55"}, "بین ۰٫۱ و ۱۰۰"),
        ({"step": "0"}, "خارج از محدوده"),
    ],
    ids=["worth", "least", "above", "decimals", "step"],
)
def test_terms_that_cannot_be_are_said_and_not_kept(
    console: Console, typed: dict[str, str], sentence: str
) -> None:
    told = console.post("paying/", **{**ON, **typed})
    assert told.status_code == 422
    assert sentence in text(told)
    assert terms(console) is None


def test_it_is_taken_away_and_the_worth_stays(console: Console) -> None:
    console.post("paying/", **ON)
    assert console.post("paying/", **{**ON, "on": ""}).status_code == 302
    assert (terms(console), worth(console, "points")) == (None, 1_200)


def test_a_draft_that_somebody_else_moved_on_is_not_overwritten(console: Console) -> None:
    revision = draft_get(console.club).revision
    console.post("paying/", **ON, revision=str(revision))
    told = console.post("paying/", **{**ON, "most": "10"}, revision=str(revision))
    assert told.status_code == 422
    assert terms(console) == PointsPayment(wallet="points", least=100, step=10, most_permille=500)


def test_who_may_only_read_the_program_reads_the_terms(console: Console) -> None:
    console.post("paying/", **ON)
    analyst = console.works_as("analyst")
    page = text(analyst.get("paying/"))
    assert "حداکثر ۵۰ درصد" in page
    assert "ذخیره در پیش‌نویس" not in page
    assert analyst.post("paying/", **{**ON, "on": ""}).status_code == 403
    assert terms(console) is not None

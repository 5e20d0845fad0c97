"""Every kind on the shelf does what its examples say and can say what it gives."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bashgah.kit.phrases import say
from bashgah.kit.refusals import Refusal
from bashgah.rewards import shelf
from bashgah.rewards.types import Context

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

shelf.KINDS.keys() or shelf.kinds_load()
CASES = [
    pytest.param(kind, example, id=f"{kind.key}-{number}")
    for kind in shelf.KINDS
    for number, example in enumerate(kind.EXAMPLES)
]


def test_the_three_kinds_are_on_the_shelf() -> None:
    assert sorted(shelf.KINDS.keys()) == ["discount_coupon", "free_product", "store_credit"]


@pytest.mark.parametrize(("kind", "example"), CASES)
def test_an_example_gives_what_it_says(kind: shelf.RewardKind, example: shelf.KindExample) -> None:
    params = shelf.kind_params(kind.key, example.params)
    assert kind.issue(params, Context(currency="IRR", now=NOW)) == example.effects


@pytest.mark.parametrize(
    ("kind", "value", "en", "fa"),
    [
        ("discount_coupon", {"percent": 20}, "20% off", "۲۰٪ تخفیف"),
        (
            "discount_coupon",
            {"percent": 20, "most": 5_000_000},
            "20% off, at most 500,000 toman",
            "۲۰٪ تخفیف، حداکثر ۵۰۰٬۰۰۰ تومان",
        ),
        (
            "discount_coupon",
            {"amount": 1_000_000, "minimum_order": 10_000_000},
            "100,000 toman off on purchases from 1,000,000 toman",
            "۱۰۰٬۰۰۰ تومان تخفیف برای خریدهای از ۱٬۰۰۰٬۰۰۰ تومان به بالا",
        ),
        (
            "discount_coupon",
            {"percent": 15, "lines": {"field": "line.category", "op": "under", "value": "dairy"}},
            "15% off on goods where the category is under dairy",
            "۱۵٪ تخفیف روی کالاهایی که گروه کالا زیر dairy باشد",
        ),
        (
            "discount_coupon",
            {
                "amount": 500_000,
                "minimum_order": 2_000_000,
                "lines": {"field": "line.brand", "op": "in", "value": ["kaleh", "mihan"]},
            },
            "50,000 toman off on goods where the brand is kaleh or mihan, from 200,000 toman of them",
            (
                "۵۰٬۰۰۰ تومان تخفیف روی کالاهایی که برند kaleh یا mihan باشد،"
                " وقتی حداقل ۲۰۰٬۰۰۰ تومان از آن‌ها خریده شود"
            ),
        ),
        ("store_credit", {"amount": 2_000_000}, "200,000 toman store credit", "۲۰۰٬۰۰۰ تومان اعتبار خرید"),
        ("free_product", {"name": {"fa": "چای", "en": "Tea"}, "quantity": 1}, "Tea, free", "چای، رایگان"),
        (
            "free_product",
            {"name": {"fa": "فنجان", "en": "Cup"}, "quantity": 6},
            "6 × Cup, free",
            "۶ عدد فنجان، رایگان",
        ),
        ("long_gone", {}, "Retired (long_gone)", "بازنشسته (long_gone)"),
    ],
)
def test_what_a_reward_gives_is_said_in_both_languages(kind: str, value: dict, en: str, fa: str) -> None:
    phrase = shelf.gives(kind, value, "IRR")
    assert say(phrase, "en") == en
    if kind != "long_gone":
        assert say(phrase, "fa") == fa


@pytest.mark.parametrize(
    ("kind", "params", "code"),
    [
        ("lottery", {}, "reward_kind_unknown"),
        ("discount_coupon", {}, "reward_params_invalid"),
        ("discount_coupon", {"percent": 20, "amount": 5}, "reward_params_invalid"),
        ("discount_coupon", {"percent": 101}, "reward_params_invalid"),
        ("store_credit", {"amount": 0}, "reward_params_invalid"),
        ("store_credit", {"amount": 5, "colour": "red"}, "reward_params_invalid"),
        ("free_product", {"sku": "A", "name": {}}, "reward_params_invalid"),
    ],
)
def test_settings_that_do_not_fit_are_refused(kind: str, params: dict, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        shelf.kind_params(kind, params)
    assert (refused.value.code, refused.value.status) == (code, 422)

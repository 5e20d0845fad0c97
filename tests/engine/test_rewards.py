"""Every reason for which a reward cannot be had, at once."""

from datetime import date
from typing import Any

from bashgah.engine import compile_program
from bashgah.engine.rewards import why_not
from bashgah.engine.states import Standing, State
from bashgah.kit.phrases import say
from tests.engine.cases import document, rule

TERMS = {
    "key": "table",
    "kind": "free_product",
    "price": 800,
    "channels": ["till", "portal"],
    "when": {"field": "member.tier.main", "op": "at_least", "value": "diamond"},
    "starts_on": "2026-11-22",
    "limits": [{"window": "month", "most": 2}],
}
DIAMOND = State(standings={"main": Standing("diamond")})


def reasons(state: State = DIAMOND, terms: dict[str, Any] = TERMS, **more: Any) -> list[str]:
    program = document(rule(), rewards=[terms])
    asked = {"balance": 800, "today": date(2026, 11, 22), "channel": "till", "stock": 1, "used": {"month": 1}}
    found = why_not(
        program.rewards[0], state, compiled=compile_program(program, number=1), **{**asked, **more}
    )
    return [say(each, "fa") for each in found]


def test_who_meets_everything_can_have_it() -> None:
    assert reasons() == []
    assert reasons(stock=None, used=None) == []


def test_every_reason_is_said_at_once() -> None:
    assert reasons(
        State(standings={"main": Standing("gold")}),
        balance=300,
        today=date(2026, 11, 21),
        channel="api",
        stock=0,
        used={"month": 2},
    ) == [
        "فقط در صندوق یا پرتال باشگاه قابل دریافت است",
        "از یکشنبه ۱ آذر ۱۴۰۵ شروع می‌شود",
        "سطح عضو در سطوح نادری طلایی است؛ باید الماس یا بالاتر باشد",
        "۵۰۰ امتیاز دیگر لازم است",
        "موجودی آن تمام شده است",
        "حداکثر ۲ بار در ماه؛ این ماه ۲ بار گرفته شده است",
    ]


def test_the_last_day_is_still_in() -> None:
    terms = {**TERMS, "starts_on": None, "ends_on": "2026-11-22"}
    assert reasons(terms=terms) == []
    assert reasons(terms=terms, today=date(2026, 11, 23)) == ["در یکشنبه ۱ آذر ۱۴۰۵ پایان یافته است"]


def test_a_reward_that_is_off_has_that_one_reason() -> None:
    assert reasons(terms={**TERMS, "stage": "off"}, balance=0) == ["این پاداش اکنون ارائه نمی‌شود"]


def test_missing_money_is_said_as_money() -> None:
    terms = {**TERMS, "wallet": "credit", "price": 500_000}
    assert reasons(terms=terms, balance=100_000) == ["۴۰٬۰۰۰ تومان اعتبار خرید دیگر لازم است"]

"""Why, and why not, for every rule."""

from datetime import timedelta
from typing import Any

from bashgah.engine import explain
from bashgah.engine.examples import run
from bashgah.engine.facts import Fact, Line
from bashgah.engine.states import Standing, State
from bashgah.kit.phrases import say
from bashgah.kit.text import Texts
from tests.engine.cases import (
    PER_100K,
    SATURDAY,
    TIER_MULTIPLIER,
    TOMAN,
    basket,
    compiled,
    document,
    purchase,
    rule,
    visit,
)

DAIRY = {"field": "line.category", "op": "under", "value": "dairy"}


def why(
    one: dict[str, Any], fact: Fact, state: State | None = None, lang: str = "fa", **more: Any
) -> tuple[bool, list[str]]:
    found = explain(compiled(one), state or State(), fact, **more).outcomes[0]
    return found.fired, [say(reason, lang) for reason in found.reasons]


def test_steps_and_what_was_left_over_are_said() -> None:
    assert why(rule(), purchase(1_280_000)) == (
        True,
        ["۱۲ بار ۱۰۰٬۰۰۰ تومان، هر بار ۱۰ امتیاز", "۸۰٬۰۰۰ تومان باقی‌مانده به ۱۰۰٬۰۰۰ تومان نرسید"],
    )


def test_a_condition_that_fails_says_what_was_found_and_what_is_needed() -> None:
    least = rule(when={"field": "purchase.net", "op": "gte", "value": 200_000 * TOMAN})
    assert why(least, purchase(180_000)) == (
        False,
        ["مبلغ خرید پس از تخفیف ۱۸۰٬۰۰۰ تومان است؛ حداقل ۲۰۰٬۰۰۰ تومان لازم است"],
    )
    assert why(least, purchase(180_000), lang="en")[1] == [
        "the purchase amount after discount is 180,000 toman; at least 200,000 toman is needed"
    ]


def test_every_failing_condition_is_said() -> None:
    strict = rule(
        when={
            "all": [
                {"field": "member.tier.main", "op": "in", "value": ["gold", "diamond"]},
                {"field": "fact.branch", "op": "is", "value": "vanak"},
                {"field": "fact.channel", "op": "is", "value": "pos"},
                {"field": "member.city", "op": "is", "value": "tehran"},
            ]
        }
    )
    names = {"branches": {"vanak": Texts("ونک", "Vanak"), "tajrish": Texts("تجریش", "Tajrish")}}
    state = State(standings={"main": Standing("silver")})
    assert why(strict, purchase(1, branch="tajrish"), state, names=names) == (
        False,
        [
            "سطح عضو در سطوح نادری نقره‌ای است؛ باید طلایی یا الماس باشد",
            "شعبه تجریش است؛ باید ونک باشد",
            "شهر عضو ثبت نشده است",
        ],
    )


def test_a_purchase_by_amount_alone_is_not_judged_by_rules_about_lines() -> None:
    assert why(rule("d", {**PER_100K, "lines": DAIRY}), purchase(500_000)) == (
        False,
        ["بررسی نشد؛ خرید با «فقط مبلغ» ثبت شده و اقلام فاکتور را نداریم"],
    )


def test_a_purchase_without_such_lines_says_so() -> None:
    found = why(rule("d", {**PER_100K, "lines": DAIRY}), basket(Line(1, category=("bread",), gross=10)))
    assert found == (False, ["هیچ‌یک از اقلام فاکتور مشمول این قانون نیست"])


def test_what_lines_came_to_is_said() -> None:
    least = rule(when={"lines": {"where": DAIRY, "measure": "sum", "op": "gte", "value": 200_000 * TOMAN}})
    fact = basket(Line(1, category=("dairy",), gross=180_000 * TOMAN))
    (reason,) = why(least, fact)[1]
    found, needed = reason.split("؛ ")
    assert found == "جمع مبلغ پس از تخفیف اقلامی که گروه کالا زیر dairy باشد ۱۸۰٬۰۰۰ تومان است"
    assert needed == "حداقل ۲۰۰٬۰۰۰ تومان لازم است"


def test_a_denial_that_fails_is_said_as_it_stands() -> None:
    never = rule(when={"not": {"field": "purchase.payment_methods", "op": "has", "value": "gift_card"}})
    fact = purchase(100_000, payment_methods=("gift_card",))
    assert why(never, fact)[1] == ["این شرط برقرار نیست: چنین نباشد که (روش پرداخت شامل gift_card باشد)"]


def test_days_and_hours_are_said() -> None:
    weekend = rule(schedule={"weekdays": [5, 6], "from_hour": "16:00", "to_hour": "20:00"})
    assert why(weekend, purchase(100_000))[1] == [
        "فقط در پنج‌شنبه یا جمعه اعمال می‌شود",
        "فقط از ساعت ۱۶:۰۰ تا ۲۰:۰۰ اعمال می‌شود",
    ]


def test_beginning_and_end_are_said() -> None:
    later = rule(schedule={"starts_at": (SATURDAY + timedelta(days=1)).isoformat()})
    assert why(later, purchase(100_000))[1] == ["از یکشنبه ۱ آذر ۱۴۰۵، ۱۲:۰۰ شروع می‌شود"]
    over = rule(schedule={"ends_at": SATURDAY.isoformat()})
    assert why(over, purchase(100_000))[1] == ["در شنبه ۳۰ آبان ۱۴۰۵، ۱۲:۰۰ پایان یافته است"]


def test_hours_may_pass_midnight_and_belong_to_the_day_that_began_them() -> None:
    night = rule(schedule={"weekdays": [6], "from_hour": "22:00", "to_hour": "02:00"})
    friday_late = SATURDAY.replace(hour=23) - timedelta(days=1)
    saturday_early = SATURDAY.replace(hour=1)
    friday_early = saturday_early - timedelta(days=1)
    saturday_late = SATURDAY.replace(hour=23)
    fired = [
        why(night, purchase(100_000, at=at))[0]
        for at in (friday_late, saturday_early, friday_early, saturday_late)
    ]
    assert fired == [True, True, False, False]


def test_the_multiplier_names_the_tier() -> None:
    program = compiled(rule(), TIER_MULTIPLIER)
    gold = State(standings={"main": Standing("gold")})
    outcome = explain(program, gold, purchase(1_000_000)).outcomes[1]
    assert [say(reason, "fa") for reason in outcome.reasons] == ["ضریب سطح طلایی، ۱٫۵ برابر"]


def test_the_rise_of_a_tier_is_explained() -> None:
    program = compiled(rule("s", {**PER_100K, "wallet": "status"}))
    state = State(standings={"main": Standing("silver")}, measures={"main": 3_990})
    moves = explain(program, state, purchase(100_000)).tier_moves
    assert [say(move.why, "fa") for move in moves] == ["با ۴٬۰۰۰ امتیاز سطح به سطح طلایی رسید"]


def test_rules_of_other_triggers_and_rules_not_live_are_not_listed() -> None:
    program = compiled(rule("a"), rule("v", trigger="visit"), rule("off", stage="ended"))
    assert [outcome.rule for outcome in explain(program, State(), purchase(1)).outcomes] == ["a"]
    assert [outcome.rule for outcome in explain(program, State(), visit()).outcomes] == ["v"]


EXAMPLE = {"name": {"fa": "مثال"}, "fact": {"gross": 1_000_000}, "expect": {"points": 10}}


def test_an_example_runs_in_its_program_even_while_the_rule_is_a_draft() -> None:
    program = document(rule("a", stage="draft", examples=[EXAMPLE]))
    (result,) = run(program, program.rules[0])
    assert (result.ok, result.got, result.expected) == (True, {"points": 10}, {"points": 10})


def test_an_example_that_fails_says_what_came_out_and_why() -> None:
    program = document(rule("a", examples=[{**EXAMPLE, "expect": {"points": 12, "status": 1}}]))
    (result,) = run(program, program.rules[0])
    assert (result.ok, result.got, result.expected) == (False, {"points": 10}, {"points": 12, "status": 1})
    assert say(result.reasons[0], "fa") == "۱ بار ۱۰۰٬۰۰۰ تومان، هر بار ۱۰ امتیاز"


def test_an_example_with_lines_tiers_and_used_units() -> None:
    example = {
        "name": {"en": "Gold, dairy"},
        "fact": {"at": "2026-11-20T18:00:00+03:30", "lines": [{"category": ["dairy"], "gross": 3_000_000}]},
        "state": {"tiers": {"main": "gold"}, "used": {"week": 20}},
        "expect": {"points": 5},
    }
    one = rule("d", {**PER_100K, "lines": DAIRY}, limits=[{"window": "week", "most": 25}], examples=[example])
    program = document(one)
    assert [result.ok for result in run(program, program.rules[0])] == [True]


def test_an_example_that_cannot_be_read_fails_with_the_place() -> None:
    program = document(
        rule("a", examples=[{**EXAMPLE, "fact": {"gros": 1}}, {**EXAMPLE, "state": {"tiers": 7}}])
    )
    results = run(program, program.rules[0])
    assert [result.ok for result in results] == [False, False]
    assert [say(result.reasons[0], "en") for result in results] == [
        "This example cannot be read: gros",
        "This example cannot be read: tiers",
    ]


def test_an_example_fails_when_a_wallet_it_does_not_name_gets_something() -> None:
    both = rule("a", PER_100K, {**PER_100K, "wallet": "status"}, examples=[EXAMPLE])
    (result,) = run(document(both), document(both).rules[0])
    assert (result.ok, result.got) == (False, {"points": 10, "status": 10})

"""What a fact gives: the base rule, the multiplier of a tier, status, caps, the ladder."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from bashgah.engine import decide, explain
from bashgah.engine.decisions import Used
from bashgah.engine.facts import Fact, Line
from bashgah.engine.states import Standing, State
from tests.engine.cases import (
    PER_100K,
    SATURDAY,
    TEHRAN,
    TIER_MULTIPLIER,
    TOMAN,
    WALLETS,
    basket,
    compiled,
    given,
    purchase,
    rule,
    visit,
)

GOLD = State(standings={"main": Standing("gold")})


def test_ten_points_for_every_full_100_000_toman() -> None:
    decision = decide(compiled(rule()), State(), purchase(1_280_000))
    assert [(c.wallet, c.amount, c.rule) for c in decision.credits] == [("points", 120, "base")]


def test_a_purchase_below_the_first_step_gives_nothing() -> None:
    assert decide(compiled(rule()), State(), purchase(99_999)).credits == ()


def test_the_gold_multiplier_adds_half_of_the_base_as_its_own_credit() -> None:
    decision = decide(compiled(rule(), TIER_MULTIPLIER), GOLD, purchase(1_280_000))
    assert [(c.rule, c.amount) for c in decision.credits] == [("base", 120), ("tier_multiplier", 60)]


def test_a_member_without_a_standing_has_the_lowest_tiers_multiplier() -> None:
    decision = decide(compiled(rule(), TIER_MULTIPLIER), State(), purchase(1_280_000))
    assert [(c.rule, c.amount) for c in decision.credits] == [("base", 120)]


def test_multipliers_add_up_and_do_not_multiply_one_another() -> None:
    double = rule("double", {"amount": "multiplier", "params": {"permille": 2000}})
    decision = decide(compiled(rule(), TIER_MULTIPLIER, double), GOLD, purchase(1_000_000))
    assert given(decision) == 100 + 50 + 100


def test_a_multiplier_touches_only_its_own_wallet() -> None:
    both = rule("base", PER_100K, {**PER_100K, "wallet": "status"})
    decision = decide(compiled(both, TIER_MULTIPLIER), GOLD, purchase(1_000_000))
    assert (given(decision), given(decision, "status")) == (150, 100)


def test_a_multiplier_on_chosen_lines_multiplies_their_part_alone() -> None:
    dairy = rule(
        "dairy",
        {
            "amount": "multiplier",
            "params": {"permille": 3000},
            "lines": {"field": "line.category", "op": "under", "value": "dairy"},
        },
    )
    fact = basket(
        Line(1, category=("food", "dairy"), gross=300_000 * TOMAN),
        Line(2, category=("food", "bread"), gross=700_000 * TOMAN),
    )
    decision = decide(compiled(rule(), dairy), State(), fact)
    assert [(c.rule, c.amount, c.base) for c in decision.credits] == [
        ("base", 100, ((1, 30), (2, 70))),
        ("dairy", 60, ((1, 60),)),
    ]


def test_a_daily_cap_trims_and_says_so() -> None:
    capped = rule(limits=[{"window": "day", "most": 300}])
    key = ("base.points.day", date(2026, 11, 21))
    decision = decide(compiled(capped), State(used={key: 250}), purchase(1_280_000))
    assert given(decision) == 50
    assert decision.used == (Used("base.points.day", date(2026, 11, 21), 50),)
    assert decision.trace[0].reasons[-1].msgid == "at most {most} a day, {left} were left"


def test_a_spent_cap_gives_nothing_and_still_says_why() -> None:
    capped = rule(limits=[{"window": "week", "most": 300}])
    decision = decide(
        compiled(capped), State(used={("base.points.week", date(2026, 11, 21)): 300}), purchase(1_280_000)
    )
    assert decision.credits == ()
    assert decision.used == ()
    assert decision.trace[0].amounts == (("points", 0),)


def test_the_tightest_of_several_caps_holds() -> None:
    capped = rule(limits=[{"window": "day", "most": 100}, {"window": "month", "most": 1000}])
    state = State(used={("base.points.month", date(2026, 10, 23)): 960})
    decision = decide(compiled(capped), state, purchase(1_280_000))
    assert given(decision) == 40
    assert {(used.limit, used.window_start, used.amount) for used in decision.used} == {
        ("base.points.day", date(2026, 11, 21), 40),
        ("base.points.month", date(2026, 10, 23), 40),
    }


def test_two_effects_of_a_rule_in_one_wallet_share_its_cap() -> None:
    fixed = {"amount": "fixed", "params": {"units": 40}}
    capped = rule("two", fixed, fixed, limits=[{"window": "day", "most": 50}])
    decision = decide(compiled(capped), State(), purchase(1))
    assert [credit.amount for credit in decision.credits] == [40, 10]
    assert [used.amount for used in decision.used] == [50]


def test_each_wallet_is_rounded_once_and_the_parts_add_up() -> None:
    thirds = [
        rule(key, {"amount": "per_step", "params": {"units": 1, "step": 3 * TOMAN, "whole_steps": False}})
        for key in ("a", "b", "c")
    ]
    decision = decide(compiled(*thirds), State(), purchase(4))
    assert [(c.rule, c.amount) for c in decision.credits] == [("a", 2), ("b", 1), ("c", 1)]


def test_rounding_follows_the_wallets_policy() -> None:
    percent = rule("cash", {"amount": "percent", "params": {"permille": 25}, "wallet": "credit"})
    expected = {"down": 2, "nearest": 3, "up": 3}
    for policy, amount in expected.items():
        wallets = [*WALLETS[:2], {**WALLETS[2], "rounding": policy}]
        decision = decide(compiled(percent, wallets=wallets), State(), purchase(10, gross=100))
        assert given(decision, "credit") == amount


def test_units_expire_at_the_local_midnight_after_their_last_day() -> None:
    wallets = [{**WALLETS[0], "expiry": {"kind": "age_months", "count": 12}, "pending_days": 7}, *WALLETS[1:]]
    credit = decide(compiled(rule(), wallets=wallets), State(), purchase(100_000)).credits[0]
    assert credit.available_from == datetime(2026, 11, 27, 20, 30, tzinfo=UTC)
    assert credit.expires_at == datetime(2027, 11, 21, 20, 30, tzinfo=UTC)  # 30 Aban 1406 is the last day


def test_each_day_has_its_own_expiry() -> None:
    wallets = [{**WALLETS[0], "expiry": {"kind": "age_days", "count": 1}}, *WALLETS[1:]]
    program = compiled(rule(), wallets=wallets)
    days = [SATURDAY, SATURDAY + timedelta(days=5), SATURDAY]
    expiries = [decide(program, State(), purchase(100_000, at=at)).credits[0].expires_at for at in days]
    assert [at and at.astimezone(TEHRAN).date() for at in expiries] == [
        date(2026, 11, 23),
        date(2026, 11, 28),
        date(2026, 11, 23),
    ]


def test_the_part_paid_by_points_and_tax_and_shipping_do_not_count_by_default() -> None:
    fact = purchase(300_000, paid_by_points=150_000 * TOMAN, tax=90_000 * TOMAN, shipping=90_000 * TOMAN)
    assert given(decide(compiled(rule()), State(), fact)) == 10


def test_they_count_when_the_basis_says_so() -> None:
    basis = {"with_tax": True, "with_shipping": True, "with_points_paid": True}
    fact = purchase(300_000, paid_by_points=150_000 * TOMAN, tax=60_000 * TOMAN, shipping=40_000 * TOMAN)
    assert given(decide(compiled(rule(basis=basis)), State(), fact)) == 40


def test_gross_counts_before_discount() -> None:
    fact = purchase(300_000, discount=150_000 * TOMAN)
    assert given(decide(compiled(rule()), State(), fact)) == 10
    assert given(decide(compiled(rule(basis={"of": "gross"})), State(), fact)) == 30


def test_excluded_lines_do_not_count() -> None:
    basis = {"excluded_lines": {"field": "line.tags", "op": "has", "value": "gift_card"}}
    fact = basket(Line(1, gross=200_000 * TOMAN), Line(2, gross=500_000 * TOMAN, tags=("gift_card",)))
    credit = decide(compiled(rule(basis=basis)), State(), fact).credits[0]
    assert (credit.amount, credit.base) == (20, ((1, 20),))


def test_a_rule_that_looks_at_lines_gives_nothing_for_a_purchase_by_amount_alone() -> None:
    dairy = rule("dairy", {**PER_100K, "lines": {"field": "line.category", "op": "under", "value": "dairy"}})
    assert decide(compiled(dairy), State(), purchase(1_000_000)).credits == ()


def test_a_fixed_amount_for_chosen_lines_needs_one_of_them() -> None:
    bonus = rule(
        "bonus",
        {
            "amount": "fixed",
            "params": {"units": 5},
            "lines": {"field": "line.sku", "op": "is", "value": "A"},
        },
    )
    assert given(decide(compiled(bonus), State(), basket(Line(1, sku="A", gross=10)))) == 5
    assert given(decide(compiled(bonus), State(), basket(Line(1, sku="B", gross=10)))) == 0


def test_a_visit_pulls_visit_rules_only() -> None:
    program = compiled(rule(), rule("visit", {"amount": "fixed", "params": {"units": 5}}, trigger="visit"))
    assert [(c.rule, c.amount) for c in decide(program, State(), visit()).credits] == [("visit", 5)]


def test_draft_and_off_rules_give_nothing() -> None:
    assert (
        decide(compiled(rule(stage="draft"), rule("b", stage="ended")), State(), purchase(1_000_000)).credits
        == ()
    )


def test_status_earned_raises_the_tier_at_once() -> None:
    status = rule("status", {**PER_100K, "wallet": "status"})
    state = State(standings={"main": Standing("silver")}, measures={"main": 3_950})
    decision = decide(compiled(status), state, purchase(500_000))
    assert decision.measures == (("main", 50),)
    assert [(m.before, m.after, m.direction) for m in decision.tier_moves] == [("silver", "gold", "raised")]


def test_the_tier_before_the_purchase_decides_its_points() -> None:
    both = rule("base", PER_100K, {**PER_100K, "wallet": "status"})
    state = State(standings={"main": Standing("silver")}, measures={"main": 3_950})
    assert given(decide(compiled(both, TIER_MULTIPLIER), state, purchase(500_000))) == 60


def test_the_first_fact_of_a_member_puts_them_on_the_first_tier() -> None:
    moves = decide(compiled(rule()), State(), purchase(1)).tier_moves
    assert [(m.before, m.after) for m in moves] == [("", "bronze")]


def test_priority_orders_rules_and_the_document_orders_equals() -> None:
    program = compiled(rule("late", priority=200), rule("b"), rule("a"), rule("early", priority=1))
    assert [c.rule for c in decide(program, State(), purchase(100_000)).credits] == [
        "early",
        "b",
        "a",
        "late",
    ]


def test_a_purchase_whose_lines_are_known_to_be_none_gives_nothing_for_chosen_lines() -> None:
    bonus = rule(
        "bonus",
        {
            "amount": "fixed",
            "params": {"units": 5},
            "lines": {"field": "line.sku", "op": "is", "value": "A"},
        },
    )
    assert decide(compiled(bonus), State(), basket()).credits == ()


def test_a_condition_that_denies_lines_is_not_judged_without_them() -> None:
    no_tobacco = rule(
        when={"not": {"lines": {"where": {"field": "line.sku", "op": "is", "value": "T"}, "measure": "any"}}}
    )
    program = compiled(no_tobacco)
    assert decide(program, State(), purchase(100_000)).credits == ()
    explanation = explain(program, State(), purchase(100_000))
    assert (explanation.totals, explanation.outcomes[0].fired) == ((), False)
    assert given(decide(program, State(), basket(Line(1, sku="A", gross=100_000 * TOMAN)))) == 10


EACH = {"amount": "per_step", "params": {"units": 1, "step": 1}}


def test_a_discount_above_the_price_counts_as_nothing_and_takes_nothing_from_other_lines() -> None:
    free = Line(1, gross=100, discount=500)
    for fact in (basket(free), purchase(gross=100, discount=500), basket(free, Line(2, gross=70))):
        expected = 70 if len(fact.lines) == 2 else 0
        assert given(decide(compiled(rule("a", EACH)), State(), fact)) == expected
        assert dict(explained(rule("a", EACH), fact)).get("points", 0) == expected


def explained(one: dict[str, Any], fact: Fact) -> tuple[tuple[str, int], ...]:
    return explain(compiled(one), State(), fact).totals


def test_shipping_counts_only_where_every_line_counts() -> None:
    basis = {"with_shipping": True}
    lines = (Line(1, sku="A", gross=300), Line(2, sku="B", gross=100))
    part = rule("a", {**EACH, "lines": {"field": "line.sku", "op": "is", "value": "A"}}, basis=basis)
    whole = rule("a", {**EACH, "lines": {"field": "line.sku", "op": "in", "value": ["A", "B"]}}, basis=basis)
    fact = basket(*lines, shipping=40)
    assert (given(decide(compiled(part), State(), fact)), explained(part, fact)) == (300, (("points", 300),))
    assert (given(decide(compiled(whole), State(), fact)), explained(whole, fact)) == (
        440,
        (("points", 440),),
    )
    assert decide(compiled(whole), State(), fact).credits[0].base == ((1, 330), (2, 110))

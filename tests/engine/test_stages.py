"""Stages: who is in a pilot, what a rule in shadow would have given, and what is said of both."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from bashgah.engine import decide
from bashgah.engine.compiling import compile_program
from bashgah.engine.decisions import Decision
from bashgah.engine.explaining import explain
from bashgah.engine.limiting import budgets_of
from bashgah.engine.noticing import notices
from bashgah.engine.piloting import assigned
from bashgah.engine.sentences import rule_sentence
from bashgah.engine.shadowing import Shadowed, shadowed
from bashgah.engine.states import Standing, State
from bashgah.engine.validation import problems
from bashgah.kit.phrases import say
from tests.engine.cases import TIER_MULTIPLIER, compiled, document, purchase, rule

MEMBERS = [UUID(int=(n * 2**64) + n * 977).hex for n in range(20_000)]
FIVE = {"amount": "fixed", "params": {"units": 5}}
SEVEN = {"amount": "fixed", "params": {"units": 7}}


def test_a_rule_that_older_programs_call_off_has_ended() -> None:
    assert document(rule(stage="off")).rules[0].stage == "ended"


@pytest.mark.parametrize("percent", [1, 10, 50, 99])
def test_the_draw_of_a_pilot_is_uniform(percent: int) -> None:
    drawn = sum(assigned("double", member, percent) for member in MEMBERS)
    # four standard deviations of 20,000 independent draws
    spread = 4 * (20_000 * percent * (100 - percent) / 10_000) ** 0.5
    assert abs(drawn - 200 * percent) < spread


def test_the_draw_of_a_pilot_is_the_same_for_ever() -> None:
    assert [n for n in range(60) if assigned("double", MEMBERS[n], 10)] == [15, 18, 36, 37, 49]


def test_raising_the_share_keeps_everybody_who_was_in() -> None:
    first = {member for member in MEMBERS if assigned("double", member, 10)}
    assert first < {member for member in MEMBERS if assigned("double", member, 30)}


def test_two_rules_draw_apart() -> None:
    both = sum(assigned("double", member, 50) and assigned("triple", member, 50) for member in MEMBERS)
    assert 4_750 < both < 5_250


def test_a_member_who_is_not_known_is_in_no_pilot() -> None:
    assert not assigned("double", "", 99)


def test_a_pilot_gives_only_to_those_drawn() -> None:
    program = compiled(rule("p", FIVE, stage="pilot", pilot={"percent": 50}))
    for member in MEMBERS[:200]:
        given = decide(program, State(values={"member.id": member}), purchase(1_000)).credits
        assert [credit.amount for credit in given] == ([5] if assigned("p", member, 50) else [])


def test_a_pilot_of_a_group_asks_the_member() -> None:
    gold = {"field": "member.tier.main", "op": "is", "value": "gold"}
    program = compiled(rule("p", FIVE, stage="pilot", pilot={"when": gold}))
    assert decide(program, State(standings={"main": Standing("gold")}), purchase(1_000)).credits
    assert not decide(program, State(standings={"main": Standing("silver")}), purchase(1_000)).credits


def test_a_program_without_a_drawn_pilot_does_not_read_who_the_member_is() -> None:
    assert "member.id" not in compiled(rule()).needs.fields
    drawn = compiled(rule("p", stage="pilot", pilot={"percent": 50}))
    assert "member.id" in drawn.needs.fields


def test_a_pilot_says_for_whom_it_is() -> None:
    program = document(rule("p", FIVE, stage="pilot", pilot={"percent": 10}))
    assert rule_sentence(program.rules[0], program, "fa").endswith(
        "این قانون در اجرای آزمایشی است: فقط برای ۱۰ درصد از اعضا، همیشه همان‌ها."
    )


def test_a_pilot_for_nobody_in_particular_is_a_fault() -> None:
    assert [each.at for each in problems(document(rule(stage="pilot")))] == ["/rules/0/pilot"]
    assert problems(document(rule(stage="pilot", pilot={"percent": 100})))
    assert not problems(document(rule(stage="pilot", pilot={"percent": 99})))


def test_staff_read_that_a_member_is_not_in_the_pilot_and_members_do_not() -> None:
    program = compiled(rule("p", FIVE, stage="pilot", pilot={"percent": 1}), rule("b", FIVE))
    outsider = next(member for member in MEMBERS if not assigned("p", member, 1))
    found = explain(program, State(values={"member.id": outsider}), purchase(1_000))
    assert [say(reason, "fa") for reason in found.outcomes[0].reasons] == [
        "اجرای آزمایشی آن برای ۱ درصد از اعضا است و این عضو جزو آن‌ها نیست"
    ]
    assert [outcome.rule for outcome in found.for_members().outcomes] == ["b"]


def would(program: Any, state: State | None = None, **more: Any) -> tuple[Decision, Shadowed | None]:
    known, fact = state or State(), purchase(1_000_000, **more)
    decision = decide(program, known, fact)
    return decision, shadowed(program, known, fact, decision)


def test_a_rule_in_shadow_credits_nothing_and_says_what_it_would_have_given() -> None:
    decision, found = would(compiled(rule("b", FIVE), rule("s", SEVEN, stage="shadow")))
    assert [(credit.rule, credit.amount) for credit in decision.credits] == [("b", 5)]
    assert found is not None
    assert [(credit.rule, credit.amount) for credit in found.credits] == [("s", 7)]
    assert found.differences == ()


def test_a_program_without_shadow_has_none_to_decide() -> None:
    program = compiled(rule("b", FIVE), rule("d", SEVEN, stage="draft"))
    assert program.shadow is None
    assert would(program)[1] is None


def test_a_rule_in_shadow_that_would_take_the_place_of_another_says_so() -> None:
    group = {"group": "g", "mode": "best_of"}
    program = compiled(rule("b", FIVE, stacking=group), rule("s", SEVEN, stacking=group, stage="shadow"))
    decision, found = would(program)
    assert [(credit.rule, credit.amount) for credit in decision.credits] == [("b", 5)]
    assert found is not None
    assert found.differences == (("b", "points", -5),)


def test_a_live_multiplier_would_have_more_to_multiply() -> None:
    double = rule("m", {"amount": "multiplier", "params": {"permille": 2000}})
    _, found = would(compiled(rule("b", FIVE), double, rule("s", SEVEN, stage="shadow")))
    assert found is not None
    assert found.differences == (("m", "points", 7),)


def test_a_shadow_counts_against_limits_of_its_own() -> None:
    limited = rule("s", SEVEN, stage="shadow", limits=[{"window": "day", "most": 10}])
    program = compiled(limited)
    assert program.needs.limits == (("?s.points.day", "day"),)
    day = purchase(1).local_at.date()
    decision, found = would(program, State(used={("?s.points.day", day): 6, ("s.points.day", day): 10}))
    assert decision.used == ()
    assert found is not None
    assert [credit.amount for credit in found.credits] == [4]
    assert [(used.limit, used.window_start, used.amount) for used in found.used] == [
        ("?s.points.day", day, 4)
    ]


def test_a_shadow_takes_of_a_budget_of_its_own() -> None:
    program = compiled(rule("s", SEVEN, stage="shadow", budget={"most": 100}))
    ((slot, most),) = budgets_of(program, purchase(1)).items()
    assert (slot, most) == (("?s.points.units.ever", date(1, 1, 1), ""), 100)
    decision, found = would(program, State(budgets={slot: 3}))
    assert decision.spent == ()
    assert found is not None
    assert [(spent.slot, spent.amount) for spent in found.spent] == [(slot, 3)]


def test_why_says_what_a_shadow_would_have_given_and_not_to_members() -> None:
    program = compiled(rule("s", SEVEN, stage="shadow"), rule("b", FIVE))
    found = explain(program, State(), purchase(1_000))
    assert [(each.rule, each.fired, each.is_trial) for each in found.outcomes] == [
        ("s", False, True),
        ("b", True, False),
    ]
    assert say(found.outcomes[0].reasons[0], "fa") == "در اجرای پنهان: ۷ امتیاز می‌داد"
    assert say(found.outcomes[0].reasons[0], "en") == "in shadow: it would have given 7 points"
    assert found.totals == (("points", 5),)
    assert [each.rule for each in found.for_members().outcomes] == ["b"]


def test_why_says_why_a_shadow_would_have_given_nothing() -> None:
    least = {"field": "purchase.net", "op": "gte", "value": 10_000_000}
    found = explain(compiled(rule("s", SEVEN, when=least, stage="shadow")), State(), purchase(1_000))
    said = [say(reason, "fa") for reason in found.outcomes[0].reasons]
    assert said[0] == "در اجرای پنهان: چیزی نمی‌داد"
    assert len(said) == 2


def test_a_shadow_that_can_never_fire_is_pointed_out() -> None:
    program = document({**TIER_MULTIPLIER, "stage": "shadow"})
    assert len(notices(program)) == 1


def test_generated_code_and_the_plain_meaning_agree_about_pilots() -> None:
    program = compile_program(document(rule("p", FIVE, stage="pilot", pilot={"percent": 40})), number=1)
    for member in MEMBERS[:100]:
        state, fact = State(values={"member.id": member}), purchase(1_000)
        totals = dict(explain(program, state, fact).totals)
        assert totals == {c.wallet: c.amount for c in decide(program, state, fact).credits}

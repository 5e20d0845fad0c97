"""What must hold of any promotions on any cart."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bashgah.engine import compile_program
from bashgah.engine.document import Program
from bashgah.engine.facts import Fact
from bashgah.engine.promotions.quotes import Quote
from bashgah.engine.promotions.quoting import quote
from bashgah.engine.sentences import promotion_sentence
from bashgah.engine.states import State
from bashgah.engine.validation import problems
from bashgah.kit.phrases import say
from tests.engine.carts import WORTH
from tests.engine.cases import LADDER
from tests.laws.programs import COUNTERS, OCCASIONS, criteria, facts, line_trees, states

LAW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
money = st.integers(1, 900_000)
DEALS = st.one_of(
    st.builds(lambda permille: {"kind": "percent", "permille": permille}, st.integers(1, 1000)),
    st.builds(
        lambda amount, per: {"kind": "amount", "amount": amount, "per": per},
        money,
        st.sampled_from(["order", "line", "piece"]),
    ),
    st.builds(lambda price: {"kind": "fixed_price", "price": price}, money),
    st.builds(
        lambda buy, get, of, permille, times: {
            "kind": "buy_get", "buy": buy, "get": get, "of": of, "permille": permille, "times": times,
        },
        st.integers(1, 4), st.integers(1, 3), st.none() | line_trees, st.integers(1, 1000), st.integers(0, 2),
    ),
    st.builds(lambda every: {"kind": "cheapest_free", "every": every}, st.integers(2, 5)),
    st.builds(
        lambda starts, permille, by: {
            "kind": "brackets",
            "by": by,
            "brackets": [{"at_least": start, "permille": permille} for start in sorted(starts)],
        },
        st.sets(st.integers(0, 900_000), min_size=1, max_size=3),
        st.integers(1, 1000),
        st.sampled_from(["value", "quantity"]),
    ),
    st.builds(lambda up_to: {"kind": "free_shipping", "up_to": up_to}, st.integers(0, 50_000)),
)  # fmt: skip


@st.composite
def promotions(draw: st.DrawFn, key: str) -> dict[str, Any]:
    """A promotion that a validated program could have."""
    deal = draw(DEALS)
    alone = draw(st.sampled_from([False, False, True]))
    return {
        "key": key,
        "name": {"en": key},
        "deal": deal,
        "when": draw(st.none() | criteria("purchase")),
        "lines": draw(st.none() | line_trees),
        "minimum_value": draw(st.sampled_from([0, 0, 1000, 500_000])),
        "minimum_quantity": draw(st.sampled_from([0, 0, 2000])),
        "most": draw(st.just(0) | money),
        "lowest_price": 0 if deal["kind"] == "free_shipping" else draw(st.just(0) | money),
        "limits": draw(st.sampled_from([[], [{"window": "ever", "most": 300}]])),
        "uses": draw(st.sampled_from([0, 0, 100])),
        "combines": "alone" if alone else "with_others",
        "group": "" if alone else draw(st.sampled_from(["", "", "g"])),
        "priority": draw(st.integers(0, 3)),
    }


@st.composite
def quotes(draw: st.DrawFn) -> tuple[Program, State, Fact, Quote, Quote]:
    """A quote of a random cart, judged by generated code and by walking the trees."""
    document = {
        "wallets": WORTH,
        "ladders": [LADDER],
        "counters": [
            {**counter, "name": {"en": counter["key"]}}
            for counter in COUNTERS
            if not counter.get("trigger", "").startswith("custom:")
        ]
        + [{"key": "last", "name": {"en": "last"}, "counts": "days_since"}],
        "occasions": OCCASIONS,
        "promotions": [draw(promotions(f"p{i}")) for i in range(draw(st.integers(1, 5)))],
        "pay_with_points": {"least": 10, "step": 5, "most_permille": draw(st.integers(1, 1000))},
    }
    program = Program.model_validate(document)
    assert problems(program) == ()
    compiled = compile_program(program, number=1)
    cart = draw(facts().filter(lambda fact: fact.kind == "purchase"))
    honest = tuple(
        msgspec.structs.replace(line, discount=min(line.discount, line.gross), paid_by_points=0)
        for line in cart.lines
    )
    cart = msgspec.structs.replace(
        cart,
        lines=honest,
        gross=sum(line.gross for line in honest),
        discount=sum(line.discount for line in honest),
        paid_by_points=0,
    )
    state = msgspec.structs.replace(draw(states()), balances={"points": draw(st.integers(0, 100_000))})
    pay = draw(st.none() | st.integers(0, 200_000))
    return (
        program,
        state,
        cart,
        quote(compiled, state, cart, pay=pay),
        quote(compiled, state, cart, pay=pay, walking=True),
    )


@LAW
@given(quotes())
def test_a_quote_adds_up_to_the_last_unit(case: tuple[Program, State, Fact, Quote, Quote]) -> None:
    program, state, cart, found, walked = case
    assert walked == found
    assert found.discount == sum(each.amount for each in found.given)
    for each in found.given:
        assert each.amount == sum(part for _no, part in each.lines) + each.shipping > 0
    for before, line, after in zip(cart.lines, found.lines, found.fact.lines, strict=True):
        assert line.before - sum(part for _key, part in line.offs) == line.net == after.net >= 0
        assert before.gross == after.gross
        assert 0 <= after.paid_by_points <= max(0, after.net)
    assert found.goods == sum(line.net for line in found.lines) == found.fact.net
    assert found.total == cart.net + cart.shipping - found.discount >= 0
    paid = found.payment
    assert paid is not None
    assert sum(line.paid_by_points for line in found.fact.lines) == paid.paid
    assert paid.chosen <= paid.units <= state.balances["points"]
    assert paid.money * 1000 <= max(0, found.goods) * 1000
    assert program.pay_with_points is not None
    assert paid.money <= found.goods * program.pay_with_points.most_permille // 1000


@LAW
@given(quotes())
def test_every_promotion_is_given_or_refused_with_a_reason(
    case: tuple[Program, State, Fact, Quote, Quote],
) -> None:
    program, _state, _cart, found, _walked = case
    assert sorted(
        [each.promotion for each in found.given] + [each.promotion for each in found.refused]
    ) == sorted(promotion.key for promotion in program.promotions)
    terms = {promotion.key: promotion for promotion in program.promotions}
    for each in found.given:
        assert not terms[each.promotion].most or each.amount <= terms[each.promotion].most
    alone = [each for each in found.given if terms[each.promotion].combines == "alone"]
    assert not alone or len(found.given) == 1
    groups = [terms[each.promotion].group for each in found.given if terms[each.promotion].group]
    assert len(groups) == len(set(groups))
    for refused in found.refused:
        for reason in refused.reasons:
            assert "{" not in say(reason, "fa") + say(reason, "en")
        assert refused.reasons
    for promotion in program.promotions:
        for lang in ("fa", "en"):
            assert "{" not in promotion_sentence(promotion, program, lang)

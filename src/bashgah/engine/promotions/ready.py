"""Promotions made ready: conditions checked, and generated functions that judge carts and their lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bashgah.engine.criteria.judging import Scene, holds
from bashgah.engine.criteria.parsing import parse
from bashgah.engine.criteria.tree import Node, state_fields
from bashgah.engine.deals import BuyGet
from bashgah.engine.document import Occasion, Program, Promotion
from bashgah.engine.facts import Fact, Line
from bashgah.engine.generating.expressions import Constants, Expressions, opening
from bashgah.engine.generating.safety import checked
from bashgah.engine.limiting import TIMES
from bashgah.engine.occasions import occasions_named
from bashgah.engine.program import limit_key
from bashgah.engine.states import Needs, State
from bashgah.kit.jalali import Calendar

CartTest = Callable[[Fact, State], bool]
LineTest = Callable[[Line], bool]


@dataclass(frozen=True, slots=True, eq=False)
class ReadyPromotion:
    """A promotion with its conditions; ``place`` is its place in the document."""

    place: int
    promotion: Promotion
    when: Node | None
    lines: Node | None
    gets: Node | None
    only: tuple[Occasion, ...]
    never: tuple[Occasion, ...]

    @property
    def key(self) -> str:
        """Its key."""
        return self.promotion.key


@dataclass(frozen=True, slots=True)
class Tests:
    """What judges a promotion's cart, its lines, and the lines of which pieces are given."""

    when: CartTest | None
    lines: LineTest | None
    gets: LineTest | None


def promotion_ready(program: Program, place: int, promotion: Promotion) -> ReadyPromotion:
    """Check a promotion's conditions; what cannot be understood raises ``Refusal`` with a pointer."""
    at = f"/promotions/{place}"

    def read(data: dict[str, Any] | None, scope: str, where: str) -> Node | None:
        return None if data is None else parse(data, program=program, scope=scope, at=f"{at}/{where}")

    deal = promotion.deal
    return ReadyPromotion(
        place,
        promotion,
        read(promotion.when, "fact", "when"),
        read(promotion.lines, "line", "lines"),
        read(deal.of, "line", "deal/of") if isinstance(deal, BuyGet) else None,
        occasions_named(program, promotion.schedule.occasions, f"{at}/schedule/occasions"),
        occasions_named(program, promotion.schedule.not_on, f"{at}/schedule/not_on"),
    )


def promotions_ready(program: Program) -> tuple[ReadyPromotion, ...]:
    """Return the live promotions in the order in which they are applied: by priority, then by place."""
    ready = [
        promotion_ready(program, place, promotion)
        for place, promotion in enumerate(program.promotions)
        if promotion.stage == "live"
    ]
    return tuple(sorted(ready, key=lambda each: (each.promotion.priority, each.place)))


def cart_needs(ready: Sequence[ReadyPromotion], needs: Needs) -> Needs:
    """Return what a quote reads beside what deciding the purchase reads."""
    fields = needs.fields.union(*(state_fields(each.when) for each in ready))
    limits = [
        (promotion_limit(each.key, limit.window), limit.window)
        for each in ready
        for limit in each.promotion.limits
    ]
    return Needs(fields, (*needs.limits, *limits), needs.ladders, needs.measures)


def promotion_limit(key: str, window: str) -> str:
    """Return the key under which a member's uses of a promotion are counted."""
    return limit_key(f"~{key}", TIMES, window)


def generated(ready: Sequence[ReadyPromotion], calendar: Calendar) -> tuple[Tests, ...]:
    """Return generated tests of every promotion, in one module; no text people typed stands in it."""
    constants = Constants()
    expressions = Expressions(calendar, constants)
    source: list[str] = []
    for i, each in enumerate(ready):
        if each.when is not None:
            expressions.used = set()
            answer = expressions.node(each.when)
            source += [f"def when{i}(fact, state):", *opening(expressions), f"    return {answer}", ""]
        for name, node in (("lines", each.lines), ("gets", each.gets)):
            if node is not None:
                source += [f"def {name}{i}(line):", f"    return {expressions.line(node)}", ""]
    text = "\n".join([*expressions.functions, *source])
    space: dict[str, Any] = {"__builtins__": {}, **constants.table}
    exec(checked(text, constants.table), space)  # noqa: S102 the whole source was written here and checked
    return tuple(
        Tests(space.get(f"when{i}"), space.get(f"lines{i}"), space.get(f"gets{i}"))
        for i, _each in enumerate(ready)
    )


def interpreted(
    ready: Sequence[ReadyPromotion], calendar: Calendar, fact: Fact, state: State
) -> tuple[Tests, ...]:
    """Return tests that walk the trees: the meaning generated tests are held to."""
    scene = Scene(fact, state, calendar)

    def of_line(node: Node | None) -> LineTest | None:
        return None if node is None else lambda line: holds(node, scene, line)

    def of_cart(node: Node | None) -> CartTest | None:
        return None if node is None else lambda _fact, _state: holds(node, scene)

    return tuple(Tests(of_cart(each.when), of_line(each.lines), of_line(each.gets)) for each in ready)

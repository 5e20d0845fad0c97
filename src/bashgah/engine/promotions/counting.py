"""What a purchase with promotions counts: a member's uses, everybody's uses, money, codes used up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from bashgah.engine.decisions import Spent, Used
from bashgah.engine.document import Program, Promotion
from bashgah.engine.facts import Discount
from bashgah.engine.promotions.ready import promotion_limit
from bashgah.engine.states import Slot
from bashgah.engine.windows import EVER, window_start

Counted = tuple[tuple[Used, ...], tuple[Spent, ...]]


def uses_slot(key: str) -> Slot:
    """Return where the uses of a promotion by everybody are counted."""
    return f"~{key}.uses", EVER, ""


def money_slot(key: str) -> Slot:
    """Return where the money is counted that a promotion took off for everybody."""
    return f"~{key}.money", EVER, ""


def code_slot(key: str, code: str) -> Slot:
    """Return where the use of a code is counted that can be used once."""
    return f"~{key}.code.{code}", EVER, ""


def counted(program: Program, discounts: Iterable[Discount], day: date) -> Counted:
    """Return what these discounts count on a local day.

    The same for the purchase that has them and, as what is given back, for its whole return: it depends on
    nothing but the program's version, the discounts and the purchase's day.
    """
    terms = {promotion.key: promotion for promotion in program.promotions}
    used: list[Used] = []
    spent: list[Spent] = []
    for discount in discounts:
        promotion = terms.get(discount.promotion)
        if promotion is None:
            continue
        for limit in promotion.limits:
            start = window_start(limit.window, day, program.calendar)
            used.append(Used(promotion_limit(promotion.key, limit.window), start, 1))
        if promotion.uses:
            spent.append(Spent(uses_slot(promotion.key), 1))
        if promotion.budget:
            spent.append(Spent(money_slot(promotion.key), discount.amount))
        if promotion.single_use_codes and discount.code:
            spent.append(Spent(code_slot(promotion.key, discount.code), 1))
    return tuple(used), tuple(spent)


def mosts(program: Program, codes: Iterable[str] = ()) -> dict[Slot, int]:
    """Return how much there is in all of everything that live promotions share, as a quote asks for it.

    ``codes`` are those that were typed: only their use is asked for.
    """
    typed = {code.strip().upper() for code in codes}
    found: dict[Slot, int] = {}
    for promotion in program.promotions:
        if promotion.stage == "live" and (not promotion.codes or typed.intersection(promotion.codes)):
            found |= mosts_of(promotion, typed)
    return found


def mosts_of(promotion: Promotion, codes: Iterable[str]) -> dict[Slot, int]:
    """Return how much there is in all of what one promotion shares."""
    found: dict[Slot, int] = {}
    if promotion.uses:
        found[uses_slot(promotion.key)] = promotion.uses
    if promotion.budget:
        found[money_slot(promotion.key)] = promotion.budget
    if promotion.single_use_codes:
        found |= {code_slot(promotion.key, code): 1 for code in codes if code in promotion.codes}
    return found


def windows_full(
    program: Program, discounts: Iterable[Discount], day: date, used: Mapping[tuple[str, date], int]
) -> str | None:
    """Return the first promotion that a member had as often as they may, or None."""
    terms = {promotion.key: promotion for promotion in program.promotions}
    for discount in discounts:
        promotion = terms.get(discount.promotion)
        for limit in promotion.limits if promotion else ():
            key = promotion_limit(discount.promotion, limit.window)
            if used.get((key, window_start(limit.window, day, program.calendar)), 0) >= limit.most:
                return discount.promotion
    return None

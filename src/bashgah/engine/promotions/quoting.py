"""Quotes a cart: which promotions it gets, in which order, which not and why, and what it would earn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from bashgah.engine.criteria.saying import Names, clause, why_not
from bashgah.engine.deals import BuyGet, CheapestFree
from bashgah.engine.deciding import decide
from bashgah.engine.document import Program
from bashgah.engine.earning import in_schedule, scene_of
from bashgah.engine.exact import apportion
from bashgah.engine.explaining import schedule_reasons
from bashgah.engine.facts import Discount, Fact, Line
from bashgah.engine.limiting import OFTEN
from bashgah.engine.program import CompiledProgram
from bashgah.engine.promotions.counting import code_slot, counted, money_slot, uses_slot
from bashgah.engine.promotions.offs import Basket, pieces, quantity_of, taken, value_of
from bashgah.engine.promotions.paying import payment
from bashgah.engine.promotions.quotes import Given, Payment, PricedLine, Quote, Refused
from bashgah.engine.promotions.ready import ReadyPromotion, Tests, generated, interpreted, promotion_limit
from bashgah.engine.states import State
from bashgah.engine.windows import window_start
from bashgah.engine.words import money, texts
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _

Reasons = list[Phrase]


@dataclass(slots=True)
class _Cart:
    """What is being quoted."""

    compiled: CompiledProgram
    state: State
    fact: Fact
    codes: frozenset[str]
    names: Names | None
    nameless: bool

    @property
    def program(self) -> Program:
        return self.compiled.document


@dataclass(frozen=True, slots=True)
class _Entitled:
    """A promotion the cart may get, with the lines it is about and the code that opened it."""

    ready: ReadyPromotion
    chosen: tuple[int, ...]
    gets: tuple[int, ...] | None
    code: str


@dataclass(frozen=True, slots=True)
class _Off:
    """What an entitled promotion takes in its turn; ``over`` says that its budget does not hold that much."""

    entitled: _Entitled
    lines: list[int]
    shipping: int
    over: bool = False

    @property
    def amount(self) -> int:
        return sum(self.lines) + self.shipping


def quote(
    compiled: CompiledProgram,
    state: State,
    cart: Fact,
    *,
    pay: int | None = None,
    names: Names | None = None,
    nameless: bool = False,
    walking: bool = False,
) -> Quote:
    """Return what a cart costs and earns; pure, total, the same for the same input.

    ``cart`` is the purchase as the shop rang it up: ``Line.discount`` is what the shop itself gave,
    ``coupons`` the codes that were typed. ``state.balances`` is what can be paid with, ``state.used`` how
    often the member had a promotion, ``state.budgets`` how often it can be had by anybody. ``pay`` is the
    number of units the member wants to pay with. Promotions that combine are applied one after another, by
    priority, each to what the ones before it left; one that stands alone is given instead of all of them
    where it takes off more. A ``nameless`` cart is nobody's: it gets nothing that is counted by member.
    ``walking`` judges by walking the trees instead of by generated code.
    """
    codes = frozenset(code.strip().upper() for code in cart.coupons)
    about = _Cart(compiled, state, cart, codes, names, nameless)
    refused: dict[str, Reasons] = {}
    entitled = _entitled(about, _tests(about, walking), refused)
    offs = _best(about, entitled, refused)
    given = [_given(about, off) for off in offs]
    fact, lines = _priced(cart, offs)
    used, spent = counted(compiled.document, fact.promotions, cart.local_at.date())
    paid = payment(compiled.document, state, max(0, fact.net), pay)
    fact = _paid(fact, paid)
    known = {code for promotion in compiled.document.promotions for code in promotion.codes}
    return Quote(
        lines=lines,
        given=tuple(given),
        refused=tuple(Refused(key, tuple(reasons)) for key, reasons in refused.items()),
        goods=fact.net,
        shipping=fact.shipping,
        discount=sum(each.amount for each in given),
        payment=paid,
        used=used,
        spent=spent,
        unknown=tuple(code for code in cart.coupons if code.strip().upper() not in known),
        fact=fact,
        decision=decide(compiled, state, fact),
    )


def _tests(cart: _Cart, walking: bool) -> tuple[Tests, ...]:
    ready, calendar = cart.compiled.promotions, cart.program.calendar
    if walking:
        return interpreted(ready, calendar, cart.fact, cart.state)
    tests: tuple[Tests, ...] | None = cart.compiled.earners.get("#promotions")
    if tests is None:
        tests = cart.compiled.earners["#promotions"] = generated(ready, calendar)
    return tests


def _entitled(cart: _Cart, tests: Sequence[Tests], refused: dict[str, Reasons]) -> list[_Entitled]:
    found = []
    for ready, test in zip(cart.compiled.promotions, tests, strict=True):
        if ready.promotion.codes and cart.codes.isdisjoint(ready.promotion.codes):
            continue  # a code is a secret: who does not have it is not told of it
        lines = cart.fact.lines
        every = range(len(lines))
        chosen = tuple(every) if test.lines is None else tuple(i for i in every if test.lines(lines[i]))
        gets = None
        if test.gets is not None:
            bought = frozenset(chosen)
            gets = tuple(i for i in every if i not in bought and test.gets(lines[i]))
        reasons = _reasons(cart, ready, test, chosen)
        if reasons:
            refused[ready.key] = reasons
        else:
            found.append(_Entitled(ready, chosen, gets, next(iter(_codes(cart, ready)), "")))
    return found


def _codes(cart: _Cart, ready: ReadyPromotion) -> list[str]:
    """Return the typed codes that open a promotion, those used up left out."""
    promotion, left = ready.promotion, cart.state.budgets
    return [
        code
        for code in promotion.codes
        if code in cart.codes
        and (not promotion.single_use_codes or left.get(code_slot(promotion.key, code), 0) > 0)
    ]


def _reasons(cart: _Cart, ready: ReadyPromotion, test: Tests, chosen: tuple[int, ...]) -> Reasons:
    """Return every reason for which the cart may not get a promotion."""
    promotion, fact, state = ready.promotion, cart.fact, cart.state
    reasons: Reasons = []
    if not fact.lines_known and promotion.deal.kind != "free_shipping":
        msgid = _("not judged: the purchase was recorded by amount alone, without invoice lines")
        return [Phrase(msgid)]
    if promotion.codes and not _codes(cart, ready):
        reasons.append(Phrase(_("this code was used before")))
    if not in_schedule(promotion.schedule, fact, ready.only, ready.never):
        reasons += schedule_reasons(promotion.schedule, fact, ready.only, ready.never)
    if test.when is not None and not test.when(fact, state):
        reasons += why_not(ready.when, scene_of(cart.compiled, state, fact), cart.names)
    if not chosen and promotion.deal.kind != "free_shipping":
        reasons.append(Phrase(_("nothing in the cart is part of it")))
    basket = Basket(fact.lines, (), 0, chosen, None)
    if (value := value_of(basket)) < promotion.minimum_value:
        told = {
            "least": money(promotion.minimum_value, cart.program),
            "missing": money(promotion.minimum_value - value, cart.program),
        }
        reasons.append(Phrase(_("at least {least} of it is needed, {missing} more"), told))
    if (quantity := quantity_of(basket)) < promotion.minimum_quantity:
        missing = promotion.minimum_quantity - quantity
        pieces_told = {"least": _number(promotion.minimum_quantity), "missing": _number(missing)}
        reasons.append(Phrase(_("at least {least} pieces of it are needed, {missing} more"), pieces_told))
    day = fact.local_at.date()
    if promotion.limits and cart.nameless:
        reasons.append(Phrase(_("it is counted for each member: name the member")))
    for limit in promotion.limits:
        key = (
            promotion_limit(promotion.key, limit.window),
            window_start(limit.window, day, cart.program.calendar),
        )
        if state.used.get(key, 0) >= limit.most:
            reasons.append(Phrase(OFTEN[limit.window], {"most": limit.most}))
    if promotion.uses and state.budgets.get(uses_slot(promotion.key), 0) < 1:
        reasons.append(Phrase(_("all {count} of it have been given"), {"count": promotion.uses}))
    return reasons


def _best(cart: _Cart, entitled: list[_Entitled], refused: dict[str, Reasons]) -> list[_Off]:
    """Return the offs the cart gets: those that combine, or one that stands alone where it takes off more."""
    together = [each for each in entitled if each.ready.promotion.combines == "with_others"]
    notes: dict[str, Reasons] = {}
    best = _combined(cart, together, notes)
    winner = ""
    for each in entitled:
        if each.ready.promotion.combines == "alone":
            off = _applied(cart, each, [line.net for line in cart.fact.lines], cart.fact.shipping)
            if not off.amount:
                notes[each.ready.key] = [_nothing(off, cart)]
            elif off.amount > sum(other.amount for other in best):
                best, winner = [off], each.ready.key
    kept = {off.entitled.ready.key for off in best}
    for each in entitled:
        key = each.ready.key
        if key in kept:
            continue
        more = _instead(cart, winner) if winner else Phrase(_("the other promotions together take off more"))
        refused[key] = notes.get(key) or [more]
    return best


def _combined(cart: _Cart, entitled: list[_Entitled], notes: dict[str, Reasons]) -> list[_Off]:
    """Apply promotions one after another; of a group the one that takes most when its first comes."""
    left = [line.net for line in cart.fact.lines]
    shipping = cart.fact.shipping
    offs: list[_Off] = []
    done: set[str] = set()
    for each in entitled:
        group = each.ready.promotion.group
        if group in done:
            continue
        rivals = [each] if not group else [r for r in entitled if r.ready.promotion.group == group]
        tried = [_applied(cart, rival, left, shipping) for rival in rivals]
        off = max(tried, key=lambda trial: trial.amount)
        if group:
            done.add(group)
        for trial in tried:
            if not trial.amount:
                notes[trial.entitled.ready.key] = [_nothing(trial, cart)]
            elif trial is not off:
                notes[trial.entitled.ready.key] = [_instead(cart, off.entitled.ready.key)]
        if off.amount:
            left = [price - part for price, part in zip(left, off.lines, strict=True)]
            shipping -= off.shipping
            offs.append(off)
    return offs


def _applied(cart: _Cart, each: _Entitled, left: Sequence[int], shipping: int) -> _Off:
    promotion = each.ready.promotion
    off = _Off(each, *taken(promotion, Basket(cart.fact.lines, left, shipping, each.chosen, each.gets)))
    if promotion.budget and off.amount > cart.state.budgets.get(money_slot(promotion.key), 0):
        return _Off(each, [0] * len(cart.fact.lines), 0, over=True)
    return off


def _nothing(off: _Off, cart: _Cart) -> Phrase:
    """Say why a promotion takes nothing off: pieces that are missing, or nothing left to take."""
    each, deal = off.entitled, off.entitled.ready.promotion.deal
    if off.over:
        promotion = each.ready.promotion
        left = max(0, cart.state.budgets.get(money_slot(promotion.key), 0))
        told_budget = {"most": money(promotion.budget, cart.program), "left": money(left, cart.program)}
        return Phrase(_("of its budget of {most} only {left} are left, which is not enough"), told_budget)
    if isinstance(deal, BuyGet | CheapestFree):
        have = sum(pieces(cart.fact.lines[i]) for i in each.chosen)
        needed = deal.every if isinstance(deal, CheapestFree) else deal.buy + (each.gets is None)
        if have < needed:
            told = {"missing": needed - have}
            return Phrase(_("{missing} more pieces of it are needed"), told)
        if each.ready.gets is not None and not each.gets:
            where = clause(each.ready.gets, cart.names, currency=cart.program.currency)
            return Phrase(_("put into the cart what it gives: a line where {where}"), {"where": where})
    return Phrase(_("it takes nothing off this cart"))


def _instead(cart: _Cart, key: str) -> Phrase:
    named = next(each for each in cart.program.promotions if each.key == key)
    return Phrase(_("“{promotion}” is given instead"), {"promotion": texts(named.name, key)})


def _given(cart: _Cart, off: _Off) -> Given:
    lines = tuple((line.no, part) for line, part in zip(cart.fact.lines, off.lines, strict=True) if part)
    amount = money(off.amount, cart.program)
    said = Phrase(_("takes {amount} off"), {"amount": amount})
    if off.shipping:
        said = Phrase(_("takes {amount} off shipping"), {"amount": amount})
    return Given(off.entitled.ready.key, off.amount, lines, off.shipping, (said,))


def _priced(cart: Fact, offs: Sequence[_Off]) -> tuple[Fact, tuple[PricedLine, ...]]:
    """Return the purchase after promotions, and its lines told."""
    priced, lines = [], []
    for i, line in enumerate(cart.lines):
        parts = tuple((off.entitled.ready.key, off.lines[i]) for off in offs if off.lines[i])
        off_line = sum(part for _key, part in parts)
        priced.append(PricedLine(line.no, line.net, parts, line.net - off_line))
        lines.append(msgspec.structs.replace(line, discount=line.discount + off_line))
    fact = msgspec.structs.replace(
        cart,
        lines=tuple(lines),
        discount=sum(line.discount for line in lines) if lines else cart.discount,
        shipping=cart.shipping - sum(off.shipping for off in offs),
        promotions=tuple(_discount(cart, off) for off in offs),
    )
    return fact, tuple(priced)


def _discount(cart: Fact, off: _Off) -> Discount:
    parts = tuple((line.no, part) for line, part in zip(cart.lines, off.lines, strict=True) if part)
    return Discount(off.entitled.ready.key, parts, off.shipping, off.entitled.code)


def _paid(fact: Fact, paid: Payment | None) -> Fact:
    """Return the purchase with the part that points pay, shared among the lines by price."""
    if paid is None or not paid.paid:
        return fact
    if not fact.lines:
        return msgspec.structs.replace(fact, paid_by_points=fact.paid_by_points + paid.paid)
    parts = apportion(paid.paid, [max(0, line.net) for line in fact.lines])
    lines: list[Line] = [
        msgspec.structs.replace(line, paid_by_points=line.paid_by_points + part)
        for line, part in zip(fact.lines, parts, strict=True)
    ]
    return msgspec.structs.replace(fact, lines=tuple(lines), paid_by_points=fact.paid_by_points + paid.paid)


def _number(thousandths: int) -> Decimal:
    return Decimal(thousandths).scaleb(-3)

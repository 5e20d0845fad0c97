"""What a promotion says: who gets it, on what, what is taken off, how far, and beside which others."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from bashgah.engine import words
from bashgah.engine.criteria.saying import Names, chain, clause
from bashgah.engine.deals import (
    AmountOff,
    BracketsOff,
    BuyGet,
    CheapestFree,
    FixedPrice,
    FreeShipping,
    PercentOff,
)
from bashgah.engine.document import PointsPayment, Program, Promotion
from bashgah.engine.promotions.ready import ReadyPromotion, promotion_ready
from bashgah.engine.sentences.marking import Voice, opened, plain
from bashgah.engine.sentences.times import PRIORITY_USUAL, STAGES, often, times
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _

_PER = {
    "order": _("{amount} off {lines}"),
    "line": _("{amount} off every line of {lines}"),
    "piece": _("{amount} off every piece of {lines}"),
}
# (of other goods, free)
_GIVES = {
    (False, True): _("for every {buy} pieces of {lines}, {get} more of them free, cheapest first"),
    (True, True): _("for every {buy} pieces of {lines}, {get} pieces of {gets} free, cheapest first"),
    (False, False): _(
        "for every {buy} pieces of {lines}, {percent} percent off {get} more of them, cheapest first"
    ),
    (True, False): _(
        "for every {buy} pieces of {lines}, {percent} percent off {get} pieces of {gets}, cheapest first"
    ),
}
_REST = {
    "in_money": _("What units do not divide is paid in money."),
    "one_more": _("One unit more may pay what units do not divide."),
}


def promotion_sentence(
    promotion: Promotion,
    program: Program,
    lang: str,
    *,
    names: Names | None = None,
    zone: str = "Asia/Tehran",
    display: str = "toman",
) -> str:
    """Return what a promotion says, in words that leave nothing out; codes are counted, never told."""
    voice = Voice(lang, program.calendar, zone, display)
    ready = promotion_ready(program, 0, promotion)
    said = [voice.say(each) for each in _promotion(ready, program, voice, names or {})]
    return plain(" ".join([opened(said[0]), *said[1:]]))


def payment_sentence(terms: PointsPayment, program: Program, lang: str, *, display: str = "toman") -> str:
    """Return how a bill can be paid by points."""
    voice = Voice(lang, program.calendar, "Asia/Tehran", display)
    wallet = next(each for each in program.wallets if each.key == terms.wallet)
    told: dict[str, Any] = {
        "percent": Decimal(terms.most_permille) / 10,
        "least": words.units(terms.least, wallet, program),
        "step": words.units(terms.step, wallet, program),
        "worth": words.money(wallet.worth, program),
        "wallet": words.wallet_name(wallet),
    }
    said = (
        Phrase(
            _("At most {percent} percent of the goods can be paid by {wallet}, {worth} for each unit."), told
        ),
        Phrase(_("It begins at {least} and goes in steps of {step}."), told),
        Phrase(_REST[terms.remainder]),
    )
    return " ".join(voice.say(each) for each in said)


def _promotion(ready: ReadyPromotion, program: Program, voice: Voice, names: Names) -> Iterator[Phrase]:
    promotion = ready.promotion
    yield _main(ready, program, voice, names)
    if promotion.codes:
        yield Phrase(_("It needs one of its {count} codes."), {"count": len(promotion.codes)})
    if promotion.single_use_codes:
        yield Phrase(_("Each code can be used once."))
    yield from _bounds(promotion, program)
    if promotion.limits:
        caps = [often(limit) for limit in promotion.limits]
        yield Phrase(_("Each member can have it at most {caps}."), {"caps": caps})
    if promotion.uses:
        yield Phrase(_("It can be had {count} times by all members together."), {"count": promotion.uses})
    if promotion.budget:
        budget = {"money": words.money(promotion.budget, program)}
        yield Phrase(_("It takes off {money} for all members together."), budget)
    if promotion.combines == "alone":
        yield Phrase(_("It joins no other promotion: what takes off more is given."))
    if promotion.group:
        only = _("Of the promotions in “{group}” only the one that takes off most is given.")
        yield Phrase(only, {"group": promotion.group})
    if promotion.priority != PRIORITY_USUAL:
        order = {"priority": promotion.priority}
        yield Phrase(_("Its priority is {priority}; smaller goes first."), order)
    if promotion.stage in STAGES:
        yield Phrase(STAGES[promotion.stage])


def _bounds(promotion: Promotion, program: Program) -> Iterator[Phrase]:
    if promotion.minimum_value:
        least = {"money": words.money(promotion.minimum_value, program)}
        yield Phrase(_("At least {money} of these goods are needed."), least)
    if promotion.minimum_quantity:
        many = {"count": _many(promotion.minimum_quantity)}
        yield Phrase(_("At least {count} pieces of these goods are needed."), many)
    if promotion.most:
        yield Phrase(_("It takes off at most {money}."), {"money": words.money(promotion.most, program)})
    if promotion.lowest_price:
        floor = {"money": words.money(promotion.lowest_price, program)}
        yield Phrase(_("No piece becomes cheaper than {money} by it."), floor)


def _main(ready: ReadyPromotion, program: Program, voice: Voice, names: Names) -> Phrase:
    gives = _deal(ready, program, names)
    whole = Phrase("{gives}.", {"gives": gives})
    if ready.when is not None:
        when = clause(ready.when, names, currency=program.currency)
        whole = Phrase(_("When {when}: {gives}."), {"when": when, "gives": gives})
    timed = list(times(ready.promotion.schedule, ready.only, ready.never, voice))
    if not timed:
        return whole
    return Phrase("{times}: {whole}", {"times": chain(timed, _("{first}, {second}")), "whole": whole})


def _deal(ready: ReadyPromotion, program: Program, names: Names) -> Phrase:  # noqa: PLR0911 one line a kind
    deal = ready.promotion.deal
    lines = Phrase(_("all goods"))
    if ready.lines is not None:
        lines = Phrase(
            _("goods where {where}"), {"where": clause(ready.lines, names, currency=program.currency)}
        )
    told: dict[str, Any] = {"lines": lines}
    match deal:
        case PercentOff():
            return Phrase(_("{percent} percent off {lines}"), told | {"percent": Decimal(deal.permille) / 10})
        case AmountOff():
            return Phrase(_PER[deal.per], told | {"amount": words.money(deal.amount, program)})
        case FixedPrice():
            price = {"price": words.money(deal.price, program)}
            return Phrase(_("{price} for each piece of {lines}"), told | price)
        case BuyGet():
            return _buy_get(deal, ready, program, names, told)
        case CheapestFree():
            counts = {"every": deal.every, "free": deal.free}
            return Phrase(_("of every {every} pieces of {lines} the {free} cheapest are free"), told | counts)
        case BracketsOff():
            return _brackets(deal, program, told)
        case FreeShipping():
            if not deal.up_to:
                return Phrase(_("free shipping"))
            return Phrase(_("free shipping up to {money}"), {"money": words.money(deal.up_to, program)})


def _buy_get(
    deal: BuyGet, ready: ReadyPromotion, program: Program, names: Names, told: dict[str, Any]
) -> Phrase:
    told |= {"buy": deal.buy, "get": deal.get, "percent": Decimal(deal.permille) / 10}
    if ready.gets is not None:
        given = clause(ready.gets, names, currency=program.currency)
        told["gets"] = Phrase(_("goods where {where}"), {"where": given})
    said = Phrase(_GIVES[ready.gets is not None, deal.permille == 1000], told)
    if not deal.times:
        return said
    return Phrase(_("{given}, at most {times} times in a cart"), {"given": said, "times": deal.times})


def _brackets(deal: BracketsOff, program: Program, told: dict[str, Any]) -> Phrase:
    rows = []
    for bracket in deal.brackets:
        start: Any = words.money(bracket.at_least, program)
        if deal.by == "quantity":
            start = Phrase(_("{count} pieces"), {"count": _many(bracket.at_least)})
        off: Any = words.money(bracket.amount, program)
        if bracket.permille:
            off = Phrase(_("{percent} percent"), {"percent": Decimal(bracket.permille) / 10})
        rows.append(Phrase(_("from {start}: {off}"), {"start": start, "off": off}))
    return Phrase(_("off {lines} by brackets ({rows})"), told | {"rows": rows})


def _many(thousandths: int) -> Decimal:
    return Decimal(thousandths).scaleb(-3)

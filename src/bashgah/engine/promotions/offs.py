"""What each deal takes off which line, exact: parts add up to the whole, no line goes below its floor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bashgah.engine.deals import (
    AmountOff,
    BracketsOff,
    BuyGet,
    CheapestFree,
    FixedPrice,
    FreeShipping,
    OffBracket,
    PercentOff,
)
from bashgah.engine.document import Promotion
from bashgah.engine.exact import apportion
from bashgah.engine.facts import Line

Offs = list[int]
"""What is taken off each line of the cart, by its place."""


@dataclass(frozen=True, slots=True)
class Basket:
    """The cart at one moment of pricing: what each line costs now, and which lines are meant.

    ``gets`` are the lines of which a buy-and-get gives pieces, where they are not the chosen ones.
    """

    lines: Sequence[Line]
    left: Sequence[int]
    shipping: int
    chosen: Sequence[int]
    gets: Sequence[int] | None


def pieces(line: Line) -> int:
    """Return how many pieces a line holds; weighed goods that are no whole number count as one piece."""
    return line.quantity // 1000 if line.quantity >= 1000 and line.quantity % 1000 == 0 else 1


def taken(promotion: Promotion, basket: Basket) -> tuple[Offs, int]:
    """Return what the promotion takes off each line, and off shipping.

    ``most`` caps the sum: what is above it is taken back from the lines in proportion. No line falls below
    ``lowest_price`` for each piece, nor below zero; what is below it already stays as it is.
    """
    offs = [0] * len(basket.lines)
    deal = promotion.deal
    if isinstance(deal, FreeShipping):
        off = min(basket.shipping, deal.up_to or basket.shipping)
        return offs, min(off, promotion.most or off)
    room = _room(promotion, basket)
    match deal:
        case PercentOff():
            _percent(deal.permille, basket, offs)
        case AmountOff():
            _amount(deal, basket, room, offs)
        case FixedPrice():
            for i in basket.chosen:
                # a part of a rial is the shop's: the price of a weighed line is rounded up
                offs[i] = max(0, basket.left[i] - -(-deal.price * basket.lines[i].quantity // 1000))
        case BuyGet():
            _buy_get(deal, basket, offs)
        case CheapestFree():
            every = sum(pieces(basket.lines[i]) for i in basket.chosen)
            _cheapest(every // deal.every * deal.free, basket.chosen, 1000, basket, offs)
        case BracketsOff():
            _bracket(bracket_reached(deal, basket), basket, room, offs)
    offs = [min(off, space) for off, space in zip(offs, room, strict=True)]
    if promotion.most and sum(offs) > promotion.most:
        offs = apportion(promotion.most, offs)
    return offs, 0


def value_of(basket: Basket) -> int:
    """Return what the chosen lines cost before any promotion."""
    return sum(basket.lines[i].net for i in basket.chosen)


def quantity_of(basket: Basket) -> int:
    """Return the quantity of the chosen lines, in thousandths."""
    return sum(basket.lines[i].quantity for i in basket.chosen)


def bracket_reached(deal: BracketsOff, basket: Basket) -> OffBracket | None:
    """Return the highest bracket that the chosen lines reach, before any promotion."""
    reached = value_of(basket) if deal.by == "value" else quantity_of(basket)
    found = [bracket for bracket in deal.brackets if bracket.at_least <= reached]
    return found[-1] if found else None


def _room(promotion: Promotion, basket: Basket) -> list[int]:
    """Return how far each line may fall."""
    floor = promotion.lowest_price
    if not floor:
        return [max(0, left) for left in basket.left]
    return [
        max(0, left - -(-floor * line.quantity // 1000))
        for left, line in zip(basket.left, basket.lines, strict=True)
    ]


def _percent(permille: int, basket: Basket, offs: Offs) -> None:
    """Take a part of the sum, rounded down once, shared by price."""
    prices = [max(0, basket.left[i]) for i in basket.chosen]
    parts = apportion(sum(prices) * permille // 1000, prices)
    for i, part in zip(basket.chosen, parts, strict=True):
        offs[i] = part


def _amount(deal: AmountOff, basket: Basket, room: Sequence[int], offs: Offs) -> None:
    if deal.per == "order":
        _spread(deal.amount, basket, room, offs)
        return
    for i in basket.chosen:
        offs[i] = deal.amount * (pieces(basket.lines[i]) if deal.per == "piece" else 1)


def _spread(amount: int, basket: Basket, room: Sequence[int], offs: Offs) -> None:
    """Share an amount by how far each line may fall, so that all of it finds place while there is any."""
    spaces = [room[i] for i in basket.chosen]
    for i, part in zip(basket.chosen, apportion(min(amount, sum(spaces)), spaces), strict=True):
        offs[i] = part


def _bracket(bracket: OffBracket | None, basket: Basket, room: Sequence[int], offs: Offs) -> None:
    if bracket is None:
        return
    if bracket.permille:
        _percent(bracket.permille, basket, offs)
    else:
        _spread(bracket.amount, basket, room, offs)


def _buy_get(deal: BuyGet, basket: Basket, offs: Offs) -> None:
    bought = sum(pieces(basket.lines[i]) for i in basket.chosen)
    if basket.gets is not None:
        sets = bought // deal.buy
        sets = min(sets, deal.times or sets)
        _cheapest(sets * deal.get, basket.gets, deal.permille, basket, offs)
        return
    sets, rest = divmod(bought, deal.buy + deal.get)
    given = sets * deal.get + max(0, rest - deal.buy)
    _cheapest(min(given, deal.times * deal.get or given), basket.chosen, deal.permille, basket, offs)


def _cheapest(count: int, among: Sequence[int], permille: int, basket: Basket, offs: Offs) -> None:
    """Take the price of the cheapest pieces; of equal prices the earlier line's first."""
    priced: list[tuple[int, int, int]] = []
    for i in among:
        number = pieces(basket.lines[i])
        each, more = divmod(max(0, basket.left[i]), number)
        priced.append((each, i, number - more))
        if more:
            priced.append((each + 1, i, more))
    for price, i, number in sorted(priced):
        taking = min(number, count)
        offs[i] += price * taking
        count -= taking
    if permille != 1000:
        whole = sum(offs) * permille // 1000
        offs[:] = apportion(whole, offs)

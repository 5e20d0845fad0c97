"""What counts of a fact, read as fast as it goes: money, quantity and the weight of each line."""

from __future__ import annotations

from collections.abc import Callable

from bashgah.engine.document import Basis
from bashgah.engine.facts import Fact, Line
from bashgah.engine.measuring import Weights, fact_money, line_money

Counted = tuple[int, int, Weights | None]
"""Money, quantity and weights; weights are None when lines are asked for and none of them counts."""

BaseReader = Callable[[Fact], Counted]


def base_reader(basis: Basis, keep: Callable[[Line], bool] | None) -> BaseReader:
    """Return the function that reads what counts by a basis, of the lines that ``keep`` keeps.

    It gives what ``measuring.measured`` gives, except that weights are None where no line counts.
    """
    usual = basis.of == "net" and not basis.with_tax and not basis.with_points_paid
    ships = basis.with_shipping

    def read(fact: Fact) -> Counted:
        lines = fact.lines
        if not lines and keep is not None:
            return 0, 0, None
        if not lines:
            return fact_money(fact, basis) + (fact.shipping if ships else 0), 0, ()
        chosen = lines if keep is None else [line for line in lines if keep(line)]
        if not chosen:
            return 0, 0, None
        weights = tuple([(line.no, line_money(line, basis)) for line in chosen])
        money = sum([weight for _no, weight in weights])
        if ships and len(chosen) == len(lines):
            money += fact.shipping
        return money, sum([line.quantity for line in chosen]), weights

    if not usual or keep is not None or ships:
        return read

    def read_usual(fact: Fact) -> Counted:
        lines = fact.lines
        if len(lines) != 1:
            return read(fact)
        line = lines[0]
        money = line.gross - line.discount - line.paid_by_points
        money = max(0, money)
        return money, line.quantity, ((line.no, money),)

    return read_usual

"""Which part of a purchase counts: the basis, the excluded lines, the chosen lines, each line's weight."""

from __future__ import annotations

from bashgah.engine.criteria.judging import Scene, holds
from bashgah.engine.criteria.tree import Node
from bashgah.engine.document import Basis
from bashgah.engine.facts import Fact, Line

Weights = tuple[tuple[int, int], ...]
"""How much of what counts each line carries: (line number, weight)."""


def line_money(line: Line, basis: Basis) -> int:
    """Return what of a line counts, never below zero."""
    money = line.gross if basis.of == "gross" else line.gross - line.discount
    if basis.with_tax:
        money += line.tax
    if not basis.with_points_paid:
        money -= line.paid_by_points
    return max(0, money)


def fact_money(fact: Fact, basis: Basis) -> int:
    """Return what of a purchase by amount alone counts, shipping apart, never below zero."""
    money = fact.gross if basis.of == "gross" else fact.gross - fact.discount
    if basis.with_tax:
        money += fact.tax
    if not basis.with_points_paid:
        money -= fact.paid_by_points
    return max(0, money)


def lines_chosen(scene: Scene, lines: Node | None, excluded: Node | None) -> tuple[Line, ...]:
    """Return the lines that count: those that meet ``lines`` and do not meet ``excluded``."""
    return tuple(
        line
        for line in scene.fact.lines
        if holds(lines, scene, line) and not (excluded is not None and holds(excluded, scene, line))
    )


def measured(
    scene: Scene, basis: Basis, lines: Node | None, excluded: Node | None
) -> tuple[int, int, Weights]:
    """Return money, quantity and weights of what counts.

    Shipping counts where the basis says so, and only if every line counts: a part of the goods has no
    shipping of its own. It lies on the lines by their weight, so returning them all gives back its units.
    """
    fact = scene.fact
    shipping = fact.shipping if basis.with_shipping else 0
    if not fact.lines:
        return fact_money(fact, basis) + shipping, 0, ()
    chosen = lines_chosen(scene, lines, excluded)
    weights = tuple((line.no, line_money(line, basis)) for line in chosen)
    money = sum(weight for _no, weight in weights)
    if len(chosen) == len(fact.lines):
        money += shipping
    return money, sum(line.quantity for line in chosen), weights

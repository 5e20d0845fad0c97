"""What a purchase cost, step by step: its price, what took how much off, what points paid, what was left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bashgah.activities.discounts import discounts_told
from bashgah.activities.selectors import spent_list
from bashgah.activities.types import ActivityInfo
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram
from bashgah.engine.facts import Discount
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.programs.selectors import program_by_number
from bashgah.programs.units import wallet_value


@dataclass(frozen=True, slots=True)
class PriceStep:
    """What a step is called, the money it adds (below zero: takes off), and the step as a sentence."""

    name: Phrase
    amount: int
    said: Phrase


@dataclass(frozen=True, slots=True)
class Receipt:
    """From the price of a purchase to what was left to pay; ``gross`` and all steps add up to ``due``."""

    gross: int
    steps: tuple[PriceStep, ...]
    due: int


def receipt_of(club: ClubInfo, info: ActivityInfo) -> Receipt:
    """Return what one purchase cost: promotions by name, other discounts, tax, shipping, points.

    Promotions are called what the version that decided called them. One query more where points paid.
    """
    fact, compiled = info.fact, program_by_number(club, info.program)
    told = discounts_told(compiled, fact.promotions, fact.currency)
    shipping_off = sum(each.shipping for each in told)
    other = fact.discount - sum(each.amount - each.shipping for each in told)
    steps = [
        PriceStep(Phrase("{name}", {"name": each.name}), -each.amount, each.why)
        for each in told
        if each.amount
    ]
    if other:
        steps.append(_step(_("Other discounts"), -other, fact.currency))
    if fact.shipping + shipping_off:
        steps.append(_step(_("Shipping"), fact.shipping + shipping_off, fact.currency))
    if fact.tax:
        steps.append(_step(_("Tax"), fact.tax, fact.currency))
    if fact.paid_by_points:
        steps.append(_paid(club, compiled, info))
    return Receipt(fact.gross, tuple(steps), fact.gross + sum(step.amount for step in steps))


def price_said(
    compiled: CompiledProgram | None, discounts: Iterable[Discount], paid_by_points: int, currency: str
) -> list[Phrase]:
    """Say what promotions took off and what points paid, one sentence each, for the lines of a receipt."""
    said = [each.why for each in discounts_told(compiled, discounts, currency)] if compiled else []
    if paid_by_points:
        said.append(_points_paid(Phrase(_("Points")), paid_by_points, currency))
    return said


def _paid(club: ClubInfo, compiled: CompiledProgram, info: ActivityInfo) -> PriceStep:
    """The step of what was paid by points; the units where one wallet paid all of it."""
    amount, currency = info.fact.paid_by_points, info.fact.currency
    units: dict[str, int] = {}
    for each in spent_list(club, info.member_id, info.id):
        if each.kind == "units":
            units[each.unit] = units.get(each.unit, 0) + each.amount
    if len(units) != 1:
        return PriceStep(
            Phrase(_("Paid with points")), -amount, _points_paid(Phrase(_("Points")), amount, currency)
        )
    ((unit, count),) = units.items()
    value = wallet_value(compiled.wallets.get(unit), count, unit, club)
    return PriceStep(
        Phrase(_("Paid with {units}"), {"units": value}), -amount, _points_paid(value, amount, currency)
    )


def _points_paid(what: object, amount: int, currency: str) -> Phrase:
    return Phrase(_("{what} paid {amount}"), {"what": what, "amount": Money(amount, currency)})


def _step(name: str, amount: int, currency: str) -> PriceStep:
    named = Phrase(name)
    told = Phrase(_("{name}: {amount}"), {"name": named, "amount": Money(abs(amount), currency)})
    return PriceStep(named, amount, told)

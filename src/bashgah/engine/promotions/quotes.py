"""What a quote says: prices by line, promotions given and refused, payment by points, points to be earned."""

from __future__ import annotations

import msgspec

from bashgah.engine.decisions import Decision, Spent, Used
from bashgah.engine.facts import Fact
from bashgah.kit.phrases import Phrase

Parts = tuple[tuple[int, int], ...]
"""Amounts by line: (line number, amount)."""


class Given(msgspec.Struct, frozen=True):
    """A promotion the cart gets: its whole discount, its part on each line and on shipping, and why.

    The parts and ``shipping`` add up to ``amount``.
    """

    promotion: str
    amount: int
    lines: Parts
    shipping: int
    reasons: tuple[Phrase, ...]


class Refused(msgspec.Struct, frozen=True):
    """A promotion the cart does not get, and every reason."""

    promotion: str
    reasons: tuple[Phrase, ...]


class PricedLine(msgspec.Struct, frozen=True):
    """One line: its price before promotions, what each takes off it, and what is left to pay."""

    no: int
    before: int
    offs: tuple[tuple[str, int], ...]
    net: int


class Payment(msgspec.Struct, frozen=True):
    """What of the bill can be paid by points: at most ``units`` worth ``money``; reasons when nothing can.

    ``chosen`` units are paid in this quote and cover ``paid``.
    """

    wallet: str
    units: int
    money: int
    chosen: int
    paid: int
    reasons: tuple[Phrase, ...]


class Quote(msgspec.Struct, frozen=True):
    """What a cart costs and earns.

    ``goods`` + ``shipping`` = ``total``, of which ``payment.paid`` is paid by points. ``fact`` is the
    purchase as it would be recorded, ``decision`` what it would earn. ``used`` and ``spent`` count
    against limits of promotions once it is bought. ``unknown`` lists codes that no promotion knows.
    """

    lines: tuple[PricedLine, ...]
    given: tuple[Given, ...]
    refused: tuple[Refused, ...]
    goods: int
    shipping: int
    discount: int
    payment: Payment | None
    used: tuple[Used, ...]
    spent: tuple[Spent, ...]
    unknown: tuple[str, ...]
    fact: Fact
    decision: Decision

    @property
    def total(self) -> int:
        """Return what the cart costs, goods and shipping, before points pay for it."""
        return self.goods + self.shipping

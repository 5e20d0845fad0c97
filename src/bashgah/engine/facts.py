"""What happened, as the engine sees it: one canonical, frozen fact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

FactKind = Literal["purchase", "return", "visit", "custom"]


class Line(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One invoice line. Amounts are integers in the currency's smallest unit, totals for the whole line.

    ``quantity`` is in thousandths (1,500 is one and a half kilos); ``gross`` is before discount and without
    tax; ``discount`` and ``tax`` belong to this line; ``paid_by_points`` is the part of the price paid by
    points. ``category`` is the path from the root, codes only, filled from the catalogue at settlement.
    """

    no: int
    sku: str = ""
    name: str = ""
    category: tuple[str, ...] = ()
    brand: str = ""
    tags: tuple[str, ...] = ()
    quantity: int = 1000
    gross: int = 0
    discount: int = 0
    tax: int = 0
    paid_by_points: int = 0

    @property
    def net(self) -> int:
        """Gross less discount; tax apart."""
        return self.gross - self.discount


class Discount(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What one promotion took off a purchase: its part of each line's ``discount``, and of shipping.

    ``code`` is the code that was needed for it, if one was.
    """

    promotion: str
    lines: tuple[tuple[int, int], ...] = ()
    shipping: int = 0
    code: str = ""

    @property
    def amount(self) -> int:
        """All that it took off."""
        return sum(part for _no, part in self.lines) + self.shipping


class Fact(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A purchase, a return, a visit or a custom activity of one member.

    ``occurred_at`` carries its offset; ``local_at`` is the same instant in the branch's zone, fixed when
    settled, and is what weekdays, hours and calendar windows look at. A purchase by amount alone has no lines
    and ``lines_known`` false. Totals are always filled: with lines they are the lines' sums. ``promotions``
    says which part of the lines' discounts and of shipping a quote promised, and by what.
    """

    kind: FactKind
    type: str
    occurred_at: datetime
    local_at: datetime
    branch: str = ""
    region: str = ""
    city: str = ""
    channel: str = "pos"
    currency: str = "IRR"
    lines: tuple[Line, ...] = ()
    lines_known: bool = True
    gross: int = 0
    discount: int = 0
    tax: int = 0
    shipping: int = 0
    paid_by_points: int = 0
    payment_methods: tuple[str, ...] = ()
    coupons: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = {}
    promotions: tuple[Discount, ...] = ()

    @property
    def net(self) -> int:
        """What the goods cost after discount, without tax and shipping."""
        return self.gross - self.discount

"""Money: integers in the smallest unit of a stated currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import msgspec

from bashgah.kit.text import Texts


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency, how many decimals its smallest unit has, and how it is named and drawn."""

    code: str
    exponent: int
    display: Texts
    symbol: str = ""

    def units(self, amount: Decimal) -> int:
        """Turn an amount in whole currency into smallest units; a finer amount raises ``ValueError``."""
        scaled = amount.scaleb(self.exponent)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{amount} has more decimals than {self.code}")
        return int(scaled)


CURRENCIES = {
    currency.code: currency
    for currency in (
        Currency("IRR", 0, Texts("ریال", "rial")),
        Currency("AFN", 2, Texts("افغانی", "AFN")),
        Currency("IQD", 3, Texts("دینار عراق", "IQD")),
        Currency("AED", 2, Texts("درهم امارات", "AED")),
        Currency("TRY", 2, Texts("لیر ترکیه", "TRY"), "₺"),
        Currency("EUR", 2, Texts("یورو", "EUR"), "€"),
        Currency("GBP", 2, Texts("پوند", "GBP"), "£"),
        Currency("USD", 2, Texts("دلار", "USD"), "$"),
    )
}


class Money(msgspec.Struct, frozen=True):
    """An amount in the smallest unit of its currency (rials, pence)."""

    amount: int
    currency: str = "IRR"

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added")
        return other.amount

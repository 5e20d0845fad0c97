"""What a club calls its wallets and tiers, for sentences in answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.points import Points
from bashgah.kit.text import Texts


@dataclass(frozen=True, slots=True)
class WalletWords:
    """A wallet's name and kind."""

    name: Texts
    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """Names of one version of a club's program; what it does not know is named by its key.

    It is told apart by identity: what was written with its names is remembered by it.
    """

    currency: str
    wallets: Mapping[str, WalletWords] = field(default_factory=dict)
    tiers: Mapping[tuple[str, str], Texts] = field(default_factory=dict)
    ladders: Mapping[str, Texts] = field(default_factory=dict)
    rules: Mapping[str, Texts] = field(default_factory=dict)
    promotions: Mapping[str, Texts] = field(default_factory=dict)

    def wallet(self, key: str) -> Texts:
        """Return the wallet's name."""
        known = self.wallets.get(key)
        return known.name if known else Texts(key, key)

    def tier(self, ladder: str, key: str) -> Texts:
        """Return the tier's name."""
        return self.tiers.get((ladder, key)) or Texts(key, key)

    def rule(self, key: str) -> Texts:
        """Return the rule's name."""
        return self.rules.get(key) or Texts(key, key)

    def promotion(self, key: str) -> Texts:
        """Return the promotion's name."""
        return self.promotions.get(key) or Texts(key, key)

    def amount(self, key: str, amount: int) -> Phrase | Points | Money:
        """Return an amount of the wallet as a sentence can say it: points, money, or a number and a name."""
        known = self.wallets.get(key)
        if known is not None and known.kind == "credit":
            return Money(amount, self.currency)
        if key in {"points", "status"}:
            return Points(amount, key)
        return Phrase(_("{amount} {wallet}"), {"amount": amount, "wallet": self.wallet(key)})

"""Sorts cleansed rows into purchases, cancellations and rejected lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bashgah.imports.cleansing import Row, Unfit, row_cleanser
from bashgah.imports.mapping import PurchaseMapping
from bashgah.imports.reasons import REASONS
from bashgah.imports.types import Buyer, Cancellation, Purchase, Rejected

TOLD_EVERY = 5_000


@dataclass(slots=True)
class Goods:
    """What the file says of a product; the first name that is not empty counts."""

    sku: str
    name: str = ""
    category: str = ""
    brand: str = ""


@dataclass(slots=True)
class Sorted:
    """Everything the file holds, by what it is; ``lines`` counts all."""

    purchases: dict[str, Purchase] = field(default_factory=dict)
    cancellations: list[Cancellation] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    buyers: dict[str, Buyer] = field(default_factory=dict)
    returners: dict[str, Buyer] = field(default_factory=dict)
    goods: dict[str, Goods] = field(default_factory=dict)
    branches: dict[str, None] = field(default_factory=dict)
    lines: int = 0

    def reject(self, row: int, code: str, *, invoice: str = "", sku: str = "") -> None:
        """Put a line aside with its reason."""
        self.rejected.append(Rejected(row, invoice, sku, code, REASONS[code]))


def rows_sorted(
    rows: Iterable[tuple[int, Sequence[Any]]], mapping: PurchaseMapping, meanings: Sequence[str]
) -> Iterable[Sorted]:
    """Sort all rows; yields the same, growing result every few thousand rows, for progress."""
    found = Sorted()
    cleanse = row_cleanser(mapping, meanings)
    invoice_at = meanings.index("invoice")
    for number, values in rows:
        found.lines += 1
        try:
            _sort(found, cleanse(number, values), mapping)
        except Unfit as unfit:
            found.reject(number, unfit.code, invoice=str(values[invoice_at] or "")[:60])
        if found.lines % TOLD_EVERY == 0:
            yield found
    yield found


def _sort(found: Sorted, row: Row, mapping: PurchaseMapping) -> None:
    invoice, line = row.invoice, row.line
    if mapping.adjustment_prefix and invoice.startswith(mapping.adjustment_prefix):
        return found.reject(row.number, "adjustment", invoice=invoice, sku=line.sku)
    if mapping.cancellation_prefix and invoice.startswith(mapping.cancellation_prefix):
        return _cancel(found, row)
    if line.quantity <= 0:
        return found.reject(row.number, "quantity_not_positive", invoice=invoice, sku=line.sku)
    if line.gross < 0:
        return found.reject(row.number, "amount_negative", invoice=invoice, sku=line.sku)
    if row.is_free and mapping.skip_free_lines:
        return found.reject(row.number, "free_line", invoice=invoice, sku=line.sku)
    return _buy(found, row)


def _cancel(found: Sorted, row: Row) -> None:
    line = row.line
    if row.buyer is None:
        return found.reject(row.number, "cancellation_without_customer", invoice=row.invoice, sku=line.sku)
    if line.quantity >= 0:
        return found.reject(row.number, "cancellation_positive", invoice=row.invoice, sku=line.sku)
    found.returners.setdefault(row.buyer.key, row.buyer)
    found.cancellations.append(
        Cancellation(
            row=row.number,
            invoice=row.invoice,
            buyer=row.buyer.key,
            sku=line.sku,
            branch=row.branch,
            quantity=-line.quantity,
            at=row.at,
        )
    )
    return None


def _buy(found: Sorted, row: Row) -> None:
    buyer = row.buyer.key if row.buyer else ""
    purchase = found.purchases.get(row.invoice)
    if purchase is None:
        purchase = Purchase(row.invoice, buyer, row.branch, row.at)
        found.purchases[row.invoice] = purchase
        found.branches.setdefault(row.branch)
        if row.buyer:
            found.buyers.setdefault(buyer, row.buyer)
    elif purchase.buyer != buyer:
        return found.reject(row.number, "two_customers", invoice=row.invoice, sku=row.line.sku)
    purchase.lines.append(row.line)
    purchase.at = min(purchase.at, row.at)
    goods = found.goods.get(row.line.sku)
    if goods is None:
        goods = found.goods[row.line.sku] = Goods(row.line.sku)
    goods.name = goods.name or row.line.name
    goods.category = goods.category or row.category
    goods.brand = goods.brand or row.brand
    return None

"""Turns sorted purchases and matches into the facts that are settled, in order of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from bashgah.activities.types import (
    Intake,
    LineIn,
    MemberRef,
    PurchaseIn,
    PurchaseRef,
    ReturnIn,
    ReturnLineIn,
)
from bashgah.imports.mapping import PurchaseMapping
from bashgah.imports.matching import Bought
from bashgah.imports.types import Line, Match, Purchase
from bashgah.kit.ids import public

LINES_MOST = 1000


@dataclass(frozen=True, slots=True)
class Told:
    """A fact and the rows of the file it was made of."""

    intake: Intake
    rows: tuple[int, ...]
    is_anonymous: bool = False


def parts_of(purchase: Purchase) -> list[tuple[str, list[Line]]]:
    """The purchase under its reference; one with very many lines in parts (``A-1``, ``A-1#2`` …)."""
    lines = purchase.lines
    cut = [lines[start : start + LINES_MOST] for start in range(0, len(lines), LINES_MOST)]
    return [
        (purchase.invoice if not number else f"{purchase.invoice}#{number + 1}", part)
        for number, part in enumerate(cut)
    ]


def bought_of(purchases: Iterable[Purchase], owners: Mapping[str, UUID]) -> list[Bought]:
    """Every line of a known buyer, ready to be taken back."""
    return [
        Bought(str(owners[purchase.buyer]), line.sku, purchase.at, reference, no, line.quantity)
        for purchase in purchases
        if purchase.buyer in owners
        for reference, lines in parts_of(purchase)
        for no, line in enumerate(lines, start=1)
    ]


def purchases_told(
    purchases: Iterable[Purchase],
    mapping: PurchaseMapping,
    owners: Mapping[str, UUID],
    branches: Mapping[str, str],
) -> list[Told]:
    """A fact for each purchase (for each part of a very long one)."""
    return [
        Told(
            PurchaseIn(
                source=mapping.fact_source,
                reference=reference,
                occurred_at=purchase.at,
                member=_member(owners, purchase.buyer),
                branch=branches.get(purchase.branch, ""),
                channel=mapping.channel,
                currency=mapping.currency,
                lines=tuple(_line(no, line) for no, line in enumerate(lines, start=1)),
            ),
            tuple(line.row for line in lines),
            is_anonymous=not purchase.buyer,
        )
        for purchase in purchases
        for reference, lines in parts_of(purchase)
    ]


def returns_told(
    matches: Iterable[Match], mapping: PurchaseMapping, branches: Mapping[str, str]
) -> list[Told]:
    """A fact for each cancellation invoice and purchase it takes goods back from."""
    together: dict[tuple[str, str], list[Match]] = defaultdict(list)
    for match in matches:
        together[match.invoice, match.purchase].append(match)
    return [
        _return(mapping, invoice, purchase, group, branches)
        for (invoice, purchase), group in together.items()
    ]


def in_time(told: Iterable[Told]) -> list[Told]:
    """Facts by the time they happened; of one moment purchases before returns, then as the file has them."""
    return sorted(
        told, key=lambda one: (one.intake.occurred_at, isinstance(one.intake, ReturnIn), one.rows[0])
    )


def _return(
    mapping: PurchaseMapping,
    invoice: str,
    purchase: str,
    group: Sequence[Match],
    branches: Mapping[str, str],
) -> Told:
    quantities: dict[int, int] = defaultdict(int)
    for match in group:
        quantities[match.line_no] += match.quantity
    return Told(
        ReturnIn(
            source=mapping.fact_source,
            reference=f"{invoice}>{purchase}",
            occurred_at=max(match.at for match in group),
            purchase=PurchaseRef(source=mapping.fact_source, reference=purchase),
            lines=tuple(
                ReturnLineIn(no=no, quantity=quantity) for no, quantity in sorted(quantities.items())
            ),
            branch=branches.get(group[0].branch, ""),
            channel=mapping.channel,
        ),
        tuple(dict.fromkeys(match.row for match in group)),
    )


def _member(owners: Mapping[str, UUID], buyer: str) -> MemberRef | None:
    return MemberRef(id=public("member", owners[buyer])) if buyer else None


def _line(no: int, line: Line) -> LineIn:
    return LineIn(
        no=no,
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        gross=line.gross,
        discount=line.discount,
        tax=line.tax,
    )

"""Which goods a coupon is for: the condition on lines that its value carries, judged and said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from bashgah.clubs.types import ClubInfo
from bashgah.engine.criteria.judging import Scene, holds
from bashgah.engine.criteria.parsing import parse
from bashgah.engine.criteria.saying import Names, clause
from bashgah.engine.criteria.tree import Node
from bashgah.engine.facts import Fact, Line
from bashgah.engine.states import State
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.products import selectors as products

LINES = "lines"
"""Under which word of a coupon's value its condition stands."""

_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
# a condition on lines looks at the line alone
_SCENE = Scene(Fact("purchase", "purchase", _BEGINNING, _BEGINNING), State(), "gregorian")


def scope_of(value: Mapping[str, Any], at: str = "") -> Node | None:
    """Return the condition a coupon's goods meet, None where it is for all of them.

    Raises ``criteria_invalid`` (422) with the pointer of what cannot be understood, beginning with ``at``.
    """
    tree = value.get(LINES)
    return None if tree is None else _parsed(msgspec.json.encode(tree, order="deterministic"), at)


def goods_meant(value: Mapping[str, Any], lines: Sequence[Line], prices: int) -> tuple[bool, ...]:
    """Say of each price whether the coupon is for it; of an amount without lines nobody can tell."""
    scope = scope_of(value)
    if scope is None:
        return (True,) * prices
    if not lines:
        return (False,) * prices
    return tuple(holds(scope, _SCENE, line) for line in lines)


def scope_said(value: Mapping[str, Any], currency: str, names: Names | None = None) -> Phrase | None:
    """Return which goods a coupon is for, in words; None where it is for all of them."""
    scope = scope_of(value)
    if scope is None:
        return None
    return Phrase(_("goods where {where}"), {"where": clause(scope, names or {}, currency=currency)})


def scope_names(club: ClubInfo, values: Iterable[Mapping[str, Any]]) -> Names:
    """Return what the products, categories and brands in these values' conditions are called.

    Nothing is read where no value has a condition.
    """
    named = [each for value in values if value.get(LINES) is not None for each in _named(value[LINES])]
    if not named:
        return {}
    fields = {field for field, _code in named}
    skus = {code for field, code in named if field == "line.sku"}
    found = {"products": {sku: each.name for sku, each in products.products_facts(club, skus).items()}}
    if "line.category" in fields:
        found["categories"] = {each.code: each.name for each in products.category_list(club)}
    if "line.brand" in fields:
        found["brands"] = {each.code: each.name for each in products.brand_list(club)}
    return found


def _named(tree: Any) -> Iterator[tuple[str, str]]:
    """Walk over what tests of a tree compare with: (field, code)."""
    if isinstance(tree, Mapping):
        if "field" in tree:
            values = tree.get("value")
            for code in values if isinstance(values, list | tuple) else (values,):
                yield str(tree["field"]), str(code)
            return
        for part in tree.values():
            yield from _named(part)
    elif isinstance(tree, list | tuple):
        for part in tree:
            yield from _named(part)


@lru_cache(maxsize=1024)
def _parsed(tree: bytes, at: str) -> Node:
    return parse(msgspec.json.decode(tree), scope="line", at=at)

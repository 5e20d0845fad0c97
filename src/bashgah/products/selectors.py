"""Reads of products, and the facts about them that every purchase asks for."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from bashgah.clubs.types import ClubInfo
from bashgah.ground import batch
from bashgah.ground.asking import Statement, ask
from bashgah.kit.pages import cursor_invalid
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts, search_key
from bashgah.products.models import Brand, Category, Product
from bashgah.products.types import BrandInfo, CategoryInfo, ProductFact, ProductInfo, ProductPage

LONGEST_PAGE = 200
OF_SKUS = "sku:"
"""How a cursor of products begins: one of another list is refused."""
FACTS_MOST = 50_000


@dataclass(slots=True)
class _Shelf:
    """What this process knows of a club's products as of one revision; unknown SKUs are kept as None."""

    revision: UUID | None
    paths: Mapping[str, tuple[str, ...]]
    facts: dict[str, ProductFact | None] = field(default_factory=dict)


_shelves: dict[UUID, _Shelf] = {}


def products_facts(club: ClubInfo, skus: Iterable[str]) -> dict[str, ProductFact]:
    """Return what is known of these SKUs; unknown ones are left out.

    Asked with every purchase: one look at the club's revision, and a query only for SKUs this process has
    not met since the last change.
    """
    shelf = _shelf(club)
    asked = set(skus)
    unmet = asked - shelf.facts.keys()
    if unmet:
        if len(shelf.facts) + len(unmet) > FACTS_MOST:
            shelf.facts.clear()
            unmet = asked
        shelf.facts.update(dict.fromkeys(unmet))
        shelf.facts.update(_facts(club, unmet, shelf.paths))
    return {sku: fact for sku in asked if (fact := shelf.facts[sku]) is not None}


def product_get(club: ClubInfo, sku: str) -> ProductInfo:
    """Return the product of a SKU, or raise ``product_not_found`` (404)."""
    row = Product.objects.filter(club_id=club.id, sku=sku).first()
    if row is None:
        raise Refusal("product_not_found", Phrase(_("There is no such product.")), status=404)
    return product_info(row)


def product_list(
    club: ClubInfo,
    *,
    text: str = "",
    category: str = "",
    brand: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> ProductPage:
    """Return one page of products by SKU, narrowed by words of name or SKU, by category (without the ones
    below it) and by brand; a cursor of another list raises ``cursor_invalid`` (422).
    """
    limit = max(1, min(limit, LONGEST_PAGE))
    found = Product.objects.filter(club_id=club.id, is_active=True).order_by("sku")
    for word in search_key(text).split()[:6]:
        found = found.filter(name_key__contains=word)
    if category:
        found = found.filter(category_code=category)
    if brand:
        found = found.filter(brand_code=brand)
    if cursor is not None:
        found = found.filter(sku__gt=_cursor_read(cursor))
    rows = list(found[: limit + 1])
    page = tuple(product_info(row) for row in rows[:limit])
    return ProductPage(page, _cursor_of(page[-1].sku) if len(rows) > limit else None)


def product_search(club: ClubInfo, text: str, *, limit: int = 10) -> list[ProductInfo]:
    """Find products for a till's or an editor's search box: the exact SKU alone, else words of the name."""
    exact = Product.objects.filter(club_id=club.id, sku=text.strip(), is_active=True).first()
    if exact is not None:
        return [product_info(exact)]
    return list(product_list(club, text=text, limit=limit).products) if search_key(text) else []


def products_count(club: ClubInfo) -> int:
    """Count the club's products."""
    return Product.objects.filter(club_id=club.id, is_active=True).count()


def category_list(club: ClubInfo) -> list[CategoryInfo]:
    """Return the club's categories by code."""
    rows = Category.objects.filter(club_id=club.id).order_by("code")
    return [CategoryInfo(row.code, Texts(row.name_fa, row.name_en), row.parent_code) for row in rows]


def brand_list(club: ClubInfo) -> list[BrandInfo]:
    """Return the club's brands by code."""
    rows = Brand.objects.filter(club_id=club.id).order_by("code")
    return [BrandInfo(row.code, Texts(row.name_fa, row.name_en)) for row in rows]


def category_paths(parents: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the way from the root to each category; a circle ends where it would begin again."""
    paths: dict[str, tuple[str, ...]] = {}
    for code in parents:
        way, place = [code], parents[code]
        while place and place not in way:
            way.append(place)
            place = parents.get(place, "")
        paths[code] = tuple(reversed(way))
    return paths


def product_info(row: Product) -> ProductInfo:
    """Turn a row into the value rooms pass around."""
    return ProductInfo(
        club_id=row.club_id,
        sku=row.sku,
        name=Texts(row.name_fa, row.name_en),
        category_code=row.category_code,
        brand_code=row.brand_code,
        tags=tuple(row.tags),
        is_gift_card=row.is_gift_card,
        is_service=row.is_service,
        is_active=row.is_active,
    )


_REVISION = Statement("SELECT revision FROM products_version WHERE club_id = $1", "uuid")


def _first(rows: Sequence[tuple[Any, ...]]) -> Any:
    return rows[0][0] if rows else None


def _shelf(club: ClubInfo) -> _Shelf:
    with batch.cursor() as cursor:
        (revision,) = ask(cursor, _REVISION.of(club.id, read=_first))
    known = _shelves.get(club.id)
    if known is None or known.revision != revision:
        rows = Category.objects.filter(club_id=club.id).values_list("code", "parent_code")
        known = _shelves[club.id] = _Shelf(revision, category_paths(dict(rows)))
    return known


def _facts(
    club: ClubInfo, skus: Iterable[str], paths: Mapping[str, tuple[str, ...]]
) -> dict[str, ProductFact]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT sku, category_code, brand_code, tags, name_fa, name_en, is_gift_card, is_service
            FROM products_product WHERE club_id = %s AND sku = ANY(%s)
            """,
            [club.id, list(skus)],
        )
        return {row[0]: _fact(row, paths) for row in cursor.fetchall()}


def _fact(row: tuple[Any, ...], paths: Mapping[str, tuple[str, ...]]) -> ProductFact:
    category = row[1]
    return ProductFact(
        category_path=paths.get(category, (category,) if category else ()),
        brand=row[2],
        tags=tuple(row[3]),
        name=Texts(row[4], row[5]),
        is_gift_card=row[6],
        is_service=row[7],
    )


def _cursor_of(sku: str) -> str:
    return base64.urlsafe_b64encode(f"{OF_SKUS}{sku}".encode()).decode().rstrip("=")


def _cursor_read(cursor: str) -> str:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise cursor_invalid() from None
    if not text.startswith(OF_SKUS) or "\x00" in text:
        raise cursor_invalid()
    return text.removeprefix(OF_SKUS)

"""Writes of products, categories and brands: many at once, from files, shops and people alike."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from bashgah.clubs.types import ClubInfo
from bashgah.ground import ids
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts, clean, search_key
from bashgah.products import selectors
from bashgah.products.models import Brand, Category, Product
from bashgah.products.types import BrandInfo, CategoryInfo, NewProduct

_CODE_LENGTH = 60


def products_upsert_bulk(*, club: ClubInfo, products: Iterable[NewProduct], now: datetime) -> int:
    """Add new products and complete known ones; return how many rows were new or changed.

    A field that is empty (or None) leaves what is stored, so a file without names wipes no names. Of two rows
    with one SKU the later counts. A SKU that cannot be one raises ``sku_invalid`` (422) and nothing is
    written.
    """
    rows = list({product.sku: product for product in map(_cleaned, products)}.values())
    if not rows:
        return 0
    with transaction.atomic():
        # one order for all writers, so that two files with the same products do not deadlock
        changed = _upsert(club.id, sorted(rows, key=lambda product: product.sku), now)
        if changed:
            _revise(club)
    return changed


def categories_upsert_bulk(*, club: ClubInfo, categories: Sequence[CategoryInfo], now: datetime) -> None:
    """Add or change categories; a parent that leads back to its child raises ``category_circle`` (422)."""
    with transaction.atomic():
        _revise(club)
        known = {row.code: row.parent_code for row in selectors.category_list(club)}
        for category in categories:
            code, parent = _code(category.code), _code(category.parent_code, may_be_empty=True)
            known[code] = parent
            fa, en = _names(category.name)
            Category.objects.update_or_create(
                club_id=club.id,
                code=code,
                defaults={"name_fa": fa, "name_en": en, "parent_code": parent},
            )
        if any(known.get(path[0]) for path in selectors.category_paths(known).values()):
            raise Refusal(
                "category_circle",
                Phrase(_("A category cannot lie within itself.")),
                status=422,
                field="/categories",
            )


def brands_upsert_bulk(*, club: ClubInfo, brands: Sequence[BrandInfo], now: datetime) -> None:
    """Add or change brands."""
    with transaction.atomic():
        _revise(club)
        for brand in brands:
            fa, en = _names(brand.name)
            Brand.objects.update_or_create(
                club_id=club.id, code=_code(brand.code), defaults={"name_fa": fa, "name_en": en}
            )


def product_retire(*, club: ClubInfo, sku: str, now: datetime) -> None:
    """Take a product off lists and searches; what it earned stays as it was. Raises ``product_not_found``."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE products_product SET is_active = false, updated_at = %s WHERE club_id = %s AND sku = %s",
            [now, club.id, sku],
        )
        if not cursor.rowcount:
            raise Refusal("product_not_found", Phrase(_("There is no such product.")), status=404)
        _revise(club)


def _cleaned(product: NewProduct) -> NewProduct:
    fa, en = _names(product.name)
    return NewProduct(
        sku=_code(product.sku, refusal="sku_invalid"),
        name=Texts(fa, en),
        category=_code(product.category, may_be_empty=True),
        brand=_code(product.brand, may_be_empty=True),
        tags=tuple(dict.fromkeys(clean(tag, field="/tags", limit=60) for tag in product.tags)),
        is_gift_card=product.is_gift_card,
        is_service=product.is_service,
    )


def _names(name: Texts) -> tuple[str, str]:
    return clean(name.fa, field="/name", limit=300), clean(name.en, field="/name", limit=300)


def _code(text: str, *, may_be_empty: bool = False, refusal: str = "code_invalid") -> str:
    """Return a shop's own code as it is; only what cannot be stored or shown is refused."""
    code = clean(text, field="/code", limit=1000)
    if len(code) > _CODE_LENGTH or (not code and not may_be_empty):
        raise Refusal(
            refusal, Phrase(_("A code has between 1 and 60 characters.")), status=422, field="/code"
        )
    return code


def _upsert(club_id: UUID, given: Sequence[NewProduct], now: datetime) -> int:
    found = Product.objects.select_for_update().filter(club_id=club_id, sku__in=[one.sku for one in given])
    stored = {row.sku: row for row in found.order_by("sku")}
    rows = [row for one in given if (row := _merged(stored.get(one.sku), one)) is not None]
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [club_id, now, *map(list, zip(*rows, strict=True))])
        return int(cursor.rowcount)


def _merged(stored: Product | None, given: NewProduct) -> tuple[Any, ...] | None:
    """Return the row as it shall be, or None where it is so already."""
    if stored is None:
        names = (given.name.fa, given.name.en)
        flags = (bool(given.is_gift_card), bool(given.is_service))
        return _row(given.sku, names, given.category, given.brand, given.tags, flags)
    names = (given.name.fa or stored.name_fa, given.name.en or stored.name_en)
    gift = stored.is_gift_card if given.is_gift_card is None else given.is_gift_card
    service = stored.is_service if given.is_service is None else given.is_service
    category = given.category or stored.category_code
    brand, tags = given.brand or stored.brand_code, given.tags or tuple(stored.tags)
    before = (
        (stored.name_fa, stored.name_en),
        stored.category_code,
        stored.brand_code,
        tuple(stored.tags),
        (stored.is_gift_card, stored.is_service),
    )
    if stored.is_active and before == (names, category, brand, tags, (gift, service)):
        return None
    return _row(given.sku, names, category, brand, tags, (gift, service))


def _row(  # noqa: PLR0917 a row in the order of its columns
    sku: str,
    names: tuple[str, str],
    category: str,
    brand: str,
    tags: Sequence[str],
    flags: tuple[bool, bool],
) -> tuple[Any, ...]:
    return (sku, *names, search_key(f"{sku} {' '.join(names)}"), category, brand, json.dumps(tags), *flags)


_UPSERT = """
    INSERT INTO products_product (club_id, sku, name_fa, name_en, name_key, category_code, brand_code,
                                  tags, is_gift_card, is_service, is_active, updated_at)
    SELECT %s, sku, name_fa, name_en, name_key, category, brand,
           ARRAY(SELECT jsonb_array_elements_text(tags)), gift, service, true, %s
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[],
                %s::boolean[], %s::boolean[])
         AS given(sku, name_fa, name_en, name_key, category, brand, tags, gift, service)
    ON CONFLICT (club_id, sku) DO UPDATE SET
        name_fa = EXCLUDED.name_fa, name_en = EXCLUDED.name_en, name_key = EXCLUDED.name_key,
        category_code = EXCLUDED.category_code, brand_code = EXCLUDED.brand_code, tags = EXCLUDED.tags,
        is_gift_card = EXCLUDED.is_gift_card, is_service = EXCLUDED.is_service, is_active = true,
        updated_at = EXCLUDED.updated_at
"""


def _revise(club: ClubInfo) -> None:
    """Tell every process that its copy of the club's products is old."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO products_version (club_id, revision) VALUES (%s, %s)
            ON CONFLICT (club_id) DO UPDATE SET revision = EXCLUDED.revision
            """,
            [club.id, ids.fresh()],
        )

"""Products, categories and brands as the shop knows them."""

from __future__ import annotations

from typing import Annotated

from ninja import Query, Router, Schema
from pydantic import Field

from bashgah.api.bearer import Bearer, Call
from bashgah.api.cursors import Cursor, Limit, NextCursor
from bashgah.api.once import once
from bashgah.api.strict import Body, Flag, QueryText, Text
from bashgah.api.values import TextsOut
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.products import selectors, services
from bashgah.products.types import BrandInfo, CategoryInfo, NewProduct, ProductInfo

router = Router(tags=["products"])

Code = Annotated[Text, Field(max_length=60)]
NeededCode = Annotated[Text, Field(min_length=1, max_length=60)]


class TextsIn(Body):
    """A name in Persian and English; an empty one keeps what is stored."""

    fa: Annotated[Text, Field(max_length=300)] = ""
    en: Annotated[Text, Field(max_length=300)] = ""

    def texts(self) -> Texts:
        """Return it as rooms take it."""
        return Texts(self.fa, self.en)


class ProductIn(Body):
    """A product by its SKU; empty fields keep what is stored."""

    sku: NeededCode
    name: TextsIn = TextsIn()
    category: Code = ""
    brand: Code = ""
    tags: Annotated[list[Code], Field(max_length=50)] = []
    is_gift_card: Flag = False
    is_service: Flag = False


class CategoryIn(Body):
    """A category and its parent."""

    code: NeededCode
    name: TextsIn = TextsIn()
    parent: Code = ""


class BrandIn(Body):
    """A brand."""

    code: NeededCode
    name: TextsIn = TextsIn()


class ProductsIn(Body):
    """Up to 1,000 products."""

    products: Annotated[list[ProductIn], Field(min_length=1, max_length=1000)]


class CategoriesIn(Body):
    """Up to 1,000 categories."""

    categories: Annotated[list[CategoryIn], Field(min_length=1, max_length=1000)]


class BrandsIn(Body):
    """Up to 1,000 brands."""

    brands: Annotated[list[BrandIn], Field(min_length=1, max_length=1000)]


class ProductOut(Schema):
    """A product."""

    sku: str
    name: TextsOut
    category: str
    brand: str
    tags: list[str]
    is_gift_card: bool
    is_service: bool
    is_active: bool


class ProductPageOut(Schema):
    """One page of products by SKU."""

    products: list[ProductOut]
    next_cursor: NextCursor


class Changed(Schema):
    """How many rows are new or changed."""

    changed: int


@router.get("/products", response=ProductPageOut, auth=Bearer("products.read"), summary="List products")
def product_list(  # noqa: PLR0917 one parameter a line of the query
    request: Call,
    sku: Annotated[QueryText, Query("", description="This SKU alone.")],
    text: Annotated[QueryText, Query("", description="Words of the name.")],
    category: Annotated[QueryText, Query("")],
    brand: Annotated[QueryText, Query("")],
    cursor: Cursor,
    limit: Limit,
) -> ProductPageOut:
    """Products by SKU, page by page; retired ones are not listed."""
    if sku:
        return ProductPageOut(products=_exactly(request, sku), next_cursor=None)
    page = selectors.product_list(
        request.club, text=text, category=category, brand=brand, cursor=cursor or None, limit=limit
    )
    return ProductPageOut(products=[_out(product) for product in page.products], next_cursor=page.next_cursor)


@router.post("/products", response=Changed, auth=Bearer("products.write"), summary="Add or change products")
@once()
def product_upsert(request: Call, body: ProductsIn) -> Changed:
    """Add new products and complete known ones; all or nothing."""
    changed = services.products_upsert_bulk(
        club=request.club,
        products=[
            NewProduct(
                sku=product.sku,
                name=product.name.texts(),
                category=product.category,
                brand=product.brand,
                tags=tuple(product.tags),
                is_gift_card=product.is_gift_card,
                is_service=product.is_service,
            )
            for product in body.products
        ],
        now=request.now,
    )
    return Changed(changed=changed)


@router.post(
    "/products/categories",
    response=Changed,
    auth=Bearer("products.write"),
    summary="Add or change categories",
)
@once()
def category_upsert(request: Call, body: CategoriesIn) -> Changed:
    """Add or change categories of the tree; all or nothing."""
    services.categories_upsert_bulk(
        club=request.club,
        categories=[
            CategoryInfo(category.code, category.name.texts(), category.parent)
            for category in body.categories
        ],
        now=request.now,
    )
    return Changed(changed=len(body.categories))


@router.post(
    "/products/brands", response=Changed, auth=Bearer("products.write"), summary="Add or change brands"
)
@once()
def brand_upsert(request: Call, body: BrandsIn) -> Changed:
    """Add or change brands; all or nothing."""
    services.brands_upsert_bulk(
        club=request.club,
        brands=[BrandInfo(brand.code, brand.name.texts()) for brand in body.brands],
        now=request.now,
    )
    return Changed(changed=len(body.brands))


def _exactly(request: Call, sku: str) -> list[ProductOut]:
    try:
        return [_out(selectors.product_get(request.club, sku))]
    except Refusal:
        return []


def _out(product: ProductInfo) -> ProductOut:
    return ProductOut(
        sku=product.sku,
        name=TextsOut.of(product.name),
        category=product.category_code,
        brand=product.brand_code,
        tags=list(product.tags),
        is_gift_card=product.is_gift_card,
        is_service=product.is_service,
        is_active=product.is_active,
    )

"""What the products room hands out."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from bashgah.kit.text import Texts


@dataclass(frozen=True, slots=True)
class ProductFact:
    """What a rule may ask about a line's product; ``category_path`` runs from the root down."""

    category_path: tuple[str, ...]
    brand: str
    tags: tuple[str, ...]
    name: Texts
    is_gift_card: bool = False
    is_service: bool = False


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product as a file, a shop or a person gives it; what is empty or None leaves what is stored."""

    sku: str
    name: Texts = field(default_factory=Texts)
    category: str = ""
    brand: str = ""
    tags: tuple[str, ...] = ()
    is_gift_card: bool | None = None
    is_service: bool | None = None


@dataclass(frozen=True, slots=True)
class ProductInfo:
    """A product."""

    club_id: UUID
    sku: str
    name: Texts
    category_code: str
    brand_code: str
    tags: tuple[str, ...]
    is_gift_card: bool
    is_service: bool
    is_active: bool


@dataclass(frozen=True, slots=True)
class CategoryInfo:
    """A group of products."""

    code: str
    name: Texts
    parent_code: str


@dataclass(frozen=True, slots=True)
class BrandInfo:
    """A maker."""

    code: str
    name: Texts


@dataclass(frozen=True, slots=True)
class ProductPage:
    """One page of a list and where the next begins (None at the end)."""

    products: tuple[ProductInfo, ...]
    next_cursor: str | None

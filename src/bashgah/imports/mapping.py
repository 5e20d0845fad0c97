"""The mapping: a YAML file that says what the columns of somebody else's file mean."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from bashgah.kit.money import CURRENCIES
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

MAPPING_BYTES = 200_000
M = TypeVar("M", bound=BaseModel)


class Part(BaseModel):
    """Base of every part: what is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Columns(Part):
    """Which column says what. A line costs ``price`` times quantity, or ``amount`` in all."""

    invoice: str
    at: str
    quantity: str
    sku: str
    name: str = ""
    price: str = ""
    amount: str = ""
    discount: str = ""
    tax: str = ""
    customer: str = ""
    mobile: str = ""
    first_name: str = ""
    last_name: str = ""
    city: str = ""
    branch: str = ""
    category: str = ""
    brand: str = ""

    @model_validator(mode="after")
    def _one_price(self) -> Columns:
        if bool(self.price) == bool(self.amount):
            raise ValueError("name either the column of the unit price or that of the line's amount")
        return self

    def named(self) -> dict[str, str]:
        """What is named, by meaning."""
        return {meaning: column for meaning, column in self.model_dump().items() if column}


class Branches(Part):
    """How the branch column's values become branch codes."""

    map: dict[str, str] = {}
    create: bool = Field(default=False, description="open a branch for every value that is not mapped")
    otherwise: str = ""


class PurchaseMapping(Part):
    """Everything an import of invoice lines must be told; nothing of it is guessed."""

    source: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,32}$")
    columns: Columns
    currency: str
    unit: Literal["smallest", "whole", "toman"] = Field(
        default="whole", description="what the figures are in: rials, pounds, or tomans"
    )
    timezone: str = "Asia/Tehran"
    date_format: str = Field(default="", description="strptime format, where dates are unusual text")
    cancellation_prefix: str = ""
    adjustment_prefix: str = ""
    services: tuple[str, ...] = Field(default=(), description="codes that are no goods: postage, fees")
    skip_free_lines: bool = True
    branches: Branches = Branches()
    channel: str = "pos"
    sheet: str = ""
    language: Literal["fa", "en"] = "fa"

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, value: str) -> str:
        if value not in CURRENCIES:
            raise ValueError(f"no such currency: {value}")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"no such time zone: {value}") from None
        return value

    @property
    def decimals(self) -> int:
        """How many decimal places turn the file's figures into smallest units."""
        return decimals_of(self.currency, self.unit)

    @property
    def fact_source(self) -> str:
        """The source that every fact of this file names."""
        return f"import:{self.source}"


def decimals_of(currency: str, unit: str) -> int:
    """Return how many decimal places turn figures in this unit into smallest units."""
    if unit == "whole":
        return CURRENCIES[currency].exponent
    return 1 if unit == "toman" else 0


def mapping_read(path: Path) -> PurchaseMapping:
    """Read and check a mapping file; refuses with ``mapping_unreadable`` or ``mapping_invalid`` (422)."""
    return mapping_of(given_read(path))


def given_read(path: Path) -> object:
    """Read what a mapping file holds; refuses with ``mapping_unreadable`` (422)."""
    try:
        if path.stat().st_size > MAPPING_BYTES:
            raise _unreadable(f"more than {MAPPING_BYTES} bytes")
        return yaml.safe_load(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _unreadable(str(error).splitlines()[0]) from None


def mapping_of(given: object) -> PurchaseMapping:
    """Check a mapping that was read."""
    return mapping_checked(PurchaseMapping, given)


def mapping_checked(kind: type[M], given: object) -> M:
    """Check what was read as this kind of mapping; refuses with ``mapping_invalid`` (422)."""
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = "/".join(str(part) for part in first["loc"])
        raise Refusal(
            "mapping_invalid",
            Phrase(
                _("The mapping is wrong at “{place}”: {reason}"), {"place": place, "reason": first["msg"]}
            ),
            status=422,
            field=f"/{place}",
        ) from None


def _unreadable(reason: str) -> Refusal:
    return Refusal(
        "mapping_unreadable",
        Phrase(_("The mapping file cannot be read: {reason}"), {"reason": reason}),
        status=422,
    )

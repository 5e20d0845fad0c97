"""Cleanses cells: numbers in any digits, dates Jalali or Gregorian, codes as the shop writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from bashgah.imports.mapping import Columns, PurchaseMapping
from bashgah.imports.types import Buyer, Line
from bashgah.kit import jalali, mobile
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import ascii_digits, clean

AMOUNT_MOST = 10**15
QUANTITY_MOST = 10**12
CODE_MOST = 60
NAME_MOST = 200
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)

_GROUPED = re.compile(r"[\s\u00a0\u202f٬،,](?=\d{3}(\D|$))")
_SPOILED = re.compile(r"\d(\.\d+)?[eE]\+\d+")
_CLOCK = re.compile(r"(.*?)[ T\u00a0،,-]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([APap][Mm])?")


class Unfit(Exception):
    """A cell that cannot be what its column says; ``code`` tells why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Row:
    """One row with typed values, before anybody asks what it means."""

    number: int
    invoice: str
    at: datetime
    line: Line
    is_free: bool
    buyer: Buyer | None
    branch: str
    category: str
    brand: str


def row_cleanser(mapping: PurchaseMapping, meanings: Sequence[str]) -> Callable[[int, Sequence[Any]], Row]:
    """Return the function that cleanses rows whose cells mean this; it raises ``Unfit``."""
    zone = ZoneInfo(mapping.timezone)
    scale = Decimal(10) ** mapping.decimals
    by_price = bool(mapping.columns.price)

    @lru_cache(maxsize=100_000)
    def instant(value: Any) -> datetime:
        return instant_of(value, zone, mapping.date_format)

    @lru_cache(maxsize=50_000)
    def scaled(value: Any) -> Decimal:
        return number_of(value) * scale

    @lru_cache(maxsize=10_000)
    def thousandths(value: Any) -> int:
        return _whole(number_of(value) * 1000, QUANTITY_MOST, "quantity_invalid")

    @lru_cache(maxsize=100_000)
    def buyer_of(customer: Any, number: Any, first: Any, last: Any, city: Any) -> Buyer | None:
        return buyer(customer, number, first, last, city)

    # a meaning no column has stands at the end, where every row gets an empty cell
    place = dict.fromkeys(Columns.model_fields, -1)
    place |= {meaning: number for number, meaning in enumerate(meanings)}
    quantity_at, figure_at = place["quantity"], place["price" if by_price else "amount"]
    discount_at, tax_at = place["discount"], place["tax"]
    sku_at, name_at, invoice_at, moment_at = place["sku"], place["name"], place["invoice"], place["at"]
    branch_at, category_at, brand_at = place["branch"], place["category"], place["brand"]
    of_buyer = itemgetter(*(place[each] for each in _BUYER))

    def cleanse(row: int, values: Sequence[Any]) -> Row:
        cells = (*values, None)
        quantity = thousandths(cells[quantity_at])
        figure = scaled(cells[figure_at])
        amount = figure * quantity / 1000 if by_price else figure
        gross = _whole(_rounded(amount), AMOUNT_MOST, "amount_invalid")
        discount, tax = cells[discount_at], cells[tax_at]
        line = Line(
            row=row,
            sku=code_of(cells[sku_at], "sku_invalid"),
            name=name_of(cells[name_at]),
            quantity=quantity,
            gross=gross,
            discount=0 if is_empty(discount) else _part(scaled(discount), gross),
            tax=0 if is_empty(tax) else _part(scaled(tax), AMOUNT_MOST),
        )
        return Row(
            number=row,
            invoice=code_of(cells[invoice_at], "invoice_invalid"),
            at=instant(cells[moment_at]),
            line=line,
            is_free=not figure,
            buyer=buyer_of(*of_buyer(cells)),
            branch=name_of(cells[branch_at]),
            category=name_of(cells[category_at])[:CODE_MOST],
            brand=name_of(cells[brand_at])[:CODE_MOST],
        )

    return cleanse


_BUYER = ("customer", "mobile", "first_name", "last_name", "city")


def buyer(customer: Any, number: Any, first: Any, last: Any, city: Any) -> Buyer | None:
    """The person a row names by customer number or mobile, or nobody."""
    external = "" if is_empty(customer) else code_of(customer, "customer_invalid")
    phone = "" if is_empty(number) else mobile_of(number)
    if not (external or phone):
        return None
    return Buyer(
        key=external or phone,
        external_id=external,
        mobile=phone,
        first_name=name_of(first)[:100],
        last_name=name_of(last)[:100],
        city=name_of(city)[:100],
    )


def mobile_of(value: Any) -> str:
    """The number in E.164; digits that a spreadsheet lost (9.12E+09) cannot be guessed."""
    text = ascii_digits(str(value)).strip()
    if _SPOILED.fullmatch(text) and len(text.split("E")[0].split("e")[0]) < 10:
        raise Unfit("digits_lost")
    try:
        return mobile.normalise(text)
    except Refusal:
        raise Unfit("mobile_invalid") from None


def code_of(value: Any, code: str) -> str:
    """A code as the shop writes it; a whole number that a spreadsheet turned into 12345.0 loses its zero."""
    if is_empty(value):
        raise Unfit(code)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _code_text(str(value), code)


@lru_cache(maxsize=200_000)
def _code_text(text: str, code: str) -> str:
    text = ascii_digits(_cleaned(text))
    if not text or len(text) > CODE_MOST:
        raise Unfit(code)
    return text


def name_of(value: Any) -> str:
    """A text fit to be shown, empty where there is none, cut where it is too long."""
    return "" if is_empty(value) else _name_text(str(value))


@lru_cache(maxsize=100_000)
def _name_text(text: str) -> str:
    return _cleaned(text)[:NAME_MOST]


def _cleaned(text: str) -> str:
    try:
        return clean(text, limit=100_000)
    except Refusal:
        raise Unfit("text_invalid") from None


def is_empty(value: Any) -> bool:
    """Whether a cell says nothing: missing, blank, or not a number."""
    return value is None or value == "" or value != value or (isinstance(value, str) and not value.strip())  # noqa: PLR0124


def number_of(value: Any) -> Decimal:
    """A number from a cell or from text in any digits, with thousands separated or not."""
    if is_empty(value) or isinstance(value, bool):
        raise Unfit("number_invalid")
    if isinstance(value, int):
        return Decimal(value)
    text = str(value) if isinstance(value, float) else _GROUPED.sub("", ascii_digits(str(value)).strip())
    text = text.replace("٫", ".").replace("−", "-").replace("\u200e", "").replace("\u200f", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Unfit("number_invalid") from None
    if not number.is_finite():
        raise Unfit("number_invalid")
    return number


def instant_of(value: Any, zone: ZoneInfo, format_: str) -> datetime:
    """An instant in UTC; text without a zone is the shop's local time, a day without a clock its noon."""
    try:
        local = _moment(value, format_)
        if local.tzinfo is None:
            local = local.replace(tzinfo=zone)
        instant = local.astimezone(UTC)
    except (Refusal, ValueError, OverflowError):
        raise Unfit("date_invalid") from None
    if instant < EARLIEST:
        raise Unfit("date_invalid")
    return instant


def _moment(value: Any, format_: str) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(12))
    if not isinstance(value, str):
        raise ValueError(value)
    text = ascii_digits(value).strip()
    if format_:
        return datetime.strptime(text, format_)  # noqa: DTZ007 - the zone is the mapping's
    try:
        if text[:4].isdigit() and int(text[:4]) >= 1900:
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    return _told(text)


def _told(text: str) -> datetime:
    """A day in either calendar, with a clock after it or without."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        return datetime.combine(jalali.parse_date(text), time(12))
    day, hour, minute, second, half = found.groups()
    clock = timedelta(hours=int(hour), minutes=int(minute), seconds=int(second or 0))
    if half:
        clock += timedelta(hours=12 * (half.upper() == "PM") - 12 * (int(hour) == 12))
    if clock >= timedelta(days=1):
        raise ValueError(text)
    return datetime.combine(jalali.parse_date(day), time()) + clock


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1), rounding="ROUND_HALF_UP")


def _whole(number: Decimal, most: int, code: str) -> int:
    if number != number.to_integral_value() or abs(number) > most:
        raise Unfit(code)
    return int(number)


def _part(number: Decimal, most: int) -> int:
    """A discount or tax: never below zero, never above what it is part of."""
    whole = _whole(_rounded(number), AMOUNT_MOST, "amount_invalid")
    if not 0 <= whole <= max(most, 0):
        raise Unfit("amount_invalid")
    return whole

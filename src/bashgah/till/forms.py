"""What the cashier typed, read into values; a mistake becomes a sentence at its field."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import QueryDict

from bashgah.clubs.types import ClubInfo
from bashgah.kit import card, ids
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import ascii_digits, clean
from bashgah.till.counter import MODES
from bashgah.ui import entries

LINES_MOST = 300
TAKEN_MOST = 20
CODES_MOST = 20
CODE_LONGEST = 64
_TIMES = re.compile(r"^\s*([0-9]+(?:\.[0-9]{1,3})?)\s*[*×xX]\s*(\S.*)$")
_LETTERS = re.compile(r"[A-Za-z]")
_TRAILING = re.compile(r"^(.*?)(\d+)$", re.DOTALL | re.ASCII)


@dataclass(frozen=True, slots=True)
class TypedLine:
    """A line of the invoice: quantity in thousandths, gross of the whole line in smallest units."""

    sku: str
    name: str
    quantity: int
    gross: int


@dataclass(frozen=True, slots=True)
class Typed:
    """The purchase as it stands on the screen.

    ``pay`` is what of it points shall pay, as typed, or as much as they can (``pay_most``); ``pay_shown`` the
    units the cashier was last shown.
    """

    member_id: UUID | None
    anonymous: bool
    mode: str
    amount: int
    lines: tuple[TypedLine, ...]
    invoice: str
    payment: str
    occurred_at: datetime | None
    sure: int
    rewards: tuple[str, ...]
    redemptions: tuple[UUID, ...]
    coupons: tuple[UUID, ...]
    codes: tuple[str, ...] = ()
    pay: str = ""
    pay_most: bool = False
    pay_shown: int = 0
    pay_pool: bool = False

    @property
    def prices(self) -> list[int]:
        """The prices of the lines, or the amount alone."""
        return [line.gross for line in self.lines] if self.mode == "lines" else [self.amount]


def typed_of(posted: QueryDict, club: ClubInfo) -> Typed:
    """Read the form; raises a refusal of 422 that names the field."""
    mode = posted.get("mode", "")
    mode = mode if mode in MODES else MODES[0]
    lines = _lines(posted, club) if mode == "lines" else ()
    amount = sum(line.gross for line in lines) if mode == "lines" else _amount(posted.get("amount", ""), club)
    member = posted.get("member", "")
    return Typed(
        member_id=ids.parse("member", member) if member else None,
        anonymous=posted.get("anonymous") == "1",
        mode=mode,
        amount=amount,
        lines=lines,
        invoice=clean(ascii_digits(posted.get("invoice", "")), field="/invoice", limit=60),
        payment=clean(posted.get("payment", ""), field="/payment", limit=40),
        occurred_at=instant(posted.get("occurred_at", "")),
        sure=_whole(posted.get("sure", "")),
        rewards=tuple(dict.fromkeys(posted.getlist("marked")))[:TAKEN_MOST],
        redemptions=tuple(ids.parse("redemption", text) for text in posted.getlist("redemption"))[
            :TAKEN_MOST
        ],
        coupons=tuple(ids.parse("coupon", text) for text in posted.getlist("coupon"))[:TAKEN_MOST],
        codes=_codes(posted) if mode == "lines" else (),
        pay=posted.get("pay", "")[:40],
        pay_most=posted.get("pay_most") == "1",
        pay_shown=_whole(posted.get("pay_shown", "")),
        pay_pool=posted.get("pay_pool") == "1",
    )


def code_typed(text: str) -> str:
    """Read a promotion's code: in any digits, capital or small. Raises ``text_too_long`` and its like."""
    return clean(ascii_digits(text), field="/code", limit=CODE_LONGEST).strip().upper()


def quantity_and_rest(text: str) -> tuple[int, str]:
    """Read «2.5*apples»: thousandths and what is meant; without a star it is one."""
    plain = ascii_digits(text).replace("٫", ".").strip()
    found = _TIMES.match(plain)
    if not found:
        return 1000, plain
    return thousandths(found[1]), found[2].strip()


def thousandths(text: str) -> int:
    """Read a quantity; at most three decimals, more than nothing. Raises ``quantity_invalid``."""
    try:
        value = entries.decimal_or_none(text.replace("/", "."))
    except ValueError:
        value = None
    if value is None or value <= 0 or value != round(value, 3) or value > 10**6:
        raise Refusal(
            "quantity_invalid",
            Phrase(_("A quantity is a number above zero with at most three decimals.")),
            status=422,
            field="/quantity",
        )
    return int(value * 1000)


def money(text: str, club: ClubInfo, field: str) -> int:
    """Read an amount in the unit the club shows; nothing typed is zero. Raises ``amount_invalid``."""
    try:
        value = -1 if _LETTERS.search(text) else entries.money_or_none(text, club) or 0
    except ValueError:
        value = -1
    if not 0 <= value <= 10**15:
        raise Refusal("amount_invalid", Phrase(_("This is not an amount of money.")), status=422, field=field)
    return value


def units(text: str, field: str) -> int:
    """Read a number of points; nothing typed is none. Raises ``units_invalid``."""
    try:
        value = entries.whole_or_none(text) or 0
    except ValueError:
        value = -1
    if not 0 <= value <= 10**12:
        raise Refusal("units_invalid", Phrase(_("This is not a number of points.")), status=422, field=field)
    return value


def invoice_next(last: str, *, year: int, till: str) -> str:
    """The number after this one, or the first of the till in this year."""
    found = _TRAILING.match(last)
    if not found:
        return f"{year}-{till}-00001"
    digits = str(int(found[2]) + 1).zfill(len(found[2]))
    return f"{found[1]}{digits}"


def _amount(text: str, club: ClubInfo) -> int:
    if card.is_card(text):
        raise Refusal(
            "card_not_amount",
            Phrase(_("This is a card number, not an amount.")),
            status=422,
            field="/amount",
        )
    return money(text, club, "/amount")


def _lines(posted: QueryDict, club: ClubInfo) -> tuple[TypedLine, ...]:
    columns = [posted.getlist(name) for name in ("line_sku", "line_name", "line_quantity", "line_price")]
    if len({len(column) for column in columns}) > 1 or len(columns[0]) > LINES_MOST:
        raise Refusal("lines_invalid", Phrase(_("The lines of the invoice could not be read.")), status=422)
    return tuple(_line(club, *cells) for cells in zip(*columns, strict=True))


def _codes(posted: QueryDict) -> tuple[str, ...]:
    codes = (code_typed(text) for text in posted.getlist("code"))
    return tuple(dict.fromkeys(code for code in codes if code))[:CODES_MOST]


def _line(club: ClubInfo, sku: str, name: str, quantity: str, price: str) -> TypedLine:
    amount = thousandths(quantity)
    one = money(price, club, "/price")
    # money has no part of its smallest unit: half a unit and more is one, as on the scale's label
    gross = (one * amount + 500) // 1000
    return TypedLine(clean(sku, field="/sku", limit=64), clean(name, field="/name", limit=200), amount, gross)


def _whole(text: str) -> int:
    plain = ascii_digits(text).strip()
    return int(plain) if plain.isdecimal() and len(plain) < 19 else 0


def instant(text: str) -> datetime | None:
    """Read the moment the page's clock gave; nothing typed is None. Raises ``instant_invalid``."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Refusal("instant_invalid", Phrase(_("The clock of this device cannot be read.")), status=422)
    return at

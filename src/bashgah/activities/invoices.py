"""Where and when something happened, and what was bought: from what came in to the engine's purchase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from bashgah.activities.types import CartIn, LineIn, PurchaseIn
from bashgah.clubs.selectors import branch_by_code
from bashgah.clubs.types import BranchInfo, ClubInfo
from bashgah.engine.facts import Fact, Line
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import ascii_digits, clean
from bashgah.products.selectors import products_facts
from bashgah.products.types import ProductFact


def stored(text: str, at: str) -> str:
    """Return a text fit to be stored; plain ASCII is as it is, all else is cleaned or refused."""
    return text if text.isascii() and text.isprintable() else clean(text, field=at)


Places = dict[str, tuple[BranchInfo | None, ZoneInfo]]
"""Branches that a batch named so far, by code, and the zones of their days."""


def placed(
    club: ClubInfo, code: str, occurred_at: datetime, met: Places | None = None
) -> tuple[BranchInfo | None, datetime]:
    """Return the branch a fact names, and its instant in that branch's zone (else the club's).

    An instant at the edge of the calendar, which has no date in that zone, is refused whatever the policy.
    ``met`` spares the facts of a batch looking for the same branch.
    """
    place = met.get(code) if met is not None else None
    if place is None:
        branch = _branch(club, code) if code else None
        place = branch, _zone(branch.timezone if branch else club.timezone)
        if met is not None:
            met[code] = place
    try:
        return place[0], occurred_at.astimezone(place[1])
    except OverflowError:
        raise (too_late(club) if occurred_at.year == 1 else in_future()) from None


def in_future() -> Refusal:
    return Refusal(
        "occurred_in_future",
        Phrase(_("This happened later than now; check the clock of the till.")),
        status=422,
        field="/occurred_at",
    )


def too_late(club: ClubInfo) -> Refusal:
    days = club.settings.late_window_days
    return Refusal(
        "occurred_too_late",
        Phrase(_("This happened more than {days} days ago and is not taken any more."), {"days": days}),
        field="/occurred_at",
    )


def _branch(club: ClubInfo, code: str) -> BranchInfo:
    try:
        return branch_by_code(club, code)
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.phrase, status=422, field="/branch") from None


def cart_fact(club: ClubInfo, cart: CartIn, now: datetime) -> Fact:
    """Return a cart as the purchase it would be now; refuses what a purchase refuses of itself."""
    skus = {line.sku for line in cart.lines if line.sku}
    intake = PurchaseIn(
        source="cart",
        reference="cart",
        occurred_at=now,
        branch=cart.branch,
        channel=cart.channel,
        currency=cart.currency,
        lines=cart.lines,
        amounts=cart.amounts,
        shipping=cart.shipping,
        payment_methods=cart.payment_methods,
        coupons=tuple(ascii_digits(code) for code in cart.codes),
    )
    return purchase_fact(club, intake, products_facts(club, skus) if skus else {})


def lines_known(club: ClubInfo, lines: Sequence[LineIn]) -> tuple[Line, ...]:
    """Return lines with what the club knows of their products; refuses what a purchase refuses of them."""
    skus = {line.sku for line in lines if line.sku}
    return _lines(lines, products_facts(club, skus) if skus else {}, club.locale)


def purchase_fact(
    club: ClubInfo, intake: PurchaseIn, known: Mapping[str, ProductFact], met: Places | None = None
) -> Fact:
    if intake.currency and intake.currency != club.currency:
        raise _invalid(
            "currency_unknown", _("The club counts in {currency}."), "/currency", currency=club.currency
        )
    if bool(intake.lines) == (intake.amounts is not None):
        raise _invalid(
            "amounts_unclear", _("Give the lines of the purchase, or its amounts alone."), "/lines"
        )
    branch, local_at = placed(club, intake.branch, intake.occurred_at, met)
    lines = _lines(intake.lines, known, club.locale)
    amounts = intake.amounts
    if amounts:
        gross, discount, tax, paid = amounts.gross, amounts.discount, amounts.tax, amounts.paid_by_points
    else:
        gross = discount = tax = paid = 0
        for line in lines:
            gross += line.gross
            discount += line.discount
            tax += line.tax
            paid += line.paid_by_points
    if discount > gross:
        raise _invalid("discount_exceeds", _("The discount is more than the price."), "/amounts/discount")
    if gross + tax + intake.shipping > club.settings.amount_ceiling:
        raise _invalid(
            "amount_too_large",
            _("A purchase may be worth at most {ceiling} here."),
            "/amounts/gross" if amounts else "/lines",
            ceiling=Money(club.settings.amount_ceiling, club.currency),
        )
    code, region, city = (branch.code, branch.region, branch.city) if branch else ("", "", "")
    return Fact(
        "purchase",
        "purchase",
        intake.occurred_at,
        local_at,
        code,
        region,
        city,
        intake.channel,
        club.currency,
        lines,
        bool(lines),
        gross,
        discount,
        tax,
        intake.shipping,
        paid,
        intake.payment_methods,
        codes(intake.coupons, "/coupons"),
    )


def _lines(given: Sequence[LineIn], known: Mapping[str, ProductFact], locale: str) -> tuple[Line, ...]:
    numbered = False
    for line in given:
        if line.no:
            numbered = True
    lines: list[Line] = []
    seen: set[int] = set()
    for place, line in enumerate(given, 1):
        no, sku, gross, discount = line.no if numbered else place, line.sku, line.gross, line.discount
        at = f"/lines/{place - 1}"
        if no == 0 or no in seen:
            raise _invalid("line_number_unclear", _("Number every line once, from 1, or none."), f"{at}/no")
        if discount > gross:
            raise _invalid("discount_exceeds", _("The discount is more than the price."), f"{at}/discount")
        seen.add(no)
        product = known.get(sku)
        sku = stored(sku, f"{at}/sku") if sku else ""
        name = stored(line.name, f"{at}/name") if line.name else ""
        category, brand, tags = line.category, line.brand, ()
        if product is not None:
            name = name or product.name.say(locale)
            category = product.category_path or codes(category, at)
            brand = product.brand or (stored(brand, f"{at}/brand") if brand else "")
            tags = product.tags
        else:
            category = codes(category, at)
            brand = stored(brand, f"{at}/brand") if brand else ""
        lines.append(
            Line(no, sku, name, category, brand, tags, line.quantity, gross, discount, line.tax,
                 line.paid_by_points)
        )  # fmt: skip
    return tuple(lines)


def codes(texts: tuple[str, ...], at: str) -> tuple[str, ...]:
    return tuple([stored(text, at) for text in texts]) if texts else ()


def _invalid(code: str, msgid: str, at: str, **params: object) -> Refusal:
    return Refusal(code, Phrase(msgid, params), status=422, field=at)


@lru_cache(maxsize=256)
def _zone(key: str) -> ZoneInfo:
    return ZoneInfo(key)

"""Quotes at the till: what promotions take off the bill as typed, what points pay of it, what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from bashgah.activities.carts import Evaluated, cart_evaluate
from bashgah.activities.discounts import promotion_name
from bashgah.activities.promises import quote_taken
from bashgah.activities.selectors import activity_find, anonymous_seek
from bashgah.activities.types import AmountsIn, CartIn, LineIn, MemberRef
from bashgah.engine.facts import Fact
from bashgah.engine.program import CompiledProgram
from bashgah.engine.promotions.quotes import Payment
from bashgah.engine.words import texts
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.till import paying
from bashgah.till.counter import Counter
from bashgah.till.forms import CODES_MOST, Typed, code_typed
from bashgah.till.pages import SumLine

NEARLY_MOST = 3


class Priced(Protocol):
    """A purchase at the shop's own prices: its lines, or its amount alone."""

    @property
    def lines(self) -> tuple[LineIn, ...]:
        """The lines; empty for an amount alone."""

    @property
    def amounts(self) -> AmountsIn | None:
        """The amount alone; None where there are lines."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What promotions take off a purchase and points pay of it: for the record, and in words for the screen.

    ``fact`` is the purchase at these prices, None where nothing was judged.
    """

    fact: Fact | None = None
    lines: tuple[SumLine, ...] = ()
    missing: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    payment: Payment | None = None

    @property
    def amount(self) -> int:
        """All that promotions take off."""
        return sum(each.amount for each in self.fact.promotions) if self.fact else 0

    @property
    def paid(self) -> int:
        """What points pay."""
        return self.payment.paid if self.payment else 0


@dataclass(frozen=True, slots=True)
class Promised:
    """The quote a purchase takes, and the points set aside that pay a part of it; empty where none does."""

    quote: str = ""
    set_aside: str = ""


def offered(counter: Counter, compiled: CompiledProgram, typed: Typed, priced: Priced) -> Offered:
    """Judge the bill as typed so far; of an amount alone only what points can pay."""
    if not _is_judged(compiled, typed, priced):
        return Offered()
    found = _evaluated(counter, compiled, typed, priced, preview_only=True)
    shown = tuple(
        SumLine(promotion_name(compiled, each.promotion).say(counter.lang), each.amount)
        for each in found.quote.given
    )
    missing = _nearly(counter, found) if priced.lines else ()
    why_not = _why_not(counter, typed.codes, found)
    return Offered(found.quote.fact, shown, missing, why_not, found.quote.payment)


def promised(counter: Counter, compiled: CompiledProgram, typed: Typed, priced: Priced) -> Promised:
    """Return the quote this purchase takes: of another try of the same invoice the one it took.

    Refuses as ``paying.settled_with`` does where the points that pay are not those the cashier saw, or the
    member has not agreed to them.
    """
    known = activity_find(counter.club, counter.source, typed.invoice) or anonymous_seek(
        counter.club, counter.source, typed.invoice
    )
    if known is not None:
        return _promised_before(counter, typed, known.id)
    is_judged = _is_judged(compiled, typed, priced)
    if not is_judged or not (priced.lines or paying.wanted(counter, compiled, typed)):
        return Promised(set_aside=paying.settled_with(counter, typed, None))
    found = _evaluated(counter, compiled, typed, priced, preview_only=False)
    set_aside = paying.settled_with(counter, typed, found.quote.payment)
    return Promised(public("quote", found.id) if found.id else "", set_aside)


def _promised_before(counter: Counter, typed: Typed, activity_id: UUID) -> Promised:
    quote, aside = quote_taken(counter.club, activity_id), paying.aside_of(counter, typed)
    is_taken = aside is not None and aside.redemption.state == "captured"
    return Promised(
        public("quote", quote) if quote else "",
        public("redemption", aside.redemption.id) if aside and is_taken else "",
    )


def _is_judged(compiled: CompiledProgram, typed: Typed, priced: Priced) -> bool:
    """Say whether a quote says anything: promotions of lines, or what of a member's bill points can pay."""
    by_points = typed.member_id is not None and paying.points_taken(compiled)
    return bool(priced.lines and compiled.promotions) or by_points


def codes_taken(compiled: CompiledProgram) -> bool:
    """Say whether any promotion is had by a code; only then the cashier is asked for one."""
    return any(ready.promotion.codes for ready in compiled.promotions)


def code_found(counter: Counter, typed: Typed, text: str) -> str:
    """Return a code as promotions know it; a wrong one is counted as a guess.

    A wrong code must not stay with the purchase: each look at the sum would count it again. Refuses with
    ``promotion_code_unknown`` (404), with ``promotion_codes_many`` (422) where no more are taken, and with
    ``too_many`` (429) where wrong codes were tried too often.
    """
    code = code_typed(text)
    if len(typed.codes) >= CODES_MOST:
        raise Refusal(
            "promotion_codes_many",
            Phrase(_("A purchase takes at most {count} codes."), {"count": CODES_MOST}),
            status=422,
        )
    cart = CartIn(
        member=_member(typed), branch=counter.branch.code, amounts=AmountsIn(gross=0), codes=(code,)
    )
    found = cart_evaluate(
        club=counter.club, cart=cart, actor=counter.actor, now=counter.now, preview_only=True
    )
    if found.quote.unknown:
        raise Refusal(
            "promotion_code_unknown",
            Phrase(_("No promotion has the code {code}."), {"code": f"\u2066{code}\u2069"}),
            status=404,
        )
    return code


def unjudged(compiled: CompiledProgram) -> list[Texts]:
    """Return the promotions that the amount alone cannot decide."""
    return [
        texts(ready.promotion.name, ready.key)
        for ready in compiled.promotions
        if ready.promotion.deal.kind != "free_shipping" and not ready.promotion.codes
    ]


def _evaluated(
    counter: Counter, compiled: CompiledProgram, typed: Typed, priced: Priced, *, preview_only: bool
) -> Evaluated:
    cart = CartIn(
        member=_member(typed),
        branch=counter.branch.code,
        lines=priced.lines,
        amounts=priced.amounts,
        payment_methods=(typed.payment,) if typed.payment else (),
        codes=typed.codes,
        pay=paying.wanted(counter, compiled, typed),
        pool=paying.payer_of(counter, typed) is not None,
    )
    aside = paying.aside_to_pay(counter, typed)
    return cart_evaluate(
        club=counter.club,
        cart=cart,
        actor=counter.actor,
        now=counter.now,
        preview_only=preview_only,
        set_aside=aside.units if aside else None,
    )


def _member(typed: Typed) -> MemberRef | None:
    return MemberRef(id=public("member", typed.member_id)) if typed.member_id else None


def _why_not(counter: Counter, codes: tuple[str, ...], found: Evaluated) -> tuple[str, ...]:
    """Say of each typed code that takes nothing off why it does not."""
    given = {each.promotion for each in found.quote.given}
    refused = {each.promotion: each.reasons for each in found.quote.refused}
    told = []
    for code in codes:
        keys = [ready.key for ready in found.compiled.promotions if code in ready.promotion.codes]
        if given.intersection(keys):
            continue
        reasons = [reason for key in keys for reason in refused.get(key, ())]
        told += [
            counter.say(Phrase(_("Code {code}: {reason}"), {"code": f"\u2066{code}\u2069", "reason": reason}))
            for reason in reasons or [Phrase(_("it is not valid now"))]
        ]
    return tuple(told)


def _nearly(counter: Counter, found: Evaluated) -> tuple[str, ...]:
    """Say what only a little is missing for: promotions that lack goods and nothing else."""
    by_code = {ready.key for ready in found.compiled.promotions if ready.promotion.codes}
    told = []
    for each in found.quote.refused:
        if each.promotion not in by_code and all("missing" in reason.params for reason in each.reasons):
            name = promotion_name(found.compiled, each.promotion)
            told += [
                counter.say(Phrase(_("“{promotion}”: {reason}"), {"promotion": name, "reason": reason}))
                for reason in each.reasons
            ]
    return tuple(told[:NEARLY_MOST])

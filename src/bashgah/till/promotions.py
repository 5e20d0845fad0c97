"""Promotions at the till: what they take off the lines as typed, what is missing, the quote that is taken."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bashgah.activities.carts import Evaluated, cart_evaluate
from bashgah.activities.discounts import promotion_name
from bashgah.activities.promises import quote_taken
from bashgah.activities.selectors import activity_find, anonymous_seek
from bashgah.activities.types import AmountsIn, CartIn, LineIn, MemberRef
from bashgah.engine.program import CompiledProgram
from bashgah.engine.words import texts
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.till.counter import Counter
from bashgah.till.forms import CODES_MOST, Typed, code_typed
from bashgah.till.pages import SumLine

NEARLY_MOST = 3


@dataclass(frozen=True, slots=True)
class Offered:
    """What promotions take off a purchase by lines: by line for the record, in words for the screen."""

    parts: dict[int, int]
    lines: tuple[SumLine, ...] = ()
    missing: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def amount(self) -> int:
        """All that they take off."""
        return sum(self.parts.values())


def offered(counter: Counter, compiled: CompiledProgram, typed: Typed, lines: tuple[LineIn, ...]) -> Offered:
    """Judge the lines as typed so far; an amount alone has none to judge."""
    if not lines or not compiled.promotions:
        return Offered({})
    found = _evaluated(counter, typed, lines, preview_only=True)
    parts: dict[int, int] = {}
    for given in found.quote.given:
        for no, part in given.lines:
            parts[no] = parts.get(no, 0) + part
    shown = tuple(
        SumLine(promotion_name(compiled, each.promotion).say(counter.lang), each.amount)
        for each in found.quote.given
    )
    return Offered(parts, shown, _nearly(counter, found), _why_not(counter, typed.codes, found))


def promised(
    counter: Counter, compiled: CompiledProgram, typed: Typed, lines: tuple[LineIn, ...]
) -> UUID | None:
    """Return the quote this purchase takes: of another try of the same invoice the one it took."""
    known = activity_find(counter.club, counter.source, typed.invoice) or anonymous_seek(
        counter.club, counter.source, typed.invoice
    )
    if known is not None:
        return quote_taken(counter.club, known.id)
    if not lines or not compiled.promotions:
        return None
    return _evaluated(counter, typed, lines, preview_only=False).id


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


def _evaluated(counter: Counter, typed: Typed, lines: tuple[LineIn, ...], *, preview_only: bool) -> Evaluated:
    cart = CartIn(
        member=_member(typed),
        branch=counter.branch.code,
        lines=lines,
        payment_methods=(typed.payment,) if typed.payment else (),
        codes=typed.codes,
    )
    return cart_evaluate(
        club=counter.club, cart=cart, actor=counter.actor, now=counter.now, preview_only=preview_only
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

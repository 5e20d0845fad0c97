"""A purchase takes its quote: checked under the lock, counted against limits, given back with the goods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from bashgah.activities import promises
from bashgah.activities.drafts import Draft
from bashgah.activities.payments import COUPON, UNITS, Payment
from bashgah.activities.promises import Promise
from bashgah.activities.recording import Batch, anonymous_add
from bashgah.activities.returning import Goods
from bashgah.activities.types import PaymentIn, Settled
from bashgah.engine import CompiledProgram
from bashgah.engine.decisions import Decision
from bashgah.engine.facts import Fact
from bashgah.engine.promotions.counting import counted, mosts_of, windows_full
from bashgah.engine.promotions.ready import promotion_limit
from bashgah.engine.states import Needs, Slot
from bashgah.engine.words import texts
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.programs.selectors import program_by_number, program_of


def promises_of(drafts: Iterable[Draft]) -> list[Promise]:
    """Return the quotes that these facts take."""
    return [draft.promise for draft in drafts if draft.promise is not None]


def program_for(batch: Batch, draft: Draft, fact: Fact) -> CompiledProgram:
    """Return the program that decides a fact: the one in force then, or the one its quote was made by."""
    if draft.promise is None:
        return batch.program(fact.occurred_at)
    number = draft.promise.program
    if any(number == known for _from, known, _id in batch.versions):
        return program_of(batch.club, batch.versions, number)
    return program_by_number(batch.club, number)


def needed(batch: Batch, drafts: Iterable[Draft]) -> list[Needs]:
    """Return what deciding quoted purchases reads: for their programs, and the limits their uses count in."""
    found = []
    for draft in drafts:
        if draft.promise is None or draft.fact is None:
            continue
        compiled = program_for(batch, draft, draft.fact)
        terms = {promotion.key: promotion for promotion in compiled.document.promotions}
        limits = tuple(
            (promotion_limit(discount.promotion, limit.window), limit.window)
            for discount in draft.fact.promotions
            for limit in terms[discount.promotion].limits
        )
        found += [compiled.needs, Needs(frozenset(), limits, (), ())]
    return found


def anonymous_settled(batch: Batch, draft: Draft, fact: Fact) -> Settled:
    """Record a purchase nobody showed a card for, with the quote it names."""
    if draft.promise is None:
        return anonymous_add(batch, draft)
    compiled = program_for(batch, draft, fact)
    promise_check(batch, draft, fact, compiled)
    settled = anonymous_add(batch, draft)
    promise_keep(batch, draft, fact, settled.activity_id, compiled)
    return settled


def slots_of(batch: Batch, draft: Draft, bought: Goods | None) -> list[Slot]:
    """Return what a purchase with a quote takes of all members, or its return may give back."""
    fact = bought.fact if bought is not None else draft.fact
    if fact is None or not fact.promotions:
        return []
    if bought is not None:
        compiled = _quoted_by(batch, bought)
    else:
        compiled = program_for(batch, draft, fact) if draft.promise is not None else None
    if compiled is None:
        return []
    return [spent.slot for spent in counted(compiled.document, fact.promotions, fact.local_at.date())[1]]


def promise_check(batch: Batch, draft: Draft, fact: Fact, compiled: CompiledProgram) -> None:
    """Refuse a quote that cannot be kept: somebody else's, taken, expired, or of a promotion used up since.

    Refuses with ``quote_of_another``, ``quote_used``, ``quote_expired``, ``promotion_used_up`` (409).
    """
    promise = draft.promise
    assert promise is not None  # noqa: S101 - asked for facts with a quote
    if promise.member_id != (draft.member_id or promise.id):
        raise Refusal(
            "quote_of_another",
            Phrase(_("This quote was made for another member. Ask for a new quote.")),
            field="/quote",
        )
    if promise.taken_by is not None or promise.id in batch.kept:
        raise promises.quote_used()
    if batch.now > promise.valid_until:
        raise Refusal(
            "quote_expired",
            Phrase(_("This quote was valid until {time}. Ask for a new one."), {"time": promise.valid_until}),
            extra={"valid_until": promise.valid_until.isoformat()},
            field="/quote",
        )
    _limits_check(batch, draft, fact, compiled)


def _limits_check(batch: Batch, draft: Draft, fact: Fact, compiled: CompiledProgram) -> None:
    program, day = compiled.document, fact.local_at.date()
    if draft.member_id is not None:
        used = batch.members[draft.member_id].history.used
        if (full := windows_full(program, fact.promotions, day, used)) is not None:
            raise _used_up(compiled, full)
    for discount in fact.promotions:
        promotion = next(each for each in program.promotions if each.key == discount.promotion)
        most = mosts_of(promotion, [discount.code])
        for spent in counted(program, [discount], day)[1]:
            if batch.budgets.get(spent.slot, 0) + spent.amount > most[spent.slot]:
                raise _used_up(compiled, discount.promotion)


def _used_up(compiled: CompiledProgram, key: str) -> Refusal:
    named = next(each for each in compiled.document.promotions if each.key == key)
    return Refusal(
        "promotion_used_up",
        Phrase(
            _("“{promotion}” has been used up since this quote was made. Ask for a new one."),
            {"promotion": texts(named.name, key)},
        ),
        extra={"promotion": key},
        field="/quote",
    )


def earns_check(draft: Draft, decision: Decision) -> None:
    """Refuse with ``quote_outdated`` (409) where the purchase would earn less than its quote says.

    Prices are promised whatever happens; units follow the member, who may have filled a weekly cap meanwhile.
    """
    if draft.promise is None:
        return
    earns: dict[str, int] = {}
    for credit in decision.credits:
        earns[credit.wallet] = earns.get(credit.wallet, 0) + credit.amount
    for wallet, units in draft.promise.promised.earns.items():
        if earns.get(wallet, 0) < units:
            raise Refusal(
                "quote_outdated",
                Phrase(_("This purchase would earn less than when its quote was made. Ask for a new one.")),
                extra={"wallet": wallet, "promised": units, "now": earns.get(wallet, 0)},
                field="/quote",
            )


def is_paid(promise: Promise | None) -> bool:
    """Say whether a quote promises to be paid with units or coupons of the member's."""
    return promise is not None and bool(promise.promised.units or promise.promised.coupons)


def payments_left(promise: Promise | None, named: Sequence[Payment]) -> tuple[PaymentIn, ...]:
    """Return what a quote is paid with beside what the purchase names itself: units, and its coupons.

    Refuses ``quote_payment_differs`` as ``units_left`` does.
    """
    if promise is None:
        return ()
    units = units_left(promise, named)
    spent = {public("coupon", each.ref_id) for each in named if each.kind == COUPON and each.ref_id}
    coupons = [PaymentIn(coupon=name) for name, _lines in promise.promised.coupons if name not in spent]
    return (*((units,) if units else ()), *coupons)


def units_left(promise: Promise | None, named: Iterable[Payment]) -> PaymentIn | None:
    """Return the units that a quote lets the purchase be paid with, unless they are paid with already.

    What pays from that wallet must be the promised units of the promised account, the member's or the shared
    one (``quote_payment_differs``), whether they are taken now or were set aside before.
    """
    if promise is None or not promise.promised.units:
        return None
    promised = promise.promised
    paid = [
        (each.amount, each.owner_id != promise.member_id)
        for each in named
        if each.kind == UNITS and each.unit == promised.wallet
    ]
    if not paid:
        return PaymentIn(wallet=promised.wallet, amount=promised.units, pool=promised.pool)
    if paid != [(promised.units, promised.pool)]:
        raise Refusal(
            "quote_payment_differs",
            Phrase(
                _("The quote is to be paid with {count} units of this wallet."), {"count": promised.units}
            ),
            extra={"wallet": promised.wallet, "units": promised.units},
            field="/paid_with",
        )
    return None


def promise_keep(batch: Batch, draft: Draft, fact: Fact, activity_id: UUID, program: CompiledProgram) -> None:
    """Count a purchase's promotions and write down that it took its quote."""
    promise = draft.promise
    if promise is None:
        return
    used, spent = counted(program.document, fact.promotions, fact.local_at.date())
    if draft.member_id is not None:
        history = batch.members[draft.member_id].history
        for each in used:
            history.use(each.limit, each.window_start, each.amount)
    for slot in spent:
        _take(batch, slot.slot, slot.amount)
    batch.kept[promise.id] = activity_id


def undone(batch: Batch, draft: Draft, bought: Goods, fact: Fact) -> list[tuple[str, date, int]]:
    """Give back what a purchase's promotions counted, once nothing of it is left.

    Return the uses that count for the member no more: (key, window, times). Part of a purchase gives back
    none: its promotion was had. What came back of an anonymous purchase before it was claimed was given back
    then.
    """
    if fact.type != "whole" or not bought.fact.promotions or draft.claims is not None:
        return []
    compiled = _quoted_by(batch, bought)
    if compiled is None:
        return []
    used, spent = counted(compiled.document, bought.fact.promotions, bought.fact.local_at.date())
    for each in spent:
        _take(batch, each.slot, -each.amount)
    return [(each.limit, each.window_start, each.amount) for each in used]


def _quoted_by(batch: Batch, bought: Goods) -> CompiledProgram | None:
    number = promises.program_promised(batch.club, bought.id)
    return None if number is None else program_by_number(batch.club, number)


def _take(batch: Batch, slot: Slot, amount: int) -> None:
    batch.budgets[slot] = batch.budgets.get(slot, 0) + amount
    batch.taken[slot] = batch.taken.get(slot, 0) + amount

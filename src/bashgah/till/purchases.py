"""The purchase at the till: what it sums up to, what it would earn, and recording it once."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext
from msgspec import structs

from bashgah.activities.previewing import Preview, activity_preview
from bashgah.activities.selectors import activity_find
from bashgah.activities.services import settle_one
from bashgah.activities.types import AmountsIn, LineIn, MemberRef, PaymentIn, PurchaseIn, Settled
from bashgah.engine.facts import Fact
from bashgah.engine.program import CompiledProgram
from bashgah.engine.promotions.quotes import Payment
from bashgah.engine.words import texts
from bashgah.kit import formats
from bashgah.kit.ids import public
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.programs.selectors import program_in_force
from bashgah.redemption.types import RedemptionInfo
from bashgah.till import paying, promotions, spending, whys
from bashgah.till.counter import Counter
from bashgah.till.forms import Typed, invoice_next
from bashgah.till.pages import Paying, Sum, SumLine

POINTS = "points"
CHANNEL = "pos"
NOBODY = Phrase(_("No member was found"))


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded purchase with what was handed out for it."""

    settled: Settled
    due: int
    issued: tuple[Phrase, ...]


def sum_of(counter: Counter, typed: Typed) -> Sum:
    """What stands on the screen: the sum, what it would earn and why, and what is still missing."""
    if typed.amount == 0:
        missing = _missing(counter, typed, spending.Applied())
        return blank(missing=missing, takes_points=paying.is_asked(counter))
    applied = spending.applied_of(counter, typed)
    compiled = program_in_force(counter.club, counter.now)
    offered = promotions.offered(counter, compiled, typed, intake_of(counter, typed, applied))
    due = typed.amount - applied.discount - offered.amount - offered.paid
    preview = _preview(counter, typed, applied, offered.fact)
    shown = paying.shown(counter, compiled, typed, offered.payment)
    return Sum(
        amount=typed.amount,
        words=words_of(counter, typed.amount),
        discounts=(
            *(SumLine(line.label, line.amount) for line in applied.lines if line.amount),
            *offered.lines,
            *_paid(counter, typed, offered.payment),
        ),
        due=due,
        points=sum(c.amount for c in preview.credits if c.wallet == POINTS) if preview else None,
        points_note=_points_note(counter, preview) if preview else "",
        why=whys.of_explanation(counter, compiled, preview.explanation) if preview else None,
        cannot=_cannot(counter, compiled) if typed.mode == "amount" and typed.member_id else "",
        sure=_sure(counter, typed),
        error="",
        missing=_missing(counter, typed, applied) or _yes_missing(counter, shown),
        is_anonymous=typed.member_id is None,
        nearly=offered.missing,
        codes=offered.codes,
        paying=shown,
        pays=offered.payment.chosen if offered.payment else 0,
        takes_points=paying.points_taken(compiled),
    )


def blank(error: str = "", missing: str = "", *, takes_points: bool = False) -> Sum:
    """The sum before anything was typed, or while what was typed cannot be read."""
    return Sum(
        amount=0,
        words="",
        discounts=(),
        due=0,
        points=None,
        points_note="",
        why=None,
        cannot="",
        sure="",
        error=error,
        missing=missing or ("" if error else gettext("Enter the amount first.")),
        is_anonymous=False,
        takes_points=takes_points,
    )


def record(counter: Counter, typed: Typed) -> Recorded:
    """Record the purchase with its rewards in one transaction; pressed twice it is recorded once.

    The invoice number is the reference within the branch, and the instant is the one of the first try, so
    another try tells the same fact. An amount above the club's ceiling is asked for once more.
    """
    if missing := _missing(counter, typed, spending.applied_of(counter, typed)):
        raise Refusal("till_incomplete", Phrase(missing), status=422)
    if _sure(counter, typed) and typed.sure != typed.amount:
        raise Refusal(
            "amount_ceiling",
            Phrase(
                _("{amount} is more than the ceiling of {ceiling}. If it is right, press F12 once more."),
                {"amount": _money(counter, typed.amount), "ceiling": _money(counter, _ceiling(counter))},
            ),
            extra={"sure": typed.amount},
        )
    with transaction.atomic():
        issued = spending.rewards_begin(counter, typed)
        applied = spending.applied_of(counter, typed, issued)
        compiled = program_in_force(counter.club, counter.now)
        intake = intake_of(counter, typed, applied)
        promised = promotions.promised(counter, compiled, typed, intake)
        if promised.set_aside:
            own = PaymentIn(redemption=promised.set_aside)
            intake = structs.replace(intake, paid_with=(*intake.paid_with, own))
        if promised.quote:
            intake = structs.replace(intake, quote=promised.quote)
        settled = settle_one(intake, club=counter.club, actor=counter.actor, now=counter.now)
    off = applied.discount + sum(discount.amount for discount in settled.discounts)
    due = typed.amount - off - settled.paid_by_points
    return Recorded(settled, due, tuple(_issued(each) for each in issued))


def payment_of(counter: Counter, typed: Typed) -> Payment | None:
    """Return what points pay of the bill as typed so far."""
    applied = spending.applied_of(counter, typed)
    compiled = program_in_force(counter.club, counter.now)
    return promotions.offered(counter, compiled, typed, intake_of(counter, typed, applied)).payment


def told_before(counter: Counter, typed: Typed, refusal: Refusal) -> tuple[Refusal, str]:
    """Say what stands under this invoice number already, and which number to take instead.

    Where it is this very purchase with another amount (its answer was lost, then the amount was changed), no
    other number is offered: recording it under one would record it twice.
    """
    known = activity_find(counter.club, counter.source, typed.invoice)
    if known is not None and known.occurred_at == typed.occurred_at:
        said = Phrase(
            _("This purchase is recorded already, with {amount}. If that is wrong, make it void first."),
            {"amount": _money(counter, known.net)},
        )
        return Refusal(refusal.code, said, status=refusal.status), ""
    said = Phrase(
        _("Another purchase has the number {invoice}. The next one is filled in; press F12 again."),
        {"invoice": f"\u2066{typed.invoice}\u2069"},
    )
    return Refusal(refusal.code, said, status=refusal.status), invoice_next(typed.invoice, year=0, till="")


def intake_of(counter: Counter, typed: Typed, applied: spending.Applied) -> PurchaseIn:
    """The purchase as the settlement takes it."""
    lines = _lines_of(typed, applied)
    return PurchaseIn(
        source=counter.source,
        reference=typed.invoice,
        occurred_at=typed.occurred_at or counter.now,
        member=MemberRef(id=public("member", typed.member_id)) if typed.member_id else None,
        branch=counter.branch.code,
        channel=CHANNEL,
        lines=lines,
        amounts=None if lines else AmountsIn(gross=typed.amount, discount=applied.discount),
        payment_methods=(typed.payment,) if typed.payment else (),
        coupons=(*typed.codes, *applied.coupons),
        paid_with=tuple(PaymentIn(coupon=name) for name in applied.coupons) if typed.member_id else (),
    )


def words_of(counter: Counter, amount: int) -> str:
    """The amount in words, in the unit the club shows."""
    club = counter.club
    if club.currency == "IRR" and club.money_display == "toman":
        whole, unit = divmod(amount, 10)[0], gettext("toman")
    elif club.currency == "IRR":
        whole, unit = amount, gettext("rial")
    else:
        return formats.money(amount, club.currency, counter.lang, club.money_display)
    return f"{formats.words(whole, counter.lang)} {unit}"


def payment_methods_asked(compiled: CompiledProgram) -> bool:
    """Say whether a rule that is at work looks at how the customer paid; only then the cashier is asked."""
    live = [rule for rule in compiled.document.rules if rule.stage in ("shadow", "pilot", "live")]
    return any("purchase.payment_methods" in rule.model_dump_json() for rule in live)


def _paid(counter: Counter, typed: Typed, payment: Payment | None) -> tuple[SumLine, ...]:
    if payment is None or not payment.paid:
        return ()
    return (SumLine(paying.paid_said(counter, typed, payment.wallet, payment.chosen), payment.paid),)


def _yes_missing(counter: Counter, shown: Paying | None) -> str:
    return counter.say(paying.YES_MISSING) if shown and shown.asks else ""


def _preview(
    counter: Counter, typed: Typed, applied: spending.Applied, priced: Fact | None
) -> Preview | None:
    """Decide the purchase at the prices that promotions leave, less what points pay."""
    if typed.member_id is None:
        return None
    intake = intake_of(counter, typed, applied)
    if priced is not None and intake.amounts is not None:
        amounts = structs.replace(intake.amounts, paid_by_points=priced.paid_by_points)
        intake = structs.replace(intake, amounts=amounts)
    elif priced is not None:
        lines = [
            structs.replace(line, discount=at.discount, paid_by_points=at.paid_by_points)
            for line, at in zip(intake.lines, priced.lines, strict=True)
        ]
        intake = structs.replace(intake, lines=tuple(lines))
    return activity_preview(club=counter.club, intake=intake, now=counter.now)


def _lines_of(typed: Typed, applied: spending.Applied) -> tuple[LineIn, ...]:
    if typed.mode != "lines":
        return ()
    return tuple(
        LineIn(
            no=place + 1,
            sku=line.sku,
            name=line.name,
            quantity=line.quantity,
            gross=line.gross,
            discount=applied.part(place),
        )
        for place, line in enumerate(typed.lines)
    )


def _points_note(counter: Counter, preview: Preview) -> str:
    """When the points become usable, if not at once."""
    later = [c.available_from for c in preview.credits if c.wallet == POINTS and c.available_from]
    if not later and any(c.wallet == POINTS and c.confirm_by for c in preview.credits):
        return gettext("pending until the purchase is confirmed")
    if not later or min(later) <= counter.now:
        return ""
    club = counter.club
    day = formats.date(min(later).date(), counter.lang, club.calendar, "day")
    return gettext("pending until %(day)s") % {"day": day}


def _cannot(counter: Counter, compiled: CompiledProgram) -> str:
    """Name the rules that the amount alone cannot decide."""
    blind = [
        texts(ready.rule.name, ready.key)
        for ready in compiled.rules.get("purchase", ())
        if ready.needs_lines and ready.rule.stage == "live"
    ]
    blind += promotions.unjudged(compiled)
    if not blind:
        return ""
    return counter.say(
        Phrase(_("With the amount only, {rules} cannot be judged: the lines of the invoice are needed."),
               {"rules": [Phrase(_("“{name}”"), {"name": name}) for name in blind]})
    )  # fmt: skip


def _missing(counter: Counter, typed: Typed, applied: spending.Applied) -> str:
    """What is missing before the purchase can be recorded, or nothing."""
    if typed.mode == "lines" and any(line.gross == 0 for line in typed.lines):
        return gettext("A line has no price yet.")
    if typed.amount == 0:
        return gettext("Enter the amount first.")
    if not typed.invoice:
        return gettext("The invoice number is missing.")
    if applied.waits:
        return gettext("The member’s yes is still missing.")
    return ""


def _sure(counter: Counter, typed: Typed) -> str:
    if typed.amount <= _ceiling(counter) or typed.sure == typed.amount:
        return ""
    return counter.say(
        Phrase(
            _("This is more than the club’s ceiling of {ceiling}; it is asked once more."),
            {"ceiling": _money(counter, _ceiling(counter))},
        )
    )


def _ceiling(counter: Counter) -> int:
    return counter.club.settings.amount_ask_above


def _money(counter: Counter, amount: int) -> Money:
    return Money(amount, counter.club.currency)


def _issued(redemption: RedemptionInfo) -> Phrase:
    return Phrase(_("Given: {reward}, {gives}"), {"reward": redemption.name, "gives": redemption.gives})

"""Paying part of the bill by points: what can be paid, what is set aside for it, the member's yes.

Where nobody has to agree, the purchase takes the points itself. Where the club asks for the member's yes, the
points are set aside while the cashier asks, and the purchase captures exactly those; any other amount is
asked for anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bashgah.engine.document import Wallet
from bashgah.engine.program import CompiledProgram
from bashgah.engine.promotions.quotes import Payment
from bashgah.engine.sentences import payment_sentence
from bashgah.kit.ids import public
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members.selectors import belonging_get
from bashgah.programs.selectors import program_in_force
from bashgah.programs.units import wallet_value
from bashgah.redemption.agreement import check_place
from bashgah.redemption.bills import payment_begin
from bashgah.redemption.selectors import redemption_get
from bashgah.redemption.types import RedemptionInfo
from bashgah.till import releasing
from bashgah.till.counter import Counter
from bashgah.till.forms import Typed, money, units
from bashgah.till.pages import Paying
from bashgah.ui.figures import shown_amount

CHANNEL = "till"
ALL = 10**15
"""As much as possible: more than any bill; what can be paid at most is taken."""


@dataclass(frozen=True, slots=True)
class Aside:
    """Points on hold for this purchase; ``agreed`` once nobody's yes is missing."""

    redemption: RedemptionInfo

    @property
    def agreed(self) -> bool:
        """Say whether a purchase may capture them."""
        return not self.redemption.awaits_yes

    @property
    def units(self) -> dict[str, int]:
        """What of the member's wallet can still pay this bill, though it is on hold."""
        open_ = self.redemption.state == "open"
        return {self.redemption.unit: self.redemption.price} if open_ else {}

    def pays(self, payment: Payment, payer_id: UUID | None) -> bool:
        """Say whether these are the very units, of the very account, that the bill is to be paid with."""
        found = self.redemption
        asked = (payment.wallet, payment.chosen, payer_id)
        return self.agreed and (found.unit, found.price, found.payer_id) == asked


def points_taken(compiled: CompiledProgram) -> bool:
    """Say whether bills can be paid by points; only then the cashier is asked how many."""
    return compiled.document.pay_with_points is not None


def is_asked(counter: Counter) -> bool:
    """Say the same of the program in force; before the club has published one nothing is asked."""
    try:
        return points_taken(program_in_force(counter.club, counter.now))
    except Refusal:
        return False


def wanted(counter: Counter, compiled: CompiledProgram, typed: Typed) -> int:
    """Return the units the member wants to pay with. Raises ``amount_invalid``, ``units_invalid`` (422)."""
    if typed.member_id is None or not points_taken(compiled):
        return 0
    if typed.pay_most:
        return ALL
    if _wallet(compiled).kind == "credit":
        return money(typed.pay, counter.club, "/pay")
    return units(typed.pay, "/pay")


def aside_of(counter: Counter, typed: Typed) -> Aside | None:
    """Return the points that this branch set aside for this purchase, those that it captured already too.

    Those of another account than the one that shall pay by now are among them: they go back when it is asked.
    """
    for redemption_id in reversed(typed.redemptions):
        found = redemption_get(counter.club, redemption_id, now=counter.now)
        check_place(found.branch, counter.branch.code)
        lives = found.state == "captured" or (found.state == "open" and found.expires_at > counter.now)
        if found.is_payment and lives and found.member_id == typed.member_id:
            return Aside(found)
    return None


def aside_to_pay(counter: Counter, typed: Typed) -> Aside | None:
    """Return what was set aside in the account that shall pay: only that can still pay this bill."""
    aside = aside_of(counter, typed)
    return aside if aside is not None and aside.redemption.payer_id == payer_of(counter, typed) else None


def payer_of(counter: Counter, typed: Typed) -> UUID | None:
    """Return the shared account that shall pay, where the cashier chose it and the member may use one."""
    if typed.member_id is None or not typed.pay_pool:
        return None
    mine = belonging_get(counter.club, typed.member_id)
    return mine.group_id if mine is not None and mine.may_spend else None


def yes_missing(counter: Counter, typed: Typed, payment: Payment | None, aside: Aside | None) -> bool:
    """Say whether the member has yet to agree to exactly these units."""
    if payment is None or not payment.chosen:
        return False
    if aside is not None and aside.pays(payment, payer_of(counter, typed)):
        return False
    return counter.club.settings.asks_consent(payment.chosen)


def begun(counter: Counter, typed: Typed, payment: Payment | None) -> RedemptionInfo | None:
    """Set the units aside that need the member's yes; others of this purchase go back first.

    None where nobody has to agree, or nothing is paid by points. Asked twice it is the same one.
    """
    aside, chosen = aside_of(counter, typed), payment.chosen if payment else 0
    payer_id = payer_of(counter, typed)
    if aside is not None and (aside.redemption.price, aside.redemption.payer_id) == (chosen, payer_id):
        return aside.redemption
    if aside is not None:
        releasing.release(counter, aside.redemption.id)
    if typed.member_id is None or payment is None or not yes_missing(counter, typed, payment, None):
        return None
    return payment_begin(
        club=counter.club,
        member_id=typed.member_id,
        unit=payment.wallet,
        amount=payment.chosen,
        pays=payment.paid,
        from_group=payer_id is not None,
        channel=CHANNEL,
        branch=counter.branch.code,
        actor=counter.actor,
        now=counter.now,
    )


def settled_with(counter: Counter, typed: Typed, payment: Payment | None) -> str:
    """Return the name of what was set aside and pays this bill, or nothing; all else goes back to its lots.

    Refuses with ``till_incomplete`` (422) where the member has not agreed, and with ``payment_changed`` (409)
    where other units would pay than the cashier saw.
    """
    chosen = payment.chosen if payment else 0
    if chosen != typed.pay_shown:
        raise Refusal(
            "payment_changed",
            Phrase(_("What points pay of this bill has changed. Look at the sum, then record it again.")),
        )
    aside = aside_of(counter, typed)
    if yes_missing(counter, typed, payment, aside):
        raise Refusal("till_incomplete", YES_MISSING, status=422)
    if aside is None:
        return ""
    if payment is not None and aside.pays(payment, payer_of(counter, typed)):
        return public("redemption", aside.redemption.id)
    releasing.release(counter, aside.redemption.id)
    return ""


def shown(
    counter: Counter, compiled: CompiledProgram, typed: Typed, payment: Payment | None
) -> Paying | None:
    """Say what of this bill points can pay, what they do pay, and why it is not what was typed."""
    if payment is None or typed.member_id is None:
        return None
    if payment.reasons:
        return Paying(said=tuple(counter.say(reason) for reason in payment.reasons))
    wallet = _wallet(compiled)
    most = Phrase(
        _("At most {units}, worth {money}"),
        {
            "units": wallet_value(wallet, payment.units, wallet.key, counter.club),
            "money": Money(payment.money, counter.club.currency),
        },
    )
    asked, aside = wanted(counter, compiled, typed), aside_to_pay(counter, typed)
    waits = aside is not None and not aside.agreed and aside.redemption.price == payment.chosen
    differs = not typed.pay_most and asked != payment.chosen
    return Paying(
        said=(counter.say(most),),
        most=payment.units,
        chosen=_as_typed(counter, wallet, payment.chosen) if payment.chosen else "",
        note=_terms(counter, compiled) if differs else "",
        asks=not waits and yes_missing(counter, typed, payment, aside),
    )


def paid_said(counter: Counter, typed: Typed, unit: str, chosen: int) -> str:
    """Name the part of the bill that points pay, and whose they are where they are not the member's own."""
    shared = payer_of(counter, typed) is not None
    said = _("Paid with {units} of the shared account") if shared else _("Paid with {units}")
    return counter.say(Phrase(said, {"units": counter.units(chosen, unit)}))


def _terms(counter: Counter, compiled: CompiledProgram) -> str:
    terms = compiled.document.pay_with_points
    if terms is None:
        return ""
    return payment_sentence(terms, compiled.document, counter.lang, display=counter.club.money_display)


def _wallet(compiled: CompiledProgram) -> Wallet:
    terms = compiled.document.pay_with_points
    key = terms.wallet if terms else ""
    return compiled.wallets[key]


def _as_typed(counter: Counter, wallet: Wallet, chosen: int) -> str:
    """Write units as they are typed: money of a credit wallet in the unit the club shows."""
    return f"{shown_amount(chosen, counter.club):f}" if wallet.kind == "credit" else str(chosen)


YES_MISSING = Phrase(_("The member has yet to agree to the points: press Enter in their field to ask."))

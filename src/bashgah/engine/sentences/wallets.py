"""Says a wallet's terms: what it is for, when its units open, wait and expire, whether it may be in debt."""

from __future__ import annotations

from collections.abc import Iterator

from bashgah.engine import words
from bashgah.engine.document import ConfirmationTerms, ExpiryTerms, Program, Wallet
from bashgah.engine.sentences.marking import Voice
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.text import Texts

_USES = {
    "points": _("{wallet} are spent on rewards."),
    "status": _("{wallet} only count for tiers and cannot be spent."),
    "credit": _("{wallet} is money that can be spent on purchases."),
}
_AGES = {
    ("age_days", "day"): _("Each unit expires {count} days after it was earned."),
    ("age_months", "day"): _("Each unit expires {count} months after it was earned."),
    ("age_days", "month_end"): _(
        "Each unit expires at the end of the month in which it is {count} days old."
    ),
    ("age_months", "month_end"): _(
        "Each unit expires at the end of the month in which it is {count} months old."
    ),
}
_PERIODS = {
    "year": _("Each unit expires at the end of the year in which it was earned."),
    "quarter": _("Each unit expires at the end of the quarter in which it was earned."),
    "month": _("Each unit expires at the end of the month in which it was earned."),
}
_LATER = {
    "year": _("Each unit expires at the end of the year in which it was earned, {count} years later."),
    "quarter": _(
        "Each unit expires at the end of the quarter in which it was earned, {count} quarters later."
    ),
    "month": _("Each unit expires at the end of the month in which it was earned, {count} months later."),
}
_CALENDARS = {
    "jalali": _("Its months and years are those of the Jalali calendar."),
    "gregorian": _("Its months and years are those of the Gregorian calendar."),
}
_NEGATIVE = {
    "refuse": _("A return that would take more than there is is refused."),
    "pending_only": _(
        "A return that takes more than there is takes the rest from pending units and is refused beyond them."
    ),
    "allow": _("A return that takes more than there is leaves a debt, which the next units repay."),
}
_ROUNDING = {
    "down": _("Fractions are rounded down, once for each purchase."),
    "nearest": _("Fractions are rounded to the nearest, once for each purchase."),
    "up": _("Fractions are rounded up, once for each purchase."),
}


def wallet_sentence(wallet: Wallet, program: Program, lang: str, *, display: str = "toman") -> str:
    """Return what a wallet says: what it is for, when its units open and expire, how they are rounded."""
    voice = Voice(lang, program.calendar, "Asia/Tehran", display)
    return " ".join(voice.say(each) for each in _wallet(wallet, program))


def _wallet(wallet: Wallet, program: Program) -> Iterator[Phrase]:
    yield Phrase(_USES[wallet.kind], {"wallet": words.wallet_name(wallet)})
    if wallet.pending_days:
        yield Phrase(
            _("Each unit can be used {days} days after it was earned."), {"days": wallet.pending_days}
        )
    if wallet.confirmation is not None:
        yield from _confirmation(wallet.confirmation)
    if wallet.kind != "status":
        yield from _expiry(wallet.expiry, program)
        yield Phrase(_NEGATIVE[wallet.negative])
    if wallet.worth and wallet.kind == "points":
        yield Phrase(_("Each unit is worth {money}."), {"money": words.money(wallet.worth, program)})
    yield Phrase(_ROUNDING[wallet.rounding])


def _confirmation(terms: ConfirmationTerms) -> Iterator[Phrase]:
    yield Phrase(_("Units wait until their purchase is confirmed."))
    if terms.confirms is not None:
        yield Phrase(
            _("The activity “{activity}” confirms it."), {"activity": Texts(terms.confirms, terms.confirms)}
        )
    if terms.cancels is not None:
        yield Phrase(
            _("The activity “{activity}” cancels its units."),
            {"activity": Texts(terms.cancels, terms.cancels)},
        )
    told = {"days": terms.within_days}
    if terms.otherwise == "release":
        yield Phrase(_("What nobody confirmed within {days} days can then be used all the same."), told)
    else:
        yield Phrase(_("What nobody confirmed within {days} days is then cancelled."), told)


def _expiry(terms: ExpiryTerms, program: Program) -> Iterator[Phrase]:
    counts_months = True
    match terms.kind:
        case "age_days" | "age_months":
            counts_months = (terms.kind, terms.until) != ("age_days", "day")
            yield Phrase(_AGES[terms.kind, terms.until], {"count": terms.count})
        case "on_date":
            yield Phrase(
                _("Each unit expires after {date}; one earned later, after the same day of the next year."),
                {"date": terms.last_day},
            )
        case "period_end":
            table = _LATER if terms.count else _PERIODS
            yield Phrase(table[terms.period], {"count": terms.count} if terms.count else {})
            if terms.grace_months:
                yield Phrase(
                    _("After that it can still be used for {months} months."), {"months": terms.grace_months}
                )
        case _:
            counts_months = bool(terms.inactive_months)
            if not terms.inactive_months:
                yield Phrase(_("Units never expire."))
    if terms.inactive_months:
        yield Phrase(
            _("All units expire when {months} months pass without a purchase or a visit."),
            {"months": terms.inactive_months},
        )
    if counts_months and terms.calendar is not None and terms.calendar != program.calendar:
        yield Phrase(_CALENDARS[terms.calendar])

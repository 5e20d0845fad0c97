"""Paying part of a bill by points: how many units can, what they cover, and why not more."""

from __future__ import annotations

from bashgah.engine.document import PointsPayment, Program, Wallet
from bashgah.engine.promotions.quotes import Payment
from bashgah.engine.states import State
from bashgah.engine.words import money, units
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _


def payment(program: Program, state: State, bill: int, wanted: int | None) -> Payment | None:
    """Return what of the goods' price points can pay, or None where the program lets none.

    Units are whole steps; together they are worth no more than the part of the bill that points may pay,
    except that with ``one_more`` a last unit may pay a remainder it is worth more than. ``wanted`` units
    above what can be paid count as what can be paid; below the least they pay nothing.
    """
    terms = program.pay_with_points
    if terms is None:
        return None
    wallet = next(each for each in program.wallets if each.key == terms.wallet)
    allowed = bill * terms.most_permille // 1000
    balance = max(0, state.balances.get(wallet.key, 0))
    most = min(balance, _units_for(terms, wallet, allowed, bill)) // terms.step * terms.step
    reasons = _reasons(program, terms, wallet, balance, most)
    if reasons:
        return Payment(wallet.key, 0, 0, 0, 0, reasons)
    chosen = min(max(0, wanted or 0), most) // terms.step * terms.step
    if chosen < terms.least:
        chosen = 0
    return Payment(
        wallet.key, most, min(most * wallet.worth, bill), chosen, min(chosen * wallet.worth, bill), ()
    )


def _units_for(terms: PointsPayment, wallet: Wallet, allowed: int, bill: int) -> int:
    found, rest = divmod(allowed, wallet.worth)
    return found + 1 if rest and allowed == bill and terms.remainder == "one_more" else found


def _reasons(
    program: Program, terms: PointsPayment, wallet: Wallet, balance: int, most: int
) -> tuple[Phrase, ...]:
    if balance < terms.least:
        told = {
            "least": units(terms.least, wallet, program),
            "missing": units(terms.least - balance, wallet, program),
        }
        return (Phrase(_("paying begins at {least}; {missing} more are needed"), told),)
    if most < terms.least or not most:
        told_bill = {
            "least": units(terms.least, wallet, program),
            "worth": money(terms.least * wallet.worth, program),
        }
        return (Phrase(_("paying begins at {least}, worth {worth}; the bill is too small"), told_bill),)
    return ()

"""The form of paying by points: what a person typed, as the document's values and back, and an example."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from bashgah.clubs.types import ClubInfo
from bashgah.console.views.base import Entry
from bashgah.engine.document import PointsPayment, Program, Wallet
from bashgah.engine.promotions.paying import payment
from bashgah.engine.states import State
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.programs.units import wallet_value
from bashgah.ui.entries import decimal_or_none
from bashgah.ui.figures import plain, shown_amount

ALL = 10**15
REMAINDERS = {"in_money", "one_more"}
BILL, BALANCE = 5_000_000, 1_000


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was read: no ``terms`` where bills are paid by money only."""

    terms: dict[str, Any] | None
    worth: int | None
    bill: int
    balance: int


def payable(program: Program) -> list[Wallet]:
    """The wallets that can pay a bill."""
    return [wallet for wallet in program.wallets if wallet.kind != "status"]


def shown(program: Program, club: ClubInfo) -> dict[str, str]:
    """The terms as the form's fields hold them, with the usual ones where there are none yet."""
    wallets = payable(program)
    usual = next((each.key for each in wallets), "points")
    terms = program.pay_with_points or PointsPayment(wallet=usual)
    wallet = next((each for each in wallets if each.key == terms.wallet), None)
    is_money = wallet is not None and wallet.kind == "credit"
    return {
        "on": "1" if program.pay_with_points else "",
        "wallet": terms.wallet,
        "worth": plain(shown_amount(wallet.worth, club)) if wallet and wallet.worth and not is_money else "",
        "least": _units(terms.least, club, is_money=is_money),
        "step": _units(terms.step, club, is_money=is_money),
        "most": plain(Decimal(terms.most_permille) / 10),
        "remainder": terms.remainder,
        "bill": plain(shown_amount(BILL, club)),
        "balance": _units(BILL if is_money else BALANCE, club, is_money=is_money),
    }


def read(entry: Entry, program: Program) -> Typed:
    """The terms as the document keeps them, and the bill to try them on."""
    wallets = {each.key: each for each in payable(program)}
    key = entry.choice("wallet", set(wallets), next(iter(wallets), ""))
    is_money = key in wallets and wallets[key].kind == "credit"
    count = entry.money if is_money else entry.whole
    terms = {
        "wallet": key,
        "least": count("least", required=True, least=1) or 1,
        "step": count("step", required=True, least=1) or 1,
        "most_permille": _permille(entry),
        "remainder": entry.choice("remainder", REMAINDERS, "in_money"),
    }
    return Typed(
        terms=terms if entry.flag("on") else None,
        worth=1 if is_money else entry.money("worth") or 0,
        bill=entry.money("bill") or BILL,
        balance=count("balance") or 0,
    )


def with_terms(program: Program, typed: Typed) -> Program:
    """The program as it would be with these terms."""
    if typed.terms is None:
        return program.model_copy(update={"pay_with_points": None})
    terms = PointsPayment.model_validate(typed.terms)
    wallets = tuple(
        each.model_copy(update={"worth": typed.worth}) if each.key == terms.wallet else each
        for each in program.wallets
    )
    return program.model_copy(update={"pay_with_points": terms, "wallets": wallets})


def example(program: Program, club: ClubInfo, bill: int, balance: int) -> list[Phrase]:
    """Say what of a bill a member with this balance can pay by points, and what is left in money."""
    terms = program.pay_with_points
    if terms is None:
        return []
    found = payment(program, State(balances={terms.wallet: balance}), bill, ALL)
    if found is None:
        return []
    if found.reasons:
        return list(found.reasons)
    wallet = next(each for each in program.wallets if each.key == terms.wallet)
    units = wallet_value(wallet, found.chosen, wallet.key, club)
    left = Money(bill - found.paid, club.currency)
    return [
        Phrase(
            _("At most {units}, worth {money}"), {"units": units, "money": Money(found.paid, club.currency)}
        ),
        Phrase(_("{money} is paid in money"), {"money": left}),
    ]


def _permille(entry: Entry) -> int:
    """A percentage of at most one decimal, in thousandths."""
    try:
        value = decimal_or_none(entry.data.get("most"))
    except ValueError:
        value = None
    if value is None or not 1 <= value * 10 <= 1000 or value * 10 % 1:
        said = gettext("Write a percentage between %(least)s and %(most)s, with one decimal at most.")
        entry.wrong("most", said % {"least": plain(Decimal("0.1")), "most": plain(100)})
        return 1
    return int(value * 10)


def _units(count: int, club: ClubInfo, *, is_money: bool) -> str:
    return plain(shown_amount(count, club) if is_money else count)

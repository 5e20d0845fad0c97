"""What an amount of a wallet is to a person: money in a credit wallet, else points by the wallet's name."""

from __future__ import annotations

from datetime import datetime

from bashgah.clubs.types import ClubInfo
from bashgah.engine.document import Wallet
from bashgah.engine.words import texts
from bashgah.kit.money import Money
from bashgah.kit.points import Points
from bashgah.kit.refusals import Refusal
from bashgah.programs.selectors import program_in_force


def units_value(club: ClubInfo, amount: int, unit: str, at: datetime) -> Points | Money:
    """Return an amount of a wallet as what phrases and messages say, by the program in force then."""
    try:
        wallets = program_in_force(club, at).document.wallets
    except Refusal:  # a club that has promised nothing yet
        wallets = ()
    return wallet_value(next((each for each in wallets if each.key == unit), None), amount, unit, club)


def wallet_value(wallet: Wallet | None, amount: int, unit: str, club: ClubInfo) -> Points | Money:
    """Return an amount of a wallet that is at hand; one the program no longer has is said by its key."""
    if wallet is None:
        return Points(amount, unit)
    if wallet.kind == "credit":
        return Money(amount, club.currency)
    return Points(amount, unit, texts(wallet.name, wallet.key))

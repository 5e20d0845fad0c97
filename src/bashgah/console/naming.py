"""What things of the program in force are called on the pages of members."""

from __future__ import annotations

from datetime import datetime

from bashgah.clubs.types import ClubInfo
from bashgah.engine.words import texts
from bashgah.kit.refusals import Refusal
from bashgah.programs.selectors import program_in_force
from bashgah.ui.types import Lang


def wallet_names(club: ClubInfo, lang: Lang, now: datetime) -> dict[str, str]:
    """The names of the wallets by their keys."""
    try:
        wallets = program_in_force(club, now).document.wallets
    except Refusal:  # a club that has promised nothing yet: the keys stand for themselves
        return {}
    return {wallet.key: texts(wallet.name, wallet.key).say(lang) for wallet in wallets}


def credit_units(club: ClubInfo, now: datetime) -> frozenset[str]:
    """The keys of the wallets whose units are money, and are said as money everywhere."""
    try:
        wallets = program_in_force(club, now).document.wallets
    except Refusal:
        return frozenset()
    return frozenset(wallet.key for wallet in wallets if wallet.kind == "credit")


def rule_names(club: ClubInfo, lang: Lang, now: datetime) -> dict[str, str]:
    """The names of the rules by their keys; one that is no longer in force stands by its key."""
    try:
        rules = program_in_force(club, now).document.rules
    except Refusal:
        return {}
    return {rule.key: texts(rule.name, rule.key).say(lang) for rule in rules}

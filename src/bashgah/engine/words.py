"""The few words that sentences and reasons share: an amount of a wallet's units, names people wrote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time

from bashgah.engine.document import (
    REWARD_UNIT,
    BothTexts,
    Ladder,
    Program,
    RewardTerms,
    Wallet,
    is_reward,
)
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.points import Points
from bashgah.kit.text import Texts, persian_digits


def texts(both: BothTexts, otherwise: str = "") -> Texts:
    """Return the text people wrote; where they wrote none, the key stands in."""
    return Texts(both.fa or both.en or otherwise, both.en or both.fa or otherwise)


def units(amount: int, wallet: Wallet, program: Program) -> Phrase:
    """Say an amount of a wallet: points and qualifying points by their word, money as money, else by name."""
    if is_reward(wallet.key):
        name = texts(wallet.name, wallet.key.removeprefix(REWARD_UNIT))
        if amount == 1:
            return Phrase(_("“{reward}”"), {"reward": name})
        return Phrase(_("{amount} × “{reward}”"), {"amount": amount, "reward": name})
    if wallet.kind == "credit":
        money = Money(amount, program.currency)
        return Phrase(_("{money} of {wallet}"), {"money": money, "wallet": wallet_name(wallet)})
    if wallet.kind == "status":
        return Phrase("{points}", {"points": Points(amount, "status")})
    if wallet.key == "points":
        return Phrase("{points}", {"points": Points(amount)})
    return Phrase(_("{amount} units of {wallet}"), {"amount": amount, "wallet": wallet_name(wallet)})


def money(amount: int, program: Program) -> Money:
    """Return money of the program's currency."""
    return Money(amount, program.currency)


def wallet_name(wallet: Wallet) -> Texts:
    """Return the wallet's name."""
    return texts(wallet.name, wallet.key.removeprefix(REWARD_UNIT))


def tier_name(ladder: Ladder, key: str) -> Texts:
    """Return a tier's name; a key the ladder no longer has stands for itself."""
    for tier in ladder.tiers:
        if tier.key == key:
            return texts(tier.name, key)
    return Texts(key, key)


def hour(at: time | None, otherwise: str) -> Texts:
    """Return a time of day in both digits."""
    written = at.strftime("%H:%M") if at else otherwise
    return Texts(persian_digits(written), written)


def ladder_find(program: Program, key: str) -> Ladder | None:
    """Return the program's ladder of that key."""
    return next((ladder for ladder in program.ladders if ladder.key == key), None)


def rewards_named(program: Program, names: Mapping[str, Mapping[str, Texts]] | None) -> Program:
    """Return the program with its rewards called as ``names["rewards"]`` calls them, where it does."""
    called = (names or {}).get("rewards", {})
    if not any(terms.key in called for terms in program.rewards):
        return program
    rewards = tuple(
        terms.model_copy(update={"name": BothTexts(fa=called[terms.key].fa, en=called[terms.key].en)})
        if terms.key in called
        else terms
        for terms in program.rewards
    )
    return program.model_copy(update={"rewards": rewards})


def counted_in(program: Program, key: str) -> Wallet | None:
    """Return what units of a key are: a wallet's, or copies of a reward; None where there is neither."""
    if not is_reward(key):
        return next((wallet for wallet in program.wallets if wallet.key == key), None)
    reward = key.removeprefix(REWARD_UNIT)
    return next((copies_of(terms) for terms in program.rewards if terms.key == reward), None)


def copies_of(terms: RewardTerms) -> Wallet:
    """Return copies of a reward as something that is counted: each is worth what it costs the club."""
    return Wallet.model_construct(
        key=f"{REWARD_UNIT}{terms.key}",
        kind="points",
        name=terms.name,
        worth=terms.cost,
        rounding="down",
    )

"""The names of the program a club has in force."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from bashgah.api.wording import WalletWords, Wording
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram
from bashgah.engine.words import texts
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.programs.selectors import program_in_force


def wording_of(club: ClubInfo, at: datetime) -> Wording:
    """Return the names of the program in force at an instant; of none when nothing is published yet."""
    try:
        compiled = program_in_force(club, at)
    except Refusal:
        return _nameless(club.currency)
    return _wording(compiled, club.currency)


@lru_cache(maxsize=64)
def _nameless(currency: str) -> Wording:
    return Wording(currency)


@lru_cache(maxsize=256)
def _wording(compiled: CompiledProgram, currency: str) -> Wording:
    """Return a program's names, the same object for the same program."""
    document = compiled.document
    return Wording(
        currency=currency,
        wallets={
            wallet.key: WalletWords(Texts(wallet.name.fa, wallet.name.en), wallet.kind)
            for wallet in document.wallets
        },
        tiers={
            (ladder.key, tier.key): Texts(tier.name.fa, tier.name.en)
            for ladder in document.ladders
            for tier in ladder.tiers
        },
        ladders={ladder.key: Texts(ladder.name.fa, ladder.name.en) for ladder in document.ladders},
        promotions={each.key: texts(each.name, each.key) for each in document.promotions},
        rules={rule.key: Texts(rule.name.fa, rule.name.en) for rule in document.rules},
    )

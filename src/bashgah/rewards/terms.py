"""What is wrong with a reward's terms that only its kind can see; asked before a program is published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from bashgah.engine.document import Program, RewardTerms
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.rewards.shelf import KINDS, kind_params
from bashgah.rewards.types import Context, CreditEffect

ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def terms_problems(terms: RewardTerms, program: Program) -> Iterator[tuple[str, Phrase]]:
    """Name what is wrong, with the part of the terms it is in: an unknown kind, settings that don't fit.

    A kind that credits must credit a wallet of the program that can be spent.
    """
    try:
        params = kind_params(terms.kind, terms.params)
    except Refusal as refusal:
        yield (refusal.field or "/params").strip("/"), refusal.phrase
        return
    spendable = {wallet.key for wallet in program.wallets if wallet.kind != "status"}
    kind = KINDS.find(terms.kind)
    effects = kind.issue(params, Context(currency=program.currency, now=ANY_TIME)) if kind else ()
    for effect in effects:
        if isinstance(effect, CreditEffect) and effect.wallet not in spendable:
            yield (
                "params/wallet",
                Phrase(
                    _("There is no wallet called “{wallet}” that store credit could go to."),
                    {"wallet": effect.wallet},
                ),
            )

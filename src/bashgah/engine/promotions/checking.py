"""What is wrong with a program's promotions and its terms of paying by points."""

from __future__ import annotations

from collections.abc import Iterator

from bashgah.engine.deals import BracketsOff, CheapestFree, FreeShipping
from bashgah.engine.document import Program, Promotion
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _

Fault = tuple[str, Phrase]
"""Part of the promotion (or of the terms of payment), and what is wrong with it."""


def promotion_faults(promotion: Promotion) -> Iterator[Fault]:
    """Return what no schema can see: brackets that do not rise, all pieces free, and the like."""
    deal = promotion.deal
    if isinstance(deal, CheapestFree) and deal.free >= deal.every:
        yield "deal/free", Phrase(_("Not all pieces can be free."))
    if isinstance(deal, BracketsOff):
        starts = [bracket.at_least for bracket in deal.brackets]
        if starts != sorted(set(starts)):
            yield "deal/brackets", Phrase(_("Each bracket must start above the one before it."))
        for i, bracket in enumerate(deal.brackets):
            if bool(bracket.permille) is bool(bracket.amount):
                yield f"deal/brackets/{i}", Phrase(_("Give either a percentage or an amount."))
    if isinstance(deal, FreeShipping) and promotion.lowest_price:
        yield "lowest_price", Phrase(_("Free shipping changes no price of goods."))
    if promotion.combines == "alone" and promotion.group:
        yield "group", Phrase(_("What stands alone joins no group."))
    if promotion.single_use_codes and not promotion.codes:
        yield "codes", Phrase(_("Write the codes that can be used once."))
    if len(set(promotion.codes)) != len(promotion.codes):
        yield "codes", Phrase(_("A code is named twice."))


def payment_faults(program: Program) -> Iterator[Fault]:
    """Return what is wrong with the terms of paying by points."""
    terms = program.pay_with_points
    if terms is None:
        return
    wallet = next((each for each in program.wallets if each.key == terms.wallet), None)
    if wallet is None:
        yield "wallet", Phrase(_("There is no wallet called “{key}”."), {"key": terms.wallet})
    elif wallet.kind == "status":
        yield "wallet", Phrase(_("Qualifying points cannot be spent."))
    elif wallet.worth < 1:
        yield "wallet", Phrase(_("Say first what one unit of the wallet is worth."))
    if terms.least % terms.step:
        yield "least", Phrase(_("The least must be whole steps."))

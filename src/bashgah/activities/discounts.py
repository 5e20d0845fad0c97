"""The discounts of a purchase in words: which promotion took what off, and what it says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram
from bashgah.engine.facts import Discount
from bashgah.engine.sentences import promotion_sentence
from bashgah.engine.words import texts
from bashgah.kit.money import Money
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.text import Texts


@dataclass(frozen=True, slots=True)
class DiscountTold:
    """One promotion's discount on a purchase, with the promotion's name and why the amount is what it is."""

    promotion: str
    name: Texts
    amount: int
    shipping: int
    lines: tuple[tuple[int, int], ...]
    why: Phrase


def discounts_told(
    compiled: CompiledProgram, discounts: Iterable[Discount], currency: str
) -> tuple[DiscountTold, ...]:
    """Return discounts with the names their promotions have in this version; an unknown key names itself."""
    return tuple(
        DiscountTold(
            each.promotion,
            name := promotion_name(compiled, each.promotion),
            each.amount,
            each.shipping,
            each.lines,
            took_off(name, each.amount, currency),
        )
        for each in discounts
    )


def took_off(name: Texts, amount: int, currency: str) -> Phrase:
    """Say how much a promotion took off."""
    return Phrase(
        _("“{promotion}” took {amount} off"), {"promotion": name, "amount": Money(amount, currency)}
    )


def promotion_name(compiled: CompiledProgram, key: str) -> Texts:
    """Return a promotion's name in this version, or its key."""
    return next(
        (texts(each.name, key) for each in compiled.document.promotions if each.key == key), Texts(key, key)
    )


def promotion_said(compiled: CompiledProgram, key: str, lang: str, club: ClubInfo) -> str:
    """Return what a promotion says in this version, or nothing where it has none of that key."""
    return _said(compiled, key, lang, club.timezone, club.money_display)


@lru_cache(maxsize=2048)
def _said(compiled: CompiledProgram, key: str, lang: str, zone: str, display: str) -> str:
    for promotion in compiled.document.promotions:
        if promotion.key == key:
            return promotion_sentence(promotion, compiled.document, lang, zone=zone, display=display)
    return ""

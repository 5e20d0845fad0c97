"""Says rules, criteria, ladders, wallets, rewards in Persian and English, leaving nothing out."""

from __future__ import annotations

from bashgah.engine.sentences.days import counter_sentence, occasion_sentence
from bashgah.engine.sentences.marking import Part
from bashgah.engine.sentences.promotions import payment_sentence, promotion_sentence
from bashgah.engine.sentences.terms import (
    criterion_sentence,
    ladder_sentence,
    pilot_sentence,
    reward_sentence,
    rule_sentence,
    rule_sentence_parts,
)
from bashgah.engine.sentences.wallets import wallet_sentence

__all__ = [
    "Part",
    "counter_sentence",
    "criterion_sentence",
    "ladder_sentence",
    "occasion_sentence",
    "payment_sentence",
    "pilot_sentence",
    "promotion_sentence",
    "reward_sentence",
    "rule_sentence",
    "rule_sentence_parts",
    "wallet_sentence",
]

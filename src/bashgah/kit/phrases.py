"""Sentences as data: a message id with typed values, said in Persian or English at the edge."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def marked(msgid: str) -> str:
    """Return the text unchanged; imported ``as _`` so that message extraction finds it."""
    return msgid


@dataclass(frozen=True, slots=True)
class Phrase:
    """An English message id in brace format and the values that fill it.

    Values keep their type (``Points``, ``Money``, ``date``, ``Texts``, another ``Phrase`` …) so that each
    language can format them in its own way.
    """

    msgid: str
    params: dict[str, Any] = field(default_factory=dict)

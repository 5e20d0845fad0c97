"""A sentence as data: what refusals, reasons and labels are made of before a language is chosen."""

from __future__ import annotations

from typing import Any

import msgspec


def marked(msgid: str) -> str:
    """Return the text unchanged; imported ``as _`` so that message extraction finds it."""
    return msgid


class Phrase(msgspec.Struct, frozen=True):
    """An English message id in brace format and the values that fill it.

    Values keep their type (``Points``, ``Money``, ``date``, ``Texts``, another ``Phrase`` …) so that each
    language can format them in its own way. Every answer makes dozens of them, so they are made cheaply.
    """

    msgid: str
    params: dict[str, Any] = {}

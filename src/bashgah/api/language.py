"""Which of the two languages an answer is written in."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

Lang = Literal["fa", "en"]


@lru_cache(maxsize=1024)
def chosen(header: str, default: str = "en") -> Lang:
    """Return the language that ``Accept-Language`` prefers among fa and en, else the default."""
    best, weight = default, 0.0
    for part in header.split(","):
        tag, _, rest = part.strip().partition(";")
        lang = tag.strip().lower().partition("-")[0]
        quality = _quality(rest)
        if lang in {"fa", "en"} and quality > weight:
            best, weight = lang, quality
    return "fa" if best == "fa" else "en"


def _quality(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0

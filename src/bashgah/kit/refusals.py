"""The one business error: a stable code, an HTTP status and a sentence a person can act on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bashgah.kit.sentence import Phrase


class Refusal(Exception):
    """A request that was understood and declined; nothing was written.

    ``code`` is stable and never shown as text; ``phrase`` is what the person reads; ``status`` is the
    HTTP status the doors answer with (4xx); ``field`` names the input at fault, as a JSON pointer;
    ``extra`` carries plain values a program may act on (for example ``{"missing": 120}``).
    """

    def __init__(
        self,
        code: str,
        phrase: Phrase,
        *,
        status: int = 409,
        field: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {phrase.msgid}")
        self.code = code
        self.phrase = phrase
        self.status = status
        self.field = field
        self.extra = dict(extra or {})

"""How lists are asked for page by page; the cursors themselves are made and checked by the selectors."""

from __future__ import annotations

from typing import Annotated

from ninja import Query
from pydantic import AfterValidator, Field

from bashgah.api.strict import plain

Limit = Annotated[int, Query(50, ge=1, le=200, description="How many rows at most.")]
Cursor = Annotated[
    str,
    AfterValidator(plain),
    Query("", max_length=500, description="`next_cursor` of the page before; empty for the first."),
]
NextCursor = Annotated[
    str | None, Field(description="Send it as `cursor` for the next page; null on the last.")
]

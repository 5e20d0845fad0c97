"""A page of a list, the cursor that names the next one, and the walk over all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list and where the next ones begin (``None`` at the end)."""

    rows: Sequence[T]
    next_cursor: str | None = None


def rows_of_all(page_from: Callable[[str | None], Page[T]]) -> Iterator[T]:
    """Return the rows of every page, in the order of the pages; the next page is asked for when it is needed.

    ``page_from`` is given the cursor of a page: ``None`` for the first.
    """
    page = page_from(None)
    yield from page.rows
    while page.next_cursor is not None:
        page = page_from(page.next_cursor)
        yield from page.rows


def id_of(cursor: str) -> UUID:
    """Return the id that a cursor of a list by ids names; another text raises ``cursor_invalid`` (422)."""
    try:
        return UUID(hex=cursor)
    except ValueError:
        raise cursor_invalid() from None


def cursor_invalid() -> Refusal:
    """The refusal of a cursor that names no page of the list it was sent to."""
    return Refusal(
        "cursor_invalid",
        Phrase(_("This page of the list no longer exists; begin again from the first.")),
        status=422,
        field="cursor",
    )

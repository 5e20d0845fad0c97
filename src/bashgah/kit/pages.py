"""A page of a list, and the walk over all pages of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

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

"""The walk over all pages of a list."""

from __future__ import annotations

from itertools import islice

from bashgah.kit.pages import Page, rows_of_all

PAGES = {None: Page([5, 4], "4"), "4": Page([3], "3"), "3": Page([], "2"), "2": Page([1])}


def test_all_rows_come_in_the_order_of_the_pages_also_past_an_empty_one() -> None:
    assert list(rows_of_all(PAGES.__getitem__)) == [5, 4, 3, 1]


def test_a_page_is_asked_for_when_it_is_needed() -> None:
    asked: list[str | None] = []

    def page_from(cursor: str | None) -> Page[int]:
        asked.append(cursor)
        return PAGES[cursor]

    assert list(islice(rows_of_all(page_from), 3)) == [5, 4, 3]
    assert asked == [None, "4"]


def test_an_empty_list_has_one_page() -> None:
    assert list(rows_of_all(lambda _cursor: Page([]))) == []

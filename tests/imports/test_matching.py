"""A cancellation takes back what the same customer bought before, and never more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bashgah.imports.matching import Bought, Matched, cancellations_match
from bashgah.imports.types import Cancellation

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def bought(day: int, purchase: str, quantity: int, sku: str = "TEA", owner: str = "sara") -> Bought:
    return Bought(owner, sku, BEGIN + timedelta(days=day), purchase, 1, quantity * 1000)


def cancel(day: int, quantity: int, row: int = 1, sku: str = "TEA", owner: str = "sara"):
    at = BEGIN + timedelta(days=day)
    return owner, Cancellation(row, f"C{row}", owner, sku, "", quantity * 1000, at)


def taken(found: Matched) -> list[tuple[int, str, int]]:
    return [(match.row, match.purchase, match.quantity // 1000) for match in found.matches]


def test_a_line_of_the_same_quantity_comes_first_even_if_it_is_older() -> None:
    found = cancellations_match([bought(1, "A", 3), bought(2, "B", 10)], [cancel(5, 3)])
    assert taken(found) == [(1, "A", 3)]
    assert found.whole == {1}


def test_else_the_latest_with_enough_left() -> None:
    found = cancellations_match([bought(1, "A", 10), bought(2, "B", 10), bought(3, "C", 1)], [cancel(5, 4)])
    assert taken(found) == [(1, "B", 4)]
    assert (found.whole, found.part) == (set(), {1})


def test_else_the_latest_lines_together() -> None:
    found = cancellations_match([bought(1, "A", 5), bought(2, "B", 2), bought(3, "C", 2)], [cancel(5, 8)])
    assert taken(found) == [(1, "C", 2), (1, "B", 2), (1, "A", 4)]


def test_what_is_left_of_a_line_counts() -> None:
    found = cancellations_match([bought(1, "A", 10)], [cancel(5, 4, 1), cancel(6, 6, 2), cancel(7, 1, 3)])
    assert taken(found) == [(1, "A", 4), (2, "A", 6)]
    assert (found.part, found.whole) == ({1}, {2})
    assert [one.row for one in found.too_large] == [3]


def test_more_than_was_bought_is_not_matched_at_all() -> None:
    found = cancellations_match([bought(1, "A", 5)], [cancel(5, 6)])
    assert (found.matches, [one.row for one in found.too_large]) == ([], [1])


def test_later_purchases_other_goods_and_other_people_do_not_count() -> None:
    lines = [bought(9, "A", 5), bought(1, "B", 5, sku="CUP"), bought(1, "C", 5, owner="reza")]
    found = cancellations_match(lines, [cancel(5, 5)])
    assert [one.row for one in found.without_purchase] == [1]


def test_a_purchase_of_the_same_moment_counts() -> None:
    assert taken(cancellations_match([bought(5, "A", 5)], [cancel(5, 5)])) == [(1, "A", 5)]


lines = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 12)), max_size=12)


@given(lines, lines)
def test_never_more_than_was_bought_and_every_cancellation_is_answered_once(
    purchases: list[tuple[int, int]], cancellations: list[tuple[int, int]]
) -> None:
    stock = [bought(day, f"P{n}", quantity) for n, (day, quantity) in enumerate(purchases)]
    asked = [cancel(day, quantity, row) for row, (day, quantity) in enumerate(cancellations)]
    found = cancellations_match(stock, asked)
    given_back: dict[str, int] = {}
    by_row: dict[int, int] = {}
    for match in found.matches:
        given_back[match.purchase] = given_back.get(match.purchase, 0) + match.quantity
        by_row[match.row] = by_row.get(match.row, 0) + match.quantity
    for line in stock:
        assert given_back.get(line.purchase, 0) <= line.quantity
    for _owner, one in asked:
        assert by_row.get(one.row, one.quantity) == one.quantity
    answered = [*found.whole, *found.part, *(o.row for o in found.without_purchase + found.too_large)]
    assert sorted(answered) == list(range(len(asked)))
    assert cancellations_match(stock, asked).matches == found.matches

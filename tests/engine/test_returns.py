"""However a purchase is returned, the reversals add up to the credit."""

from hypothesis import given
from hypothesis import strategies as st

from bashgah.engine.exact import apportion
from bashgah.engine.returns import share


def test_half_of_a_line_takes_back_half_of_its_part() -> None:
    assert share(120, ((1, 40), (2, 80)), {1: (500, 1000)}, 0) == 20


def test_the_rest_of_the_line_takes_back_the_rest() -> None:
    assert share(5, ((1, 5),), {1: (1, 3)}, 0) == 1
    assert share(5, ((1, 5),), {1: (2, 3)}, 1) == 2
    assert share(5, ((1, 5),), {1: (3, 3)}, 3) == 2


def test_a_purchase_by_amount_alone_lies_on_line_zero() -> None:
    assert share(120, (), {0: (300, 900)}, 0) == 40


def test_more_than_everything_counts_as_everything() -> None:
    assert share(10, ((1, 10),), {1: (5, 2)}, 0) == 10
    assert share(10, ((1, 10),), {1: (5, 2)}, 10) == 0


def test_lines_that_claim_more_than_the_credit_give_back_the_credit() -> None:
    assert share(10, ((1, 8), (2, 8)), {1: (1, 1), 2: (1, 1)}, 0) == 10


def test_what_was_taken_back_by_hand_is_never_given_out_again() -> None:
    assert share(10, ((1, 10),), {1: (1, 2)}, 8) == 0


def test_lines_that_did_not_earn_take_nothing_back() -> None:
    assert share(10, ((1, 10),), {2: (1, 1)}, 0) == 0
    assert share(10, ((1, 10),), {1: (0, 0)}, 0) == 0


@given(st.data())
def test_any_split_of_returns_adds_up_to_the_whole(data: st.DataObject) -> None:
    quantities = data.draw(st.lists(st.integers(1, 20), min_size=1, max_size=6))
    weights = data.draw(st.lists(st.integers(0, 10**9), min_size=len(quantities), max_size=len(quantities)))
    amount = data.draw(st.integers(0, 10**6))
    base = tuple(zip(range(len(quantities)), apportion(amount, weights), strict=True))
    pieces = [no for no, quantity in enumerate(quantities) for _piece in range(quantity)]
    returned = dict.fromkeys(range(len(quantities)), 0)
    reversed_so_far = 0
    for no in data.draw(st.permutations(pieces)):
        returned[no] += 1
        shares = {line: (returned[line], quantities[line]) for line in returned}
        now = share(amount, base, shares, reversed_so_far)
        assert now >= 0
        reversed_so_far += now
        assert reversed_so_far <= amount
    assert reversed_so_far == amount

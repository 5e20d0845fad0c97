"""Coupon codes: random, readable, and no slip of the finger passes for another code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bashgah.kit.refusals import Refusal
from bashgah.rewards import codes


def test_a_code_has_eighteen_letters_in_three_groups() -> None:
    code = codes.code_from(bytes(range(11)))
    assert code == "000G40R40M30E2091C"
    assert codes.code_shown(code) == "000G40-R40M30-E2091C"


@given(st.binary(min_size=11, max_size=11))
def test_every_code_reads_back_however_it_is_typed(random: bytes) -> None:
    code = codes.code_from(random)
    assert codes.code_read(codes.code_shown(code)) == code
    assert codes.code_read(f" {code.lower()} ") == code
    assert codes.code_read(code.replace("0", "o").replace("1", "l")) == code


def test_persian_digits_and_joiners_are_understood() -> None:
    assert codes.code_read("۰۰۰g۴۰-R۴۰M۳۰-E۲۰۹۱C") == "000G40R40M30E2091C"


@given(st.binary(min_size=11, max_size=11), st.integers(0, 17), st.sampled_from(codes.ALPHABET))
def test_one_wrong_letter_is_always_found(random: bytes, place: int, letter: str) -> None:
    code = codes.code_from(random)
    wrong = code[:place] + letter + code[place + 1 :]
    if wrong != code:
        with pytest.raises(Refusal, match="coupon_code_invalid"):
            codes.code_read(wrong)


@given(st.binary(min_size=11, max_size=11), st.integers(0, 15))
def test_two_neighbours_that_changed_places_are_always_found(random: bytes, place: int) -> None:
    code = codes.code_from(random)
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if wrong != code:
        with pytest.raises(Refusal, match="coupon_code_invalid"):
            codes.code_read(wrong)


@pytest.mark.parametrize("text", ["", "ABC", "7" * 400, "سلام", "0004-1061", "\x00" * 18, "🎁" * 18])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        codes.code_read(text)
    assert (refused.value.code, refused.value.status) == ("coupon_code_invalid", 422)


def test_too_little_randomness_is_refused() -> None:
    with pytest.raises(ValueError, match="eleven"):
        codes.code_from(b"short")

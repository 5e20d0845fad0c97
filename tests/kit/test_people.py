"""Mobile numbers, national ids, cards and e-mail addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bashgah.kit import card, email, mobile, national_id
from bashgah.kit.refusals import Refusal


@pytest.mark.parametrize(
    "typed",
    [
        "09123456789",
        "0912 345 6789",
        "0912-345-6789",
        "(0912) 345.6789",
        "9123456789",
        "+98 912 345 6789",
        "00989123456789",
        "989123456789",
        "۰۹۱۲۳۴۵۶۷۸۹",
        "٠٩١٢٣٤٥٦٧٨٩",
        "\u202a+989123456789\u202c",
        "9.123456789E9",
        "9.123456789E+9",
        "09123456789.0",
    ],
)
def test_every_spelling_of_a_mobile_is_one_number(typed):
    assert mobile.normalise(typed) == "+989123456789"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "0881",
        "02188776655",
        "0912345678",
        "091234567890",
        "abc",
        "9.1E99",
        "1" * 500,
        "۰۹۱۲",
        "0912\x00345678",
    ],
)
def test_what_is_no_mobile_is_refused(typed):
    with pytest.raises(Refusal) as refused:
        mobile.normalise(typed)
    assert (refused.value.code, refused.value.status) == ("mobile_invalid", 422)


def test_a_number_of_another_country_is_read_in_its_region():
    assert mobile.normalise("07911 123456", "GB") == "+447911123456"


def test_a_mobile_is_shown_as_dialled_or_masked():
    assert mobile.national("+989123456789") == "09123456789"
    assert mobile.mask("+989123456789") == "0912•••6789"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0013542419", "0013542419"),
        ("13542419", "0013542419"),
        ("۰۰۱۳۵۴۲۴۱۹", "0013542419"),
        ("001-354241-9", "0013542419"),
        ("10380284790", "10380284790"),
    ],
)
def test_a_national_id_is_kept_with_its_zeros(typed, kept):
    assert national_id.normalise(typed) == kept


@pytest.mark.parametrize(
    "typed", ["0013542418", "10380284791", "1111111111", "11111111111", "", "123", "abcdefghij"]
)
def test_a_wrong_national_id_is_refused(typed):
    with pytest.raises(Refusal) as refused:
        national_id.normalise(typed)
    assert refused.value.code == "national_id_invalid"


def test_a_card_number_has_sixteen_digits_and_a_right_check_digit():
    number = card.card_number(1, "6280")
    assert number == "6280061803398874"
    assert card.is_card(number)
    assert card.is_card("4111 1111 1111 1111")
    assert card.card_digits("۶۲۸۰ ۰۶۱۸ ۰۳۳۹ ۸۸۷۴") == number


@given(st.integers(0, 10**11 - 1), st.integers(0, 10**11 - 1))
def test_two_members_never_share_a_card(one, other):
    assert (card.card_number(one, "6280") == card.card_number(other, "6280")) == (one == other)


@given(st.integers(0, 10**11 - 1), st.integers(0, 15), st.integers(1, 9))
def test_one_mistyped_digit_is_no_card(seq, place, change):
    number = card.card_number(seq, "6280")
    wrong = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]
    assert not card.is_card(wrong)


@pytest.mark.parametrize(
    "typed", ["1280000", "0000000000000000", "", "6280061803398875", "62800618033988745"]
)
def test_an_amount_is_no_card(typed):
    assert not card.is_card(typed)


@pytest.mark.parametrize(
    ("seq", "prefix"), [(-1, "6280"), (10**11, "6280"), (1, "12345678901"), (1, "x"), (1, "")]
)
def test_a_card_without_room_is_an_error(seq, prefix):
    with pytest.raises(ValueError, match="does not fit"):
        card.card_number(seq, prefix)


def test_an_address_has_one_spelling():
    assert email.normalise("  Sara.M@Example.COM ") == "sara.m@example.com"
    assert email.mask("sara.m@example.com") == "s•••@example.com"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "sara",
        "sara@",
        "@x.ir",
        "a b@x.ir",
        "a@x",
        "a@x..ir",
        "a\x00@x.ir",
        "a@" + "x" * 260 + ".ir",
        "a..b@x.ir",
    ],
)
def test_a_wrong_address_is_refused(typed):
    with pytest.raises(Refusal) as refused:
        email.normalise(typed)
    assert (refused.value.code, refused.value.status) == ("email_invalid", 422)

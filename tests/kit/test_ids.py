"""Ids."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bashgah.kit import ids
from bashgah.kit.refusals import Refusal

AT = datetime(2026, 11, 21, 14, 12, tzinfo=UTC)
MEMBER = UUID("019aa6b3-8a00-7fff-bfff-ffffffffffff")


def test_an_id_is_a_uuid_of_version_seven_of_its_moment():
    made = ids.uuid7(AT, b"\xff" * 10)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == int(AT.timestamp() * 1000)


def test_ids_of_later_moments_sort_later():
    assert ids.uuid7(AT, b"\xff" * 10) < ids.uuid7(AT + timedelta(milliseconds=1), b"\x00" * 10)


def test_a_public_id_is_typed_and_lower_case():
    assert ids.public("member", MEMBER) == "mbr_01kakb72g0fzzvzzzzzzzzzzzz"
    assert ids.parse("member", "mbr_01kakb72g0fzzvzzzzzzzzzzzz") == MEMBER
    assert ids.parse("member", "mbr_01KAKB72G0FZZVZZZZZZZZZZZZ") == MEMBER


@given(st.uuids(), st.sampled_from(sorted(ids.PREFIXES)))
def test_every_id_comes_back(id, kind):
    assert ids.parse(kind, ids.public(kind, id)) == id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mbr_",
        "act_01kakb72g0fzzvzzzzzzzzzzzz",
        "mbr_81kakb72g0fzzvzzzzzzzzzzzz",
        "mbr_01kakb72g0fzzvzzzzzzzzzzz",
        "mbr_01kakb72g0fzzvzzzzzzzzzzzu",
        "mbr_۰1kakb72g0fzzvzzzzzzzzzzzz",
        "019aa6b3-8a00-7fff-bfff-ffffffffffff",
        "mbr_\x00",
    ],
)
def test_what_is_no_id_of_the_kind_is_refused(text):
    with pytest.raises(Refusal) as refused:
        ids.parse("member", text)
    assert (refused.value.code, refused.value.status) == ("id_invalid", 404)

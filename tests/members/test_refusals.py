"""What a declared attribute and a card must be."""

from __future__ import annotations

from typing import Any

import pytest

from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.members import services
from bashgah.members.identifiers import normalised
from tests.cast import NOW, naderi

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key": "Shirt"}, "attribute_key_invalid"),
        ({"key": "سایز"}, "attribute_key_invalid"),
        ({"type": "colour"}, "attribute_type_unknown"),
        ({"choices": []}, "choices_missing"),
        ({"choices": ["", " "]}, "choices_missing"),
    ],
)
def test_an_attribute_is_declared_whole(changes: dict[str, Any], code: str) -> None:
    declared = {"key": "shirt", "label": Texts("سایز"), "type": "choice", "choices": ["M"]} | changes
    with pytest.raises(Refusal) as refused:
        services.attribute_declare(club=naderi().club, now=NOW, **declared)
    assert (refused.value.code, refused.value.status) == (code, 422)


@pytest.mark.parametrize("text", ["12", "4111111111111112", "0000000000000000", "کارت"])
def test_a_card_number_has_its_length_and_its_check_digit(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        normalised("card", text)
    assert (refused.value.code, refused.value.status) == ("card_invalid", 422)

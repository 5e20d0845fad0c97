"""SMS parts are counted as gateways bill them."""

from __future__ import annotations

import pytest

from bashgah.messaging.sms import sms_parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("س" * 70, 1),
        ("س" * 71, 2),
        ("س" * 134, 2),
        ("س" * 135, 3),
        ("a" * 69 + "س", 1),
        ("a" * 70 + "س", 2),
        ("🎁" * 35, 1),
        ("🎁" * 36, 2),
    ],
)
def test_parts_of_a_text(text: str, parts: int) -> None:
    assert sms_parts(text) == parts

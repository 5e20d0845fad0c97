"""Histories that a long run of the laws once found, kept as they are: each broke the books or the model."""

from __future__ import annotations

from typing import Any

import pytest

from tests.laws.test_members import Members

pytestmark = pytest.mark.django_db

Step = tuple[str, dict[str, Any], str]
"""An act of the machine, with what, and a name for what it returns; texts among its values are such names."""


def lived(*steps: Step) -> None:
    machine, named = Members(), {}
    try:
        for act, given, name in steps:
            values = {key: named[value] if isinstance(value, str) else value for key, value in given.items()}
            named[name] = getattr(machine, act)(**values)
            machine.both_books_equal_the_model()
            machine.tiers_equal_the_model()
    finally:
        machine.teardown()


def test_what_a_first_merge_moved_is_not_undone_by_the_part_of_a_second_one_of_the_same_instant() -> None:
    lived(
        ("earn", {"days_ago": 2, "earned": 1, "side": 1}, "bought"),
        ("merge", {"side": 1}, ""),
        ("hold", {"amount": 1, "side": 0}, "held"),
        ("give_back", {"bought": "bought", "pieces": 3}, ""),
        ("part", {}, ""),
        ("merge", {"side": 1}, ""),
        ("part", {}, ""),
    )


def test_a_hold_that_outlived_an_undone_merge_owes_nothing_to_the_other_one() -> None:
    lived(
        ("earn", {"days_ago": 2, "earned": 60, "side": 1}, "bought"),
        ("merge", {"side": 1}, ""),
        ("hold", {"amount": 3, "side": 0}, "held"),
        ("part", {}, ""),
        ("merge", {"side": 1}, ""),
        ("release", {"held": "held"}, ""),
        ("give_back", {"bought": "bought", "pieces": 3}, ""),
    )

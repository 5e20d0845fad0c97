"""A program whose rewards could not be issued is not published."""

from __future__ import annotations

import pytest

from bashgah.engine.validation import document_read, problems
from bashgah.programs.starter import starter_program


def faults(change: dict) -> list[str]:
    document = starter_program()
    document["rewards"][1] = {**document["rewards"][1], **change}
    return [problem.at for problem in problems(document_read(document))]


def test_the_starters_rewards_have_no_faults() -> None:
    assert faults({}) == []


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"kind": "lottery"}, "/rewards/1/kind"),
        ({"params": {"amount": 0}}, "/rewards/1/params/amount"),
        ({"params": {"amount": 5, "colour": "red"}}, "/rewards/1/params/colour"),
        ({"params": {"amount": 5, "wallet": "nowhere"}}, "/rewards/1/params/wallet"),
        ({"params": {"amount": 5, "wallet": "status"}}, "/rewards/1/params/wallet"),
        ({"kind": "discount_coupon", "params": {}}, "/rewards/1/params"),
    ],
)
def test_a_reward_its_kind_cannot_issue_is_a_fault(change: dict, at: str) -> None:
    assert faults(change) == [at]

"""What the laws over histories share: how long a machine runs, and what a refused act must leave behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from bashgah.kit.refusals import Refusal

SELDOM = 7
"""Over long histories the books are proved after this many steps, not after each."""


@contextmanager
def refused(code: str) -> Iterator[None]:
    """What happens inside must be refused with this code, and leave nothing behind."""
    with pytest.raises(Refusal) as refusal, transaction.atomic():
        yield
    assert refusal.value.code == code


def laws(machine: type[RuleBasedStateMachine], examples: int, steps: int, *, proves_every: int = 1) -> None:
    """Run a machine that proves the books every so many steps over so many histories of so many steps; what a
    long run finds is made small before it is told."""
    proving = type(machine.__name__, (machine,), {"proves_every": proves_every})
    run_state_machine_as_test(
        proving,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=[Phase.generate] if examples < 100 else [Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )

"""The queue hears by which connection a fact came, or it could wait for nobody it has answered."""

from __future__ import annotations

import pytest

from bashgah.activities.services import settle
from bashgah.api.intake import app as intake
from bashgah.api.intake.queue import Queue, Work
from bashgah.ground import clock
from tests.doors.conftest import Integrator
from tests.doors.test_intake import purchase

pytestmark = pytest.mark.django_db(transaction=True)


class Noting(Queue):
    """The queue itself, which also notes whose work it was given."""

    def put(self, work: Work) -> None:
        callers.append(work.caller)
        super().put(work)


callers: list[object] = []


def test_a_fact_and_a_batch_come_with_the_connection_they_came_by(
    pos: Integrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    callers.clear()
    monkeypatch.setattr(intake.STATE, "_queue", Noting(settle, clock.now))
    assert pos.post("/activities", purchase("C-1")).status_code == 201
    assert pos.post("/activities/batch", {"activities": [purchase("C-2")]}).status_code == 200
    assert callers == [("127.0.0.1", 123)] * 2

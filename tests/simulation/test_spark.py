"""Spark gives the figures of one process, to the unit; without Java or pyspark this says so and skips."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from bashgah.ground.types import SYSTEM
from bashgah.programs.selectors import draft_get
from bashgah.programs.services import rule_put
from bashgah.simulation.spark import spark_available
from tests.activities.shop import open_shop
from tests.cast import NOW
from tests.simulation.test_budgets import crowded, entwined, gift
from tests.simulation.test_replays import backtest

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("default"),  # Spark's libraries warn among themselves
    pytest.mark.enable_socket,
]
pytest.importorskip("pyarrow")
DAY = timedelta(days=1)


def missing() -> str:
    if shutil.which("java") is None:
        return "Java is not installed, so the replay on Spark is NOT tested here"
    if not spark_available():
        return "the extra “spark” is not installed, so the replay on Spark is NOT tested here"
    return ""


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_spark_gives_the_figures_of_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))
    shop = open_shop(rules=entwined(), points={"worth": 250})
    crowded(shop)
    draft = draft_get(shop.club)
    rule_put(club=shop.club, rule=gift(7, 90, key="more"), revision=draft.revision, actor=SYSTEM, now=NOW)
    here, there = backtest(shop), backtest(shop, spark="local[2]")
    assert [each.tried for each in here.budgets if each.rule == "more"] == [90]
    names = [name for name in type(here).__dataclass_fields__ if name != "seconds"]
    assert [getattr(here, name) for name in names] == [getattr(there, name) for name in names]

"""The same replay on a Spark cluster: each task replays one part of the members and sends its sums back.

The tasks run ``Comparison`` as the processes of one machine do, so the figures are the same to the unit. They
need this package and PyArrow, and must reach the lake's folder under the same path.
"""

from __future__ import annotations

import importlib.util
import os
import pickle
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Waiting
from typing import TYPE_CHECKING, Any

from bashgah.simulation.comparing import Comparison, Plan
from bashgah.simulation.spreading import ASK_EVERY_SECONDS, Spread, Stopped
from bashgah.simulation.tallying import Tally
from bashgah.simulation.types import Cancelled

if TYPE_CHECKING:
    import pandas as pd

GROUP = "bashgah.backtest"
SCHEMA = "tally binary"


def spark_available() -> bool:
    """Say whether the extra ``spark`` is installed; whether a cluster answers only a replay can tell."""
    return all(importlib.util.find_spec(name) is not None for name in ("pyspark", "pandas"))


def spread_by_spark(master: str) -> Spread:
    """Return what replays on the cluster of this master address (``spark://…``, ``yarn``, ``local[4]``)."""

    def spread(plan: Plan, parts: list[range], stopped: Stopped) -> Iterator[Tally]:
        session = _session(master)
        context = session.sparkContext
        rows = [(part.start, part.stop) for part in parts]
        tasks = session.createDataFrame(context.parallelize(rows, len(rows)), "begin int, end int")
        made = tasks.mapInPandas(_replaying(plan), SCHEMA)

        def collected() -> list[Any]:
            context.setJobGroup(GROUP, "Bashgah backtest", interruptOnCancel=True)
            return list(made.collect())

        with ThreadPoolExecutor(1) as waiting:
            running = waiting.submit(collected)
            while True:
                try:
                    found = running.result(ASK_EVERY_SECONDS)
                    break
                except Waiting:
                    if stopped():
                        context.cancelJobGroup(GROUP)
                        raise Cancelled from None
        for row in found:
            yield pickle.loads(row.tally)  # noqa: S301 what our own tasks wrote

    return spread


def _session(master: str) -> Any:
    from pyspark.sql import SparkSession

    if master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("Bashgah backtest").master(master)
    return builder.config("spark.ui.enabled", "false").getOrCreate()


def _replaying(plan: Plan) -> Any:
    """Return the function of a task; it gets its parts as rows and answers with their sums."""

    def replay(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        import pandas as pd

        here = Comparison(plan)
        for batch in batches:
            parts = zip(batch["begin"], batch["end"], strict=True)
            tallies = [pickle.dumps(here.part(range(begin, end))) for begin, end in parts]
            yield pd.DataFrame({"tally": tallies})

    return replay

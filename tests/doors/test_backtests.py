"""Backtests through the API: started, watched, read, stopped, each with its scope."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bashgah.ground import clock
from bashgah.kit import ids
from bashgah.simulation.services import backtest_run
from tests import cast
from tests.doors.conftest import Integrator
from tests.doors.test_intake import purchase

pytestmark = pytest.mark.django_db(transaction=True)
pytest.importorskip("pyarrow")


@pytest.fixture(autouse=True)
def lake_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))


def asked(**more: Any) -> dict[str, Any]:
    today = clock.now().date()
    span = {"since": str(today - timedelta(days=30)), "until": str(today + timedelta(days=1))}
    return {**span, "name": "Spring", **more}


def finished(naderi: cast.Naderi, public: str) -> None:
    backtest_run(club=naderi.club, id=ids.parse("backtest", public), clock=clock.now, workers=0)


def test_a_backtest_is_started_watched_and_read(pos: Integrator, naderi: cast.Naderi) -> None:
    assert pos.post("/activities", purchase("P-1", amounts={"gross": 15_000_000})).status_code == 201
    started = pos.post("/backtests", asked())
    assert started.status_code == 202
    told = started.json()
    assert (told["state"], told["name"], told["until"]) == ("waiting", "Spring", asked()["until"])
    early = pos.get(f"/backtests/{told['id']}/report")
    assert (early.status_code, early.json()["code"]) == (409, "backtest_unfinished")
    finished(naderi, told["id"])
    seen = pos.get(f"/backtests/{told['id']}").json()
    assert (seen["state"], seen["parts_done"], seen["parts_total"]) == ("done", 8, 8)
    report = pos.get(f"/backtests/{told['id']}/report").json()
    assert (report["purchases"], report["spend"], report["winners"]) == (1, 15_000_000, 0)
    assert report["live"] == report["tried"]
    assert (report["rewards"], report["live"]["rewards"], report["live"]["reward_cost"]) == ([], 0, 0)
    counted = ("live_rewards", "tried_rewards", "live_reward_cost", "tried_reward_cost")
    for part in ("weeks", "months", "branches", "tiers", "rules"):
        assert [[each[name] for name in counted] for each in report[part]] == [[0] * 4] * len(report[part])
    assert [each["id"] for each in pos.get("/backtests").json()["backtests"]] == [told["id"]]


def test_one_that_waits_is_stopped_at_once(pos: Integrator) -> None:
    told = pos.post("/backtests", asked()).json()
    stopped = pos.post(f"/backtests/{told['id']}/stop", {})
    assert (stopped.status_code, stopped.json()["state"]) == (200, "cancelled")


def test_a_period_that_ends_before_it_begins_is_refused(pos: Integrator) -> None:
    told = pos.post("/backtests", asked(since="2026-05-02", until="2026-05-01"))
    assert (told.status_code, told.json()["code"]) == (422, "period_empty")
    assert pos.post("/backtests", asked(until="9999-12-31")).status_code == 202


def test_reading_needs_one_scope_and_starting_another(keyed: Callable[..., Integrator]) -> None:
    reader, editor = keyed("insights.read"), keyed("rules.edit")
    assert reader.post("/backtests", asked()).status_code == 403
    told = editor.post("/backtests", asked())
    assert told.status_code == 202
    path = f"/backtests/{told.json()['id']}"
    assert reader.get(path).status_code == 200
    assert editor.get(path).status_code == 403
    assert reader.post(f"{path}/stop", {}).status_code == 403

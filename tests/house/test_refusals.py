"""Every code by which the API refuses stands in a test: who relies on it finds it kept."""

from __future__ import annotations

import re

from bashgah.api.codes import codes
from tests.house import plan

NOT_TOLD = {
    "case_unclear": "a second guard: what is tried was read before, and refuses itself by its own code",
    "lake_unavailable": "the tests run where the library that writes Parquet is installed",
    "reward_wallet_unknown": "a second guard: no program is published whose reward credits such a wallet",
    "unavailable": "tests/chaos takes the database away and counts its 503",
}


def test_every_code_of_a_refusal_stands_in_a_test() -> None:
    told: set[str] = set()
    for path in sorted((plan.PROJECT / "tests").rglob("*.py")):
        if "house" not in path.parts:
            told |= set(re.findall(r"""["']([a-z_]+)["']""", path.read_text(encoding="utf-8")))
    known = {each.code for each in codes()}
    assert sorted(known - told - NOT_TOLD.keys()) == []
    assert sorted(set(NOT_TOLD) & told) == [], "told by now: no exception any more"
    assert sorted(set(NOT_TOLD) - known) == []

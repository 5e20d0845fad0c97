"""Every race has a place of its own for the counts of the throttle, and leaves no connection of it open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bashgah.ground import throttle


@pytest.fixture(autouse=True)
def _aftermath(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))
    yield
    throttle.throttle_close()

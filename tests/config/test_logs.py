"""What errors leave in the log: where they happened, never the values that were at hand."""

from __future__ import annotations

import subprocess
import sys

import pytest

FAILING = """
import sys
import structlog
from bashgah.config import logs

logs.configure(format_=sys.argv[1], level="INFO")

def greeted(number):
    raise ValueError("nobody is there")

try:
    greeted("0912" + "3456789")
except ValueError:
    structlog.get_logger("one").warning("failed", exc_info=True)
"""


@pytest.mark.parametrize("format_", ["console", "json"])
def test_a_logged_error_tells_its_lines_and_no_value(format_: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FAILING, format_], capture_output=True, text=True, check=True, timeout=60
    )
    assert "in greeted" in done.stderr
    assert "nobody is there" in done.stderr
    assert "09123456789" not in done.stderr

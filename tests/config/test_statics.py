"""Static files are gathered once, however many web processes start together."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src"


def test_web_processes_that_start_together_do_not_gather_into_one_another(tmp_path: Path) -> None:
    environment = os.environ | {"BASHGAH_VAR": str(tmp_path), "PYTHONPATH": str(SOURCE)}
    environment["DJANGO_SETTINGS_MODULE"] = "bashgah.config.settings"
    command = [sys.executable, "-c", "from bashgah.cli import statics; statics.gather()"]
    started = [
        subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) for _each in range(3)
    ]
    said = [process.communicate(timeout=120)[1] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], said
    assert (tmp_path / "static" / "gathered").is_file()

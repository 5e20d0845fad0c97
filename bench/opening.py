"""P14, P15: from a bare clone to a club's first page, and what the whole thing weighs when it rests."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from bench.stage import DATA, PROJECT, Stage, say, wait_for_page

PORT = int(os.environ.get("BENCH_UP_PORT", "8191"))
REST_SECONDS = 20


def from_a_clone(_stage: Stage) -> float:
    """Seconds from ``git clone`` and ``make run`` to the club's first page."""
    folder = Path(tempfile.mkdtemp(prefix="bashgah-clone-"))
    folder.chmod(0o755)
    begun = time.perf_counter()
    try:
        subprocess.run(["git", "clone", "-q", str(PROJECT), str(folder / "bashgah")], check=True)
        return _until_first_page(folder / "bashgah", ["make", "-s", "run", f"PORT={PORT}"], begun)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def of_an_existing_club(_stage: Stage) -> float:
    """Seconds from ``bashgah up`` to the first page where everything is there already."""
    _made()
    return _until_first_page(PROJECT, _up(), time.perf_counter())


def memory(_stage: Stage) -> float:
    """Megabytes (proportional share) of web, worker, database and the command that keeps them, at rest."""
    _made()
    process = subprocess.Popen(_up(), cwd=PROJECT, env=_environment(), start_new_session=True)
    try:
        wait_for_page(PORT, "/accounts/login/", process)
        time.sleep(REST_SECONDS)
        return sum(_share(pid) for pid in _family(process.pid)) / 1000
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _made() -> None:
    """Make the installation the two figures open, once."""
    mark = DATA / "up" / "made"
    if mark.is_file():
        return
    say("making an installation with the demo club")
    process = subprocess.Popen([*_up(), "--demo"], cwd=PROJECT, env=_environment(), start_new_session=True)
    wait_for_page(PORT, "/", process, seconds=300)
    time.sleep(60)
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    mark.touch()


def _up() -> list[str]:
    return [str(PROJECT / ".venv/bin/python"), "-m", "bashgah", "up", f"--port={PORT}"]


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
    return kept | {"BASHGAH_VAR": str(DATA / "up"), "PYTHONPATH": ""}


def _until_first_page(folder: Path, command: list[str], begun: float) -> float:
    environment = _environment()
    if folder != PROJECT:
        del environment["BASHGAH_VAR"]
    process = subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True)
    try:
        wait_for_page(PORT, "/", process, seconds=300)
        return time.perf_counter() - begun
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def _family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:  # it ended while we looked
                continue
    found = [pid]
    for member in found:
        found += [child for child, parent in parents.items() if parent == member]
    return found


def _share(pid: int) -> float:
    """Return a process's proportional share of memory in kilobytes."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return next(float(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))

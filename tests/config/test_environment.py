"""What the environment says becomes settings, and what is not safe does not start."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from bashgah.config import logs, safety
from bashgah.config.environment import Environment, database_from_url
from bashgah.config.secrets import secret_keys

SOURCE = Path(__file__).resolve().parents[2] / "src"
SAFE = {
    "BASHGAH_MODE": "production",
    "SECRET_KEYS": "k" * 40,
    "DATABASE_URL": "postgresql://bashgah_app@db/bashgah",
    "BASHGAH_HOSTS": "club.example.com",
    "BASHGAH_ORIGIN": "https://club.example.com",
}


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment in which nothing is said."""
    for name in [
        name for name in os.environ if name.startswith(("BASHGAH_", "DATABASE_")) or name == "SECRET_KEYS"
    ]:
        monkeypatch.delenv(name)


def said(monkeypatch: pytest.MonkeyPatch, **values: str) -> Environment:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return Environment()  # type: ignore[call-arg]


def test_a_socket_folder_in_the_address_becomes_the_host() -> None:
    database = database_from_url("postgresql://me:p%40ss@/club?host=/run/bashgah&sslmode=disable", pool=3)
    assert (database["HOST"], database["NAME"], database["USER"]) == ("/run/bashgah", "club", "me")
    assert database["PASSWORD"] == "p@ss"
    assert database["OPTIONS"] == {
        "sslmode": "disable",
        "prepare_threshold": None,
        "pool": {"min_size": 1, "max_size": 3, "timeout": 3, "reconnect_timeout": 3, "max_idle": 300},
    }


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(ValueError, match="must begin with postgresql://"):
        database_from_url("mysql://db/club", pool=0)


def test_a_trial_machine_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert safety.faults(said(monkeypatch)) == []


def test_a_whole_production_environment_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert safety.faults(said(monkeypatch, **SAFE)) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"SECRET_KEYS": ""}, "SECRET_KEYS must be set"),
        ({"DATABASE_URL": ""}, "DATABASE_URL must name"),
        ({"BASHGAH_HOSTS": ""}, "BASHGAH_HOSTS must list"),
        ({"BASHGAH_HOSTS": "*"}, "BASHGAH_HOSTS may not be a star"),
        ({"BASHGAH_ORIGIN": "http://club.example.com"}, "BASHGAH_ORIGIN must be"),
        ({"BASHGAH_DEBUG": "1"}, "BASHGAH_DEBUG shows secrets"),
        ({"BASHGAH_DAYS_AHEAD": "124"}, "BASHGAH_DAYS_AHEAD settles on days"),
        ({"DATABASE_OWNER_URL": "postgresql://owner@db/bashgah"}, "DATABASE_OWNER_URL belongs"),
    ],
)
def test_production_refuses_to_start_unsafe(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, str], sentence: str
) -> None:
    found = safety.faults(said(monkeypatch, **(SAFE | change)))
    assert len(found) == 1
    assert found[0].startswith(sentence)


def test_the_refusal_is_what_the_process_says() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", "import bashgah.config.settings"],
        env={"PYTHONPATH": str(SOURCE), "PATH": os.environ["PATH"], **SAFE, "BASHGAH_HOSTS": "*"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert "does not start in production like this: BASHGAH_HOSTS may not be a star" in answer.stderr


def test_a_rehearsal_lives_so_many_days_later() -> None:
    code = "import bashgah.config.settings; from bashgah.ground import clock; print(clock.now().isoformat())"
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(SOURCE), "PATH": os.environ["PATH"], "BASHGAH_DAYS_AHEAD": "124"},
        capture_output=True,
        text=True,
        check=True,
    )
    ahead = datetime.fromisoformat(answer.stdout.strip()) - datetime.now(UTC)
    assert timedelta(days=123, hours=23) < ahead <= timedelta(days=124)


def test_a_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    first = secret_keys("", tmp_path)
    assert secret_keys("", tmp_path) == first
    assert len(first[0]) >= 32
    assert stat.S_IMODE((tmp_path / "secrets" / "keys").stat().st_mode) == 0o600


def test_given_keys_are_used_in_their_order_and_short_ones_refused(tmp_path: Path) -> None:
    assert secret_keys(f"{'a' * 32}, {'b' * 32}", tmp_path) == ["a" * 32, "b" * 32]
    with pytest.raises(ImproperlyConfigured, match="at least 32 characters"):
        secret_keys("short", tmp_path)


def test_no_personal_value_reaches_a_log_line() -> None:
    line = logs.drop_personal(None, "info", {"event": "x", "mobile": "+989121234567", "club": "naderi"})
    assert line == {"event": "x", "mobile": "[removed]", "club": "naderi"}

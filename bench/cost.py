"""``python -m bench.cost``: what a settled purchase costs in processor time, whatever else runs here.

Rates swing with a busy machine; the processor time our own process and PostgreSQL's backend spend on a fact
does not. One line a batch size: microseconds of Python, microseconds of PostgreSQL, bytes of write-ahead log.
With ``--disk`` also the bytes a purchase of three lines keeps.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import statistics
import sys
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from bench.load import purchase
from bench.stage import DATA, Stage

SIZES = (1, 64, 256, 1000)
FACTS = 6_000
ROUNDS = 3
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure and print; a database that is already filled is named by ``BENCH_CLUB_URL``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--facts", type=int, default=FACTS)
    parser.add_argument("--lines", type=int, default=1)
    parser.add_argument("--disk", action="store_true", help="bytes kept by a purchase of three lines")
    parser.add_argument("--profile", action="store_true", help="where Python's time goes")
    parser.add_argument("--members", type=int, default=50_000)
    chosen = parser.parse_args()
    with Stage(members=chosen.members, seconds=4, rounds=1) as stage:
        url = os.environ.get("BENCH_CLUB_URL") or stage.club_url
        settler = Settler(url)
        for size in map(int, chosen.sizes.split(",")):
            count = chosen.facts if size > 1 else chosen.facts // 4
            sys.stdout.write(settler.line(size, count, chosen.lines) + "\n")
        if chosen.profile:
            settler.profile(64, chosen.facts // 2)
        if chosen.disk:
            sys.stdout.write(settler.disk(url) + "\n")


class Settler:
    """Settles random purchases in this process and watches what that takes."""

    def __init__(self, url: str) -> None:
        os.environ["DATABASE_URL"] = url
        os.environ.setdefault("BASHGAH_VAR", str(DATA / "var"))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bashgah.config.settings")
        import django

        django.setup()
        from django.db import connection

        from bashgah.clubs.models import Club
        from bashgah.clubs.selectors import club_get

        self.club = club_get(Club.objects.get(slug="figures").id)
        self.members = members_of(url)
        self.watcher = psycopg.connect(url, autocommit=True)
        connection.ensure_connection()
        self.backend = int(connection.connection.info.backend_pid)
        self.mark = uuid.uuid4().hex[:8]
        self.serial = 0
        self.settle(64, self.facts(640, 1))
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 50, 100)

    def facts(self, count: int, lines: int) -> list[Any]:
        """Make purchases of random members, decoded as the intake decodes them."""
        from bashgah.activities.types import Intake

        decoder = msgspec.json.Decoder(Intake)
        self.serial += count
        return [
            decoder.decode(purchase(f"{self.mark}-{self.serial - n}", random.choice(self.members), lines))
            for n in range(count)
        ]

    def settle(self, size: int, facts: Sequence[Any]) -> None:
        """Settle them in batches of ``size``; all must be recorded."""
        from bashgah.activities.services import settle
        from bashgah.activities.types import Settled
        from bashgah.ground import clock
        from bashgah.ground.types import SYSTEM

        for start in range(0, len(facts), size):
            found = settle(facts[start : start + size], club=self.club, actor=SYSTEM, now=clock.now())
            if not all(isinstance(outcome, Settled) for outcome in found):
                raise RuntimeError(f"not settled: {found[0]}")

    def line(self, size: int, count: int, lines: int) -> str:
        """Return the costs of a fact in batches of this size: the least of some rounds."""
        rounds = []
        for _ in range(ROUNDS):
            facts = self.facts(count, lines)
            gc.collect()
            wal, server, own, wall = self._wal(), cpu_of(self.backend), time.process_time(), time.monotonic()
            self.settle(size, facts)
            rounds.append(
                (
                    (time.process_time() - own) / count * 1e6,
                    (cpu_of(self.backend) - server) / count * 1e6,
                    (self._wal() - wal) / count,
                    count / (time.monotonic() - wall),
                )
            )
        python, server, wal, rate = (
            min(r[0] for r in rounds), min(r[1] for r in rounds),
            statistics.median(r[2] for r in rounds), max(r[3] for r in rounds),
        )  # fmt: skip
        return (
            f"batches of {size:>4}: Python {python:4.0f} µs, PostgreSQL {server:4.0f} µs,"
            f" WAL {wal:5.0f} B a fact; {rate:,.0f}/s by one writer"
        )

    def disk(self, url: str) -> str:
        """Return what a purchase of three lines keeps on disk."""
        from bench.settling import kept

        before, had = kept(url)
        self.settle(500, self.facts(20_000, 3))
        after, have = kept(url)
        return f"{(after - before) / (have - had):,.0f} B kept by a purchase of three lines"

    def profile(self, size: int, count: int) -> None:
        """Show the functions that take Python's time."""
        import cProfile
        import pstats

        facts = self.facts(count, 1)
        profile = cProfile.Profile()
        profile.runcall(self.settle, size, facts)
        pstats.Stats(profile, stream=sys.stdout).sort_stats("tottime").print_stats(45)

    def _wal(self) -> int:
        row = self.watcher.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchone()
        return int(row[0]) if row else 0


def members_of(url: str) -> list[str]:
    """Return the public ids of the club's members."""
    from bashgah.kit.ids import public

    with psycopg.connect(url) as connection:
        return [public("member", id_) for (id_,) in connection.execute("SELECT member_id FROM members_state")]


def cpu_of(pid: int) -> float:
    """Return the seconds of processor time a process has spent."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    main()

"""P1, P2, P4, P16: purchases over HTTP, as shares of what pgbench does on the same server."""

from __future__ import annotations

import statistics

import psycopg

from bench import load, paced
from bench.stage import Stage, say

WARM_SECONDS = 3
BATCH_SECONDS = 12
BATCH = 1_000
# enough that the processes of the web, which the kernel gives connections by chance, all have work
BATCH_CONNECTIONS = 8
DISK_PURCHASES = 60_000
# what is on its way to handlers is gone a moment later; it is not what a purchase keeps
PASSING = ("ground_news", "ground_delivery")


def singles(stage: Stage, connections: int) -> float:
    """Return the median over rounds of purchases a second ÷ pgbench's transactions a second."""
    port = stage.web
    load.run(stage, port, connections=connections, seconds=WARM_SECONDS)
    ratios = []
    for number in range(stage.rounds):
        yardstick = stage.yardstick()
        seen = load.run(stage, port, connections=connections, seconds=stage.seconds)
        ratios.append(seen.per_second / yardstick)
        say(
            f"  round {number + 1}: {seen.per_second:,.0f}/s at {connections} connections"
            f" (p50 {seen.p50_ms:.1f} ms, p99 {seen.p99_ms:.1f} ms), pgbench {yardstick:,.0f} tps"
        )
    return statistics.median(ratios)


def at_64(stage: Stage) -> float:
    """Single purchases at 64 connections."""
    return singles(stage, 64)


def at_256(stage: Stage) -> float:
    """Single purchases at 256 connections."""
    return singles(stage, 256)


def half_loaded(stage: Stage) -> float:
    """Return the 99th percentile in milliseconds at half of what 64 connections get, sent at a fixed rate."""
    port = stage.web
    load.run(stage, port, connections=64, seconds=WARM_SECONDS)
    full = load.run(stage, port, connections=64, seconds=stage.seconds).per_second
    times = []
    for number in range(stage.rounds):
        seen = paced.run(stage, port, rate=full / 2, seconds=stage.seconds)
        times.append(seen.p99_ms)
        said = f"p50 {seen.p50_ms:.1f} ms, p99 {seen.p99_ms:.1f} ms"
        say(f"  round {number + 1}: {seen.per_second:,.0f}/s, {said}")
    return statistics.median(times)


def batches(stage: Stage) -> float:
    """Batches of 1,000 activities: activities a second ÷ pgbench's transactions a second."""
    port = stage.web
    load.run(stage, port, connections=BATCH_CONNECTIONS, seconds=BATCH_SECONDS, batch=BATCH)
    ratios = []
    for number in range(stage.rounds):
        yardstick = stage.yardstick()
        seen = load.run(stage, port, connections=BATCH_CONNECTIONS, seconds=BATCH_SECONDS, batch=BATCH)
        ratios.append(seen.per_second * BATCH / yardstick)
        say(
            f"  round {number + 1}: {seen.per_second * BATCH:,.0f} activities/s, pgbench {yardstick:,.0f} tps"
        )
    return statistics.median(ratios)


def disk(stage: Stage) -> float:
    """Kilobytes a settled purchase of three lines keeps, with all its rows and indexes."""
    port = stage.web
    url = stage.club_url
    before, activities = kept(url)
    while True:
        load.run(stage, port, connections=BATCH_CONNECTIONS, seconds=BATCH_SECONDS, batch=BATCH, lines=3)
        after, settled = kept(url)
        if settled - activities >= DISK_PURCHASES:
            break
    say(f"  {settled - activities:,} purchases of three lines, {(after - before) / 1e6:,.0f} MB")
    return (after - before) / (settled - activities) / 1000


def kept(url: str) -> tuple[int, int]:
    """Return the bytes of all tables with their indexes but the passing ones, and the activities counted."""
    with psycopg.connect(url) as connection:
        size = connection.execute(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace AND relname <> ALL(%s)",
            [list(PASSING)],
        ).fetchone()
        count = connection.execute("SELECT count(*) FROM activities_activity").fetchone()
    if size is None or count is None:
        raise RuntimeError("the database does not say its size")
    return int(size[0]), int(count[0])

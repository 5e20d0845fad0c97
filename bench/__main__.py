"""``make bench``: measures the bars that can be measured today and prints one line for each."""

from __future__ import annotations

import argparse
import os
import sys

from bench import building, carts, growing, opening, plainly, replaying, rules, settling
from bench.bars import Bar
from bench.stage import Stage, say

BARS = (
    Bar("P6", "20 rules", "µs", 10, 3, False, rules.twenty),
    Bar("P6b", "200 rules", "µs", 40, 8, False, rules.two_hundred),
    Bar("P13", "a cart of 20 lines, 50 promotions", "ms", 10, 2, False, carts.quoting),
    Bar("P7", "backtest of 20 rules over 1M purchases", "s", 20, 5, False, replaying.one_core),
    Bar("P16", "disk per purchase", "kB", 2.0, 1.3, False, settling.disk),
    Bar("P1", "single purchases at 64 connections", "x", 0.8, 1.6, True, settling.at_64),
    Bar("P2", "single purchases at 256 connections", "x", 1.2, 2.5, True, settling.at_256),
    Bar("ORM", "the same the plain Django way, for comparison", "x", 0, 0, True, plainly.orm),
    Bar("P3", "p99 at half of the rate of P1", "ms", 40, 10, False, settling.half_loaded),
    Bar("P4", "batches of 1,000", "x", 3, 12, True, settling.batches),
    Bar("P8", "counts while a rule is built", "ms", 500, 100, False, building.counting),
    Bar("P10", "console lists and member pages, p95", "ms", 200, 60, False, growing.pages),
    Bar("P17", "ten times the members and activities", "x", 1.5, 1.1, False, growing.growth),
    Bar("P15", "memory at rest", "MB", 700, 400, False, opening.memory),
    Bar("P14", "bare clone to the first page", "s", 90, 45, False, opening.from_a_clone),
    Bar("P14b", "existing club to the first page", "s", 5, 2, False, opening.of_an_existing_club),
)


def main() -> None:
    """Measure the chosen bars; the lines go to standard output, what happens meanwhile to standard error."""
    parser = argparse.ArgumentParser(description="Measure the figures of docs/benchmarks.md.")
    parser.add_argument("--only", default="", help="P1,P4 … (P6 also takes P6b)")
    parser.add_argument("--small", action="store_true", help="50,000 members, short rounds")
    chosen = parser.parse_args()
    wanted = [name.strip() for name in chosen.only.split(",") if name.strip()]
    members = int(os.environ.get("BENCH_MEMBERS", "50000" if chosen.small else "1000000"))
    failed = False
    with Stage(members=members, seconds=4 if chosen.small else 8, rounds=2 if chosen.small else 3) as stage:
        for bar in BARS:
            if wanted and not {bar.id, bar.id.rstrip("b")} & set(wanted):
                continue
            say(f"{bar.id}: {bar.what}")
            try:
                line = bar.line(bar.measure(stage))
            except Exception as error:
                failed = True
                line = f"{bar.id} not measured: {error}"
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    raise SystemExit(failed)


if __name__ == "__main__":
    main()

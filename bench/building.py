"""P8: what the rule builder counts while somebody writes: members who can meet it, purchases it would touch.

The club is made as for P17 (``bench.growing``), by a process of its own (``python -m bench.building N``); its
members differ in city, gender, birthday, tags, an attribute, tier and what they bought.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from bench import growing
from bench.stage import DATA, PORT, PROJECT, Stage, say

ROUNDS = 5
CITIES = ("تهران", "کرج", "شیراز", "اصفهان", "مشهد", "تبریز", "یزد", "رشت")
TAGS = ("vip", "staff", "همکار", "دانشجو")

Tree = dict[str, Any]


def _is(field: str, op: str, value: Any) -> Tree:
    return {"field": field, "op": op, "value": value}


ATTRIBUTE = "member.attributes.size"
ASKED: dict[str, Tree | None] = {
    "everybody": None,
    "a city": _is("member.city", "is", "شیراز"),
    "two tags": _is("member.tags", "has_all", ["vip", "staff"]),
    "an attribute's range": _is(ATTRIBUTE, "between", [20, 40]),
    "an attribute's value": _is(ATTRIBUTE, "is", 33),
    "a birthday within a week": {"field": "member.birth_month_day", "op": "within_days", "value": 7},
    "new members": _is("member.age_days", "lte", 90),
    "a tier": _is("member.tier.main", "at_least", "silver"),
    "many purchases": _is("history.purchases", "gte", 5),
    "lately": _is("history.days_since_last_purchase", "lte", 60),
    "all of it": {
        "all": [
            _is("member.city", "in", ["تهران", "کرج"]),
            {"any": [_is("member.tier.main", "at_least", "silver"), _is("history.spend", "gte", 10_000_000)]},
            {"not": _is("member.tags", "has_any", ["staff"])},
            _is(ATTRIBUTE, "gte", 50),
            _is("history.days_since_last_purchase", "lte", 120),
        ]
    },
}


def counting(stage: Stage) -> float:
    """Return how long the slowest of these conditions keeps the builder waiting for both counts, in ms."""
    members = stage.members
    say(f"a club of {members:,} members and {members * growing.FACTS_EACH:,} activities")
    done = subprocess.run(
        [sys.executable, "-m", "bench.building", str(members)],
        cwd=PROJECT,
        env=os.environ | {"BENCH_DATA": str(DATA / "grown"), "BENCH_PORT": str(PORT + 1)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return float(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Make a club of so many members, time every condition and print the slowest."""
    with Stage(members=growing.TEMPLATES, seconds=4, rounds=1) as stage:
        begun = time.perf_counter()
        growing.furnish(stage, int(sys.argv[1]), told_apart)
        say(f"  made in {time.perf_counter() - begun:.0f} s")
        slowest = max(_timed(name, when) for name, when in ASKED.items())
    sys.stdout.write(json.dumps(slowest) + "\n")


def told_apart(superuser_url: str) -> None:
    """Give the people what conditions ask about."""
    import psycopg

    rolls = random.Random(23)
    with psycopg.connect(superuser_url) as owner:
        for (id_,) in owner.execute("SELECT id FROM members_member").fetchall():
            tags = [tag for tag in TAGS if rolls.random() < 0.2]
            attributes = {"size": rolls.randrange(100)} if rolls.random() < 0.7 else {}
            born = date(1950, 1, 1) + timedelta(days=rolls.randrange(20_000))
            owner.execute(
                "UPDATE members_member SET city = %s, gender = %s, birth_date = %s, tags = %s,"
                " attributes = %s WHERE id = %s",
                [rolls.choice(CITIES), rolls.choice(("female", "male")), born, tags,
                 json.dumps(attributes), id_],
            )  # fmt: skip


def _timed(name: str, when: Tree | None) -> float:
    from bashgah.clubs import selectors as clubs
    from bashgah.engine.document import Rule
    from bashgah.ground import clock
    from bashgah.programs import selectors as programs
    from bashgah.simulation.touching import rule_touches

    club, now = clubs.club_by_slug("figures"), clock.now()
    rule = Rule.model_validate(
        {
            "key": "tried",
            "name": {"en": "Tried"},
            "when": when,
            "effects": [{"amount": "fixed", "params": {"units": 5}}],
        }
    )
    live = programs.version_get(club, programs.version_last(club)).program
    found = rule_touches(club=club, program=live, rule=rule, now=now)
    both = _median(lambda: rule_touches(club=club, program=live, rule=rule, now=now))
    members = _median(lambda: _members(club, live, rule, now))
    exact = "" if found.members.is_exact else "about "
    say(
        f"  {name}: {both:.0f} ms, of which members {members:.0f} ms: {exact}{found.members.number:,} of"
        f" {found.members.of:,}; {found.facts_count.number:,} of {found.facts_count.of:,} purchases"
    )
    return both


def _members(club: Any, program: Any, rule: Any, now: datetime) -> None:
    from bashgah.simulation.touching import members_touched

    members_touched(club, program, rule, now)


def _median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    main()

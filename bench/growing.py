"""P10, P17: how pages and purchases fare in a club ten times larger, with all that its members ever did.

A club of each size is made and measured by a process of its own (``python -m bench.growing MEMBERS``), since
a process knows one database.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from bench.stage import DATA, PORT, PROJECT, Stage, say, with_database

TEMPLATES = 2_000
FACTS_EACH = 5
BATCH = 500
DAYS = 300
PAGES = 60
FIRST_NAMES = ("سارا", "رضا", "مهسا", "علی", "مینا", "حسین", "نرگس", "امیر", "زهرا", "کاوه")
LAST_NAMES = ("محمدی", "کریمی", "احمدی", "رضایی", "موسوی", "کاظمی", "رحیمی", "صادقی", "نوری", "قاسمی")


@dataclass(frozen=True, slots=True)
class Grown:
    """What a club of one size showed: purchases a second ÷ pgbench's, and the pages' 95th percentile."""

    ratio: float
    page_ms: float


def pages(stage: Stage) -> float:
    """Return the 95th percentile of the console's lists and member pages in the large club, in ms."""
    return _grown(sizes(stage)[1]).page_ms


def growth(stage: Stage) -> float:
    """Return the worse of pages and purchases: their time in the large club ÷ in the small one."""
    small, large = (_grown(size) for size in sizes(stage))
    return max(large.page_ms / small.page_ms, small.ratio / large.ratio)


def sizes(stage: Stage) -> tuple[int, int]:
    """Return the members of the small and the large club; each member has five activities."""
    large = stage.members
    return large // 10, large


@lru_cache
def _grown(members: int) -> Grown:
    say(f"a club of {members:,} members and {members * FACTS_EACH:,} activities")
    done = subprocess.run(
        [sys.executable, "-m", "bench.growing", str(members)],
        cwd=PROJECT,
        env=os.environ | {"BENCH_DATA": str(DATA / "grown"), "BENCH_PORT": str(PORT + 1)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Grown(**json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Make a club of so many members, measure it and print what it showed."""
    with Stage(members=TEMPLATES, seconds=6, rounds=3) as stage:
        begun = time.perf_counter()
        members = int(sys.argv[1])
        furnish(stage, members)
        say(f"  made in {time.perf_counter() - begun:.0f} s")
        shown = Grown(ratio=_purchases(stage), page_ms=_pages())
    sys.stdout.write(json.dumps(asdict(shown)) + "\n")


def furnish(stage: Stage, members: int, also: Callable[[str], None] | None = None) -> None:
    """Make a club of so many members with all they did; ``also`` changes the few that are multiplied."""
    import psycopg

    from bashgah.kit.ids import public
    from bench.load import MEMBERS
    from bench.multiplying import multiply

    _ = stage.club_url
    superuser = with_database(stage.server.superuser_url, "bench_club")
    _named(superuser)
    if also is not None:
        also(superuser)
    _settle()
    multiply(superuser, max(0, members // TEMPLATES - 1))
    with psycopg.connect(superuser) as owner, (DATA / MEMBERS).open("w", encoding="ascii") as file:
        for row in owner.execute("SELECT member_id FROM members_state"):
            file.write(public("member", row[0]) + "\n")


def _named(superuser_url: str) -> None:
    """Give the people names to be found by."""
    import psycopg

    from bashgah.members.names import names_search_key, names_sort_key

    rolls = random.Random(17)
    with psycopg.connect(superuser_url) as owner:
        ids = [row[0] for row in owner.execute("SELECT id FROM members_member").fetchall()]
        for id_ in ids:
            first, last = rolls.choice(FIRST_NAMES), rolls.choice(LAST_NAMES)
            owner.execute(
                "UPDATE members_member SET first_name = %s, last_name = %s, name_key = %s, sort_key = %s,"
                " enrolled_at = now() - interval '1 day' * %s WHERE id = %s",
                [first, last, names_search_key(first, last, ""), names_sort_key(first, last),
                 rolls.randrange(700), id_],
            )  # fmt: skip


def _settle() -> None:
    """Let the settlement make what is multiplied: purchases of the last months, in order of time."""
    from bashgah.activities.services import settle
    from bashgah.activities.types import Refused
    from bashgah.clubs import selectors as clubs
    from bashgah.ground import clock
    from bashgah.ground.types import SYSTEM

    club, now = clubs.club_by_slug("figures"), clock.now()
    facts = sorted(_facts(now), key=lambda fact: fact.occurred_at)
    for start in range(0, len(facts), BATCH):
        part = facts[start : start + BATCH]
        answers = settle(part, club=club, actor=SYSTEM, now=part[-1].occurred_at)
        refused = next((answer for answer in answers if isinstance(answer, Refused)), None)
        if refused is not None:
            raise RuntimeError(f"the figures' purchase was refused: {refused.refusal.code}")


def _facts(now: datetime) -> Iterator[Any]:
    from bashgah.activities.types import LineIn, MemberRef, PurchaseIn
    from bench.load import MEMBERS

    rolls = random.Random(17)
    for place, member in enumerate((DATA / MEMBERS).read_text(encoding="ascii").split()):
        for number in range(FACTS_EACH):
            yield PurchaseIn(
                source="grown",
                reference=f"{place}-{number}",
                occurred_at=now - timedelta(seconds=rolls.randrange(60, DAYS * 86_400)),
                member=MemberRef(id=member),
                branch="b1",
                lines=tuple(
                    LineIn(sku=f"S{line}", gross=rolls.randrange(500, 5000) * 1000) for line in range(1, 4)
                ),
            )


def _purchases(stage: Stage) -> float:
    """Return the median over rounds of purchases a second at 64 connections ÷ pgbench's."""
    from bench import settling

    return settling.singles(stage, 64)


def _pages() -> float:
    """Return the 95th percentile of the server's time for a list or a member's page, in milliseconds."""
    from django.conf import settings
    from django.test import Client

    from bashgah.access.services import role_grant
    from bashgah.clubs import selectors as clubs
    from bashgah.ground import clock
    from bashgah.ground.types import SYSTEM
    from bench.load import MEMBERS

    settings.ALLOWED_HOSTS = ["testserver"]
    staff = _person()
    club = clubs.club_by_slug("figures")
    role_grant(club=club, staff_id=staff.id, role="owner", branches=[], actor=SYSTEM, now=clock.now())
    client = Client()
    client.force_login(staff)
    members = (DATA / MEMBERS).read_text(encoding="ascii").split()
    times = [_timed(client, f"/console/{address}") for address in _addresses(members)]
    return statistics.quantiles(times, n=20)[-1]


def _person() -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create_user("figures@example.com", name="Figures")


def _addresses(members: list[str]) -> Iterator[str]:
    rolls = random.Random(5)
    for number in range(PAGES):
        yield f"members/?q={rolls.choice(FIRST_NAMES)}+{rolls.choice(LAST_NAMES)}"
        yield "members/" if number % 2 else "activities/"
        yield f"members/{rolls.choice(members)}/"
        yield f"members/{rolls.choice(members)}/points/"


def _timed(client: Any, address: str) -> float:
    begun = time.perf_counter()
    answer = client.get(address, follow=True)
    spent = (time.perf_counter() - begun) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answers {answer.status_code}")
    return spent


if __name__ == "__main__":
    main()

"""P7: a draft of twenty rules replayed over a million purchases with members' state, on one core."""

from __future__ import annotations

import random
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pyarrow as pa

from bashgah.engine.document import Program
from bashgah.engine.facts import Fact, Line
from bashgah.kit.ids import uuid7
from bashgah.lake import files
from bashgah.members.facts import MemberFacts
from bashgah.simulation.comparing import Comparison, Plan, parts_of
from bashgah.simulation.tallying import Tally
from bench import program
from bench.stage import DATA, Stage, say

PURCHASES = 1_000_000
A_MEMBER = 20
FIRST_DAY = datetime(2025, 11, 21, 4, tzinfo=UTC)
DAYS = 365
ZONE = "Asia/Tehran"
BRANCHES = ("b1", "b2", "c3", "c4", "c5")


def one_core(stage: Stage) -> float:
    """Return the processor seconds of the replay, reading included, in this one process."""
    purchases = PURCHASES if stage.members > PURCHASES // A_MEMBER else PURCHASES // 10
    folder = DATA / f"lake-{purchases}"
    if not (folder / "manifest.json").is_file():
        say(f"P7: making {purchases:,} purchases")
        _furnish(folder, purchases)
    plan = Plan(
        folder=str(folder),
        since=FIRST_DAY.date(),
        until=FIRST_DAY.date() + timedelta(days=DAYS + 1),
        live=b"",
        tried=draft().model_dump_json().encode(),
        currency="IRR",
    )
    comparison, total = Comparison(plan), Tally()
    for part in parts_of(plan):
        total.add(comparison.part(part))
    if total.purchases != purchases or total.at_limit[1] == 0:
        raise AssertionError("the replay of the figures no longer replays everything")
    return total.seconds * PURCHASES / purchases


def draft() -> Program:
    """Twenty rules, of which some look at the member's state: tier, purchases so far, units used."""
    document = program.document(20).model_dump(mode="json")
    rules = document["rules"]
    rules[10]["limits"] = [{"window": "month", "most": 500}]
    rules[5]["when"] = {
        "all": [
            {"field": "fact.branch", "op": "in", "value": ["b1", "c5"]},
            {"field": "history.purchases", "op": "gte", "value": 5},
        ]
    }
    rules[7]["when"] = {
        "all": [
            {"field": "fact.branch", "op": "in", "value": ["b2", "c7"]},
            {"field": "member.tier.main", "op": "at_least", "value": "gold"},
        ]
    }
    return Program.model_validate(document)


def _furnish(folder: Path, purchases: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rolls = random.Random(7)
    members = [uuid7(FIRST_DAY, rolls.randbytes(10)) for _ in range(purchases // A_MEMBER)]
    about = MemberFacts("تهران", "female", ("همراه",), date(1980, 5, 5), {}, date(2025, 3, 1))
    files.table_write(folder / "members.parquet", files.members_table([(m, m, about) for m in members]))
    months: dict[str, list[datetime]] = {}
    for _ in range(purchases):
        at = FIRST_DAY + timedelta(seconds=rolls.randrange(DAYS * 86_400))
        months.setdefault(f"{at.astimezone(ZoneInfo(ZONE)):%Y-%m}", []).append(at)
    for month, moments in months.items():
        files.month_write(folder, month, _month(moments, members, rolls))
    counts = {month: len(moments) for month, moments in months.items()}
    files.manifest_write(folder, files.Manifest(mark="made", months=counts, members=len(members)))


def _month(moments: list[datetime], members: list[UUID], rolls: random.Random) -> pa.Table:
    zone = ZoneInfo(ZONE)
    columns: dict[str, list[object]] = {name: [] for name in files.FACTS.names}
    for at in moments:
        gross = rolls.randrange(300_000, 30_000_000, 1000)
        local, member, branch = at.astimezone(zone), rolls.choice(members).bytes, rolls.choice(BRANCHES)
        lines = (Line(1, sku="A1", category=("food", "dairy"), gross=gross),)
        fact = Fact("purchase", "purchase", at, local, branch=branch, lines=lines, gross=gross)
        row = {
            "id": uuid7(at, rolls.randbytes(10)).bytes,
            "member_id": member,
            "bucket": files.bucket_of(member),
            "kind": "purchase",
            "type": "purchase",
            "occurred_at": at,
            "day": local.date(),
            "zone": ZONE,
            "branch": branch,
            "channel": "pos",
            "gross": gross,
            "discount": 0,
            "tax": 0,
            "net": gross,
            "program": 1,
            "fact": files.fact_encode(fact),
            "outcome": b"",
        }
        for name, column in columns.items():
            column.append(row.get(name))
    return pa.table(columns, schema=files.FACTS)

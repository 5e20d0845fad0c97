"""The Python and the SQL meaning of every criterion over members agree, on any member (bar V5)."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bashgah.activities.running import running_read
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram, compile_program
from bashgah.engine.catalogue import FIELDS, OPS
from bashgah.engine.criteria.judging import Scene, holds
from bashgah.engine.criteria.parsing import parse
from bashgah.engine.criteria.selecting import COLUMNS, Ground, has_column, of_members, selection
from bashgah.engine.criteria.tree import Lines, walk
from bashgah.engine.document import Program
from bashgah.engine.facts import Fact
from bashgah.engine.windows import window_start
from bashgah.ground import ids
from bashgah.ground.batch import cursor
from tests.cast import NOW, naderi

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Asia/Tehran")
CITIES = ("", "تهران", "کرج", "كرج", "تهران ", "یزد", "يزد")
TAGS = ("staff", "vip", "همکار", "همكار")
ATTRIBUTES: tuple[Any, ...] = (None, True, False, 0, 1, 7, 2.5, -3, "", "1", "true", "سبز", [1], {"a": 1})
COUNTERS = (
    {"key": "buys", "name": {"en": "Buys"}, "window": "month"},
    {"key": "pieces", "name": {"en": "Pieces"}, "counts": "pieces"},
    {"key": "row", "name": {"en": "In a row"}, "counts": "streak", "window": "week"},
    {"key": "last", "name": {"en": "Last"}, "counts": "days_since"},
)


def program(calendar: str) -> Program:
    """A program whose criteria may ask everything that is known of members."""
    tiers = [{"key": key, "name": {"en": key}, "threshold": i * 100} for i, key in enumerate("abc")]
    return Program.model_validate(
        {
            "calendar": calendar,
            "wallets": [{"key": "points", "kind": "points", "name": {"en": "Points"}}],
            "ladders": [{"key": "main", "name": {"en": "Main"}, "tiers": tiers}],
            "counters": COUNTERS,
        }
    )


def people(club: ClubInfo, made: Program, count: int) -> None:
    """Members of every kind, written as their rooms keep them: with gaps, zeros, other letters, old tiers."""
    chance = random.Random(1405)
    with connection.cursor() as cur:
        for _n in range(count):
            id_, born = (
                ids.fresh(),
                chance.choice([None, *(date(1960, 1, 1) + timedelta(i * 37) for i in range(400))]),
            )
            if chance.random() < 0.3:
                born = chance.choice(
                    [date(2024, 2, 29), date(1996, 3, 20), date(2000, 11, 21), date(1988, 12, 1)]
                )
            attributes = {"x": chance.choice(ATTRIBUTES)} if chance.random() < 0.8 else {}
            enrolled = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=chance.randrange(25_000))
            cur.execute(
                """INSERT INTO members_member (id, club_id, number, first_name, last_name, nickname,
                     name_key, sort_key, city, gender, birth_date, source, channel, tags, attributes, locale,
                     external_id, enrolled_at, updated_at)
                   VALUES (%s, %s, %s, '', '', '', '', '', %s, %s, %s, '', 'pos', %s, %s, '', '',
                     %s, %s)""",
                [id_, club.id, f"9{_n:08d}", chance.choice(CITIES), chance.choice(("", "female", "male")),
                 born, chance.sample(TAGS, chance.randrange(4)), json.dumps(attributes), enrolled, enrolled],
            )  # fmt: skip
            cur.execute(
                """INSERT INTO members_state (member_id, club_id, status, kind)
                   VALUES (%s, %s, 'active', 'person')""",
                [id_, club.id],
            )
            if chance.random() < 0.7:
                last = None if chance.random() < 0.3 else NOW - timedelta(hours=chance.randrange(3000))
                cur.execute(
                    """INSERT INTO history_sums (member_id, club_id, spend, gross, qualifying, purchases,
                         visits, returns, last_purchase_at) VALUES (%s, %s, %s, 0, 0, %s, %s, 0, %s)""",
                    [id_, club.id, chance.choice((-5, 0, 1, 10**12)), chance.randrange(8),
                     chance.randrange(3), last],
                )  # fmt: skip
            if chance.random() < 0.6:
                cur.execute(
                    """INSERT INTO tiers_standing (member_id, club_id, ladder, tier)
                       VALUES (%s, %s, 'main', %s)""",
                    [id_, club.id, chance.choice(("a", "b", "c", "gone"))],
                )
            counts(cur, club, made, id_, chance)


KEPT = (("buys", "month"), ("pieces", "ever"), ("row", "week"), ("row", "last_week"), ("last", "ever"))


def counts(cur: Any, club: ClubInfo, made: Program, id_: UUID, chance: random.Random) -> None:
    """What the counters hold, in this window and the one before it."""
    today = NOW.astimezone(ZONE).date()
    for key, window in (
        ("buys", "month"),
        ("pieces", "ever"),
        ("row", "week"),
        ("row", "last_week"),
        ("last", "ever"),
    ):
        if chance.random() < 0.5:
            used = today.toordinal() - chance.randrange(-1, 40) if key == "last" else chance.randrange(9)
            cur.execute(
                """INSERT INTO history_used (member_id, club_id, limit_key, window_start, used)
                   VALUES (%s, %s, %s, %s, %s)""",
                [id_, club.id, f"#{key}", window_start(window, today, made.calendar), used],
            )


def value_of(kind: str, op: str) -> st.SearchStrategy[Any]:
    """Values a comparison takes."""
    texts = st.sampled_from([*CITIES[1:4], "یزد", "female", "vip", "همکار", "nobody"])
    one = {
        "text": texts, "set": texts, "tier": st.sampled_from("abc"),
        "value": st.one_of(st.sampled_from([0, 1, 7, True, False, "1", "true", "سبز"]), st.integers(-4, 8)),
    }.get(kind, st.one_of(st.integers(-2, 12), st.sampled_from([30, 100, 700, 10**12])))  # fmt: skip
    if op in {"this_month", "today"}:
        return st.none()
    if op == "within_days":
        return st.sampled_from([0, 1, 7, 40, 183])
    if op == "every":
        return st.integers(2, 5)
    if op == "between":
        return st.lists(st.integers(-3, 800), min_size=2, max_size=2).map(sorted)
    if op in {"in", "not_in", "has_any", "has_all", "has_none"}:
        return st.lists(one, min_size=1, max_size=3)
    if kind == "value" and op not in {"is", "is_not"}:
        return st.integers(-4, 8)
    return one


KINDS = {field.key: field.type for field in FIELDS if has_column(field)} | {
    "member.tier.main": "tier",
    "member.attributes.x": "value",
    "counter.buys": "number",
    "counter.pieces": "quantity",
    "counter.row": "number",
    "counter.last": "number",
}


@st.composite
def one_test(draw: st.DrawFn) -> dict[str, Any]:
    """One field compared with one value."""
    field = draw(st.sampled_from(sorted(KINDS)))
    op = draw(st.sampled_from(OPS[KINDS[field]]))
    value = draw(value_of(KINDS[field], op))
    return {"field": field, "op": op} | ({} if value is None else {"value": value})


CRITERIA = st.recursive(
    one_test(),
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=5,
)


@pytest.fixture(params=["jalali", "gregorian"])
def house(request: pytest.FixtureRequest) -> Iterator[tuple[ClubInfo, Program, list[UUID]]]:
    """A club with sixty odd members; what was written is undone, as no fact stands behind it."""
    club, made = replace(naderi().club, calendar=request.param), program(request.param)
    with transaction.atomic():
        people(club, made, 60)
        with connection.cursor() as cur:
            cur.execute("SELECT id FROM members_member WHERE club_id = %s ORDER BY id", [club.id])
            yield club, made, [row[0] for row in cur.fetchall()]
        transaction.set_rollback(True)


def by_python(club: ClubInfo, compiled: CompiledProgram, who: list[UUID], fact: Fact) -> set[UUID]:
    """Whoever the settlement's own reading of members says meets the program's rule."""
    (ready,) = compiled.rules_for("visit")
    with cursor() as cur:
        found = running_read(cur, club, who, compiled.needs, {fact.local_at.date()})
    return {
        id_
        for id_, member in found.items()
        if holds(ready.when, Scene(fact, member.state(compiled, fact), compiled.document.calendar))
    }


def by_sql(club: ClubInfo, made: Program, tree: dict[str, Any], day: date) -> set[UUID]:
    """Whoever PostgreSQL says meets the criterion."""
    found = selection(parse(tree, program=made, trigger="visit"), Ground(club.id, made, day))
    with connection.cursor() as cur:
        cur.execute(
            f"SELECT m.id FROM members_member m {found.joins} WHERE {found.where} AND m.club_id = %s",
            [*found.params, club.id],
        )
        return {row[0] for row in cur.fetchall()}


def compiled_with(made: Program, tree: dict[str, Any]) -> CompiledProgram:
    """The program with one rule of visits that has this criterion; its counters count purchases alone."""
    rule = {
        "key": "r", "name": {"en": "R"}, "trigger": "visit", "when": tree,
        "effects": [{"amount": "fixed", "params": {"units": 1}}],
    }  # fmt: skip
    return compile_program(Program.model_validate(made.model_dump() | {"rules": [rule]}), number=0)


VISIT = Fact(kind="visit", type="visit", occurred_at=NOW.astimezone(ZONE), local_at=NOW.astimezone(ZONE))
DAY = VISIT.local_at.date()


def test_python_and_sql_mean_the_same_of_any_member(house: tuple[ClubInfo, Program, list[UUID]]) -> None:
    club, made, who = house

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(CRITERIA)
    def agree(tree: dict[str, Any]) -> None:
        assert by_sql(club, made, tree, DAY) == by_python(club, compiled_with(made, tree), who, VISIT)

    agree()


ONE = {"text": "تهران", "set": "vip", "tier": "b", "value": 1}
"""A value of each type of field; 1 is one of all the others."""


def one_of_each() -> Iterator[dict[str, Any]]:
    """Every comparison of every field of members."""
    for field, kind in KINDS.items():
        for op in OPS[kind]:
            value = ONE.get(kind, 1)
            if op == "between":
                value = [0, 3]
            elif op == "every":
                value = 2
            elif op in {"in", "not_in", "has_any", "has_all", "has_none"}:
                value = [value]
            yield {"field": field, "op": op} | ({} if op in {"this_month", "today"} else {"value": value})


def test_every_comparison_of_every_field_means_the_same(
    house: tuple[ClubInfo, Program, list[UUID]],
) -> None:
    club, made, who = house
    for tree in one_of_each():
        found = by_sql(club, made, tree, DAY)
        assert found == by_python(club, compiled_with(made, tree), who, VISIT), tree
        assert found == set(who) - by_sql(club, made, {"not": tree}, DAY), tree


def test_every_field_of_members_has_a_column() -> None:
    states = {field.key for field in FIELDS if field.scope == "state"}
    assert states == {key for key in COLUMNS if not key.endswith(".")}


def test_what_looks_at_the_purchase_is_left_to_the_purchase() -> None:
    made = program("jalali")

    def kept(tree: dict[str, Any]) -> object:
        found = of_members(parse(tree, program=made))
        return found and sorted(
            each.at for each in walk(found) if hasattr(each, "op") and not isinstance(each, Lines)
        )

    gold = {"field": "member.tier.main", "op": "is", "value": "c"}
    tehran = {"field": "fact.region", "op": "is", "value": "تهران"}
    assert kept({"all": [tehran, gold]}) == ["/all/1"]
    assert kept({"any": [gold, tehran]}) is None
    assert kept({"not": tehran}) is None
    assert kept({"not": {"all": [gold, tehran]}}) is None
    assert kept({"not": {"any": [gold, tehran]}}) == ["/not/any/0"]

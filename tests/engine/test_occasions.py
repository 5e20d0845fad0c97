"""Occasions fall on the right days of three calendars, and people can correct a year."""

from datetime import date, datetime, timedelta

import pytest

from bashgah.engine import decide
from bashgah.engine.document import Occasion
from bashgah.engine.explaining import explain
from bashgah.engine.occasions import READY, falls_on, span_near, to_lunar
from bashgah.engine.sentences import rule_sentence
from bashgah.engine.states import State
from bashgah.kit.phrases import say
from tests.engine.cases import TEHRAN, compiled, document, given, purchase, rule


@pytest.mark.parametrize(
    ("key", "day", "holds"),
    [
        ("nowruz", date(2026, 3, 21), True),
        ("nowruz", date(2026, 4, 2), True),
        ("nowruz", date(2026, 4, 3), False),
        ("nowruz", date(2026, 3, 20), False),
        ("yalda", date(2026, 12, 21), True),
        ("yalda", date(2026, 12, 22), False),
        ("nowruz_shopping", date(2027, 3, 20), True),
        ("ramadan", date(2026, 2, 18), True),
        ("ramadan", date(2026, 2, 17), False),
        ("fitr", date(2026, 3, 20), True),
        ("new_year", date(2026, 12, 31), True),
        ("new_year", date(2027, 1, 1), True),
        ("new_year", date(2027, 1, 2), False),
    ],
)
def test_a_ready_occasion_falls_on_its_days(key: str, day: date, holds: bool) -> None:
    assert falls_on(READY[key], day) is holds


@pytest.mark.parametrize(
    ("day", "lunar"),
    [
        (date(622, 7, 19), (1, 1, 1)),
        (date(2000, 4, 6), (1421, 1, 1)),
        (date(2026, 2, 18), (1447, 9, 1)),
        (date(2026, 3, 19), (1447, 9, 30)),
        (date(2026, 3, 20), (1447, 10, 1)),
    ],
)
def test_lunar_days_are_those_of_the_tabular_calendar(day: date, lunar: tuple[int, int, int]) -> None:
    assert to_lunar(day) == lunar


def test_lunar_days_follow_one_another_through_six_centuries() -> None:
    before = to_lunar(date(1700, 1, 1))
    for number in range(date(1700, 1, 2).toordinal(), date(2300, 1, 1).toordinal()):
        now = to_lunar(date.fromordinal(number))
        year, month, day = before
        following = {(year, month, day + 1), (year, month + 1, 1), (year + 1, 1, 1)}
        assert now in following
        assert 1 <= now[1] <= 12
        assert 1 <= now[2] <= 30
        before = now


def test_a_corrected_year_counts_as_corrected_and_others_as_computed() -> None:
    terms = READY["ramadan"].model_dump() | {"years": {"1447": {"first": "2026-02-19", "last": "2026-03-20"}}}
    corrected = Occasion.model_validate(terms)
    days = [date(2026, 2, 18), date(2026, 2, 19), date(2026, 3, 20), date(2026, 3, 21)]
    assert [falls_on(corrected, day) for day in days] == [False, True, True, False]
    assert falls_on(corrected, date(2027, 2, 8))
    assert not falls_on(corrected, date(2027, 2, 7))


def test_the_next_span_of_an_occasion_is_found() -> None:
    found = span_near(READY["nowruz"], date(2026, 11, 21))
    assert found is not None
    assert (found.first, found.last) == (date(2027, 3, 21), date(2027, 4, 2))
    inside = span_near(READY["nowruz"], date(2027, 3, 25))
    assert inside is not None
    assert (inside.first, inside.last) == (date(2027, 3, 21), date(2027, 4, 2))


YALDA = datetime(2026, 12, 21, 20, 0, tzinfo=TEHRAN)
NIGHT = {"occasions": ["yalda"], "from_hour": "18:00", "to_hour": "02:00"}


@pytest.mark.parametrize(
    ("at", "units"),
    [
        (YALDA, 10),
        (YALDA + timedelta(hours=5), 10),
        (YALDA + timedelta(hours=7), 0),
        (YALDA - timedelta(days=1), 0),
        (YALDA - timedelta(hours=19), 0),
    ],
)
def test_the_night_of_an_occasion_ends_after_midnight(at: datetime, units: int) -> None:
    program = compiled(rule(schedule=NIGHT))
    assert given(decide(program, State(), purchase(100_000, at=at))) == units


def test_a_rule_can_stay_away_from_occasions_and_says_so() -> None:
    program = compiled(rule(schedule={"not_on": ["yalda"]}))
    assert given(decide(program, State(), purchase(100_000, at=YALDA))) == 0
    assert given(decide(program, State(), purchase(100_000))) == 10
    (why,) = explain(program, State(), purchase(100_000, at=YALDA)).outcomes[0].reasons
    assert say(why, "en") == "it does not apply at Yalda night"
    assert say(why, "fa") == "در شب یلدا اعمال نمی‌شود"


def test_the_sentence_names_the_occasions() -> None:
    program = document(rule(schedule={"occasions": ["nowruz", "yalda"], "not_on": ["ramadan"]}))
    said = rule_sentence(program.rules[0], program, "en")
    assert said.startswith("At Nowruz or Yalda night, except at Ramadan, when a member buys")

"""Two people at one draft: one save wins, one version is published, nothing is lost silently."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connection

from bashgah.clubs.services import club_create
from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import Actor
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.programs import selectors, services

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
MANY = 6


@pytest.fixture
def club() -> ClubInfo:
    club = club_create(slug="programs-together", name=Texts("نادری", "Naderi"), now=NOW)
    services.program_start(club=club, actor=Actor("system"), now=NOW)
    return club


def together(act: Callable[[int], object]) -> list[object]:
    """Run the act from many threads at the same moment; a refusal is its answer's code."""
    gate = Barrier(MANY)

    def run(number: int) -> object:
        try:
            gate.wait(10)
            return act(number)
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(run, range(MANY)))


def test_of_many_saves_over_one_revision_exactly_one_wins(club: ClubInfo) -> None:
    document = dict(selectors.draft_get(club).document)

    def save(number: int) -> object:
        actor = Actor("staff", f"stf_{number}", f"staff {number}")
        return services.draft_save(club=club, document=document, revision=1, actor=actor, now=NOW).saved_by

    answers = together(save)
    assert answers.count("draft_moved") == MANY - 1
    (winner,) = [answer for answer in answers if answer != "draft_moved"]
    assert selectors.draft_get(club).saved_by == winner
    assert selectors.draft_get(club).revision == 2


def test_many_publishing_at_once_publish_one_version(club: ClubInfo) -> None:
    document = dict(selectors.draft_get(club).document)
    document["rules"] = [{**rule, "priority": rule["priority"] + 1} for rule in document["rules"]]
    actor = Actor("staff", "stf_mina", "Mina")
    services.draft_save(club=club, document=document, revision=1, actor=actor, now=NOW)

    def publish(_number: int) -> object:
        return services.draft_publish(club=club, revision=2, actor=actor, now=NOW).number

    answers = together(publish)
    assert sorted(answers, key=str) == [2, *["nothing_changed"] * (MANY - 1)]
    assert [row.number for row in selectors.version_list(club)] == [2, 1]


def test_many_starts_of_a_club_start_one_program() -> None:
    club = club_create(slug="programs-begun", name=Texts("کتاب", "Ketab"), now=NOW)

    def start(_number: int) -> object:
        return services.program_start(club=club, actor=Actor("system"), now=NOW).number

    answers = together(start)
    assert answers == [1] * MANY
    assert [row.number for row in selectors.version_list(club)] == [1]

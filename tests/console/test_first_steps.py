"""The first steps on the home page: read from what is there, offered to those who may take them."""

from __future__ import annotations

import pytest
from django.test import Client

from bashgah.access.models import Staff
from bashgah.access.selectors import is_put_away
from bashgah.access.services import invitation_accept, key_issue, staff_invite
from bashgah.clubs.models import Club
from bashgah.clubs.services import branch_create, club_create, theme_set
from bashgah.clubs.types import ClubInfo
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit.text import Texts
from bashgah.programs import selectors as programs
from bashgah.programs.services import draft_publish, program_start, rule_put
from bashgah.rewards.services import reward_save
from tests import cast
from tests.console.conftest import Console, text

NILUFAR = Actor(kind="staff", id="stf_1", name="نیلوفر")


@pytest.fixture
def fresh(db: None) -> tuple[ClubInfo, Client]:
    """A club as the terminal opens it, with nobody in it but its owner."""
    now = clock.now()
    club = club_create(slug="nilufar", name=Texts("نیلوفر", "Nilufar"), now=now)
    for terms in program_start(club=club, actor=SYSTEM, now=now).program.rewards:
        reward_save(club=club, key=terms.key, name=Texts(terms.key), is_visible=False, actor=SYSTEM, now=now)
    _, token = staff_invite(club=club, email="o@n.example", name="", role="owner", actor=SYSTEM, now=now)
    owner = invitation_accept(token=token, name="نیلوفر", password=cast.PASSWORD, now=now)
    client = Client()
    client.force_login(Staff.objects.get(id=owner.id))
    client.cookies["bashgah_language"] = "en"
    return club, client


def steps(client: Client) -> tuple[list[str], list[str]]:
    """The titles of the open steps and of the done ones, as the home page has them."""
    page = text(client.get("/console/"))
    if 'id="first-steps"' not in page:
        return [], []
    card = page.split('id="first-steps"')[1].split("</section>")[0]
    waiting, _, finished = card.partition("<details")
    return [
        [part.split("</strong>")[0] for part in half.split("<strong>")[1:]] for half in (waiting, finished)
    ]  # type: ignore[return-value]


def test_a_fresh_club_has_what_it_began_with_and_misses_the_rest(fresh: tuple[ClubInfo, Client]) -> None:
    waiting, finished = steps(fresh[1])

    assert waiting == [
        "Colours and logo",
        "The first branch",
        "Colleagues",
        "Earning rules",
        "The first reward",
        "A cashier or an API key",
        "The first member",
        "The first purchase",
    ]
    assert finished == ["Points, their worth and their expiry", "Tiers"]


def test_each_step_is_done_by_the_thing_itself(fresh: tuple[ClubInfo, Client]) -> None:
    club, client = fresh
    now = clock.now()

    theme_set(club=club, brand_colour="#8a2b4d", pass_a="#5b1d36", pass_b="#3a1020", now=now)
    assert "Colours and logo" in steps(client)[1]
    branch_create(club=club, code="1", name=Texts("انقلاب", "Enghelab"), now=now)
    assert "The first branch" in steps(client)[1]
    staff_invite(club=club, email="m@n.example", name="م", role="marketer", actor=SYSTEM, now=now)
    assert "Colleagues" in steps(client)[1]
    assert "A cashier or an API key" in steps(client)[0]
    key_issue(club=club, name="pos", scopes=["activities.write"], actor=SYSTEM, now=now)
    assert "A cashier or an API key" in steps(client)[1]
    reward_save(club=club, key="free_coffee", name=Texts("قهوه"), actor=SYSTEM, now=now)
    assert "The first reward" in steps(client)[1]
    rule = dict(programs.draft_get(club).document["rules"][0]) | {"priority": 11}
    rule_put(club=club, rule=rule, revision=programs.draft_get(club).revision, actor=NILUFAR, now=now)
    draft_publish(club=club, revision=programs.draft_get(club).revision, actor=NILUFAR, now=clock.now())
    assert steps(client)[0] == ["The first member", "The first purchase"]


def test_a_club_that_has_taken_all_steps_sees_them_no_more(console: Console) -> None:
    assert 'id="first-steps"' in text(console.get(""))
    now = clock.now()
    theme_set(club=console.club, brand_colour="#8a2b4d", pass_a="#5b1d36", pass_b="#3a1020", now=now)
    console.buys(console.cast.sara, 1_000_000)

    assert 'id="first-steps"' not in text(console.get(""))


def test_nobody_is_offered_a_step_that_is_not_theirs(console: Console) -> None:
    owner, marketer = console, console.works_as("marketer")

    assert "/console/settings/brand/" in _card(owner)
    assert "/console/settings/brand/" not in _card(marketer)
    assert "/console/rules/" in _card(marketer)
    assert 'id="first-steps"' not in text(console.works_as("analyst").get(""))


def test_the_steps_are_put_away_by_one_person_and_brought_back(console: Console) -> None:
    marketer = console.works_as("marketer")
    console.post("first-steps/put-away/")
    console.post("first-steps/put-away/")

    assert 'id="first-steps"' not in text(console.get(""))
    assert 'id="first-steps"' in text(marketer.get(""))
    mina = Staff.objects.get(email=cast.MINA_EMAIL)
    assert is_put_away(console.club, mina.id, "first_steps")

    console.post("first-steps/bring-back/")
    assert 'id="first-steps"' in text(console.get(""))


def test_the_demonstration_needs_no_first_steps(console: Console) -> None:
    Club.objects.filter(id=console.club.id).update(is_demo=True)

    assert 'id="first-steps"' not in text(console.get(""))


def _card(console: Console) -> str:
    return text(console.get("", "en")).split('id="first-steps"')[1].split("</section>")[0]

"""The way of a rule by two people: draft, shadow, the yes of a second person, live, stopped."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.db import transaction

from bashgah.access.services import invitation_accept, staff_invite
from bashgah.activities.services import settle_one
from bashgah.activities.types import MemberRef, VisitIn
from bashgah.clubs.selectors import club_get
from bashgah.clubs.services import settings_set
from bashgah.ground import clock
from bashgah.ground.throttle import throttle_close
from bashgah.ground.types import SYSTEM
from bashgah.kit.ids import public
from bashgah.programs import selectors, services
from tests import cast
from tests.browser import Look, Window
from tests.journeys.conftest import Visit
from tests.journeys.test_from_rule_to_reward import signs_in

pytestmark = pytest.mark.django_db(transaction=True)

MARYAM = "maryam@naderi.example"
GIFT = {
    "key": "gift",
    "name": {"fa": "هدیهٔ سر زدن", "en": "Visit gift"},
    "trigger": "visit",
    "effects": [{"amount": "fixed", "params": {"units": 5}}],
    "stage": "draft",
}


@pytest.fixture
def people() -> cast.Naderi:
    """Club Naderi, which asks for a shadow and a second person, with a rule in Maryam's draft."""
    with transaction.atomic():
        made = cast.naderi()
        cast.published(made.club)
        cast.staff(made)
        _invitation, token = staff_invite(
            club=made.club, email=MARYAM, name="مریم احمدی", role="marketer", actor=SYSTEM, now=cast.LONG_AGO
        )
        maryam = invitation_accept(token=token, name="مریم احمدی", password=cast.PASSWORD, now=cast.LONG_AGO)
        settings_set(
            club=made.club,
            changes={"stages": {"shadow_above": 0, "shadow_days": 1, "approval_above": 0}},
            now=cast.LONG_AGO,
        )
        services.rule_put(club=made.club, rule=GIFT, revision=1, actor=cast.acting(maryam), now=clock.now())
    return made


@pytest.mark.parametrize("look", [Look("fa"), Look("en", "phone", "dark")], ids=str)
def test_a_rule_goes_through_shadow_and_approval_to_everybody(
    visit: Visit, look: Look, people: cast.Naderi, owner_connection: psycopg.Connection
) -> None:
    with visit(look) as maryam:
        signs_in(maryam, MARYAM)
        maryam.page.wait_for_url("**/console/")
        forward(maryam, "shadow")
        publishes(maryam)
        a_visit_is_only_written_down(maryam, people)
        a_day_passes(people, owner_connection)
        forward(maryam, "live")
        assert maryam.axe() == []
        assert publish_button(maryam) == 0
        maryam.page.locator("form[action$='/approvals/ask/'] button[type=submit]").click()
        maryam.settle()
    with visit(look) as mina:
        signs_in(mina, cast.MINA_EMAIL)
        mina.page.wait_for_url("**/console/")
        approves(mina)
    with visit(look) as maryam:
        signs_in(maryam, MARYAM)
        maryam.page.wait_for_url("**/console/")
        publishes(maryam)
        assert stage_now(people) == "live"
        stops(maryam)
        assert stage_now(people) == "ended"
    throttle_close()


def forward(window: Window, stage: str) -> None:
    """The one primary button of the stage page leads to the publishing page."""
    window.goto("/console/rules/gift/stage/")
    assert window.axe() == []
    window.page.locator(f"form:has(input[value={stage}]) button.btn-primary").click()
    window.page.wait_for_url("**/rules/publish/")


def publish_button(window: Window) -> int:
    return window.page.locator("form:has([name=from_day]) button[type=submit]").count()


def publishes(window: Window) -> None:
    window.goto("/console/rules/publish/")
    window.page.locator("form:has([name=from_day]) button[type=submit]").click()
    window.page.locator(".b-toast").wait_for()


def a_visit_is_only_written_down(window: Window, people: cast.Naderi) -> None:
    """Reza visits: no points by the rule, five in its report."""
    told = VisitIn(
        source="app",
        reference="V-1",
        occurred_at=clock.now(),
        member=MemberRef(id=public("member", people.reza.id)),
        branch="101",
    )
    outcome = settle_one(told, club=people.club, actor=SYSTEM, now=clock.now())
    assert "gift" not in {credit.rule for credit in outcome.credits}
    window.goto("/console/rules/gift/stage/shadow/")
    assert window.axe() == []
    assert window.page.locator(".b-stat .b-figure").first.inner_text().split()[0] in {"۵", "5"}


def a_day_passes(people: cast.Naderi, owner: psycopg.Connection) -> None:
    """The shadow began a day earlier than it did; only the owner can write that of a version."""
    owner.execute(
        "UPDATE programs_version SET effective_from = effective_from - %s WHERE club_id = %s AND number = 2",
        [timedelta(days=1, minutes=1), people.club.id],
    )


def approves(window: Window) -> None:
    """The second person reads what changes and says yes."""
    window.goto("/console/approvals/")
    assert window.axe() == []
    window.page.locator("[data-dialog$='-yes']").click()
    window.page.locator("dialog[open] button[type=submit]").click()
    window.page.locator(".b-toast").wait_for()


def stops(window: Window) -> None:
    """One click and a confirmation."""
    window.goto("/console/rules/gift/stage/")
    window.page.locator("[data-dialog=stop]").click()
    window.page.locator("dialog[open] button[type=submit]").click()
    window.page.locator(".b-toast").wait_for()


def stage_now(people: cast.Naderi) -> str:
    program = selectors.program_in_force(club_get(people.club.id), clock.now()).document
    return next(rule.stage for rule in program.rules if rule.key == "gift")

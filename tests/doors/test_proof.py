"""The books over the API: roots, the auditor's statement, liability and the journal, each with its scope."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bashgah.accounting import liability
from bashgah.accounting.costs import cost_set
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.ledger import roots
from bashgah.ledger.types import RootInfo
from tests.doors.test_intake import purchase

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sealed(pos, naderi) -> RootInfo:
    """A day with one purchase, closed, valued and counted; return its root."""
    now = clock.now()
    assert pos.post("/activities", purchase("P-1", amounts={"gross": 15_000_000})).status_code == 201
    made = roots.days_close(club=naderi.club, now=now + timedelta(days=1, hours=2))
    cost_set(club=naderi.club, unit="points", per_thousand=720_000, since=None, actor=SYSTEM, now=now)
    liability.liability_keep(club=naderi.club, program=None)
    return made[0]


def span(root: RootInfo) -> str:
    """The query for that one day."""
    return f"since={root.day}&until={root.day}"


def test_roots_can_be_fetched_and_kept_elsewhere(pos, sealed) -> None:
    (root,) = pos.get("/proof/roots").json()["roots"]
    assert (root["root"], root["before"], root["entries"]) == (sealed.root, "0" * 64, 1)
    assert pos.get(f"/proof/roots?since={sealed.day + timedelta(days=1)}").json() == {"roots": []}


def test_the_statement_balances_and_a_day_that_is_not_closed_is_refused(pos, sealed) -> None:
    told = pos.get(f"/proof/statement?{span(sealed)}").json()
    assert told["root"] == sealed.root
    points = next(line for line in told["lines"] if line["wallet"] == "points")
    assert points["opening"] == 0
    assert points["closing"] == points["issued"] > 0
    tomorrow = sealed.day + timedelta(days=1)
    answer = pos.get(f"/proof/statement?since={tomorrow}&until={tomorrow}")
    assert (answer.status_code, answer.json()["code"]) == (409, "period_not_closed")
    answer = pos.get(f"/proof/statement?since={tomorrow}&until={sealed.day}")
    assert (answer.status_code, answer.json()["code"]) == (422, "period_invalid")


def test_liability_and_journal_say_the_same_worth(pos, sealed) -> None:
    told = pos.get("/liability").json()
    assert (told["day"], told["currency"]) == (sealed.day.isoformat(), "IRR")
    worth = sum(row["value"] for row in told["outstanding"] if row["wallet"] == "points")
    found = pos.get(f"/liability/journal?{span(sealed)}").json()
    assert found["debit"] == found["credit"] == worth == found["deferred"]["points"]
    assert {line["kind"] for line in found["lines"]} == {"issued"}
    assert pos.get("/liability?by=enrolled").json()["outstanding"][0]["branch"] == "101"


def test_each_needs_its_scope(keyed, sealed) -> None:
    auditor, analyst = keyed("audit.read"), keyed("insights.read")
    query = span(sealed)
    assert auditor.get("/proof/roots").status_code == 200
    assert auditor.get("/liability").status_code == 403
    assert analyst.get("/liability").status_code == 200
    assert analyst.get("/proof/roots").status_code == 403
    assert analyst.get(f"/proof/statement?{query}").status_code == 403
    assert auditor.get(f"/liability/journal?{query}").status_code == 403


def test_another_club_has_its_own_books(stranger, sealed) -> None:
    assert stranger.get("/proof/roots").json() == {"roots": []}
    assert stranger.get("/liability").json()["outstanding"] == []

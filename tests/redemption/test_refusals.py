"""What a redemption refuses of itself: one that is not there, not finished, or whose credit is gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from bashgah.kit.refusals import Refusal
from bashgah.ledger import selectors as ledger
from bashgah.ledger import services as ledger_services
from bashgah.members.services import members_lock
from bashgah.redemption import granting, selectors, services
from tests import cast
from tests.redemption.test_cancelling import cancel, redeemed
from tests.redemption.test_redemption import (
    NOW,
    OMID,
    _aftermath,
    always_ask,
    begin,
    give,
    naderi,
    points,
    the_member,
)

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["_aftermath", "naderi"]


def refusal_of(act: Callable[[], object]) -> tuple[str, int]:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.code, refused.value.status


def test_credit_that_was_used_in_part_is_not_taken_back(naderi: cast.Naderi) -> None:
    give(naderi.club, naderi.sara, 5000)
    found = redeemed(naderi, "store_credit_50k")
    left = points(naderi.club, naderi.sara)
    with transaction.atomic():
        locked = members_lock(naderi.club, [naderi.sara.id])[naderi.sara.id]
        hold = ledger_services.hold_open(
            club=naderi.club, locked=locked, unit="credit", amount=1, expires_at=NOW + timedelta(minutes=10),
            purpose="test", now=NOW,
        )  # fmt: skip
        ledger_services.hold_capture(club=naderi.club, locked=locked, hold_id=hold.id, now=NOW)
    assert refusal_of(lambda: cancel(naderi, found)) == ("credit_spent", 409)
    assert points(naderi.club, naderi.sara) == left
    credit = ledger.wallets_get(naderi.club, naderi.sara.id, NOW)["credit"].available
    assert credit == found.credited - 1


def test_a_member_agrees_for_nobody_but_themselves(naderi: cast.Naderi) -> None:
    """Who redeems for themselves has agreed; who redeems for another has not made the other agree."""
    made = always_ask(naderi)
    give(made.club, made.sara, 5000)
    give(made.club, made.reza, 5000)
    assert begin(made, actor=the_member(made.reza)).awaits_yes
    assert begin(made, member=made.reza, actor=the_member(made.reza)).state == "captured"


def test_one_that_is_not_finished_is_released_instead(naderi: cast.Naderi) -> None:
    give(naderi.club, naderi.sara, 5000)
    found = begin(always_ask(naderi), "discount_50k")
    assert found.state == "open"
    assert refusal_of(lambda: cancel(naderi, found)) == ("redemption_open", 409)


def test_one_of_another_club_is_not_there(naderi: cast.Naderi) -> None:
    give(naderi.club, naderi.sara, 5000)
    found = redeemed(naderi, "discount_50k")
    other = cast.ketab().club
    asks = refusal_of(lambda: selectors.redemption_get(other, found.id, now=NOW))
    assert asks == ("redemption_not_found", 404)


def test_a_reward_that_no_rule_gave_is_not_issued(naderi: cast.Naderi) -> None:
    def issues() -> object:
        return granting.grant_issue(club=naderi.club, member_id=naderi.sara.id, grant_id=uuid4(), now=NOW)

    def retries() -> object:
        return granting.grant_retry(club=naderi.club, grant_id=uuid4(), actor=OMID, now=NOW)

    assert refusal_of(issues) == ("grant_not_found", 404)
    assert refusal_of(retries) == ("grant_not_found", 404)


def test_a_counter_of_another_branch_neither_asks_finishes_nor_gives_back(naderi: cast.Naderi) -> None:
    give(naderi.club, naderi.sara, 5000)
    found = begin(always_ask(naderi), "discount_50k")
    named = {"club": naderi.club, "redemption_id": found.id, "now": NOW}
    for act in (
        lambda at: services.redemption_code_send(**named, at=at),
        lambda at: services.redemption_confirm(**named, at=at, way="code", proof="1", actor=OMID),
        lambda at: services.redemption_release(**named, at=at, actor=OMID),
        lambda at: services.redemption_cancel(**named, at=at, reason="a slip", actor=OMID),
    ):
        assert refusal_of(lambda act=act: act("102")) == ("redemption_elsewhere", 403)
    assert points(naderi.club, naderi.sara) == (4500, 500)
    assert services.redemption_release(**named, at="101", actor=OMID).state == "released"
    assert points(naderi.club, naderi.sara) == (5000, 0)


def test_what_was_begun_at_no_branch_is_no_counters(naderi: cast.Naderi) -> None:
    give(naderi.club, naderi.sara, 5000)
    found = services.redemption_begin(
        club=always_ask(naderi).club,
        member_id=naderi.sara.id,
        reward_key="discount_50k",
        channel="api",
        actor=OMID,
        now=NOW,
    )
    named = {"club": naderi.club, "redemption_id": found.id, "actor": OMID, "now": NOW}
    ask = refusal_of(lambda: services.redemption_release(**named, at="101"))
    assert ask == ("redemption_elsewhere", 403)
    assert services.redemption_release(**named).state == "released"

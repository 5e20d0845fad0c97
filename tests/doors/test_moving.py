"""Opening balances, confirmations and holds through the API: scopes, answers, repetitions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from bashgah.dealings.services import members_merge
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.ledger.services import hold_open
from bashgah.members.services import members_lock
from bashgah.programs.selectors import draft_get
from bashgah.programs.services import draft_publish, wallet_put
from tests import cast
from tests.doors.conftest import Integrator

pytestmark = pytest.mark.django_db(transaction=True)


def opening(naderi: cast.Naderi, reference: str, **more: Any) -> dict[str, Any]:
    who = {"id": ids.public("member", naderi.sara.id)}
    return {"source": "old", "reference": reference, "member": who, "amount": 40, **more}


def test_openings_are_answered_one_by_one_and_count_once(pos: Integrator, naderi: cast.Naderi) -> None:
    body = {
        "openings": [
            opening(naderi, "1"),
            opening(naderi, "2", member={"external": "nobody-9"}),
            opening(naderi, "3", expires_at="2099-01-01T00:00:00Z"),
        ]
    }
    told = pos.post("/openings", body)
    assert told.status_code == 200
    assert [one["status"] for one in told.json()["openings"]] == ["opened", "refused", "opened"]
    assert told.json()["openings"][1]["code"] == "member_not_found"
    again = pos.post("/openings", body)
    assert [one["status"] for one in again.json()["openings"]] == ["repeated", "refused", "repeated"]
    wallets = pos.get(f"/members/{ids.public('member', naderi.sara.id)}/wallets").json()["wallets"]
    assert [wallet["available"] for wallet in wallets if wallet["wallet"] == "points"] == [80]


def test_an_opening_expires_or_never_does(pos: Integrator, naderi: cast.Naderi) -> None:
    both = opening(naderi, "1", expires_at="2099-01-01T00:00:00Z", never_expires=True)
    told = pos.post("/openings", {"openings": [both]})
    assert (told.status_code, told.json()["code"]) == (422, "expiry_unclear")


def test_a_key_without_the_scope_opens_nothing(keyed: Callable[..., Integrator], naderi: cast.Naderi) -> None:
    told = keyed("activities.write", "wallets.read").post("/openings", {"openings": [opening(naderi, "1")]})
    assert told.status_code == 403


def waiting_purchase(pos: Integrator, naderi: cast.Naderi) -> Any:
    """Sara buys where points wait for a confirmation."""
    draft = draft_get(naderi.club)
    wallet = dict(draft.document["wallets"][0]) | {
        "confirmation": {"within_days": 10, "otherwise": "cancel"},
        "pending_days": 0,
    }
    draft = wallet_put(
        club=naderi.club, wallet=wallet, revision=draft.revision, actor=SYSTEM, now=cast.LONG_AGO
    )
    draft_publish(club=naderi.club, revision=draft.revision, actor=SYSTEM, now=cast.LONG_AGO)
    return pos.post(
        "/activities",
        {
            "kind": "purchase",
            "source": "pos",
            "reference": "A-1",
            "occurred_at": (clock.now() - timedelta(minutes=1)).isoformat(),
            "member": {"id": ids.public("member", naderi.sara.id)},
            "amounts": {"gross": 10_000_000},
        },
    ).json()


def test_an_integrator_confirms_what_a_purchase_gave(pos: Integrator, naderi: cast.Naderi) -> None:
    told = waiting_purchase(pos, naderi)
    earned = [one for one in told["earned"] if one["wallet"] == "points"]
    assert earned
    assert earned[0]["confirm_by"]
    assert any(line.startswith("Still pending: ") for line in told["receipt"])
    cancelled = pos.post(f"/activities/{told['id']}/confirmation", {"verdict": "cancel"})
    assert (cancelled.status_code, cancelled.json()["code"]) == (422, "reason_missing")
    confirmed = pos.post(f"/activities/{told['id']}/confirmation", {"verdict": "confirm"})
    assert (confirmed.status_code, confirmed.json()["units"]) == (200, sum(one["amount"] for one in earned))
    again = pos.post(f"/activities/{told['id']}/confirmation", {"verdict": "confirm"})
    assert (again.status_code, again.json()["code"]) == (409, "nothing_pending")


def test_an_integrator_confirms_what_the_purchase_of_a_merged_member_gave(
    pos: Integrator, naderi: cast.Naderi
) -> None:
    told = waiting_purchase(pos, naderi)
    given = sum(one["amount"] for one in told["earned"] if one["wallet"] == "points")
    members_merge(
        club=naderi.club, survivor_id=naderi.reza.id, merged_id=naderi.sara.id, actor=SYSTEM, now=clock.now()
    )
    confirmed = pos.post(f"/activities/{told['id']}/confirmation", {"verdict": "confirm"})
    assert (confirmed.status_code, confirmed.json()["units"]) == (200, given)
    wallets = pos.get(f"/members/{ids.public('member', naderi.reza.id)}/wallets").json()["wallets"]
    assert [(one["available"], one["pending"]) for one in wallets if one["wallet"] == "points"] == [
        (given, 0)
    ]


def test_open_holds_are_listed_with_their_time_out(pos: Integrator, naderi: cast.Naderi) -> None:
    who, now = ids.public("member", naderi.sara.id), clock.now()
    pos.post("/openings", {"openings": [opening(naderi, "1")]})
    with transaction.atomic():
        locked = members_lock(naderi.club, [naderi.sara.id])[naderi.sara.id]
        hold_open(
            club=naderi.club,
            locked=locked,
            unit="points",
            amount=15,
            expires_at=now + timedelta(minutes=10),
            purpose="test",
            now=now,
        )
    told = pos.get(f"/members/{who}/holds").json()["holds"]
    assert [(hold["wallet"], hold["amount"], hold["purpose"]) for hold in told] == [("points", 15, "test")]
    assert told[0]["expires_at"] > told[0]["opened_at"]


def test_what_expires_is_told_up_to_the_asked_day(pos: Integrator, naderi: cast.Naderi) -> None:
    who = ids.public("member", naderi.sara.id)
    soon = (clock.now() + timedelta(days=20)).isoformat()
    late = (clock.now() + timedelta(days=200)).isoformat()
    body = {"openings": [opening(naderi, "1", expires_at=soon), opening(naderi, "2", expires_at=late)]}
    pos.post("/openings", body)
    near = pos.get(f"/members/{who}/expiring").json()["expiring"]
    assert [one["amount"] for one in near] == [40]
    far = pos.get(f"/members/{who}/expiring?days=365").json()["expiring"]
    assert [one["amount"] for one in far] == [40, 40]

"""Social tasks through the API: scopes, a proof sent once, the queue, decisions and their undo."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.kit.text import Texts
from bashgah.social.services import task_save
from bashgah.social.types import TaskTerms
from tests import cast
from tests.doors.conftest import Integrator

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_proof_is_sent_once_decided_and_taken_back(
    keyed: Callable[..., Integrator], naderi: cast.Naderi
) -> None:
    name = Texts("دنبال کردن ما", "Follow us")
    terms = TaskTerms(name, Texts(), "instagram", "https://instagram.com/x", "link", is_on=True)
    task_save(
        club=naderi.club, key="follow", terms=terms, revision=None, tiers=(), actor=SYSTEM, now=clock.now()
    )
    app, staff = keyed("social.read", "social.send"), keyed("social.decide")
    sara = ids.public("member", naderi.sara.id)
    (offer,) = app.get(f"/members/{sara}/social-tasks").json()["tasks"]
    assert (offer["can_send"], offer["tries_left"]) == (True, 3)
    path, body = f"/members/{sara}/social-tasks/follow/proofs", {"link": "https://instagram.com/p/1"}
    first = app.post(path, body, **{"Idempotency-Key": "a1"})
    assert (first.status_code, first.json()["state"], first.json()["link"]) == (201, "waiting", body["link"])
    again = app.post(path, body, **{"Idempotency-Key": "a1"})
    assert (again.status_code, again.json()["id"], again.json()["link"]) == (201, first.json()["id"], "")
    assert app.post(path, body).json()["code"] == "proof_waiting"
    assert app.get("/social-proofs").status_code == 403
    (waiting,) = staff.get("/social-proofs").json()["proofs"]
    accepted = staff.post(f"/social-proofs/{waiting['id']}/accept", {}).json()
    assert (accepted["state"], accepted["activity_id"][:4]) == ("accepted", "act_")
    undone = staff.post(f"/social-proofs/{waiting['id']}/undo", {"reason": "the post is gone"}).json()
    assert (undone["state"], undone["note"]) == ("undone", "the post is gone")
    wrong = app.post(path, {"link": "http://instagram.com/p/1"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "link_invalid")

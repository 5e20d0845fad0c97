"""Social tasks through the API: scopes, a proof sent once, the queue, decisions and their undo."""

from __future__ import annotations

import base64
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.test import override_settings
from PIL import Image

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


def picture_of(size: int) -> bytes:
    """A real PNG that is just so long: what comes after its end is no part of the picture."""
    drawn = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(drawn, "PNG")
    return drawn.getvalue().ljust(size, b"\x00")


def test_a_picture_of_four_megabytes_passes_and_a_larger_one_is_refused_in_words(
    keyed: Callable[..., Integrator], naderi: cast.Naderi, tmp_path: Path
) -> None:
    terms = TaskTerms(
        Texts("استوری", "Story"), Texts(), "instagram", "https://instagram.com/x", "picture", is_on=True
    )
    task_save(
        club=naderi.club, key="story", terms=terms, revision=None, tiers=(), actor=SYSTEM, now=clock.now()
    )
    app = keyed("social.send")
    path = f"/members/{ids.public('member', naderi.sara.id)}/social-tasks/story/proofs"
    most = 4 * 1024 * 1024

    with override_settings(MEDIA_ROOT=tmp_path):
        larger = app.post(path, {"picture": base64.b64encode(picture_of(most + 4)).decode()})
        sent = app.post(path, {"picture": base64.b64encode(picture_of(most)).decode()})
    assert (larger.status_code, larger.json()["errors"]) == (
        422,
        [{"pointer": "/picture", "detail": "At most 5,592,408 characters."}],
    )
    assert (sent.status_code, sent.json()["has_picture"]) == (201, True)


def test_no_other_operation_takes_a_body_of_a_pictures_size(
    keyed: Callable[..., Integrator], naderi: cast.Naderi
) -> None:
    app = keyed("members.write", "social.send")
    much = b'{"mobile": "' + b"1" * 1_100_000 + b'"}'
    sara = ids.public("member", naderi.sara.id)
    for path, most in (
        ("/members", 1_048_576),
        (f"/members/{sara}/reviews", 1_048_576),
        (f"/members/{sara}/social-tasks/story/proofs/more", 1_048_576),
    ):
        answer = app.post(path, much)
        assert (answer.status_code, answer.json()["code"], answer.json()["extra"]["limit_bytes"]) == (
            413,
            "body_too_large",
            most,
        )
    proof = app.post(f"/members/{sara}/social-tasks/story/proofs", b" " * 6_000_000)
    assert (proof.status_code, proof.json()["extra"]["limit_bytes"]) == (413, 5_608_792)


def test_who_has_no_key_is_turned_away_before_the_body_is_read_as_json(
    keyed: Callable[..., Integrator], naderi: cast.Naderi
) -> None:
    stranger = Integrator(keyed("members.read").door, "bsh_nobody")
    sara = ids.public("member", naderi.sara.id)
    answer = stranger.post(f"/members/{sara}/social-tasks/story/proofs", b"{" * 2_000_000)
    assert answer.status_code == 401

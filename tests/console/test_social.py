"""Social tasks in the console: declared in a form, decided in the queue, seen on the member's timeline."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import override_settings

from bashgah.clubs.selectors import club_get
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.social import selectors, services
from bashgah.social.models import Proof
from bashgah.social.types import ProofInfo, Told
from tests.console.conftest import Console
from tests.social.conftest import picture

pytestmark = pytest.mark.django_db

FORM = {
    "key": "follow_us", "name_fa": "دنبال کردن ما", "name_en": "Follow us", "network": "instagram",
    "url": "https://www.instagram.com/naderi", "proof": "link", "tries": "۳", "is_on": "1",
}  # fmt: skip


def sent(console: Console, **told: object) -> ProofInfo:
    return services.proof_send(
        club=console.club,
        member_id=console.cast.sara.id,
        task="follow_us",
        told=Told(**told),  # type: ignore[arg-type]
        actor=SYSTEM,
        now=clock.now(),
    )


def test_a_task_is_declared_changed_and_said_in_words(console: Console) -> None:
    assert console.post("social/new/", **FORM).status_code == 302
    page = console.get("social/tasks/follow_us/", lang="en").content.decode()
    assert "Every member may show a link to what they did" in page
    assert (
        console.post("social/tasks/follow_us/", **FORM | {"most": "۲۰۰", "revision": "1"}).status_code == 302
    )
    assert selectors.task_get(console.club, "follow_us").most == 200
    assert "No live rule gives anything" in console.get("social/", lang="en").content.decode()


def test_a_wrong_task_says_what_is_wrong_beside_the_field(console: Console) -> None:
    answer = console.post("social/new/", **FORM | {"url": "http://instagram.com/x", "name_en": "Kept"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'id="f-url-e"' in page
    assert "Kept" in page


def test_a_proof_is_accepted_from_the_queue_and_stands_on_the_timeline(console: Console) -> None:
    console.post("social/new/", **FORM)
    proof = sent(console, link="https://instagram.com/sara")
    page = console.get("social/queue/", lang="en").content.decode()
    assert "https://instagram.com/sara" in page
    public = ids.public("proof", proof.id)
    assert console.post("social/queue/decide/", proofs=public, verdict="accept").status_code == 302
    assert Proof.objects.get().state == "accepted"
    assert (
        "Proof of “Follow us”" in console.get(console.page_of(console.cast.sara), lang="en").content.decode()
    )


def test_an_acceptance_is_taken_back_from_the_queue_with_a_reason(console: Console) -> None:
    console.post("social/new/", **FORM)
    public = ids.public("proof", sent(console, link="https://instagram.com/sara").id)
    console.post("social/queue/decide/", proofs=public, verdict="accept")
    assert 'id="undo-one"' in console.get("social/queue/?state=accepted").content.decode()
    console.post(f"social/queue/{public}/undo/", reason="")
    assert Proof.objects.get().state == "accepted"
    console.post(f"social/queue/{public}/undo/", reason="پاک شده است")
    assert (Proof.objects.get().state, Proof.objects.get().note) == ("undone", "پاک شده است")


def test_a_refusal_carries_its_reason_and_note(console: Console) -> None:
    console.post("social/new/", **FORM)
    public = ids.public("proof", sent(console, link="https://instagram.com/sara").id)
    console.post("social/queue/decide/", proofs=public, verdict="refuse", reason="not_open", note="خصوصی")
    row = Proof.objects.get()
    assert (row.state, row.reason, row.note) == ("refused", "not_open", "خصوصی")


def test_a_picture_is_served_to_who_decides_and_to_nobody_else(console: Console, tmp_path: Path) -> None:
    with override_settings(MEDIA_ROOT=tmp_path):
        console.post("social/new/", **FORM | {"proof": "picture"})
        public = ids.public("proof", sent(console, picture=picture()).id)
        answer = console.get(f"social/queue/{public}/picture.jpg")
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert answer["Cache-Control"] == "private, no-store"
        for role in ("analyst", "cashier", "branch_manager", "auditor"):
            assert console.works_as(role).get(f"social/queue/{public}/picture.jpg").status_code == 403


def test_the_club_says_whether_reviews_are_looked_at(console: Console) -> None:
    console.post("settings/behaviours/", reviews="looked_at", check_in_hours="12")
    assert club_get(console.club.id).settings.reviews == "looked_at"

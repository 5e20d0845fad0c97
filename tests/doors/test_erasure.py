"""An erased person is nowhere: database, sealed values, lake, files, exports and logs hold no canary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import override_settings

from bashgah.activities.review import review_accept, reviews_list
from bashgah.activities.services import settle_one
from bashgah.activities.types import AmountsIn, CustomIn, MemberRef, PurchaseIn
from bashgah.clubs.selectors import club_get
from bashgah.clubs.services import settings_set
from bashgah.clubs.types import ClubInfo
from bashgah.dealings.services import (
    adjustment_make,
    members_merge,
    transfer_begin,
    transfer_undo,
)
from bashgah.ground import clock, outbox
from bashgah.ground.jobs import run_waiting
from bashgah.ground.throttle import throttle_close
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit import ids
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.lake.services import lake_export
from bashgah.ledger.selectors import wallets_get
from bashgah.members import services as members
from bashgah.members.forgetting import PARTS
from bashgah.members.selectors import member_get, member_resolve
from bashgah.members.types import Enrolled, NewMember
from bashgah.messaging.sending import messages_send
from bashgah.social import services as social
from bashgah.social.services.showing import pictures_of
from bashgah.social.types import TaskTerms, Told
from bashgah.tiers.services import tier_grant
from tests.activities.shop import Shop, open_shop
from tests.dealings.conftest import TERMS
from tests.doors.canaries import (
    BIRTH,
    MOBILE,
    NATIONAL_ID,
    OTHER_MOBILE,
    database_marks,
    files_marks,
    marks_in,
    word,
)
from tests.doors.conftest import Door, Integrator, key_for

pytest.importorskip("pyarrow")

STAFF = Actor(kind="staff", id=ids.public("staff", UUID(int=5)), name="پرهام")
MARKED = {
    "members_member", "members_person", "members_status_change", "ground_idempotency", "ground_delivery",
    "dealings_transfer", "dealings_adjustment", "dealings_merge", "ledger_entry", "tiers_change",
    "activities_activity", "activities_review", "messaging_message", "social_proof",
}  # fmt: skip
"""Where the scene leaves words of the person before the erasure."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Somebody with a word of theirs in every place that takes one."""

    shop: Shop
    club: ClubInfo
    pos: Integrator
    person: UUID
    twin: UUID
    folder: Path

    def kept(self, owner: psycopg.Connection[Any]) -> dict[str, set[str]]:
        """Every place that knows the person: tables, files, and what the API hands out of them."""
        found = database_marks(owner) | files_marks(self.folder)
        if rows := self.pos.get("/members?text=qzcanary").json()["members"]:
            found["search"] = marks_in(str(rows))
        for id_ in (self.person, self.twin, self.shop.sara.id):
            answer = self.pos.get(f"/members/{ids.public('member', id_)}/export")
            if marks := marks_in(answer.text):
                found[f"export of {id_}"] = marks
        return found


@pytest.fixture
def scene(door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))
    with override_settings(MEDIA_ROOT=tmp_path / "media"):
        shop = open_shop()
        settings_set(
            club=shop.club,
            changes={
                "transfers": [{**TERMS, "member_days": 0}],
                "redeem_consent": "never",
                "late_window_days": 1,
                "late_policy": "review",
                "groups": {"kinds": ["household"]},
            },
            now=clock.now(),
        )
        club = club_get(shop.club.id)
        yield _lived(replace(shop, club=club), Integrator(door, key_for(club)), tmp_path)
    throttle_close()


def _lived(shop: Shop, pos: Integrator, folder: Path) -> Scene:
    club, now = shop.club, clock.now()
    members.attribute_declare(club=club, key="hobby", label=Texts("سرگرمی", "Hobby"), type="text", now=now)
    made = pos.post("/members", _told(MOBILE, NATIONAL_ID), Idempotency_Key="canary-1")
    assert made.status_code == 201, made.text
    person = ids.parse("member", made.json()["id"])
    row = NewMember(mobile=f"0{OTHER_MOBILE}", last_name=word("twin"), external_id=word("row"))
    (imported,) = members.members_enrol_bulk(club=club, rows=[row], channel="import", now=now)
    assert isinstance(imported, Enrolled)
    twin = imported.member_id
    scene, now = Scene(shop, club, pos, person, twin, folder), clock.now()
    members.member_update(club=club, id=person, changes={"notes": word("note")}, actor=STAFF, now=now)
    members.member_block(club=club, id=person, reason=word("block"), actor=STAFF, now=now)
    members.member_unblock(club=club, id=person, reason=word("unblock"), actor=STAFF, now=now)
    _facts(scene, now)
    _dealings(scene, now)
    _household(scene, now)
    _shown(scene, now)
    issued = members.code_issue(club=club, purpose="verify", contact=f"0{MOBILE}", now=now)
    assert issued.code
    outbox.relay_once()
    _delivered(now)
    while messages_send(now=clock.now()):
        pass
    members.member_update(club=club, id=person, changes={"nickname": word("nick")}, actor=STAFF, now=now)
    outbox.relay_once()
    lake_export(club=club)
    return scene


def _told(mobile: str, national_id: str) -> dict[str, Any]:
    return {
        "mobile": f"0{mobile}",
        "email": "qzcanary@example.com",
        "external_id": word("number"),
        "national_id": national_id,
        "first_name": word("first"),
        "last_name": word("last"),
        "nickname": word("nick"),
        "city": word("city"),
        "gender": "female",
        "birth_date": BIRTH,
        "address": word("address"),
        "source": word("source"),
        "tags": [word("tag").lower()],
        "attributes": {"hobby": word("hobby")},
        "consents": [{"channel": "sms", "purpose": "service", "granted": True}],
    }


def _facts(scene: Scene, now: datetime) -> None:
    """A tier by hand, purchases, an answer in the person's words, and a late purchase by their number."""
    club, who = scene.club, MemberRef(mobile=f"0{MOBILE}")
    tier_grant(
        club=club, member_id=scene.person, ladder="club", tier="gold", until=date(2030, 1, 1),
        reason=word("tier"), actor=STAFF, now=now,
    )  # fmt: skip
    for reference, member in (
        ("r1", who),
        ("r2", scene.shop.ref(scene.shop.sara)),
        ("r3", MemberRef(mobile=f"0{OTHER_MOBILE}")),
    ):
        told = PurchaseIn(
            source="pos", reference=reference, occurred_at=now, member=member, branch="101",
            amounts=AmountsIn(gross=400_000_000),
        )  # fmt: skip
        settle_one(told, club=club, actor=SYSTEM, now=now)
    answer = CustomIn(
        source="app", reference="c1", occurred_at=now, member=who, type="review",
        attributes={"stars": 5, "text": word("answer")},
    )  # fmt: skip
    settle_one(answer, club=club, actor=SYSTEM, now=now)
    late = PurchaseIn(
        source="pos", reference="late", occurred_at=now - timedelta(days=9), member=who, branch="101",
        amounts=AmountsIn(gross=1_000_000),
    )  # fmt: skip
    with pytest.raises(Refusal):
        settle_one(late, club=club, actor=SYSTEM, now=now)
    (held,) = reviews_list(club).rows
    review_accept(club=club, id=held.id, actor=STAFF, now=now)


def _dealings(scene: Scene, now: datetime) -> None:
    """Gifts both ways with a word, one undone; a correction; a second card merged."""
    club, sara = scene.club, scene.shop.sara.id
    for giver, receiver, note in ((scene.person, sara, "gift"), (sara, scene.person, "thanks")):
        gift = transfer_begin(
            club=club, giver_id=giver, receiver_id=receiver, unit="points", amount=20, note=word(note),
            channel="api", actor=STAFF, now=now,
        )  # fmt: skip
        assert gift.state == "done"
    transfer_undo(club=club, transfer_id=gift.id, reason=word("undo"), actor=STAFF, now=now)
    adjustment_make(
        club=club, member_id=scene.person, unit="points", amount=30, reason="other", note=word("correction"),
        limit=None, actor=STAFF, now=now,
    )  # fmt: skip
    members_merge(
        club=club, survivor_id=scene.person, merged_id=scene.twin, reason=word("merge"), actor=STAFF, now=now
    )


def _household(scene: Scene, now: datetime) -> None:
    members.group_open(
        club=scene.club, type="household", name=word("household"), head_id=scene.person, channel="console",
        actor=STAFF, now=now,
    )  # fmt: skip


def _shown(scene: Scene, now: datetime) -> None:
    """A task done in public, with a link that names the person, and a picture of theirs."""
    terms = TaskTerms(
        name=Texts("دنبال کردن", "Follow"), text=Texts("", ""), network="instagram",
        url="https://www.instagram.com/naderi", proof="link", is_on=True,
    )  # fmt: skip
    social.task_save(
        club=scene.club, key="follow", terms=terms, revision=None, tiers={"club:plain", "club:gold"},
        actor=STAFF, now=now,
    )  # fmt: skip
    link = f"https://instagram.com/p/{word('post')}/"
    member = Actor(kind="member", id=ids.public("member", scene.person))
    sent = social.proof_send(
        club=scene.club, member_id=scene.person, task="follow", told=Told(link=link), actor=member, now=now
    )
    social.proof_refuse(
        club=scene.club, id=sent.id, reason="not_done", note=word("refused"), actor=STAFF, now=now
    )
    default_storage.save(f"{pictures_of(scene.person)}/one.jpg", ContentFile(word("picture").encode()))


def _delivered(now: datetime) -> None:
    while outbox.deliveries_run(now=clock.now()):
        pass


def erased(scene: Scene) -> None:
    """Erase the person and let the worker hear and do all that follows."""
    members.member_erase(club=scene.club, id=scene.person, reason="asked", actor=STAFF, now=clock.now())
    outbox.relay_once()
    _delivered(clock.now())
    run_waiting()


def _failed(owner: psycopg.Connection[Any]) -> None:
    """What a handler said as it failed over the person's news."""
    said = f"KeyError: {word('error')}"
    assert owner.execute("UPDATE ground_delivery SET error = %s RETURNING 1", [said]).fetchall()


def test_an_erased_person_is_found_nowhere(
    scene: Scene, owner_connection: psycopg.Connection[Any], capfd: pytest.CaptureFixture[str]
) -> None:
    _failed(owner_connection)
    before = scene.kept(owner_connection)
    assert before.keys() >= MARKED
    files = {name for name in before if name.endswith((".parquet", ".jsonl", ".jpg"))}
    assert {"members.parquet", "sms.jsonl", "one.jpg"} <= files
    assert "search" in before

    erased(scene)

    assert scene.kept(owner_connection) == {}
    assert marks_in("".join(capfd.readouterr())) == set()
    gone = member_get(scene.club, scene.person)
    assert (gone.status, gone.name) == ("left", gone.number)
    assert gone.erased_at is not None


def test_the_books_still_hold_and_nothing_is_left_to_spend(scene: Scene) -> None:
    assert wallets_get(scene.club, scene.person, clock.now())["points"].available > 0
    erased(scene)
    left = wallets_get(scene.club, scene.person, clock.now())["points"]
    assert (left.available, left.pending, left.held) == (0, 0, 0)
    assert left.earned_ever > 0


def test_the_same_mobile_joins_anew_as_somebody_else(scene: Scene) -> None:
    erased(scene)
    anew = scene.pos.post("/members", {"mobile": f"0{MOBILE}"}, Idempotency_Key="canary-2")
    assert anew.status_code == 201
    assert member_resolve(scene.club, "mobile", f"0{MOBILE}") == ids.parse("member", anew.json()["id"])
    assert ids.parse("member", anew.json()["id"]) != scene.person


@pytest.mark.parametrize(
    ("room", "table"),
    [
        ("ledger", "ledger_entry"),
        ("tiers", "tiers_change"),
        ("messages", "messaging_message"),
        ("dealings", "dealings_transfer"),
        ("activities", "activities_activity"),
    ],
)
def test_the_proof_bites_a_room_that_does_not_forget_is_found(
    scene: Scene,
    owner_connection: psycopg.Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
    room: str,
    table: str,
) -> None:
    part = PARTS.find(room)
    assert part is not None
    monkeypatch.setitem(PARTS._plugins, room, replace(part, forget=lambda _leaving: None))
    erased(scene)
    assert table in scene.kept(owner_connection)

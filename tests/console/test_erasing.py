"""Staff erase a member: by permission, after reading what it costs, by typing the card's end."""

from __future__ import annotations

import pytest

from bashgah.ground import clock
from bashgah.ground.audit import audit_list
from bashgah.ground.types import Actor
from bashgah.kit import ids
from bashgah.ledger.selectors import wallets_get
from bashgah.members import selectors
from bashgah.members.services import erasure_ask
from tests.console.conftest import Console

pytestmark = pytest.mark.django_db


def test_the_page_says_what_is_given_up_and_the_cards_end_erases(console: Console) -> None:
    sara = console.cast.sara
    console.buys(sara, 1_000_000)
    shown = console.get(f"{console.page_of(sara)}erase/").content.decode()
    assert "از بین می‌رود" in shown

    wrong = console.post(f"{console.page_of(sara)}erase/", reason="asked", confirm="0000")
    assert wrong.status_code == 422
    assert selectors.member_get(console.club, sara.id).erased_at is None

    console.post(f"{console.page_of(sara)}erase/", reason="authority", confirm=sara.number[-4:])
    gone = selectors.member_get(console.club, sara.id)
    assert gone.erased_at is not None
    assert wallets_get(console.club, sara.id, clock.now())["points"].available == 0
    (written,) = audit_list(club_id=console.club.id, action="member.erased")
    assert (written.actor.kind, written.details) == ("staff", {"reason": "authority"})

    left = console.get(console.page_of(sara)).content.decode()
    assert "سارا" not in left
    assert "داده‌های شخصی این عضو" in left
    assert f"{console.page_of(sara)}erase/" not in left
    for name in ("members.csv", "activities.csv", "ledger/audit.csv"):
        sent = console.get(name)
        text = b"".join(sent.streaming_content) if sent.streaming else sent.content
        assert sent.status_code == 200
        assert [word for word in ("سارا", "9121234567") if word in text.decode("utf-8-sig")] == []


@pytest.mark.parametrize("role", ["marketer", "branch_manager", "analyst", "auditor"])
def test_who_lacks_the_permission_neither_sees_the_act_nor_does_it(console: Console, role: str) -> None:
    other, sara = console.works_as(role), console.cast.sara
    assert "/erase/" not in other.get(console.page_of(sara)).content.decode()
    sent = {"reason": "asked", "confirm": sara.number[-4:]}
    assert other.post(f"{console.page_of(sara)}erase/", **sent).status_code == 403
    assert selectors.member_get(console.club, sara.id).erased_at is None


def test_wishes_stand_in_a_list_and_can_be_taken_back(console: Console) -> None:
    sara = console.cast.sara
    own = Actor(kind="member", id=ids.public("member", sara.id))
    erasure_ask(club=console.club, id=sara.id, actor=own, now=clock.now())
    assert "سارا محمدی" in console.get("erasures/").content.decode()
    assert "erasures/" in console.get("members/").content.decode()
    console.post(f"{console.page_of(sara)}erase/withdraw/")
    assert selectors.erasure_waiting(console.club, sara.id) is None


def test_the_club_says_how_long_texts_are_kept(console: Console) -> None:
    sent = {
        "erasure_wait_days": "۳",
        "message_days": "365",
        "held_fact_days": "0",
        "duty_fa": "قانون",
        "duty_en": "",
    }
    console.post("settings/privacy/", **sent)
    shown = console.get("settings/privacy/").content.decode()
    assert "قانون" in shown
    assert "۳۶۵" in shown

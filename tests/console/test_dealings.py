"""Gifts, corrections with a second person, merges and their undo, as staff do them."""

from __future__ import annotations

import pytest

from bashgah.clubs.services import settings_set
from bashgah.dealings import selectors
from bashgah.ground import clock
from bashgah.kit import ids
from bashgah.ledger.selectors import wallets_get
from bashgah.members.selectors import alias_set
from tests import cast
from tests.console.conftest import Console

pytestmark = pytest.mark.django_db


def points(console: Console, member: object) -> int:
    found = wallets_get(console.club, member.id, clock.now())  # type: ignore[attr-defined]
    return found["points"].available if "points" in found else 0


def test_a_large_correction_waits_and_another_person_approves_it(console: Console) -> None:
    marketer, sara = console.works_as("marketer"), console.cast.sara
    told = {"amount": "۵۰٬۰۰۱", "direction": "give", "reason": "goodwill", "note": "late"}
    answer = marketer.post(f"{console.page_of(sara)}adjust/", **told)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/console/approvals/")
    assert points(console, sara) == 0
    waiting = selectors.adjustment_list(console.club, state="waiting")[0]
    address = f"approvals/{ids.public('adjustment', waiting.id)}/decide/"
    assert marketer.post(address, verdict="approve").status_code == 403
    shown = console.get("approvals/").content.decode()
    assert "۵۰٬۰۰۱" in shown
    assert address in shown
    assert address not in marketer.get("approvals/").content.decode()
    assert console.post(address, verdict="approve", note="seen").status_code == 302
    assert points(console, sara) == 50_001
    assert "seen" in console.get("approvals/").content.decode()


def test_a_correction_within_the_limit_is_done_at_once(console: Console) -> None:
    told = {"amount": "50", "direction": "give", "reason": "mistake", "note": ""}
    answer = console.post(f"{console.page_of(console.cast.sara)}adjust/", **told)
    assert (answer.status_code, points(console, console.cast.sara)) == (302, 50)


def test_points_are_given_on_the_members_word_and_taken_back(console: Console) -> None:
    sara, reza = console.cast.sara, console.cast.reza
    page = f"{console.page_of(sara)}gifts/"
    assert 'name="to"' not in console.get(page).content.decode()
    terms = {"wallet": "points", "least": 10, "most": 500, "member_days": 0}
    settings_set(
        club=console.club, changes={"transfers": [terms], "redeem_consent": "never"}, now=clock.now()
    )
    cast.given(console.club, sara, 100, now=clock.now())
    form = {"to": cast.REZA_MOBILE, "amount": "30", "note": "", "unit": "points", "reference": "abc"}
    assert console.post(page, **form).status_code == 302
    assert console.post(page, **form).status_code == 302
    assert (points(console, sara), points(console, reza)) == (70, 30)
    assert console.post(page, **(form | {"amount": "501", "reference": "d"})).status_code == 422
    gift = ids.public("transfer", selectors.transfers_of_member(console.club, sara.id)[0].id)
    for who in (sara, reza):
        assert gift in console.get(f"{console.page_of(who)}gifts/").content.decode()
    assert console.post(f"{page}{gift}/undo/", reason="the wrong Reza").status_code == 302
    assert (points(console, sara), points(console, reza)) == (100, 0)


def test_two_memberships_are_seen_side_by_side_merged_and_parted(console: Console) -> None:
    sara, reza = console.cast.sara, console.cast.reza
    console.buys(sara, 10_000_000)
    before = points(console, sara)
    page, one, two = f"{console.page_of(reza)}merge/", *(ids.public("member", m.id) for m in (reza, sara))
    assert two in console.get(f"{page}?q={sara.number}").content.decode()
    shown = console.get(f"{page}?with={two}").content.decode()
    assert sara.last_name in shown
    assert alias_set(console.club, sara.id) == [sara.id]
    answer = console.post(page, survivor=one, merged=two, reason="one person")
    assert (answer.status_code, points(console, reza)) == (302, before)
    merge = ids.public("merge", selectors.merges_of_member(console.club, reza.id)[0].id)
    for who in (sara, reza):
        assert f"merges/{merge}/undo/" in console.get(console.page_of(who)).content.decode()
    assert console.post(f"merges/{merge}/undo/").status_code == 302
    assert (points(console, sara), points(console, reza)) == (before, 0)


def test_the_club_says_who_may_give_and_why_points_are_corrected(console: Console) -> None:
    form = {"on-points": "1", "least-points": "۲۰", "most-points": "200", "member_days-points": "0"}
    form |= {"per_day-points": "", "per_month-points": "900", "per_pair-points": ""}
    form |= {"adjustment_days": "3", "adjustment_key_limit": "0"}
    form |= {"reason-key-0": "flood", "reason-fa-0": "سیل", "reason-en-0": "Flood", "reason-fa-1": "زلزله"}
    assert console.post("settings/points/", **form).status_code == 302
    from bashgah.clubs.selectors import club_get

    kept = club_get(console.club.id).settings
    terms = kept.transfer_terms("points")
    assert terms is not None
    assert (terms.least, terms.per_day, terms.per_month) == (20, None, 900)
    assert kept.transfer_terms("credit") is None
    assert "۱۰٬۰۰۰" in console.get("settings/points/").content.decode()
    numbers = {"least": "20000", "most": "50000", "member_days": "1"}
    money = {"on-credit": "1"} | {f"{name}-credit": number for name, number in numbers.items()}
    assert console.post("settings/points/", **(form | money)).status_code == 302
    credit = club_get(console.club.id).settings.transfer_terms("credit")
    assert credit is not None
    assert (credit.least, credit.most, credit.member_days) == (200_000, 500_000, 1)
    assert [reason.fa for reason in kept.adjustment_reasons] == ["سیل", "زلزله"]
    assert console.post("settings/points/", **(form | {"least-points": ""})).status_code == 422

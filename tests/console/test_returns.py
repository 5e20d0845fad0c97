"""Staff record returns with what they undo before their eyes, and compute members again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bashgah.activities.selectors import activity_get, returns_of
from bashgah.activities.services import settle
from bashgah.activities.types import PurchaseRef, ReturnIn
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit.ids import public
from bashgah.kit.text import Texts
from bashgah.ledger.selectors import wallets_get
from bashgah.redemption.services import redemption_begin
from bashgah.rewards.services import reward_save
from tests.console.conftest import Console, text

pytestmark = pytest.mark.django_db


def available(console: Console) -> int:
    return wallets_get(console.club, console.cast.sara.id, clock.now())["points"].available


def test_a_return_is_shown_before_it_is_recorded_and_recorded_once(console: Console) -> None:
    bought = console.buys(console.cast.sara, 10_000_000)
    path = f"activities/{public('activity', bought.activity_id)}/"
    before = available(console)
    assert "return/" in text(console.get(path))
    form = text(console.get(f"{path}return/", lang="en"))
    given = {
        name: re.search(f'name="{name}" value="([^"]*)"', form)[1]  # type: ignore[index]
        for name in ("reference", "opened")
    }
    shown = console.post(f"{path}return/", step="preview", amount="۵۰۰۰۰۰", **given)
    assert (shown.status_code, available(console)) == (200, before)
    assert "ثبت مرجوعی" in text(shown)
    for _ in range(2):
        recorded = console.post(f"{path}return/", step="record", amount="۵۰۰۰۰۰", **given)
        assert recorded.status_code == 302
    assert available(console) < before
    assert len(returns_of(console.club, console.cast.sara.id, bought.activity_id)) == 1


def test_a_return_of_more_than_is_left_is_refused_in_the_form(console: Console) -> None:
    bought = console.buys(console.cast.sara, 10_000_000)
    path = f"activities/{public('activity', bought.activity_id)}/return/"
    response = console.post(path, step="preview", amount="۹۰۰۰۰۰۰۰", reference="x", opened="")
    assert response.status_code == 422
    assert console.post(path, step="preview", reference="x", opened="").status_code == 422


def test_only_who_may_record_records_a_return(console: Console) -> None:
    bought = console.buys(console.cast.sara, 10_000_000)
    path = f"activities/{public('activity', bought.activity_id)}/"
    auditor = console.works_as("auditor")
    assert "return/" not in text(auditor.get(path))
    assert auditor.get(f"{path}return/").status_code == 403


def test_a_return_page_says_what_it_undid(console: Console) -> None:
    bought = console.buys(console.cast.sara, 10_000_000)
    path = f"activities/{public('activity', bought.activity_id)}/return/"
    done = console.post(path, step="record", all="1", reference="x", opened="")
    page = text(console.client.get(done.headers["Location"]))
    assert public("activity", bought.activity_id) in page
    assert activity_get(console.club, bought.activity_id).net == 10_000_000


def test_waiting_returns_are_listed_and_let_go(console: Console) -> None:
    told = ReturnIn(
        source="pos", reference="R-1", occurred_at=clock.now(), purchase=PurchaseRef(reference="A-9")
    )
    settle([told], club=console.club, actor=SYSTEM, now=clock.now())
    page = text(console.get("activities/waiting/"))
    assert "R-1" in page
    path = re.search(r"/console/(activities/waiting/[^\"]*/discard/)", page)[1]  # type: ignore[index]
    assert console.post(path).status_code == 302
    assert "R-1" not in text(console.get("activities/waiting/"))


def test_a_member_is_computed_again(console: Console) -> None:
    console.buys(console.cast.sara, 10_000_000)
    path = f"{console.page_of(console.cast.sara)}recompute/"
    assert "recompute/" in text(console.get(console.page_of(console.cast.sara)))
    assert console.get(path).status_code == 200
    since = (clock.now() - timedelta(days=40)).date().isoformat()
    shown = console.post(path, step="show", since=since)
    assert shown.status_code == 200
    assert "درست" in text(shown)
    assert console.post(path, step="apply", since=since).status_code == 302
    assert console.works_as("cashier").get(path).status_code == 403


def test_a_finished_redemption_is_cancelled_by_who_may(console: Console) -> None:
    console.buys(console.cast.sara, 100_000_000)
    reward_save(
        club=console.club, key="free_coffee", name=Texts("قهوه", "Coffee"), actor=SYSTEM, now=clock.now()
    )
    before = available(console)
    found = redemption_begin(
        club=console.club,
        member_id=console.cast.sara.id,
        reward_key="free_coffee",
        channel="portal",
        actor=Actor(kind="member", id=public("member", console.cast.sara.id)),
        now=clock.now(),
    )
    path = f"redemptions/{public('redemption', found.id)}/"
    assert available(console) < before
    assert path in text(console.get(console.page_of(console.cast.sara)))
    assert console.works_as("cashier").post(f"{path}cancel/", reason="x").status_code == 403
    assert "cancel/" in text(console.get(path))
    assert console.post(f"{path}cancel/", reason="").status_code == 422
    assert console.post(f"{path}cancel/", reason="اشتباه").status_code == 302
    assert available(console) == before
    assert "اشتباه" in text(console.get(path))
    assert console.post(f"{path}cancel/", reason="اشتباه").status_code == 302

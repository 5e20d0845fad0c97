"""A household from its opening to somebody's leaving, by two people on two phones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from bashgah.clubs.services import settings_set
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit.text import Texts
from bashgah.ledger.selectors import wallets_get
from bashgah.members import selectors as members
from bashgah.members.types import MemberInfo
from bashgah.redemption.selectors import redemption_list
from bashgah.rewards.services import reward_save
from tests import cast
from tests.browser import Look, Window, settled
from tests.journeys.conftest import Visit
from tests.journeys.test_till_and_portal import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

SARAS = Look("fa", "phone", "dark")
REZAS = Look("en", "phone")


@pytest.fixture
def naderi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[cast.Naderi]:
    """A club whose members may open households; who leaves takes their part along."""
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))
    made = cast.naderi()
    with transaction.atomic():
        cast.staff(made)
    cast.published(made.club)
    reward_save(
        club=made.club,
        key="free_coffee",
        name=Texts("قهوهٔ کافه نادری", "Café Naderi coffee"),
        actor=SYSTEM,
        now=cast.LONG_AGO,
    )
    settings_set(
        club=made.club,
        changes={"groups": {"kinds": ["household"], "leaving": "share"}},
        now=clock.now(),
    )
    cast.given(made.club, made.sara, 1_000, now=clock.now())
    cast.given(made.club, made.reza, 100, now=clock.now())
    return made


def held(naderi: cast.Naderi, *owners: MemberInfo) -> list[int]:
    """What the household has, and what each of these people has of their own."""
    mine = members.belonging_get(naderi.club, naderi.sara.id)
    assert mine is not None
    ids = [mine.group_id, *(one.id for one in owners)]
    found = [wallets_get(naderi.club, id_, clock.now()).get("points") for id_ in ids]
    return [wallet.available if wallet else 0 for wallet in found]


def sends(page: Page, act: str) -> None:
    """Press the button of one form of the page and wait for its answer."""
    page.locator(f"form:not(dialog form):has(input[name=act][value={act}]) button[type=submit]").first.click()
    settled(page)


def fine(window: Window, picture: str) -> None:
    """The page is readable by everyone and does not scroll sideways."""
    window.shot(picture)
    assert window.axe() == []
    assert window.overflow() <= 0


def test_a_household_is_opened_joined_paid_into_used_and_left(visit: Visit, naderi: cast.Naderi) -> None:
    with visit(SARAS) as hers, visit(REZAS) as his:
        sara, reza = hers.page, his.page
        signed_in(hers, naderi, cast.SARA_MOBILE)
        hers.goto("/shared")
        sara.fill("input[name=name]", "خانهٔ ما")
        sends(sara, "open")
        expect(sara.locator("h1")).to_have_text("خانهٔ ما")
        sends(sara, "invite")
        code = sara.locator("[role=status] .b-figure").inner_text()

        signed_in(his, naderi, cast.REZA_MOBILE)
        his.goto("/shared")
        reza.fill("input[name=code]", code)
        sends(reza, "join")
        expect(reza.locator("h1")).to_have_text("خانهٔ ما")

        hers.goto("/shared")
        sara.fill("input[name=amount]", "۶۰۰")
        sends(sara, "pay_in")
        assert held(naderi, naderi.sara, naderi.reza) == [600, 400, 100]

        his.goto("/rewards/free_coffee")
        reza.locator("[data-dialog=from-shared]").click()
        asked = reza.locator("#from-shared")
        expect(asked).to_contain_text("300 points of the shared account are used, and 300 points are left")
        fine(his, "shared-reward")
        asked.locator("[data-close]").click()
        expect(asked).to_be_hidden()
        assert held(naderi, naderi.reza) == [600, 100]
        reza.locator("[data-dialog=from-shared]").click()
        asked.locator("button[type=submit]").click()
        reza.wait_for_url("**/coupons/**")
        assert held(naderi, naderi.reza) == [300, 100]
        assert [one.member_id for one in redemption_list(naderi.club, now=clock.now())] == [naderi.reza.id]

        hers.goto("/shared")
        sara.locator("[data-dialog=close]").click()
        expect(sara.locator("#close")).to_contain_text("۳۰۰ امتیاز حساب به نسبت واریز هرکس")
        fine(hers, "shared-close")
        sara.locator("#close [data-close]").click()

        his.goto("/shared")
        fine(his, "shared")
        reza.locator("[data-dialog=leave]").click()
        expect(reza.locator("#leave")).to_contain_text("You take 0 points along")
        reza.locator("#leave button[type=submit]").click()
        expect(reza.locator("h1")).to_have_text("Shared account")
        assert members.belonging_get(naderi.club, naderi.reza.id) is None
        assert held(naderi, naderi.sara, naderi.reza) == [300, 400, 100]

"""Every page of the console, seen eight ways: accessible, inside its width, without an error."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from bashgah.access.services import key_issue
from bashgah.accounting.costs import cost_set
from bashgah.accounting.liability import liability_keep
from bashgah.activities.selectors import activity_list
from bashgah.activities.services import settle
from bashgah.activities.types import AmountsIn, LineIn, MemberRef, PurchaseIn, PurchaseRef, ReturnIn
from bashgah.ground import clock
from bashgah.ground.throttle import throttle_close
from bashgah.ground.types import SYSTEM
from bashgah.kit import ids
from bashgah.kit.text import Texts
from bashgah.ledger.roots import days_close
from bashgah.rewards.services import reward_save, stock_set
from bashgah.social.services import proof_accept, proof_send, task_save
from bashgah.social.types import TaskTerms, Told
from tests import cast
from tests.browser import LOOKS, Look, Window
from tests.journeys.conftest import Visit

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = (
    "/console/",
    "/console/?chart=share",
    "/console/members/",
    "/console/members/?q=%D8%B3%D8%A7%D8%B1%D8%A7&status=active",
    "/console/members/?q=nobody",
    "/console/members/new/",
    "/console/social/",
    "/console/social/new/",
    "/console/social/tasks/follow_us/",
    "/console/social/queue/",
    "/console/social/queue/?state=accepted",
    "{member}",
    "{member}points/",
    "{member}messages/",
    "{member}details/",
    "{member}edit/",
    "{member}record/",
    "/console/activities/",
    "{activity}",
    "/console/rules/",
    "/console/rules/new/",
    "/console/rules/dairy_weekend/",
    "/console/rules/tier_multiplier/",
    "/console/rules/publish/",
    "/console/rules/ready/",
    "/console/rules/versions/",
    "/console/rules/dairy_weekend/history/",
    "/console/tiers/",
    "/console/tiers/main/",
    "/console/rewards/",
    "/console/rewards/new/",
    "/console/rewards/discount_50k/",
    "/console/ledger/",
    "/console/ledger/audit/",
    "/console/ledger/liability/",
    "/console/ledger/liability/?by=age",
    "/console/ledger/journal/",
    "/console/ledger/costs/",
    "/console/ledger/statement/",
    "/console/ledger/roots/",
    "/console/messages/",
    "/console/messages/wording/",
    "/console/messages/wording/purchase_balance/sms/",
    "/console/messages/trial/",
    "/console/settings/",
    "/console/settings/brand/",
    "/console/settings/branches/",
    "/console/settings/branches/new/",
    "/console/settings/staff/",
    "/console/settings/staff/invite/",
    "/console/settings/keys/",
    "/console/settings/keys/new/",
    "/console/settings/deliveries/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/password/change/",
)


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Club Naderi after some shopping, and the addresses of a member and an activity of hers."""
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))
    with transaction.atomic():
        made = cast.naderi()
        cast.published(made.club)
        mina = cast.staff(made).mina
        key_issue(club=made.club, name="POS", scopes=["members.read"], actor=cast.acting(mina), now=cast.NOW)
        for key, fa in (("free_coffee", "قهوه"), ("discount_50k", "۵۰ هزار تومان تخفیف")):
            reward_save(club=made.club, key=key, name=Texts(fa, key), actor=SYSTEM, now=cast.LONG_AGO)
        stock_set(club=made.club, reward="free_coffee", remaining=3, actor=SYSTEM, now=cast.LONG_AGO)
    now = clock.now()
    sara = MemberRef(card=made.sara.number)
    milk = LineIn(sku="MILK", name="شیر", category=("food", "dairy"), gross=41_000_000)
    told = [
        PurchaseIn(
            source="pos",
            reference="1",
            occurred_at=now - timedelta(days=3),
            member=sara,
            branch="101",
            lines=(milk,),
        ),
        PurchaseIn(
            source="pos",
            reference="2",
            occurred_at=now - timedelta(days=1),
            member=sara,
            branch="102",
            amounts=AmountsIn(gross=12_800_000),
        ),
        PurchaseIn(
            source="pos", reference="3", occurred_at=now, branch="101", amounts=AmountsIn(gross=5_000_000)
        ),
        ReturnIn(
            source="pos", reference="4", occurred_at=now, purchase=PurchaseRef(source="pos", reference="1")
        ),
    ]
    settle(told, club=made.club, actor=SYSTEM, now=now)
    cost_set(club=made.club, unit="points", per_thousand=720_000, since=None, actor=SYSTEM, now=now)
    days_close(club=made.club, now=now + timedelta(days=2))
    liability_keep(club=made.club, program=None)
    social_of(made, now)
    bought = activity_list(made.club).rows[-1]
    return {
        "member": f"/console/members/{ids.public('member', made.sara.id)}/",
        "activity": f"/console/activities/{ids.public('activity', bought.id)}/",
    }


def social_of(made: cast.Naderi, now: datetime) -> None:
    """Two tasks; a proof that is accepted, and the same link by another, which waits."""
    for key, proof in (("follow_us", "link"), ("story", "picture")):
        name = Texts("دنبال کردن ما", "Follow us")
        terms = TaskTerms(name, Texts(), "instagram", "https://instagram.com/naderi", proof, is_on=True)  # type: ignore[arg-type]
        task_save(club=made.club, key=key, terms=terms, revision=None, tiers=(), actor=SYSTEM, now=now)
    told = Told(link="https://instagram.com/p/1")
    for member in (made.sara, made.reza):
        sent = proof_send(
            club=made.club, member_id=member.id, task="follow_us", told=told, actor=SYSTEM, now=now
        )
        if member is made.sara:
            proof_accept(club=made.club, id=sent.id, actor=SYSTEM, now=now)


def signs_in(window: Window) -> None:
    """Mina, who may open everything."""
    window.goto("/accounts/login/")
    window.page.locator("#id_login").fill(cast.MINA_EMAIL)
    window.page.locator("#id_password").fill(cast.PASSWORD)
    window.page.locator("#id_password").press("Enter")
    window.page.wait_for_url("**/console/")


def look_at_all(window: Window, places: dict[str, str]) -> list[str]:
    """What is wrong with any page, one line each."""
    wrong = []
    for path in PAGES:
        window.goto(path.format(**places))
        if "/accounts/login" in window.page.url or "reauthenticate" in window.page.url:
            window.page.locator("input[type=password]").fill(cast.PASSWORD)
            window.page.locator("input[type=password]").press("Enter")
            window.settle()
        wrong += [f"{path}: {line}" for line in window.axe()]
        if window.overflow() > 0:
            wrong.append(f"{path}: {window.overflow()} px too wide")
    return wrong


@pytest.mark.parametrize("seen", [Look("fa"), Look("en", "phone", "dark")], ids=str)
def test_every_page_is_accessible_and_fits(visit: Visit, seen: Look, places: dict[str, str]) -> None:
    with visit(seen) as window:
        signs_in(window)
        assert look_at_all(window, places) == []
    throttle_close()


@pytest.mark.prove
@pytest.mark.parametrize(
    "seen", [look for look in LOOKS if str(look) not in {"fa-desktop-light", "en-phone-dark"}], ids=str
)
def test_every_page_is_accessible_and_fits_in_every_other_look(
    visit: Visit, seen: Look, places: dict[str, str]
) -> None:
    with visit(seen) as window:
        signs_in(window)
        assert look_at_all(window, places) == []
    throttle_close()


def test_the_why_of_a_purchase_opens_in_the_timeline(visit: Visit, places: dict[str, str]) -> None:
    with visit(Look("fa")) as window:
        signs_in(window)
        window.goto(places["member"])
        window.page.get_by_role("link", name="چرا این امتیاز؟").last.click()
        window.page.locator(".b-why").first.wait_for()
        assert "امتیاز پایه" in window.page.locator(".b-why").first.inner_text()
        assert window.axe() == []
    throttle_close()


def test_a_condition_is_built_with_the_sentence_beside_it(visit: Visit, places: dict[str, str]) -> None:
    # a request that a newer one replaces is aborted, which htmx says in the browser's log
    with visit(Look("fa"), allow=("htmx:sendAbort", "htmx:afterRequest")) as window:
        signs_in(window)
        page = window.page
        window.goto("/console/rules/new/")
        page.locator("#f-name_fa").fill("آخر هفته")
        page.locator("[name=act][value='w|start|']").click()
        page.locator("#w-1-op").wait_for()
        page.locator("#w-1-op").select_option("in")
        page.locator(".b-pick", has_text="طلایی").first.click()
        page.locator(".b-pick", has_text="الماس").first.click()
        page.locator("#sentence mark", has_text="طلایی").wait_for()
        page.locator("[name=act][value='w|lines|0']").click()
        page.locator("[name=act][value='w|test|2']").click()
        page.locator("#w-3-field").wait_for()
        window.settle()
        assert page.locator("#w-1-field").input_value() == "member.tier.main"
        assert page.locator("#w-3-field").input_value() == "line.category"
        assert window.axe() == []
        window.shot("rule-builder")
    throttle_close()

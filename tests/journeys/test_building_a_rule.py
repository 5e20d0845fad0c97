"""U2: a marketer builds a whole rule from an empty draft, by mouse and by keyboard, read in both languages.

"Gold members who buy at least 3 dairy items on a Friday in Tehran branches get triple points on dairy, at
most 500 a week, 20 million in all, from Nowruz to 13 Farvardin."
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import expect

from bashgah.activities.services import settle_one
from bashgah.activities.types import LineIn, MemberRef, PurchaseIn
from bashgah.ground import clock
from bashgah.ground.throttle import throttle_close
from bashgah.ground.types import SYSTEM
from bashgah.kit import mobile
from bashgah.kit.text import Texts
from bashgah.products.services import categories_upsert_bulk
from bashgah.products.types import CategoryInfo
from bashgah.programs.selectors import draft_get
from tests import cast
from tests.browser import Look, Window
from tests.journeys.conftest import Visit
from tests.journeys.test_from_rule_to_reward import signs_in

pytestmark = pytest.mark.django_db(transaction=True)

U2_ACTS = 96
"""U2: presses, choices (two acts each) and letters from the empty form to the whole rule."""
ABORTED = ("htmx:sendAbort", "htmx:afterRequest")
"""A count that a newer one replaced is no fault."""
SENTENCE = {
    "fa": "از یکشنبه ۱ فروردین ۱۴۰۶، تا پایان جمعه ۱۳ فروردین ۱۴۰۶، در جمعه، وقتی عضو خرید کند و سطح عضو در"
    " سطوح باشگاه طلایی باشد و شهر شعبه تهران باشد و جمع مقدار اقلامی که گروه کالا زیر لبنیات باشد حداقل"
    " ۳ باشد، برای اقلامی که گروه کالا زیر لبنیات باشد، امتیاز قانون‌های دیگر ۳ برابر می‌شود. برای هر عضو"
    " حداکثر ۵۰۰ امتیاز در هفته. همهٔ اعضا روی هم حداکثر ۲۰٬۰۰۰٬۰۰۰ تومان در کل می‌گیرند؛ آنچه در پایان"
    " مانده باشد، حتی اگر کمتر از سهم کامل باشد، داده می‌شود.",
    "en": "From Sunday 1 Farvardin 1406, to the end of Friday 13 Farvardin 1406, on Friday, when a member"
    " buys and the tier in Club tiers is Gold and the city of the branch is تهران and the quantity of the"
    " lines where the category is under Dairy is at least 3, the Points of the other rules become 3 times,"
    " for the lines where the category is under Dairy. For each member at most 500 points a week. All"
    " members together get at most 20,000,000 toman in all; the last of it is given in part.",
}


@dataclass(slots=True)
class Hand:
    """A hand on the mouse or on the keys; every press, choice and letter of it is counted."""

    window: Window
    on_keys: bool
    acts: int = 0

    def push(self, id: str, leads_to: str) -> None:
        """Push a button; the person goes on where it leads, without looking for it."""
        button = self.window.page.locator(f"#{id}")
        self.acts += 1
        if self.on_keys:
            button.focus()
            self.window.page.keyboard.press("Enter")
        else:
            button.click()
        expect(self.window.page.locator(f"#{leads_to}")).to_be_focused()

    def choose(self, name: str, value: str) -> None:
        """Choose of a list (open it, take one), and wait until the form has followed."""
        self.acts += 2
        self.window.page.locator(f"[name='{name}']").select_option(value)
        self.window.settle()

    def write(self, name: str, text: str) -> None:
        """Write into a field: typed where the hand is on the keys."""
        field = self.window.page.locator(f"[name='{name}']")
        self.acts += 1 + len(text)
        if not self.on_keys:
            field.fill(text)
            return
        field.focus()
        self.window.page.keyboard.press("Control+A")
        self.window.page.keyboard.type(text)


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> cast.Naderi:
    """Club Naderi with its starter program, dairy in its catalogue, and one basket that Sara bought."""
    monkeypatch.setenv("BASHGAH_VAR", str(tmp_path))
    with transaction.atomic():
        made = cast.naderi()
        cast.published(made.club)
        cast.staff(made)
        dairy = CategoryInfo("dairy", Texts("لبنیات", "Dairy"), "")
        now = clock.now()
        categories_upsert_bulk(club=made.club, categories=[dairy], now=now)
        basket = PurchaseIn(
            source="pos",
            reference="b-1",
            occurred_at=now,
            member=MemberRef(mobile=cast.SARA_MOBILE),
            branch="101",
            lines=(LineIn(sku="milk", category=("dairy",), quantity=4000, gross=2_600_000),),
        )
    with transaction.atomic():  # the settlement reads what is committed
        settle_one(basket, club=made.club, actor=SYSTEM, now=now)
    return made


@pytest.mark.parametrize("on_keys", [False, True], ids=["mouse", "keys"])
def test_a_marketer_builds_a_whole_rule_and_reads_it_in_both_languages(
    visit: Visit, people: cast.Naderi, on_keys: bool
) -> None:
    look = Look("en", "phone", "dark") if on_keys else Look("fa")
    with visit(look, allow=ABORTED) as mina:
        signs_in(mina, cast.MINA_EMAIL)
        mina.page.wait_for_url("**/console/")
        hand = Hand(mina, on_keys)
        builds(hand)
        assert hand.acts == U2_ACTS
        said = mina.page.locator("#sentence")
        expect(said).to_have_text(SENTENCE[look.lang], use_inner_text=True)
        expect(mina.page.locator("#rule-side .bad")).to_have_count(0)
        assert mina.axe() == []
        assert mina.overflow() == 0
        mina.page.keyboard.press("Control+s")
        mina.page.wait_for_url("**/console/rules/triple_dairy/")
    other: Look = Look("fa" if look.lang == "en" else "en")
    with visit(other, allow=ABORTED) as mina:
        signs_in(mina, cast.MINA_EMAIL)
        mina.page.wait_for_url("**/console/")
        mina.goto("/console/rules/triple_dairy/")
        expect(mina.page.locator("#sentence")).to_have_text(SENTENCE[other.lang], use_inner_text=True)
        takes_an_example(mina)
    throttle_close()
    saved = draft_get(people.club).document["rules"][-1]
    assert saved["when"] == {
        "all": [
            {"field": "member.tier.main", "op": "is", "value": "gold"},
            {"field": "fact.city", "op": "is", "value": "تهران"},
            {
                "lines": {
                    "where": {"field": "line.category", "op": "under", "value": "dairy"},
                    "measure": "quantity",
                    "op": "gte",
                    "value": 3000,
                }
            },
        ]
    }
    assert saved["schedule"]["weekdays"] == [6]
    assert saved["limits"] == [{"window": "week", "most": 500, "of": "units"}]
    assert (saved["budget"]["of"], saved["budget"]["most"]) == ("money", 200_000_000)


def builds(hand: Hand) -> None:
    """From the empty form to the whole rule."""
    hand.window.goto("/console/rules/new/")
    hand.write("name_fa", "لبنیات سه‌برابر")
    hand.write("name_en", "Triple dairy")
    hand.push("w-start", "w-1-field")
    hand.choose("w-1-field", "member.tier.main")
    hand.choose("w-1-value", "gold")
    hand.push("w-0-add", "w-2-field")
    hand.choose("w-2-field", "fact.city")
    hand.choose("w-2-value", "تهران")
    hand.push("w-0-lines", "w-3-add")
    hand.push("w-3-add", "w-4-field")
    hand.choose("w-4-field", "line.category")
    hand.choose("w-4-value", "dairy")
    hand.choose("w-3-measure", "quantity")
    hand.write("w-3-value", "3")
    hand.choose("effect-0-amount", "multiplier")
    hand.write("effect-0-p-permille", "3")
    hand.push("e0-start", "e0-1-field")
    hand.choose("e0-1-field", "line.category")
    hand.choose("e0-1-value", "dairy")
    hand.write("starts_on", "1406/01/01")
    hand.write("ends_on", "1406/01/13")
    friday = hand.window.page.locator("[name=weekdays][value='6']")
    friday.focus()
    hand.acts += 1
    hand.window.page.keyboard.press("Space")
    hand.write("limit_week", "500")
    hand.write("budget_most", "20000000")
    hand.choose("budget_of", "money")


def takes_an_example(window: Window) -> None:
    """Sara's own basket becomes an example: she is no gold member, so it gives nothing, and says why."""
    page = window.page
    page.locator("[data-dialog=find]").click()
    page.locator("#find [name=member]").fill(mobile.national(cast.SARA_MOBILE))
    page.locator("#find button[type=submit]").click()
    page.locator("#found button").first.click()
    expect(page.locator("#example-0-name_fa")).to_be_focused()
    expect(page.locator("#rule-side .b-tag.is-good")).to_be_visible()
    assert window.axe() == []
    page.keyboard.press("Control+s")
    page.locator(".b-toast").wait_for()

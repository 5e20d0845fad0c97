"""Why and why not of any rule of that time, word for word, whatever was published since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bashgah.activities import selectors, whys
from bashgah.activities.types import VisitIn
from bashgah.activities.whys import ActivityWhy
from bashgah.engine.decisions import RuleOutcome
from bashgah.engine.unheard import nearly_earned
from bashgah.engine.voices import to_member
from bashgah.ground.types import SYSTEM
from bashgah.kit.phrases import say
from bashgah.programs.selectors import draft_get
from bashgah.programs.services import draft_publish, draft_save
from tests.activities.shop import Shop, line, open_shop, per_step, rule
from tests.cast import NOW

pytestmark = pytest.mark.django_db

FIXED = [{"wallet": "points", "amount": "fixed", "params": {"units": 3}}]
RULES = [
    {**rule("big", "purchase", FIXED), "when": {"field": "purchase.net", "op": "gte", "value": 5_000_000}},
    {**rule("tajrish", "purchase", FIXED), "when": {"field": "fact.branch", "op": "is", "value": "102"}},
    {**rule("gold", "purchase", FIXED),
     "when": {"field": "member.tier.club", "op": "at_least", "value": "gold"}},
    {**rule("tagged", "purchase", FIXED), "when": {"field": "member.tags", "op": "has", "value": "vip"}},
    {**rule("later", "purchase", FIXED), "stage": "draft"},
    {**rule("once", "purchase", FIXED), "stage": "off"},
]  # fmt: skip


@pytest.fixture
def shop() -> Shop:
    return open_shop(rules=RULES)


def told(shop: Shop, activity_id: Any) -> ActivityWhy:
    return whys.activity_why_all(shop.club, selectors.activity_get(shop.club, activity_id), now=NOW)


def said(outcome: RuleOutcome, lang: str) -> list[str]:
    return [say(reason, lang) for reason in outcome.reasons]


def publish(shop: Shop, rules: list[dict[str, Any]]) -> None:
    draft = draft_get(shop.club)
    document = {**draft.document, "rules": rules}
    saved = draft_save(club=shop.club, document=document, revision=draft.revision, actor=SYSTEM, now=NOW)
    draft_publish(
        club=shop.club, revision=saved.revision, effective_from=NOW + timedelta(minutes=1),
        actor=SYSTEM, now=NOW,
    )  # fmt: skip


def test_every_rule_of_the_version_says_why_it_gave_or_why_not(shop: Shop) -> None:
    why = told(shop, shop.tell(shop.purchase("A-1", line("milk", 250_000))).activity_id)

    assert {key: said(whys.rule_why(why, key), "en") for key in ("big", "tajrish", "gold")} == {
        "big": ["the purchase amount after discount is 250,000 toman; at least 500,000 toman is needed"],
        "tajrish": ["the branch is Vanak Square; Tajrish is needed"],
        "gold": ["the tier in Tier is Plain; Gold or higher is needed"],
    }
    assert {key: said(whys.rule_why(why, key), "fa") for key in ("big", "tajrish", "gold")} == {
        "big": ["مبلغ خرید پس از تخفیف ۲۵۰٬۰۰۰ تومان است؛ حداقل ۵۰۰٬۰۰۰ تومان لازم است"],
        "tajrish": ["شعبه میدان ونک است؛ باید تجریش باشد"],
        "gold": ["سطح عضو در سطح عادی است؛ باید طلایی یا بالاتر باشد"],
    }
    assert {key: said(whys.rule_why(why, key), "en") for key in ("visit", "review", "later", "once")} == {
        "visit": ["it waits for a visit, and this was none"],
        "review": ["it waits for “Review”, and this was none"],
        "later": ["it was a draft then and gave nothing to anybody"],
        "once": ["it had ended by then"],
    }
    assert said(whys.rule_why(why, "later"), "fa") == ["آن زمان پیش‌نویس بود و به کسی چیزی نمی‌داد"]


def test_a_rule_that_the_version_did_not_have_says_so(shop: Shop) -> None:
    why = told(shop, shop.buys("A-1", 100_000).activity_id)
    never = whys.rule_why(why, "summer")

    assert said(never, "en") == ["version 1 of the program, in force then, had no such rule"]
    assert said(never, "fa") == ["نسخهٔ ۱ برنامه که آن زمان در جریان بود چنین قانونی نداشت"]


def test_the_reason_stays_when_the_rule_is_changed_or_removed_afterwards(shop: Shop) -> None:
    bought = shop.buys("A-1", 250_000)
    before = told(shop, bought.activity_id)
    easier = {**RULES[0], "when": {"field": "purchase.net", "op": "gte", "value": 1_000_000}}
    publish(shop, [rule("base", "purchase", [per_step("points"), per_step("status")]), easier])
    later = whys.activity_why_all(
        shop.club, selectors.activity_get(shop.club, bought.activity_id), now=NOW + timedelta(days=1)
    )

    assert later.explanation == before.explanation
    assert said(whys.rule_why(later, "big"), "fa") == [
        "مبلغ خرید پس از تخفیف ۲۵۰٬۰۰۰ تومان است؛ حداقل ۵۰۰٬۰۰۰ تومان لازم است"
    ]
    assert (before.since, later.since["big"], later.since["gold"]) == ({}, "changed", "removed")
    assert "base" not in later.since


def test_a_return_is_explained_by_what_its_purchase_was_given(shop: Shop) -> None:
    shop.tell(shop.purchase("A-1", line("milk", 250_000), line("rice", 480_000)))
    back = shop.tell(shop.returns("R-1", "A-1", (2, 1000)))
    why = told(shop, back.activity_id)

    base = whys.rule_why(why, "base")
    assert (base.fired, dict(base.amounts)) == (True, {"points": -5, "status": -5})
    (reason,) = said(base, "en")
    assert reason == (
        "it had given 7 points and 7 qualifying points for the purchase; "
        "the share of what came back goes back"
    )
    assert said(base, "fa") == ["برای خرید ۷ امتیاز و ۷ امتیاز سطح داده بود؛ سهم آنچه مرجوع شد برمی‌گردد"]
    assert said(whys.rule_why(why, "gold"), "en") == [
        "it gave nothing for the purchase, so there is nothing to take back"
    ]
    assert dict(why.explanation.totals) == {"points": -7, "status": -5}


def test_a_member_reads_of_their_own_tier_and_nothing_of_the_clubs_groups(shop: Shop) -> None:
    why = told(shop, shop.buys("A-1", 100_000).activity_id)

    gold, tagged = to_member(whys.rule_why(why, "gold")), to_member(whys.rule_why(why, "tagged"))
    assert said(gold, "en") == ["the tier you have in Tier is Plain; Gold or higher is needed"]
    assert said(gold, "fa") == ["سطح شما در سطح عادی است؛ باید طلایی یا بالاتر باشد"]
    assert said(tagged, "en") == ["it is for a group the club has chosen, and you were not in it then"]
    assert said(tagged, "fa") == ["برای گروهی است که باشگاه برگزیده و شما آن زمان در آن نبودید"]


def test_what_lacks_only_more_of_one_thing_was_nearly_earned(shop: Shop) -> None:
    why = told(shop, shop.buys("A-1", 450_000).activity_id)
    assert [outcome.rule for outcome in why.explanation.outcomes if nearly_earned(outcome)] == ["big"]


def test_a_visit_says_why_the_rules_of_purchases_were_not_asked(shop: Shop) -> None:
    visit = VisitIn(source="app", reference="V-1", occurred_at=NOW, member=shop.ref(shop.sara), branch="101")
    why = told(shop, shop.tell(visit).activity_id)
    assert said(whys.rule_why(why, "base"), "fa") == ["برای خرید است و این، خرید نبود"]
    assert [(each.rule, each.fired) for each in why.explanation.outcomes] == [("visit", True)]

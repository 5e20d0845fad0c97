"""A rule that gives a reward, built in the console; and a reward that could not be issued, tried again."""

from __future__ import annotations

import pytest
from django.utils import translation

from bashgah.console.building import rule as forms
from bashgah.console.building.judging import judge, plain_sentence
from bashgah.console.building.sources import sources_of
from bashgah.engine.document import Rule
from bashgah.ground.batch import cursor
from bashgah.ground.types import SYSTEM
from bashgah.kit.ids import public
from bashgah.kit.text import Texts
from bashgah.programs import services
from bashgah.programs.selectors import draft_get
from bashgah.redemption.granting import grant_issue
from bashgah.redemption.selectors import grants_waiting
from bashgah.rewards import services as rewards
from bashgah.rewards.selectors import coupon_list
from bashgah.ui.types import Lang
from tests.activities.test_granting import REWARDS, TEN, gives
from tests.cast import NOW
from tests.console.conftest import Console
from tests.console.test_rule_form import ground, rules_of, submitted

pytestmark = pytest.mark.django_db
GIFT = {
    "key": "gift",
    "name": {"fa": "هدیه", "en": "Gift"},
    "effects": [
        {"amount": "fixed", "params": {"units": 10}},
        {"kind": "reward", "reward": "discount_50k", "count": 2, "valid_days": 7, "on_return": "keep"},
    ],
    "budget": {"reward": "discount_50k", "most": 100, "at_limit": "skip"},
    "limits": [{"window": "month", "most": 1, "of": "times"}],
    "examples": [{"name": {"en": "any"}, "fact": {}, "expect": {"points": 10, "reward:discount_50k": 2}}],
}


@pytest.mark.parametrize("lang", ["fa", "en"])
def test_a_rule_that_gives_a_reward_survives_the_form_and_is_said(lang: Lang) -> None:
    with translation.override(lang):
        draft, _sources = ground(lang)
        reward = {
            "key": "discount_50k",
            "kind": "discount_coupon",
            "price": 100,
            "params": {"amount": 500_000},
        }
        document = dict(draft.document) | {"rules": [GIFT], "rewards": [reward]}
        draft = services.draft_save(
            club=_sources.club, document=document, revision=draft.revision, actor=SYSTEM, now=NOW
        )
        assert draft.program is not None
        sources = sources_of(_sources.club, draft.program, lang)
        (rule,) = rules_of(draft.program)
        form = forms.form_of(rule, sources)
        again = forms.form_read(submitted(draft, sources, form), sources)
        assert Rule.model_validate(forms.document_of(again, sources)) == rule
        judged = judge(draft, forms.document_of(again, sources), sources)
        assert judged.problems == ()
        assert [(each.ok, each.got) for each in judged.examples] == [
            (True, {"points": 10, "reward:discount_50k": 2})
        ]
        said = plain_sentence(judged.parts)
        assert ("با مهلت ۷ روز" if lang == "fa" else "good for 7 days") in said
        assert ("برای عضو می‌ماند" if lang == "fa" else "they keep") in said


def test_a_reward_that_waits_is_shown_with_why_and_issued_from_there(console: Console) -> None:
    club, sara = console.club, console.cast.sara
    _publish(console)
    told = console.buys(sara, 1_000_000)
    rewards.stock_set(club=club, reward="ten", remaining=0, actor=SYSTEM, now=NOW)
    with cursor() as cur:
        ((grant_id,),) = cur.execute("SELECT id FROM redemption_grant").fetchall()
    assert [line.reward for line in told.grants] == ["ten"]
    grant_issue(club=club, member_id=sara.id, grant_id=grant_id, now=NOW)
    page = console.get("rewards/").content.decode()
    assert "موجودی این پاداش تمام شده است" in page
    path = f"rewards/waiting/{public('grant', grant_id)}/retry/"
    assert console.post(path).status_code == 409
    rewards.stock_set(club=club, reward="ten", remaining=1, actor=SYSTEM, now=NOW)
    assert console.post(path).status_code == 302
    assert grants_waiting(club) == []
    assert [each.state for each in coupon_list(club, [sara.id], now=NOW)] == ["issued"]


def _publish(console: Console) -> None:
    club = console.club
    rewards.reward_save(club=club, key="ten", name=Texts("کوپن", "Coupon"), actor=SYSTEM, now=NOW)
    draft = draft_get(club)
    document = dict(draft.document) | {"rules": [gives("gift", TEN)], "rewards": REWARDS}
    saved = services.draft_save(club=club, document=document, revision=draft.revision, actor=SYSTEM, now=NOW)
    services.draft_publish(club=club, revision=saved.revision, actor=SYSTEM, now=NOW)

"""One case before it happens: whoever, whenever, under whatever program; the books stay as they are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bashgah.activities.types import PurchaseIn, VisitIn
from bashgah.ground.types import SYSTEM
from bashgah.kit.refusals import Refusal
from bashgah.programs.selectors import draft_get
from bashgah.programs.services import rule_put
from bashgah.simulation.trying import MadeUp, case_try
from tests.activities.shop import Shop, line, open_shop, rule
from tests.cast import NOW
from tests.simulation.test_replays import capped, rows

pytestmark = pytest.mark.django_db


def basket(shop: Shop, *, days_ahead: int = 0) -> PurchaseIn:
    return shop.purchase("case", line("A1", 800_000), at=NOW + timedelta(days=days_ahead))


def test_a_member_is_tried_as_the_settlement_would_decide() -> None:
    shop = open_shop(**capped())
    shop.buys("before", 500_000)
    tried = case_try(club=shop.club, intake=basket(shop), who=shop.sara.id, number=None, now=NOW)
    told = shop.tell(shop.purchase("real", line("A1", 800_000)))
    assert tried.units_of("points") == told.points_of("points") == 7
    assert [outcome.fired for outcome in tried.explanation.outcomes] == [True, False, False, False]


def test_a_day_that_lies_ahead_has_its_own_windows() -> None:
    shop = open_shop(base={"limits": [{"window": "day", "most": 9}]})
    shop.buys("before", 500_000)
    today = case_try(club=shop.club, intake=basket(shop), who=shop.sara.id, number=None, now=NOW)
    later = case_try(
        club=shop.club, intake=basket(shop, days_ahead=40), who=shop.sara.id, number=None, now=NOW
    )
    assert (today.units_of("points"), later.units_of("points")) == (4, 8)


def test_somebody_made_up_has_the_tier_and_the_past_that_is_said() -> None:
    shop = open_shop(**capped())
    who = MadeUp(tiers={"club": "gold"}, purchases=6)
    tried = case_try(club=shop.club, intake=basket(shop), who=who, number=None, now=NOW)
    assert tried.units_of("points") == 8 + 8 + 9
    assert tried.tiers == (("club", "gold", "gold"),)
    rising = case_try(club=shop.club, intake=basket(shop), who=MadeUp(qualifying=95), number=None, now=NOW)
    assert rising.tiers == (("club", "plain", "gold"),)


def test_the_draft_answers_before_it_is_published() -> None:
    shop = open_shop()
    draft = draft_get(shop.club)
    visit = rule("visit", "visit", [{"wallet": "points", "amount": "fixed", "params": {"units": 50}}])
    rule_put(club=shop.club, rule=visit, revision=draft.revision, actor=SYSTEM, now=NOW)
    case = VisitIn(source="x", reference="y", occurred_at=NOW, member=shop.ref(shop.sara), branch="101")
    points = [
        case_try(club=shop.club, intake=case, who=shop.sara.id, number=number, now=NOW).units_of("points")
        for number in (0, None, 1)
    ]
    assert points == [50, 5, 5]


def test_trying_writes_nothing() -> None:
    shop = open_shop()
    before = rows()
    case_try(club=shop.club, intake=basket(shop), who=shop.sara.id, number=0, now=NOW)
    assert rows() == before


def test_a_case_the_settlement_would_refuse_is_refused() -> None:
    shop = open_shop()
    wrong = shop.purchase("case", amount=1, currency="EUR")
    with pytest.raises(Refusal, match="currency_unknown"):
        case_try(club=shop.club, intake=wrong, who=MadeUp(), number=0, now=NOW)

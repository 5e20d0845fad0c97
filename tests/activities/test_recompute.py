"""What should have been given is computed again, shown with reasons, and put right once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from bashgah.activities.recomputing import member_recompute, member_recompute_apply
from bashgah.activities.recomputing_many import recompute_begin, recompute_run
from bashgah.activities.selectors import activity_find
from bashgah.activities.types import PaymentIn
from bashgah.activities.verify import verify
from bashgah.engine.windows import window_start
from bashgah.ground.types import SYSTEM
from bashgah.history.selectors import used_get
from bashgah.kit.phrases import say
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import statement_list, wallets_get
from bashgah.ledger.types import Cause
from bashgah.tiers import selectors as tiers
from tests.activities.shop import Shop, line, open_shop, per_step, rule
from tests.cast import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MILLION = 1_000_000
FIRST = rule(
    "first",
    "purchase",
    [{"wallet": "points", "amount": "fixed", "params": {"units": 50}}],
    when={"field": "history.purchases", "op": "eq", "value": 0},
)

EXTRA = rule(
    "extra",
    "purchase",
    [{"wallet": "status", "amount": "per_step", "params": {"units": 6, "step": 10 * MILLION}}],
    when={"field": "history.purchases", "op": "eq", "value": 0},
)


def points(shop: Shop) -> int:
    return wallets_get(shop.club, shop.sara.id, NOW + 10 * DAY)["points"].available


def since(days: int) -> date:
    return (NOW + days * DAY).date()


def late(shop: Shop, reference: str, amount: int) -> None:
    """A purchase of today that is told in two days."""
    shop.tell(shop.purchase(reference, amount=amount), now=NOW + 2 * DAY)


def found(shop: Shop, days: int = -30) -> Any:
    return member_recompute(club=shop.club, member_id=shop.sara.id, since=since(days), now=NOW + 10 * DAY)


def put_right(shop: Shop, days: int = -30) -> Any:
    return member_recompute_apply(
        club=shop.club, member_id=shop.sara.id, since=since(days), actor=SYSTEM, now=NOW + 10 * DAY
    )


def differences(answer: Any) -> list[tuple[str, str, str, int, int]]:
    return [(d.reference, d.wallet, d.rule, d.given, d.due) for d in answer.differences]


def test_where_facts_came_in_order_nothing_differs() -> None:
    shop = open_shop(rules=[FIRST], base={"limits": [{"window": "day", "most": 30}]})
    shop.tell(shop.purchase("A-1", line("egg", MILLION, pieces=3), line("rice", 330_000)))
    shop.buys("A-2", 3 * MILLION)
    shop.tell(shop.returns("R-1", "A-1", (1, 1000)))
    shop.buys("A-3", MILLION, at=NOW + DAY)
    shop.tell(shop.returns("R-2", "A-2"))
    shop.buys("A-4", 12 * MILLION, at=NOW + 2 * DAY)
    shop.tell(shop.returns("R-3", "A-4", at=NOW + 2 * DAY), now=NOW + 2 * DAY)
    answer = found(shop)
    assert (differences(answer), answer.tiers, answer.is_right) == ([], (), True)
    assert put_right(shop).is_right


def test_a_late_purchase_takes_the_first_purchases_bonus_over() -> None:
    shop = open_shop(base={"effects": [per_step("status")]}, rules=[FIRST])
    shop.buys("A-2", MILLION, at=NOW + DAY)
    shop.buys("A-1", MILLION, at=NOW)
    assert points(shop) == 50
    answer = found(shop)
    assert differences(answer) == [("A-1", "points", "first", 0, 50), ("A-2", "points", "first", 50, 0)]
    assert answer.changes == {"points": 0}
    assert say(answer.differences[1].reasons[0], "en")
    assert put_right(shop).differences == answer.differences
    assert points(shop) == 50
    assert found(shop).is_right
    assert put_right(shop).is_right
    entries = [
        (row.cause_id, row.change)
        for row in statement_list(shop.club, shop.sara.id).rows
        if row.cause is Cause.RECOMPUTE
    ]
    by_reference = {ref: activity_find(shop.club, "pos", ref).id for ref in ("A-1", "A-2")}  # type: ignore[union-attr]
    assert sorted(entries) == sorted([(by_reference["A-1"], 50), (by_reference["A-2"], -50)])


def test_a_late_purchase_takes_its_part_of_a_limit() -> None:
    shop = open_shop(base={"limits": [{"window": "day", "most": 15}]})
    shop.buys("A-2", MILLION, at=NOW + 3600 * timedelta(seconds=1))
    shop.buys("A-1", MILLION, at=NOW)
    assert differences(found(shop)) == [
        ("A-1", "points", "base", 5, 10),
        ("A-1", "status", "base", 5, 10),
        ("A-2", "points", "base", 10, 5),
        ("A-2", "status", "base", 10, 5),
    ]
    put_right(shop)
    assert used_get(shop.club, shop.sara.id, [("base.points.day", NOW.date())]) == {
        ("base.points.day", NOW.date()): 15
    }
    assert found(shop).is_right


def test_a_tier_and_its_multiplier_follow_a_late_purchase() -> None:
    gold = rule(
        "gold",
        "purchase",
        [{"wallet": "points", "amount": "fixed", "params": {"units": 7}}],
        when={"field": "member.tier.club", "op": "in", "value": ["gold"]},
    )
    shop = open_shop(rules=[gold])
    shop.buys("A-2", MILLION, at=NOW + DAY)
    late(shop, "A-1", 10 * MILLION)
    answer = found(shop)
    assert differences(answer) == [("A-2", "points", "gold", 0, 7)]
    assert answer.tiers == ()
    put_right(shop)
    assert points(shop) == 117
    assert found(shop).is_right


def test_only_activities_since_the_day_are_computed_again() -> None:
    shop = open_shop(base={"effects": [per_step("status")]}, rules=[FIRST])
    shop.buys("A-2", MILLION, at=NOW + DAY)
    shop.buys("A-1", MILLION, at=NOW)
    answer = found(shop, days=1)
    assert differences(answer) == [("A-2", "points", "first", 50, 0)]


def test_what_must_be_taken_and_was_spent_becomes_a_debt() -> None:
    shop = open_shop(base={"effects": [per_step("status")]}, rules=[FIRST])
    shop.buys("A-2", MILLION, at=NOW + DAY)
    shop.buys("A-1", MILLION, at=NOW)
    spent = (PaymentIn(wallet="points", amount=45),)
    shop.tell(shop.purchase("A-3", amount=100_000, at=NOW + 2 * DAY, paid_with=spent), now=NOW + 2 * DAY)
    put_right(shop, days=1)
    assert points(shop) == -45
    assert found(shop, days=1).is_right


def test_returns_after_a_recomputation_take_back_all_that_was_given() -> None:
    shop = open_shop(rules=[FIRST])
    shop.buys("A-2", MILLION, at=NOW + DAY)
    shop.tell(shop.purchase("A-1", line("egg", 900_000, pieces=3)))
    put_right(shop)
    assert points(shop) == 69
    taken = [shop.tell(shop.returns(f"R-{n}", "A-1", (1, 1000))).points_of("points") for n in range(3)]
    assert sum(taken) == -59
    assert points(shop) == 10
    # nothing of the earlier purchase is left, so the later one is the first again
    assert differences(found(shop)) == [("A-2", "points", "first", 0, 50)]


def test_a_tier_that_should_not_have_been_reached_falls() -> None:
    shop = open_shop(rules=[EXTRA])
    shop.buys("A-2", 7 * MILLION, at=NOW + DAY)
    late(shop, "A-1", MILLION)
    standing = tiers.standing_get(shop.club, shop.sara.id, NOW + 2 * DAY)
    assert standing is not None
    assert standing.tier == "gold"
    answer = found(shop)
    assert differences(answer) == [("A-1", "status", "extra", 0, 6), ("A-2", "status", "extra", 42, 0)]
    assert [(t.before, t.after) for t in answer.tiers] == [("gold", "plain")]
    put_right(shop)
    assert found(shop).is_right


def test_nobody_unknown_is_computed() -> None:
    shop = open_shop()
    with pytest.raises(Refusal, match="member_not_found"):
        member_recompute_apply(club=shop.club, member_id=shop.club.id, since=since(0), actor=SYSTEM, now=NOW)


def test_many_members_are_counted_first_and_put_right_then() -> None:
    shop = open_shop(base={"effects": [per_step("status")]}, rules=[FIRST])
    for member in (shop.sara, shop.reza):
        shop.buys(f"B-{member.number}", MILLION, member=member, at=NOW + DAY)
    late(shop, "A-1", MILLION)
    for apply, differing in ((False, 1), (True, 1), (True, 0)):
        run = recompute_begin(
            club=shop.club, since=since(-1), branch="101", apply=apply, actor=SYSTEM, now=NOW + 10 * DAY
        )
        assert run.ended_at is None
        done = recompute_run(club=shop.club, id=run.id, now=NOW + 10 * DAY)
        assert (done.members, done.differing, done.left_out) == (2, differing, 0)
        assert done.done == 2
        assert len(done.samples) == differing
        assert done.changes == (done.samples[0][1] if differing else {})
    assert found(shop).is_right


def once(window: str = "month") -> dict[str, Any]:
    """A gift of four for one purchase of a month."""
    effects = [{"wallet": "points", "amount": "fixed", "params": {"units": 4}}]
    return rule("gift", "purchase", effects, limits=[{"window": window, "most": 1, "of": "times"}])


def gifts(shop: Shop) -> int:
    return sum(used_get(shop.club, shop.sara.id, [("gift.#times.ever", date.min)]).values())


def test_a_return_frees_no_limit_that_a_recomputation_has_freed() -> None:
    shop = open_shop(rules=[once("ever")])
    shop.buys("A-2", MILLION, at=NOW + DAY)
    shop.buys("A-1", MILLION, at=NOW)
    assert differences(put_right(shop)) == [("A-1", "points", "gift", 0, 4), ("A-2", "points", "gift", 4, 0)]
    shop.tell(shop.returns("R-2", "A-2", at=NOW + 11 * DAY), now=NOW + 11 * DAY)
    later = shop.tell(shop.purchase("A-3", amount=MILLION, at=NOW + 12 * DAY), now=NOW + 12 * DAY)
    assert [credit.rule for credit in later.credits] == ["base", "base"], "A-1 has had the gift"
    shop.tell(shop.returns("R-1", "A-1", at=NOW + 13 * DAY), now=NOW + 13 * DAY)
    again = shop.tell(shop.purchase("A-4", amount=MILLION, at=NOW + 14 * DAY), now=NOW + 14 * DAY)
    assert "gift" in [credit.rule for credit in again.credits]


def test_a_limit_is_free_again_where_the_recomputation_gives_nothing_any_more() -> None:
    first = {**FIRST, "limits": [{"window": "month", "most": 1, "of": "times"}]}
    shop = open_shop(rules=[first])
    shop.buys("A-2", MILLION)
    shop.buys("A-1", MILLION, at=NOW - 40 * DAY)
    months = [
        ("first.#times.month", window_start("month", (NOW - days * DAY).date(), "jalali")) for days in (40, 0)
    ]
    assert used_get(shop.club, shop.sara.id, months) == {months[1]: 1}
    assert differences(put_right(shop, days=-60))[0] == ("A-1", "points", "first", 0, 50)
    assert used_get(shop.club, shop.sara.id, months) in ({months[0]: 1}, {months[0]: 1, months[1]: 0})


@pytest.mark.corrupts
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("key", ["gift.points.ever", "gift.#times.ever", "#spent"])
def test_limits_and_counters_of_who_was_computed_again_are_proved(
    owner_connection: psycopg.Connection, key: str
) -> None:
    gift = once("ever")
    gift["limits"].append({"window": "ever", "most": 90})
    spent = {"key": "spent", "name": {"en": "S"}, "trigger": "purchase", "counts": "money", "window": "ever"}
    shop = open_shop(rules=[gift], document={"counters": [spent]})
    shop.buys("A-2", MILLION, at=NOW + DAY)
    shop.buys("A-1", 2 * MILLION, at=NOW)
    put_right(shop)
    shop.tell(shop.returns("R-2", "A-2", at=NOW + 11 * DAY), now=NOW + 11 * DAY)
    shop.tell(shop.purchase("A-3", amount=MILLION, at=NOW + 12 * DAY), now=NOW + 12 * DAY)
    assert verify() == []
    planted = owner_connection.execute("UPDATE history_used SET used = used + 1 WHERE limit_key = %s", [key])
    assert planted.rowcount == 1
    assert {finding.code for finding in verify(shop.club.id)} == {"used_differs"}

"""A shop with everything in its books, and what a superuser could do to them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.db import transaction

from bashgah.activities.types import PurchaseIn
from bashgah.activities.verify import verify
from bashgah.ground.types import SYSTEM
from bashgah.kit.ids import public
from bashgah.ledger import roots
from bashgah.ledger.transferring import Transfer, transfer_post
from bashgah.members.services import members_lock
from bashgah.tiers.services import tier_grant
from tests.activities.shop import Shop, line, open_shop, per_step, rule
from tests.cast import NOW
from tests.ledger.hand import Hand

DAY = timedelta(days=1)
GIFT = rule(
    "gift",
    "purchase",
    [per_step("points")],
    limits=[{"window": "month", "most": 30}, {"window": "ever", "most": 9, "of": "times"}],
    budget={"most": 900, "window": "year"},
)
COUNTERS = [
    {"key": key, "name": {"en": key}, "trigger": "purchase", "counts": counts, "window": window}
    for key, counts, window in (
        ("spent", "money", "month"),
        ("row", "streak", "day"),
        ("ago", "days_since", "ever"),
    )
]


def furnished_shop() -> Shop:
    """Purchases, returns, a spent and an open hold, pending and expired units, a gift, tiers, sealed days."""
    shop = open_shop(
        points={"expiry": {"kind": "age_days", "count": 30}}, rules=[GIFT], document={"counters": COUNTERS}
    )
    shop.tell(shop.purchase("A-1", line("egg", 3_000_000, pieces=3), line("milk", 500_000)))
    shop.tell(shop.returns("R-1", "A-1", (1, 1000)))
    shop.tell(shop.returns("R-2", "A-1", (1, 1000)))
    anonymous = shop.tell(
        PurchaseIn(source="pos", reference="N-1", occurred_at=NOW, lines=(line("egg", 100_000),))
    )
    assert anonymous.member_id is None
    hand = Hand(shop.club, shop.sara.id)
    hand.gives(40, now=NOW - 3 * DAY, expires_at=NOW - DAY)
    hand.gives(40, now=NOW, available_from=NOW + 9 * DAY)
    hand.captures(hand.holds(5, now=NOW), now=NOW)
    hand.holds(4, now=NOW)
    _gift(shop)
    _steps(shop)
    roots.days_close(club=shop.club, now=NOW + 2 * DAY)
    assert verify() == []
    return shop


def _gift(shop: Shop) -> None:
    with transaction.atomic():
        locked = members_lock(shop.club, [shop.sara.id, shop.reza.id])
        gift = Transfer(uuid4(), locked[shop.sara.id], locked[shop.reza.id], "points", 2)
        transfer_post(club=shop.club, transfer=gift, actor=SYSTEM, now=NOW)


def _steps(shop: Shop) -> None:
    for tier, days in (("gold", 30), ("plain", 40), ("gold", 50)):
        tier_grant(
            club=shop.club,
            member_id=shop.sara.id,
            ladder="club",
            tier=tier,
            until=(NOW + days * DAY).date(),
            reason=public("member", shop.sara.id),
            actor=SYSTEM,
            now=NOW,
        )


CORRUPTIONS = {
    "wallet_available_differs": "UPDATE ledger_wallet SET available = available + 1 WHERE unit = 'points'",
    "wallet_pending_differs": "UPDATE ledger_wallet SET pending = pending + 1 WHERE unit = 'points'",
    "wallet_held_differs": "UPDATE ledger_wallet SET held = held + 1 WHERE unit = 'points'",
    "wallet_earned_differs": "UPDATE ledger_wallet SET earned_ever = 0 WHERE unit = 'points'",
    "lots_differ_from_available": (
        "UPDATE ledger_lot SET remaining = remaining - 1 WHERE is_open AND NOT is_pending"
    ),
    "lots_differ_from_pending": "UPDATE ledger_lot SET is_pending = false WHERE is_pending",
    "debt_beside_open_lots": (
        "UPDATE ledger_wallet SET debt = 1, available = available - 1 WHERE unit = 'points'"
    ),
    "lot_without_wallet": "UPDATE ledger_lot SET unit = 'stars' WHERE is_open",
    "change_overlooked": "UPDATE ledger_wallet SET next_change_at = NULL WHERE unit = 'points'",
    "lot_remaining_differs": "UPDATE ledger_allocation SET amount = amount + 1",
    "lot_differs_from_posting": "UPDATE ledger_lot SET amount = amount + 1",
    "credit_without_lot": "DELETE FROM ledger_lot WHERE is_pending",
    "allocation_without_lot": "DELETE FROM ledger_lot WHERE NOT is_open OR amount = 40",
    "allocations_differ_from_posting": "DELETE FROM ledger_allocation",
    "allocation_without_posting": "DELETE FROM ledger_posting WHERE credit = 12 OR credit = 13",
    "posting_without_entry": "DELETE FROM ledger_entry WHERE cause = 1",
    "entry_without_postings": "DELETE FROM ledger_posting WHERE debit = 11",
    "reversal_of_nothing": "UPDATE ledger_posting SET original = original + 1 WHERE reverses IS NOT NULL",
    "reversal_total_differs": "UPDATE ledger_posting SET reversed_total = reversed_total + 1 WHERE n = 2",
    "holds_differ_from_held": "UPDATE ledger_hold SET state = 2, closed_at = opened_at WHERE state = 0",
    "hold_differs_from_posting": "UPDATE ledger_hold SET amount = amount + 1 WHERE state = 1",
    "program_total_differs": "UPDATE ledger_posting SET amount = amount + 1 WHERE debit = 11",
    "history_purchases_differs": "UPDATE history_day SET purchases = purchases + 1",
    "history_qualifying_differs": "UPDATE history_sums SET qualifying = 0",
    "sums_spend_differ": "UPDATE history_sums SET spend = spend + 1",
    "sums_returns_differ": "UPDATE history_sums SET returns = returns + 1",
    "merged_holds_units": (
        "UPDATE members_state s SET merged_into = (SELECT w.member_id FROM ledger_wallet w"
        " WHERE w.member_id <> s.member_id LIMIT 1)"
        " WHERE member_id = (SELECT member_id FROM activities_activity LIMIT 1)"
    ),
    "history_missing": "DELETE FROM history_sums",
    "activity_without_reference": "DELETE FROM activities_reference WHERE reference = 'A-1'",
    "reference_without_activity": "DELETE FROM activities_anonymous",
    "entry_without_activity": "DELETE FROM activities_activity WHERE kind = 0",
    "entry_differs_from_activity": (
        "UPDATE ledger_posting SET unit = 'credit' WHERE debit = 11 AND unit = 'status'"
    ),
    "returned_differs": "UPDATE activities_returned SET returned = returned - 1",
    "claim_without_activity": (
        "UPDATE activities_anonymous SET claimed_at = recorded_at, claimed_by = id, claim_id = id"
    ),
    "sums_purchases_differ": "UPDATE history_sums SET purchases = purchases + 1",
    "sums_visits_differ": "UPDATE history_sums SET visits = visits + 1",
    "sums_gross_differ": "UPDATE history_sums SET gross = gross - 1",
    "history_visits_differs": "UPDATE history_day SET visits = visits + 1",
    "history_spend_differs": "UPDATE history_day SET spend = spend + 1",
    "days_purchases_differ": "UPDATE history_day SET day = day - 1",
    "days_visits_differ": "UPDATE history_day SET visits = visits + 1",
    "days_spend_differ": "UPDATE history_day SET spend = spend - 1",
    "used_differs": "UPDATE history_used SET used = used + 1 WHERE limit_key = 'gift.points.month'",
    "budget_spent_differs": "UPDATE programs_budget SET spent = spent - 1",
    "transfer_halves_differ": ("UPDATE ledger_posting SET amount = amount + 1 WHERE credit = 15"),
    "tier_differs_from_its_steps": "UPDATE tiers_standing SET tier = 'plain'",
    "tier_step_is_missing": "UPDATE tiers_change SET before = 'silver' WHERE after = 'plain'",
    "root_differs": "UPDATE ledger_root SET root = sha256(root)",
    "root_missing": "DELETE FROM ledger_root WHERE day = (SELECT min(day) + 1 FROM ledger_root)",
    "day_differs_from_its_root": "UPDATE ledger_entry SET reason = 'a gift' WHERE cause = 1",
    "day_before_the_first": (
        "UPDATE ledger_entry SET recorded_at = recorded_at - interval '99 days' WHERE cause = 1"
    ),
}
"""What is planted, by the code of the check that must find it."""

MORE = {
    "a limit of times": "UPDATE history_used SET used = used - 1 WHERE limit_key = 'gift.#times.ever'",
    "a sum": "UPDATE history_used SET used = used - 1 WHERE limit_key = '#spent'",
    "a streak that is too long": "UPDATE history_used SET used = used + 1 WHERE limit_key = '#row'",
    "a streak that is gone": "DELETE FROM history_used WHERE limit_key = '#row'",
    "the last day": "UPDATE history_used SET used = used - 1 WHERE limit_key = '#ago'",
    "a month nothing was done in": (
        "UPDATE history_used SET window_start = window_start - 90 WHERE limit_key = '#spent'"
    ),
    "a budget nobody took of": "DELETE FROM programs_budget",
}
"""More ways to plant what the two checks of limits and budgets must find."""

"""Coupons in hand, and carts with the sums that every door must come to."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import SYSTEM
from bashgah.kit.text import Texts
from bashgah.members.services import members_lock
from bashgah.members.types import MemberInfo
from bashgah.rewards.services import coupon_issue, reward_save
from bashgah.rewards.types import CouponInfo


def coupon_of(
    club: ClubInfo, member: MemberInfo, *, now: datetime, kind: str = "discount_coupon", **value: Any
) -> CouponInfo:
    """Issue a coupon of the reward «off»; ``valid_days`` among the value says for how long."""
    reward_save(club=club, key="off", name=Texts("کوپن", "Off"), actor=SYSTEM, now=now)
    with transaction.atomic():
        return coupon_issue(
            club=club,
            locked=members_lock(club, [member.id])[member.id],
            reward="off",
            kind=kind,
            valid_days=value.pop("valid_days", 0),
            value=value,
            random=secrets.token_bytes(11),
            now=now,
        )


@dataclass(frozen=True, slots=True)
class Case:
    """Coupons and one promotion (permille off sku «a») on prices of a, b, c …; what comes off each line."""

    says: str
    coupons: tuple[dict[str, Any], ...]
    prices: tuple[int, ...]
    coupon_parts: tuple[int, ...]
    promotion: int = 0
    promotion_part: int = 0
    refused: int = 0


ONLY_B: dict[str, Any] = {"lines": {"field": "line.sku", "op": "is", "value": "b"}}
ONLY_C: dict[str, Any] = {"lines": {"field": "line.sku", "op": "is", "value": "c"}}
NOT_A: dict[str, Any] = {"lines": {"not": {"field": "line.sku", "op": "is", "value": "a"}}}

CASES = (
    Case("an amount is shared by price", ({"amount": 1_000},), (30_000, 10_000), (750, 250)),
    Case("parts add up to the unit", ({"amount": 1_000},), (30_000, 30_000, 30_000), (334, 333, 333)),
    Case("a percentage is rounded down once", ({"percent": 20},), (1_234_567, 99), (246_913, 20)),
    Case("a ceiling holds", ({"percent": 50, "most": 10_000},), (30_000, 10_000), (7_500, 2_500)),
    Case("never more than all of it", ({"amount": 90_000},), (30_000, 10_000), (30_000, 10_000)),
    Case(
        "a promotion sees what the coupon left",
        ({"amount": 10_000},), (30_000, 10_000), (7_500, 2_500), promotion=100, promotion_part=2_250,
    ),
    Case(
        "a percentage and a promotion",
        ({"percent": 10},), (33_333, 10_001), (3_333, 1_000), promotion=150, promotion_part=4_500,
    ),
    Case(
        "two coupons, each judged by the whole, one after the other",
        ({"percent": 50}, {"amount": 30_000}), (30_000, 10_000), (30_000, 10_000),
    ),
    Case(
        "exactly the least order",
        ({"amount": 1_000, "minimum_order": 40_000},), (30_000, 10_000), (750, 250),
    ),
    Case(
        "a unit less than the least order",
        ({"amount": 1_000, "minimum_order": 40_001},), (30_000, 10_000), (0, 0), refused=1,
    ),
    Case(
        "the least order is of the shop's prices, whatever a promotion takes",
        ({"amount": 4_000, "minimum_order": 40_000},), (30_000, 10_000), (3_000, 1_000),
        promotion=500, promotion_part=13_500,
    ),
    Case("an amount lies on its goods", ({"amount": 1_000} | ONLY_B,), (30_000, 10_000), (0, 1_000)),
    Case("never more than these goods", ({"amount": 90_000} | ONLY_B,), (30_000, 10_000), (0, 10_000)),
    Case("a percentage of these goods", ({"percent": 15} | ONLY_B,), (30_000, 9_999), (0, 1_499)),
    Case(
        "a ceiling on these goods",
        ({"percent": 50, "most": 4_000} | NOT_A,), (30_000, 10_000, 30_000), (0, 1_000, 3_000),
    ),
    Case(
        "the least order is of these goods",
        ({"amount": 1_000, "minimum_order": 10_000} | ONLY_B,), (30_000, 10_000), (0, 1_000),
    ),
    Case(
        "a unit less of these goods, however much of others",
        ({"amount": 1_000, "minimum_order": 10_001} | ONLY_B,), (30_000, 10_000), (0, 0), refused=1,
    ),
    Case("none of the goods it is for", ({"amount": 1_000} | ONLY_C,), (30_000, 10_000), (0, 0), refused=1),
    Case(
        "one for all goods after one for some",
        ({"percent": 50} | ONLY_B, {"amount": 7_000}), (30_000, 10_000), (6_000, 6_000),
    ),
    Case(
        "one for some goods gets what one for all left of them",
        ({"amount": 36_000}, {"amount": 5_000} | ONLY_B), (30_000, 10_000), (27_000, 10_000),
    ),
    Case(
        "a promotion sees what one for other goods left it",
        ({"amount": 1_000} | ONLY_B,), (30_000, 10_000), (0, 1_000), promotion=100, promotion_part=3_000,
    ),
)  # fmt: skip

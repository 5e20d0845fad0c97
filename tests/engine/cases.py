"""A small program and short ways to write facts, for the engine's tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from bashgah.engine import CompiledProgram, compile_program
from bashgah.engine.decisions import Decision
from bashgah.engine.document import Program
from bashgah.engine.facts import Fact, Line

TEHRAN = timezone(timedelta(hours=3, minutes=30))
SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=TEHRAN)  # 30 Aban 1405
TOMAN = 10

WALLETS = [
    {"key": "points", "kind": "points", "name": {"fa": "امتیاز", "en": "Points"}},
    {"key": "status", "kind": "status", "name": {"fa": "امتیاز سطح", "en": "Qualifying points"}},
    {"key": "credit", "kind": "credit", "name": {"fa": "اعتبار خرید", "en": "Store credit"}},
]
LADDER = {
    "key": "main",
    "name": {"fa": "سطوح نادری", "en": "Naderi tiers"},
    "tiers": [
        {"key": "bronze", "name": {"fa": "برنزی", "en": "Bronze"}, "threshold": 0},
        {
            "key": "silver",
            "name": {"fa": "نقره‌ای", "en": "Silver"},
            "threshold": 1000,
            "benefits": [{"kind": "multiplier", "permille": 1200}],
        },
        {
            "key": "gold",
            "name": {"fa": "طلایی", "en": "Gold"},
            "threshold": 4000,
            "benefits": [{"kind": "multiplier", "permille": 1500}],
        },
        {
            "key": "diamond",
            "name": {"fa": "الماس", "en": "Diamond"},
            "threshold": 10000,
            "benefits": [{"kind": "multiplier", "permille": 2000}],
        },
    ],
}
PER_100K = {"amount": "per_step", "params": {"units": 10, "step": 100_000 * TOMAN}}


def rule(key: str = "base", *effects: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A rule; without effects it gives 10 points per 100,000 toman."""
    return {
        "key": key,
        "name": {"fa": f"قانون {key}", "en": f"Rule {key}"},
        "effects": list(effects) or [PER_100K],
        **more,
    }


TIER_MULTIPLIER = rule("tier_multiplier", {"amount": "multiplier", "params": {"ladder": "main"}})


def document(*rules: dict[str, Any], **more: Any) -> Program:
    """A program of these rules with points, status and credit and the four tiers."""
    return Program.model_validate({"wallets": WALLETS, "ladders": [LADDER], "rules": list(rules), **more})


def compiled(*rules: dict[str, Any], **more: Any) -> CompiledProgram:
    """The same, ready to decide."""
    return compile_program(document(*rules, **more), number=1)


def purchase(toman: int = 0, *, at: datetime = SATURDAY, **more: Any) -> Fact:
    """A purchase by amount alone, in toman."""
    more.setdefault("gross", toman * TOMAN)
    return Fact("purchase", "purchase", at.astimezone(UTC), at, lines_known=False, **more)


def basket(*lines: Line, at: datetime = SATURDAY, **more: Any) -> Fact:
    """A purchase with lines; its totals are the lines' sums."""
    return Fact(
        "purchase",
        "purchase",
        at.astimezone(UTC),
        at,
        lines=lines,
        gross=sum(line.gross for line in lines),
        discount=sum(line.discount for line in lines),
        tax=sum(line.tax for line in lines),
        paid_by_points=sum(line.paid_by_points for line in lines),
        **more,
    )


def visit(*, at: datetime = SATURDAY, **more: Any) -> Fact:
    """A visit."""
    return Fact("visit", "visit", at.astimezone(UTC), at, **more)


def custom(activity_type: str, *, at: datetime = SATURDAY, **attributes: Any) -> Fact:
    """A custom activity."""
    return Fact("custom", activity_type, at.astimezone(UTC), at, attributes=attributes)


def given(decision: Decision, wallet: str = "points") -> int:
    """Units credited in a wallet."""
    return sum(credit.amount for credit in decision.credits if credit.wallet == wallet)

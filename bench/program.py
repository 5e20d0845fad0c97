"""The program the figures are measured with: points and status, tiers, and rules of which a tenth fire."""

from __future__ import annotations

from typing import Any

from bashgah.engine.document import Program

RULES = 20
FIRING_SHARE = 10
TOMAN = 10


def document(rules: int = RULES, firing_share: int = FIRING_SHARE) -> Program:
    """A club's program with so many rules; one in ``firing_share`` fires for ``fact()``'s purchases."""
    return Program.model_validate(
        {
            "wallets": [
                {
                    "key": "points",
                    "kind": "points",
                    "name": {"fa": "امتیاز", "en": "Points"},
                    "expiry": {"kind": "age_months", "count": 12},
                },
                {"key": "status", "kind": "status", "name": {"fa": "امتیاز سطح", "en": "Qualifying points"}},
            ],
            "ladders": [ladder()],
            "rules": [rule(number, fires=number % firing_share == 0) for number in range(rules)],
        }
    )


def settled() -> Program:
    """Twenty rules of which the first alone fires: a purchase gets one points and one status credit."""
    return document(firing_share=RULES)


def ladder() -> dict[str, Any]:
    """Four tiers by qualifying points over twelve months."""
    steps = [
        ("bronze", "برنزی", 0),
        ("silver", "نقره‌ای", 1000),
        ("gold", "طلایی", 4000),
        ("diamond", "الماس", 10000),
    ]
    return {
        "key": "main",
        "name": {"fa": "سطوح", "en": "Tiers"},
        "tiers": [
            {"key": key, "name": {"fa": fa, "en": key.title()}, "threshold": threshold}
            for key, fa, threshold in steps
        ],
    }


def rule(number: int, *, fires: bool) -> dict[str, Any]:
    """One rule of three conditions; those that do not fire differ in one of them, as a club's would."""
    first = number == 0
    when: dict[str, Any] = {
        "all": [
            {"field": "fact.channel", "op": "in", "value": ["pos", "web"]},
            {"field": "purchase.gross", "op": "gte", "value": 50_000 * TOMAN + number},
            {"field": "fact.branch", "op": "in", "value": ["b1", "b2"] if fires else [f"c{number}"]},
        ]
    }
    per_step = {"amount": "per_step", "params": {"units": 10, "step": 100_000 * TOMAN}}
    return {
        "key": f"rule_{number}",
        "name": {"fa": f"قانون {number}", "en": f"Rule {number}"},
        "when": None if first else when,
        "effects": [per_step, {**per_step, "wallet": "status"}] if first else [per_step],
        "priority": min(number, 1000),
    }

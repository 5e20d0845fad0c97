"""The program a new club begins with: a Persian retail club that works as it stands."""

from __future__ import annotations

from typing import Any

from bashgah.kit.jalali import Calendar
from bashgah.kit.money import CURRENCIES

_SATURDAY = "2026-11-21T12:00:00+03:30"  # 30 Aban 1405
_THURSDAY = "2026-11-19T18:00:00+03:30"
_FRIDAY = "2026-11-20T11:00:00+03:30"


def starter_program(currency: str = "IRR", calendar: Calendar = "jalali") -> dict[str, Any]:
    """Return the document of a retail club in its currency, in Persian and English.

    Points, qualifying points and store credit; 10 points for every 100,000 toman (or every 10 units of
    another currency), multiplied by tier; dairy at the weekend, the birthday month, visits; four tiers, three
    rewards.
    """
    step = 1_000_000 if currency == "IRR" else 10 * 10 ** CURRENCIES[currency].exponent
    return {
        "calendar": calendar,
        "currency": currency,
        "wallets": _wallets(step),
        "rules": [
            _base(step),
            _tier_multiplier(step),
            _dairy_weekend(step),
            _birthday_month(step, 812 if calendar == "jalali" else 1112),
            _visit(),
        ],
        "ladders": [_ladder()],
        "rewards": _rewards(step),
    }


def _texts(fa: str, en: str) -> dict[str, str]:
    return {"fa": fa, "en": en}


def _wallets(step: int) -> list[dict[str, Any]]:
    return [
        {
            "key": "points",
            "kind": "points",
            "name": _texts("امتیاز", "Points"),
            "expiry": {"kind": "age_months", "count": 12},
            "worth": step // 1000,
        },
        {"key": "status", "kind": "status", "name": _texts("امتیاز سطح", "Qualifying points")},
        {"key": "credit", "kind": "credit", "name": _texts("اعتبار خرید", "Store credit"), "worth": 1},
    ]


def _per_step(step: int, units: int, wallet: str = "points", **more: Any) -> dict[str, Any]:
    return {"wallet": wallet, "amount": "per_step", "params": {"units": units, "step": step}, **more}


def _base(step: int) -> dict[str, Any]:
    return {
        "key": "base",
        "name": _texts("امتیاز پایه", "Base points"),
        "trigger": "purchase",
        "effects": [_per_step(step, 10), _per_step(step, 10, "status")],
        "priority": 10,
        "examples": [
            {
                "name": _texts("دوازده پله و هشت‌دهم", "Twelve steps and eight tenths"),
                "fact": {"at": _SATURDAY, "gross": 12 * step + step * 8 // 10},
                "expect": {"points": 120, "status": 120},
            },
            {
                "name": _texts("کمتر از یک پله", "Less than one step"),
                "fact": {"at": _SATURDAY, "gross": step - 1},
                "expect": {},
            },
            {
                "name": _texts("نیمی پرداخت‌شده با امتیاز", "Half of it paid by points"),
                "fact": {"at": _SATURDAY, "gross": 4 * step, "paid_by_points": 2 * step},
                "expect": {"points": 20, "status": 20},
            },
        ],
    }


def _tier_multiplier(step: int) -> dict[str, Any]:
    return {
        "key": "tier_multiplier",
        "name": _texts("ضریب سطح", "Tier multiplier"),
        "effects": [{"amount": "multiplier", "params": {"ladder": "main"}}],
        "priority": 500,
        "examples": [
            {
                "name": _texts("عضو طلایی، یک و نیم برابر", "A gold member gets one and a half times"),
                "fact": {"at": _SATURDAY, "gross": 12 * step},
                "state": {"tiers": {"main": "gold"}},
                "expect": {"points": 60},
            },
            {
                "name": _texts("عضو برنزی ضریب ندارد", "A bronze member has no multiplier"),
                "fact": {"at": _SATURDAY, "gross": 12 * step},
                "state": {"tiers": {"main": "bronze"}},
                "expect": {},
            },
        ],
    }


def _dairy_weekend(step: int) -> dict[str, Any]:
    dairy = {"field": "line.category", "op": "under", "value": "dairy"}
    basket = [
        {"sku": "MILK", "category": ["food", "dairy"], "gross": 4 * step + step // 10},
        {"sku": "BREAD", "category": ["food", "bakery"], "gross": 9 * step},
    ]
    return {
        "key": "dairy_weekend",
        "name": _texts("آخر هفتهٔ لبنیات", "Dairy weekend"),
        "when": {"lines": {"where": dairy, "measure": "sum", "of": "net", "op": "gte", "value": 2 * step}},
        "effects": [_per_step(step, 15, lines=dairy)],
        "schedule": {"weekdays": [5, 6]},
        "limits": [{"window": "day", "most": 300}],
        "priority": 100,
        "examples": [
            {
                "name": _texts("پنج‌شنبه، چهار پله لبنیات", "Thursday, four steps of dairy"),
                "fact": {"at": _THURSDAY, "lines": basket},
                "expect": {"points": 60},
            },
            {
                "name": _texts("همان خرید در شنبه", "The same purchase on a Saturday"),
                "fact": {"at": _SATURDAY, "lines": basket},
                "expect": {},
            },
            {
                "name": _texts("جمعه، کمتر از حداقل", "Friday, below the minimum"),
                "fact": {"at": _FRIDAY, "lines": [{"category": ["food", "dairy"], "gross": 2 * step - 1}]},
                "expect": {},
            },
            {
                "name": _texts("سقف روزانه پر شده است", "The cap of the day is used up"),
                "fact": {"at": _THURSDAY, "lines": basket},
                "state": {"used": {"day": 270}},
                "expect": {"points": 30},
            },
        ],
    }


def _birthday_month(step: int, in_november: int) -> dict[str, Any]:
    return {
        "key": "birthday_month",
        "name": _texts("ماه تولد", "Birthday month"),
        "when": {"field": "member.birth_month_day", "op": "this_month"},
        "effects": [{"amount": "multiplier", "params": {"permille": 2000, "rules": ["base"]}}],
        "priority": 510,
        "limits": [{"window": "year", "most": 1000}],
        "examples": [
            {
                "name": _texts("خرید در ماه تولد", "A purchase in the birthday month"),
                "fact": {"at": _SATURDAY, "gross": 12 * step},
                "state": {"values": {"member.birth_month_day": in_november}},
                "expect": {"points": 120},
            },
            {
                "name": _texts("خرید در ماهی دیگر", "A purchase in another month"),
                "fact": {"at": _SATURDAY, "gross": 12 * step},
                "state": {"values": {"member.birth_month_day": 205}},
                "expect": {},
            },
        ],
    }


def _visit() -> dict[str, Any]:
    return {
        "key": "visit",
        "name": _texts("سر زدن به فروشگاه", "Visit to a shop"),
        "trigger": "visit",
        "effects": [{"amount": "fixed", "params": {"units": 5}}],
        "limits": [{"window": "day", "most": 5}, {"window": "month", "most": 50}],
        "priority": 10,
        "examples": [
            {
                "name": _texts("نخستین بار در روز", "First of the day"),
                "fact": {"at": _SATURDAY},
                "expect": {"points": 5},
            },
            {
                "name": _texts("بار دوم در روز", "Second of the day"),
                "fact": {"at": _SATURDAY},
                "state": {"used": {"day": 5}},
                "expect": {},
            },
        ],
    }


def _ladder() -> dict[str, Any]:
    def tier(
        key: str, name: dict[str, str], threshold: int, permille: int, gift: dict[str, str]
    ) -> dict[str, Any]:
        benefits: list[dict[str, Any]] = [{"kind": "text", "text": gift}]
        if permille > 1000:
            benefits.insert(0, {"kind": "multiplier", "permille": permille})
        return {"key": key, "name": name, "threshold": threshold, "benefits": benefits}

    return {
        "key": "main",
        "name": _texts("سطوح باشگاه", "Club tiers"),
        "measure": "qualifying_points",
        "window": "rolling_12m",
        "downgrade": "period_end",
        "tiers": [
            tier(
                "bronze",
                _texts("برنزی", "Bronze"),
                0,
                1000,
                _texts("امتیاز هر خرید", "Points for each purchase"),
            ),
            tier("silver", _texts("نقره‌ای", "Silver"), 1_000, 1200, _texts("هدیهٔ تولد", "A birthday gift")),
            tier(
                "gold",
                _texts("طلایی", "Gold"),
                4_000,
                1500,
                _texts("صندوق ویژه و هدیهٔ تولد", "Your own till and a birthday gift"),
            ),
            tier(
                "diamond",
                _texts("الماس", "Diamond"),
                10_000,
                2000,
                _texts("خرید زودهنگام حراج‌ها و صندوق ویژه", "Sales before everyone, and your own till"),
            ),
        ],
    }


def _rewards(step: int) -> list[dict[str, Any]]:
    return [
        {
            "key": "discount_50k",
            "kind": "discount_coupon",
            "name": _texts("کوپن تخفیف", "Discount coupon"),
            "price": 500,
            "params": {"amount": step // 2, "minimum_order": 2 * step, "valid_days": 30},
            "limits": [{"window": "month", "most": 4}],
        },
        {
            "key": "store_credit_50k",
            "kind": "store_credit",
            "name": _texts("اعتبار خرید", "Store credit"),
            "price": 550,
            "params": {"amount": step // 2, "wallet": "credit"},
        },
        {
            "key": "free_coffee",
            "kind": "free_product",
            "name": _texts("قهوهٔ رایگان", "Free coffee"),
            "price": 300,
            "params": {"sku": "COFFEE", "name": _texts("قهوهٔ کافه", "Café coffee"), "valid_days": 14},
            "channels": ["till", "portal", "api"],
            "limits": [{"window": "day", "most": 1}],
        },
    ]

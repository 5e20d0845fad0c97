"""Random programs, facts and states: everything a club could write, and things nobody would."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any
from zlib import crc32

from hypothesis import strategies as st

from bashgah.engine.catalogue import OPS, WITHOUT_VALUE
from bashgah.engine.facts import Fact, Line
from bashgah.engine.states import Standing, State
from tests.engine.cases import LADDER, WALLETS

CODES = ("a", "b", "dairy", "food", "x'y\"z\\", "ونک", "0", "True")
TIERS = ("bronze", "silver", "gold", "diamond")
TEHRAN = timezone(timedelta(hours=3, minutes=30))

codes = st.sampled_from(CODES)
numbers = st.integers(-5, 5) | st.integers(0, 3_000_000) | st.just(10**15)
amounts = st.integers(0, 3_000_000) | st.just(0) | st.just(10**12)

FACT_FIELDS = {
    "fact.branch": "text",
    "fact.region": "text",
    "fact.city": "text",
    "fact.channel": "text",
    "fact.weekday": "weekday",
    "fact.hour": "number",
}
PURCHASE_FIELDS = {
    "purchase.net": "money",
    "purchase.gross": "money",
    "purchase.discount": "money",
    "purchase.shipping": "money",
    "purchase.paid_by_points": "money",
    "purchase.payment_methods": "set",
    "purchase.coupons": "set",
}
STATE_FIELDS = {
    "member.city": "text",
    "member.gender": "text",
    "member.tags": "set",
    "member.age_days": "number",
    "member.birth_month_day": "month_day",
    "member.tier.main": "tier",
    "member.attributes.size": "value",
    "history.purchases": "number",
    "history.spend": "money",
    "history.days_since_last_purchase": "number",
    "counter.often": "number",
    "counter.pieces": "quantity",
    "counter.money": "money",
    "counter.weeks": "number",
    "counter.last": "number",
}
COUNTERS = [
    {
        "key": "often",
        "counts": "times",
        "window": "month",
        "when": {"field": "fact.branch", "op": "is", "value": "a"},
    },
    {
        "key": "pieces",
        "counts": "pieces",
        "lines": {"field": "line.category", "op": "under", "value": "dairy"},
    },
    {"key": "money", "counts": "money", "window": "year"},
    {"key": "weeks", "counts": "streak", "window": "week"},
    {"key": "last", "counts": "days_since", "trigger": "custom:review"},
]
OCCASIONS = [
    {"key": "own", "calendar": "gregorian", "begins": "11-01", "ends": "02-10", "name": {"en": "Own"}},
    {
        "key": "ramadan",
        "calendar": "lunar",
        "begins": "09-01",
        "ends": "09-30",
        "name": {"en": "Ramadan"},
        "years": {"1447": {"first": "2026-02-19", "last": "2026-03-20"}},
    },
]
ACTIVITY_FIELDS = {
    "activity.stars": "number",
    "activity.text": "text",
    "activity.paid": "money",
    "activity.ok": "boolean",
    "activity.on": "date",
}
LINE_FIELDS = {
    "line.sku": "text",
    "line.category": "path",
    "line.brand": "text",
    "line.tags": "set",
    "line.net": "money",
    "line.gross": "money",
    "line.discount": "money",
    "line.quantity": "quantity",
}
ACTIVITY_TYPES = {
    "review": {"stars": "number", "text": "text", "paid": "money", "ok": "boolean", "on": "date"}
}


def _values(kind: str, op: str) -> st.SearchStrategy[Any]:
    """Values that fit a comparison."""
    one: st.SearchStrategy[Any] = {
        "text": codes,
        "set": codes,
        "path": codes,
        "tier": st.sampled_from(TIERS),
        "weekday": st.integers(0, 6),
        "boolean": st.booleans(),
        "date": st.dates(date(2026, 1, 1), date(2027, 12, 31)).map(date.isoformat),
        "value": codes | st.booleans() | numbers,
    }.get(kind, numbers)
    if kind == "value" and op in OPS["number"]:
        one = numbers
    if op == "between":
        return st.tuples(one, one).map(sorted)
    if op in ("in", "not_in") or op.endswith(("_any", "_all", "_none")):
        return st.lists(one, min_size=1, max_size=4)
    if op == "every":
        return st.integers(2, 9)
    if op == "within_days":
        return st.integers(0, 183)
    return one


@st.composite
def tests(draw: st.DrawFn, fields: dict[str, str]) -> dict[str, Any]:
    """One comparison of one field."""
    key = draw(st.sampled_from(sorted(fields)))
    op = draw(st.sampled_from(OPS[fields[key]]))
    if op in WITHOUT_VALUE:
        return {"field": key, "op": op}
    return {"field": key, "op": op, "value": draw(_values(fields[key], op))}


def trees(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Groups over leaves, three levels deep at most."""
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
            inner.map(lambda part: {"not": part}),
        ),
        max_leaves=5,
    )


line_trees = trees(tests(LINE_FIELDS))


@st.composite
def quantifiers(draw: st.DrawFn) -> dict[str, Any]:
    """A condition over invoice lines."""
    measure = draw(st.sampled_from(["sum", "count", "quantity", "any", "all"]))
    if measure in ("any", "all"):
        return {"lines": {"where": draw(line_trees), "measure": measure}}
    op = draw(st.sampled_from(OPS["money"]))
    lines = {
        "where": draw(st.none() | line_trees),
        "measure": measure,
        "op": op,
        "value": draw(_values("number", op)),
    }
    if draw(st.booleans()):
        lines["of"] = draw(st.sampled_from(["net", "gross"]))
    return {"lines": lines}


def criteria(trigger: str) -> st.SearchStrategy[Any]:
    """A condition of a rule with this trigger."""
    fields = {**FACT_FIELDS, **STATE_FIELDS}
    if trigger == "purchase":
        return trees(tests({**fields, **PURCHASE_FIELDS}) | quantifiers())
    return trees(tests({**fields, **ACTIVITY_FIELDS} if trigger == "custom:review" else fields))


steps = st.sampled_from([1, 3, 7, 1000, 100_000])
few = st.integers(1, 500)
AMOUNTS: dict[str, st.SearchStrategy[Any]] = {
    "fixed": st.fixed_dictionaries({"units": few}),
    "per_step": st.fixed_dictionaries({"units": few, "step": steps, "whole_steps": st.booleans()}),
    "percent": st.fixed_dictionaries({"permille": st.integers(1, 1000)}),
    "per_unit": st.fixed_dictionaries(
        {"units": few, "per": st.sampled_from([1000, 333]), "whole": st.booleans()}
    ),
    "table_by_tier": st.fixed_dictionaries(
        {
            "ladder": st.just("main"),
            "units": st.dictionaries(st.sampled_from(TIERS), st.integers(0, 500), min_size=1),
            "step": st.just(0) | steps,
        }
    ),
    "table_by_bracket": st.builds(
        lambda starts, units, step: {
            "brackets": [
                {"at_least": at, "units": unit} for at, unit in zip(sorted(starts), units, strict=False)
            ],
            "step": step,
        },
        st.sets(st.integers(0, 2_000_000), min_size=1, max_size=3),
        st.lists(st.integers(0, 500), min_size=3, max_size=3),
        st.just(0) | steps,
    ),
    "multiplier": st.integers(1001, 5000).map(lambda permille: {"permille": permille})
    | st.just({"ladder": "main"}),
}


LIMITED = ("units", "units", "times")


def budgets(wallet: str) -> st.SearchStrategy[Any]:
    """A budget of a rule that gives in this wallet."""
    return st.fixed_dictionaries(
        {
            "wallet": st.just(wallet),
            "of": st.sampled_from(["units", "money"]),
            "most": st.integers(1, 2_000_000),
            "window": st.sampled_from(["day", "ever"]),
            "per": st.sampled_from(["club", "branch"]),
            "at_limit": st.sampled_from(["cut", "skip"]),
        }
    )


@st.composite
def rules(draw: st.DrawFn, key: str) -> dict[str, Any]:
    """A rule that a validated program could have."""
    trigger = draw(st.sampled_from(["purchase", "purchase", "purchase", "visit", "custom:review"]))
    effects = []
    for _ in range(draw(st.integers(1, 2))):
        amount = draw(st.sampled_from(sorted(AMOUNTS)))
        effect = {
            "amount": amount,
            "params": draw(AMOUNTS[amount]),
            "wallet": draw(st.sampled_from(["points", "points", "status", "credit"])),
        }
        if trigger == "purchase" and draw(st.booleans()):
            effect["lines"] = draw(line_trees)
        effects.append(effect)
    basis = {
        "of": draw(st.sampled_from(["net", "gross"])),
        "with_tax": draw(st.booleans()),
        "with_shipping": draw(st.booleans()),
        "with_points_paid": draw(st.booleans()),
    }
    if trigger == "purchase" and draw(st.booleans()):
        basis["excluded_lines"] = draw(line_trees)
    schedule: dict[str, Any] = {}
    if draw(st.booleans()):
        schedule["weekdays"] = draw(st.lists(st.integers(0, 6), unique=True, max_size=4))
    if draw(st.booleans()):
        hours = draw(
            st.lists(
                st.sampled_from(["01:00", "08:30", "16:00", "23:59"]), min_size=2, max_size=2, unique=True
            )
        )
        schedule |= {"from_hour": hours[0], "to_hour": hours[1]}
    if draw(st.booleans()):
        named = st.sampled_from(["own", "ramadan", "nowruz"])
        schedule[draw(st.sampled_from(["occasions", "not_on"]))] = draw(st.lists(named, max_size=2))
    group = draw(st.sampled_from(["", "", "occasions", "dairy"]))
    modes = ["add", "best_of", "exclusive", "last"] if group else ["add"]
    limits = draw(st.lists(st.sampled_from(["day", "week", "month", "ever"]), unique=True, max_size=2))
    return {
        "key": key,
        "name": {"fa": "قانون", "en": key},
        "trigger": trigger,
        "when": draw(st.none() | criteria(trigger)),
        "effects": effects,
        "basis": basis,
        "schedule": schedule,
        "limits": [
            {"window": window, "most": draw(st.integers(1, 800)), "of": draw(st.sampled_from(LIMITED))}
            for window in limits
        ],
        "budget": draw(st.none() | budgets(effects[0]["wallet"])),
        "stacking": {"group": group, "mode": draw(st.sampled_from(modes))},
        "priority": draw(st.integers(0, 3)),
        "stage": draw(st.sampled_from(["live", "live", "live", "off"])),
    }


@st.composite
def documents(draw: st.DrawFn, most: int = 7) -> dict[str, Any]:
    """A program document."""
    count = draw(st.integers(1, most))
    roundings = [draw(st.sampled_from(["down", "nearest", "up"])) for _ in WALLETS]
    return {
        "wallets": [
            {**wallet, "rounding": rounding, "worth": 7}
            for wallet, rounding in zip(WALLETS, roundings, strict=True)
        ],
        "ladders": [
            {**LADDER, "window": draw(st.sampled_from(["rolling_12m", "calendar_year", "lifetime"]))}
        ],
        "rules": [draw(rules(f"r{i}")) for i in range(count)],
        "activity_types": ACTIVITY_TYPES,
        "counters": [{**counter, "name": {"en": counter["key"]}} for counter in COUNTERS],
        "occasions": OCCASIONS,
        "calendar": draw(st.sampled_from(["jalali", "gregorian"])),
    }


lines = st.builds(
    lambda sku, category, brand, tags, quantity, gross, discount, tax, paid: {
        "sku": sku, "category": tuple(category), "brand": brand, "tags": tuple(tags), "quantity": quantity,
        "gross": gross, "discount": discount, "tax": tax, "paid_by_points": paid,
    },
    codes, st.lists(codes, max_size=2), codes, st.lists(codes, max_size=2), st.integers(1, 5000),
    amounts, st.integers(0, 50_000), st.integers(0, 90_000), st.sampled_from([0, 0, 1000, 10**7]),
)  # fmt: skip

strange = (
    st.none() | codes | numbers | st.booleans() | st.lists(codes, max_size=2) | st.floats() | st.just({})
)


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    """A purchase with lines or by amount, a visit or a custom activity with whatever attributes."""
    at = datetime(2026, 1, 1, tzinfo=TEHRAN) + timedelta(minutes=draw(st.integers(0, 700_000)))
    kind = draw(st.sampled_from(["purchase", "purchase", "purchase", "visit", "custom"]))
    where = {name: draw(codes) for name in ("branch", "region", "city", "channel")}
    if kind == "visit":
        return Fact("visit", "visit", at, at, **where)
    if kind == "custom":
        names = sorted(ACTIVITY_TYPES["review"])
        attributes = {name: draw(strange | st.just("2026-11-21")) for name in names}
        return Fact("custom", "review", at, at, attributes=attributes, **where)
    bought = tuple(Line(no, **each) for no, each in enumerate(draw(st.lists(lines, max_size=4)), 1))
    known = bool(bought) or draw(st.booleans())
    totals = {
        name: sum(getattr(line, name) for line in bought) if bought else draw(amounts)
        for name in ("gross", "discount", "tax", "paid_by_points")
    }
    return Fact(
        "purchase", "purchase", at, at, lines=bought, lines_known=known,
        shipping=draw(st.sampled_from([0, 30_000])), payment_methods=tuple(draw(st.lists(codes, max_size=2))),
        coupons=tuple(draw(st.lists(codes, max_size=2))), **totals, **where,
    )  # fmt: skip


class Held(dict[Any, int]):
    """Holds something under every key, the same whenever it is asked."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed = seed

    def get(self, key: Any, default: Any = 0) -> int:
        """Return nothing for some keys, little for others."""
        number = crc32(repr((self.seed, key)).encode())
        return number % 900 if self.seed and number % 3 else default


@st.composite
def states(draw: st.DrawFn) -> State:
    """What is known of a member, some of it of the wrong type."""
    known = draw(st.lists(st.sampled_from(sorted(STATE_FIELDS)), unique=True))
    values: dict[str, Any] = {}
    for key in known:
        fitting = {
            "month_day": st.sampled_from([101, 830, 1230, 131, 0, 9999]),
            "set": st.lists(codes, max_size=3),
        }
        values[key] = draw(fitting.get(STATE_FIELDS[key], codes | numbers) | strange)
    standing = draw(st.none() | st.sampled_from([*TIERS, "", "gone"]).map(Standing))
    return State(
        values=values,
        standings={} if standing is None else {"main": standing},
        measures={"main": draw(st.integers(0, 12_000))},
        used=Held(draw(st.integers(0, 50))),
        budgets=Held(draw(st.integers(0, 50))),
    )

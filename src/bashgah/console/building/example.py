"""One example of a rule as form fields and back: a plain purchase, or a whole case carried as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict

from bashgah.console.building.caps import whole
from bashgah.console.building.sources import Sources
from bashgah.kit import formats
from bashgah.kit.jalali import parse_date
from bashgah.kit.refusals import Refusal
from bashgah.products.selectors import category_list, category_paths
from bashgah.ui.entries import money_or_none
from bashgah.ui.figures import plain, shown_amount

SIMPLE_FACT = frozenset({"at", "gross", "branch", "lines"})
SIMPLE_LINE = frozenset({"category", "brand", "gross"})
CASE_LONGEST = 60_000
"""Letters of a case that a form carries; an example of more lines than that is refused by the engine too."""


@dataclass(slots=True)
class ExampleForm:
    """One example. ``case`` is a fact and a state the simple fields do not show, given back untouched."""

    name_fa: str = ""
    name_en: str = ""
    gross: str = ""
    day: str = ""
    branch: str = ""
    tier: str = ""
    category: str = ""
    brand: str = ""
    expect: dict[str, str] = field(default_factory=dict)
    case: dict[str, Any] | None = None
    number: int = -1

    @property
    def carried(self) -> str:
        """The case as a hidden field holds it."""
        return "" if self.case is None else json.dumps(self.case, ensure_ascii=False, separators=(",", ":"))


def example_form(stored: Mapping[str, Any], sources: Sources) -> ExampleForm:
    """The form of a stored example."""
    fact, state = stored.get("fact", {}), stored.get("state", {})
    lines, tiers, name = fact.get("lines", []), state.get("tiers", {}), stored.get("name", {})
    form = ExampleForm(
        name_fa=name.get("fa", ""),
        name_en=name.get("en", ""),
        expect={wallet: plain(units) for wallet, units in stored.get("expect", {}).items()},
    )
    if not _is_simple(fact, state):
        form.case = {"fact": fact, "state": state}
        return form
    line = lines[0] if lines else {}
    gross = line.get("gross", fact.get("gross"))
    form.gross = plain(shown_amount(gross, sources.club)) if gross else ""
    form.day = _day_shown(datetime.fromisoformat(fact["at"]).date(), sources) if fact.get("at") else ""
    form.branch = fact.get("branch", "")
    form.tier = next((f"{ladder}:{tier}" for ladder, tier in tiers.items()), "")
    form.category = line.get("category", [""])[-1] if line.get("category") else ""
    form.brand = line.get("brand", "")
    return form


def example_read(data: QueryDict, number: int, sources: Sources) -> ExampleForm:
    """The example as it was submitted."""
    at = f"example-{number}-"

    def text(name: str) -> str:
        return data.get(f"{at}{name}", "").strip()

    units = [unit for unit, _label in (*sources.wallets(), *sources.rewards())]
    expect = {unit: text(f"expect-{unit}") for unit in units}
    return ExampleForm(
        *(
            text(name)
            for name in ("name_fa", "name_en", "gross", "day", "branch", "tier", "category", "brand")
        ),
        expect={wallet: units for wallet, units in expect.items() if units},
        case=case_read(data.get(f"{at}case", "")),
        number=number,
    )


def case_read(text: str) -> dict[str, Any] | None:
    """A carried case; what is no case is none, and the example is a plain one again."""
    if not text or len(text) > CASE_LONGEST:
        return None
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("fact"), dict):
        return None
    state = value.get("state")
    return {"fact": value["fact"], "state": state if isinstance(state, dict) else {}}


def example_document(example: ExampleForm, trigger: str, sources: Sources) -> dict[str, Any]:
    """The example as plain JSON."""
    named = {"name": {"fa": example.name_fa, "en": example.name_en}}
    expect = {wallet: whole(units) for wallet, units in example.expect.items() if units}
    if example.case is not None:
        return {**named, **example.case, "expect": expect}
    fact = _fact(example, trigger, sources)
    ladder, _colon, tier = example.tier.partition(":")
    return {**named, "fact": fact, "state": {"tiers": {ladder: tier}} if tier else {}, "expect": expect}


def _fact(example: ExampleForm, trigger: str, sources: Sources) -> dict[str, Any]:
    fact: dict[str, Any] = {}
    if example.day:
        try:
            noon = datetime.combine(parse_date(example.day), time(12), ZoneInfo(sources.club.timezone))
            fact["at"] = noon.isoformat()
        except Refusal:
            fact["at"] = example.day
    if example.branch:
        fact["branch"] = example.branch
    gross = _money(example.gross, sources)
    if example.category or example.brand:
        line: dict[str, Any] = {"gross": gross or 0}
        if example.category:
            line["category"] = _path(example.category, sources)
        if example.brand:
            line["brand"] = example.brand
        fact["lines"] = [line]
    elif gross is not None and trigger == "purchase":
        fact["gross"] = gross
    return fact


def _is_simple(fact: Mapping[str, Any], state: Mapping[str, Any]) -> bool:
    lines, at = fact.get("lines", []), fact.get("at")
    return (
        set(fact) <= SIMPLE_FACT
        and set(state) <= {"tiers"}
        and len(state.get("tiers", {})) <= 1
        and len(lines) <= 1
        and all(set(line) <= SIMPLE_LINE for line in lines)
        and not (lines and (fact.get("gross") or not set(lines[0]) & {"category", "brand"}))
        and (at is None or datetime.fromisoformat(at).time() == time(12))
    )


def _path(category: str, sources: Sources) -> list[str]:
    """A category with those above it, as invoice lines carry it."""
    parents = {each.code: each.parent_code for each in category_list(sources.club)}
    return list(category_paths(parents).get(category, (category,)))


def _day_shown(day: date, sources: Sources) -> str:
    return formats.date(day, sources.lang, sources.club.calendar, "short")


def _money(text: str, sources: Sources) -> Any:
    try:
        return money_or_none(text, sources.club)
    except ValueError:
        return text

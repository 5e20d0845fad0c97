"""A rule as a form: what is submitted becomes the plain JSON of the program document, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict
from pydantic import BaseModel

from bashgah.console.building import criteria, params
from bashgah.console.building.builder import start_test
from bashgah.console.building.criteria import Raw
from bashgah.console.building.sources import Sources
from bashgah.console.building.staged import pilot_kept
from bashgah.console.building.unseen import unseen_of
from bashgah.engine.document import Program, Rule
from bashgah.engine.rules.measured import AMOUNTS
from bashgah.kit import formats
from bashgah.kit.jalali import parse_date
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import ascii_digits
from bashgah.products.selectors import category_list, category_paths
from bashgah.ui.entries import money_or_none, whole_or_none
from bashgah.ui.figures import plain, shown_amount

WINDOWS = ("day", "week", "month", "year", "ever")
SIMPLE_FACT = frozenset({"at", "gross", "branch", "lines"})
SIMPLE_LINE = frozenset({"category", "brand", "sku", "gross"})


@dataclass(slots=True)
class EffectForm:
    """One effect: wallet, amount, its parameters, and the lines that count for it."""

    wallet: str = "points"
    amount: str = "per_step"
    params: dict[str, Any] = field(default_factory=dict)
    lines: Raw | None = None


@dataclass(slots=True)
class ExampleForm:
    """One example. `stored` keeps a shape that this form does not show, to be given back untouched."""

    name_fa: str = ""
    name_en: str = ""
    gross: str = ""
    day: str = ""
    branch: str = ""
    tier: str = ""
    category: str = ""
    brand: str = ""
    expect: dict[str, str] = field(default_factory=dict)
    stored: Mapping[str, Any] | None = None


@dataclass(slots=True)
class RuleForm:
    """Everything the rule editor holds."""

    key: str = ""
    name_fa: str = ""
    name_en: str = ""
    trigger: str = "purchase"
    when: Raw | None = None
    effects: list[EffectForm] = field(default_factory=list)
    basis_of: str = "net"
    with_tax: bool = False
    with_shipping: bool = False
    with_points_paid: bool = False
    excluded: Raw | None = None
    starts_on: str = ""
    ends_on: str = ""
    weekdays: list[str] = field(default_factory=list)
    from_hour: str = ""
    to_hour: str = ""
    limits: dict[str, str] = field(default_factory=dict)
    group: str = ""
    mode: str = "add"
    priority: str = ""
    stage: str = "live"
    examples: list[ExampleForm] = field(default_factory=list)


def new_form(sources: Sources) -> RuleForm:
    """A rule to begin with: ten points for every 100,000 toman, as the most usual."""
    step = 1_000_000 if sources.club.currency == "IRR" else 1_000
    return RuleForm(effects=[EffectForm(params={"units": 10, "step": step})], priority=plain(100))


def form_of(rule: Rule, sources: Sources) -> RuleForm:
    """The form of a stored rule."""
    program, club, lang = sources.program, sources.club, sources.lang
    zone = ZoneInfo(club.timezone)
    schedule = rule.schedule
    return RuleForm(
        key=rule.key,
        name_fa=rule.name.fa,
        name_en=rule.name.en,
        trigger=rule.trigger,
        when=criteria.from_tree(rule.when, program, rule.trigger, club, lang),
        effects=[
            EffectForm(
                effect.wallet,
                effect.amount,
                dict(effect.params),
                criteria.from_tree(effect.lines, program, rule.trigger, club, lang),
            )
            for effect in rule.effects
        ],
        basis_of=rule.basis.of,
        with_tax=rule.basis.with_tax,
        with_shipping=rule.basis.with_shipping,
        with_points_paid=rule.basis.with_points_paid,
        excluded=criteria.from_tree(rule.basis.excluded_lines, program, rule.trigger, club, lang),
        starts_on=_day_shown(schedule.starts_at.astimezone(zone).date(), sources)
        if schedule.starts_at
        else "",
        ends_on=_last_day(schedule.ends_at, zone, sources) if schedule.ends_at else "",
        weekdays=[str(day) for day in schedule.weekdays],
        from_hour=schedule.from_hour.strftime("%H:%M") if schedule.from_hour else "",
        to_hour=schedule.to_hour.strftime("%H:%M") if schedule.to_hour else "",
        limits={limit.window: plain(limit.most) for limit in rule.limits if limit.of == "units"},
        group=rule.stacking.group,
        mode=rule.stacking.mode,
        priority=plain(rule.priority),
        stage=rule.stage,
        examples=[
            _example_form(example.model_dump(mode="json", exclude_defaults=True), sources)
            for example in rule.examples
        ],
    )


def form_read(data: QueryDict, sources: Sources) -> RuleForm:
    """The form as it was submitted."""
    return RuleForm(
        key=data.get("key", ""),
        name_fa=data.get("name_fa", "").strip(),
        name_en=data.get("name_en", "").strip(),
        trigger=data.get("trigger", "purchase"),
        when=criteria.from_post(data, "w"),
        effects=[_effect_read(data, number, sources) for number in _numbers(data, "effect-")],
        basis_of="gross" if data.get("basis_of") == "gross" else "net",
        with_tax=data.get("with_tax") == "1",
        with_shipping=data.get("with_shipping") == "1",
        with_points_paid=data.get("with_points_paid") == "1",
        excluded=criteria.from_post(data, "x"),
        starts_on=data.get("starts_on", "").strip(),
        ends_on=data.get("ends_on", "").strip(),
        weekdays=[day for day in data.getlist("weekdays") if day in set("0123456")],
        from_hour=data.get("from_hour", "").strip(),
        to_hour=data.get("to_hour", "").strip(),
        limits={window: data.get(f"limit_{window}", "").strip() for window in WINDOWS},
        group=data.get("group", "").strip(),
        mode=data.get("mode", "add"),
        priority=data.get("priority", ""),
        stage=data.get("stage", "live"),
        examples=[_example_read(data, number, sources) for number in _numbers(data, "example-")],
    )


def acted(form: RuleForm, act: str, sources: Sources) -> None:
    """Carries out a button of the builder on the form."""
    where, _bar, rest = act.partition("|")
    fact, line = (start_test(sources, form.trigger, scope) for scope in ("fact", "line"))
    what, _bar, number = rest.partition("|")
    at = int(number) if number.isdecimal() else -1
    if where == "w":
        node = _target(form.when, at) if what == "test" else None
        form.when = criteria.changed(form.when, rest, line if node and node.kind == "lines" else fact)
    elif where == "x":
        form.excluded = criteria.changed(form.excluded, rest, line)
    elif re.fullmatch(r"e\d+", where) and int(where[1:]) < len(form.effects):
        effect = form.effects[int(where[1:])]
        effect.lines = criteria.changed(effect.lines, rest, line)
    elif where == "effect" and what == "add":
        form.effects.append(EffectForm(amount="fixed"))
    elif where == "effect" and 0 <= at < len(form.effects) and len(form.effects) > 1:
        del form.effects[at]
    elif where == "example" and what == "add":
        form.examples.append(ExampleForm())
    elif where == "example" and 0 <= at < len(form.examples):
        del form.examples[at]


def document_of(form: RuleForm, sources: Sources) -> dict[str, Any]:
    """The rule as plain JSON. What cannot be read stays as it was typed: the engine says what is wrong
    with it."""
    program, club = sources.program, sources.club
    unseen = unseen_of(form.key, program)
    return {
        "key": form.key or fresh_key(form.name_en or form.name_fa, program),
        "name": {"fa": form.name_fa, "en": form.name_en},
        "trigger": form.trigger,
        "when": criteria.to_tree(form.when, program, form.trigger, club),
        "basis": {
            "of": form.basis_of,
            "with_tax": form.with_tax,
            "with_shipping": form.with_shipping,
            "with_points_paid": form.with_points_paid,
            "excluded_lines": criteria.to_tree(form.excluded, program, form.trigger, club),
        },
        "effects": [_effect_document(effect, form, sources) for effect in form.effects],
        "schedule": _schedule(form, ZoneInfo(club.timezone)) | unseen.schedule,
        "budget": unseen.budget,
        "limits": [
            {"window": window, "most": _whole(form.limits[window])}
            for window in WINDOWS
            if form.limits.get(window)
        ]
        + unseen.limits,
        "stacking": {"group": form.group, "mode": form.mode if form.group else "add"},
        "priority": _whole(form.priority) if form.priority else 100,
        "stage": form.stage,
        "pilot": pilot_kept(form.key, program),
        "examples": [_example_document(example, form, sources) for example in form.examples],
    }


def fresh_key(name: str, program: Program, taken: frozenset[str] = frozenset()) -> str:
    """A key for a new part: from its English name where it has one, else `rule` and a number."""
    plain_name = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:32]
    base = plain_name if re.match(r"[a-z]", plain_name) else "rule"
    used = {rule.key for rule in program.rules} | {r.key for r in program.rewards} | taken
    if base not in used and base != "rule":
        return base
    return next(f"{base}_{n}" for n in range(1, 10_000) if f"{base}_{n}" not in used)


def amount_model(key: str) -> type[BaseModel] | None:
    """The parameters of an amount, or None for one no longer on the shelf."""
    found = AMOUNTS.find(key)
    return found.Params if found else None


def _target(root: Raw | None, number: int) -> Raw | None:
    if root is None:
        return None
    return criteria.numbered(root).get(number, (None, None))[0]


def _numbers(data: QueryDict, head: str) -> list[int]:
    """The numbers of repeated parts, in order."""
    found = {
        int(n)
        for key in data
        if key.startswith(head) and (n := key.removeprefix(head).split("-")[0]).isdecimal()
    }
    return sorted(found)[:50]


def _effect_read(data: QueryDict, number: int, sources: Sources) -> EffectForm:
    at = f"effect-{number}-"
    amount = data.get(f"{at}amount", "fixed")
    model = amount_model(amount)
    return EffectForm(
        wallet=data.get(f"{at}wallet", "points"),
        amount=amount,
        params=params.read(model, data, sources, f"{at}p-") if model else {},
        lines=criteria.from_post(data, f"e{number}"),
    )


def _effect_document(effect: EffectForm, form: RuleForm, sources: Sources) -> dict[str, Any]:
    lines = criteria.to_tree(effect.lines, sources.program, form.trigger, sources.club)
    return {"wallet": effect.wallet, "amount": effect.amount, "params": effect.params, "lines": lines}


def _schedule(form: RuleForm, zone: ZoneInfo) -> dict[str, Any]:
    found: dict[str, Any] = {"weekdays": [int(day) for day in form.weekdays]}
    for name, text, days in (("starts_at", form.starts_on, 0), ("ends_at", form.ends_on, 1)):
        if text:
            try:
                begin = datetime.combine(parse_date(text) + timedelta(days=days), time(), zone)
            except Refusal:
                found[name] = text
            else:
                found[name] = begin.isoformat()
    for name, text in (("from_hour", form.from_hour), ("to_hour", form.to_hour)):
        if text:
            found[name] = ascii_digits(text)
    return found


def _example_form(stored: Mapping[str, Any], sources: Sources) -> ExampleForm:
    fact, state = stored.get("fact", {}), stored.get("state", {})
    lines = fact.get("lines", [])
    expect = {wallet: plain(units) for wallet, units in stored.get("expect", {}).items()}
    name = stored.get("name", {})
    tiers = state.get("tiers", {})
    simple = (
        set(fact) <= SIMPLE_FACT
        and set(state) <= {"tiers"}
        and len(tiers) <= 1
        and len(lines) <= 1
        and all(set(line) <= SIMPLE_LINE and "sku" not in line for line in lines)
        and not (lines and fact.get("gross"))
        and _is_noon(fact.get("at"))
    )
    form = ExampleForm(name_fa=name.get("fa", ""), name_en=name.get("en", ""), expect=expect)
    if not simple:
        form.stored = stored
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


def _example_read(data: QueryDict, number: int, sources: Sources) -> ExampleForm:
    at = f"example-{number}-"

    def text(name: str) -> str:
        return data.get(f"{at}{name}", "").strip()

    kept = text("kept")
    rules = {rule.key: rule for rule in sources.program.rules}
    rule, stored = rules.get(data.get("key", "")), None
    if kept.isdecimal() and rule and int(kept) < len(rule.examples):
        stored = rule.examples[int(kept)].model_dump(mode="json", exclude_defaults=True)
    expect = {wallet.key: text(f"expect-{wallet.key}") for wallet in sources.program.wallets}
    return ExampleForm(
        *(
            text(name)
            for name in ("name_fa", "name_en", "gross", "day", "branch", "tier", "category", "brand")
        ),
        expect={wallet: units for wallet, units in expect.items() if units},
        stored=stored,
    )


def _example_document(example: ExampleForm, form: RuleForm, sources: Sources) -> dict[str, Any]:
    expect = {wallet: _whole(units) for wallet, units in example.expect.items() if units}
    if example.stored is not None:
        return {**example.stored, "expect": expect or example.stored.get("expect", {})}
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
    elif gross is not None and form.trigger == "purchase":
        fact["gross"] = gross
    ladder, _colon, tier = example.tier.partition(":")
    return {
        "name": {"fa": example.name_fa, "en": example.name_en},
        "fact": fact,
        "state": {"tiers": {ladder: tier}} if tier else {},
        "expect": expect,
    }


def _is_noon(at: str | None) -> bool:
    """Whether an example's moment is one that this form can give back: none, or a noon."""
    return at is None or datetime.fromisoformat(at).time() == time(12)


def _path(category: str, sources: Sources) -> list[str]:
    """A category with those above it, as invoice lines carry it."""
    parents = {each.code: each.parent_code for each in category_list(sources.club)}
    return list(category_paths(parents).get(category, (category,)))


def _day_shown(day: date, sources: Sources) -> str:
    return formats.date(day, sources.lang, sources.club.calendar, "short")


def _last_day(end: datetime, zone: ZoneInfo, sources: Sources) -> str:
    return _day_shown((end.astimezone(zone) - timedelta(seconds=1)).date(), sources)


def _whole(text: str) -> Any:
    try:
        return whole_or_none(text)
    except ValueError:
        return text


def _money(text: str, sources: Sources) -> Any:
    try:
        return money_or_none(text, sources.club)
    except ValueError:
        return text

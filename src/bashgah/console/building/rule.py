"""A rule as a form: what is submitted becomes the plain JSON of the program document, and back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.http import QueryDict
from pydantic import BaseModel

from bashgah.console.building import criteria, params
from bashgah.console.building.builder import start_test
from bashgah.console.building.caps import CapsForm, caps_document, caps_form, caps_read, whole
from bashgah.console.building.criteria import Raw
from bashgah.console.building.example import ExampleForm, example_document, example_form, example_read
from bashgah.console.building.schedule import (
    ScheduleForm,
    schedule_document,
    schedule_form,
    schedule_read,
)
from bashgah.console.building.sources import Sources
from bashgah.console.building.staged import pilot_kept
from bashgah.engine.document import REWARD_UNIT, Program, Rule, is_reward
from bashgah.engine.rules.measured import AMOUNTS
from bashgah.ui.figures import plain


@dataclass(slots=True)
class EffectForm:
    """One effect: wallet, amount, its parameters, and the lines that count for it; its number stays the same
    while the form is open.

    ``wallet`` may name a reward by its unit; then ``count``, ``valid_days`` and ``on_return`` are about its
    copies, and amount and parameters are those of a wallet chosen before.
    """

    wallet: str = "points"
    amount: str = "per_step"
    params: dict[str, Any] = field(default_factory=dict)
    lines: Raw | None = None
    number: int = -1
    count: str = ""
    valid_days: str = ""
    on_return: str = "take_back"


Part = TypeVar("Part", EffectForm, ExampleForm)


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
    schedule: ScheduleForm = field(default_factory=ScheduleForm)
    caps: CapsForm = field(default_factory=CapsForm)
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
    return RuleForm(
        key=rule.key,
        name_fa=rule.name.fa,
        name_en=rule.name.en,
        trigger=rule.trigger,
        when=criteria.from_tree(rule.when, program, rule.trigger, club, lang),
        effects=[
            EffectForm(
                effect.unit,
                effect.amount or "fixed",
                dict(effect.params),
                criteria.from_tree(effect.lines, program, rule.trigger, club, lang),
                count=plain(effect.count),
                valid_days=plain(effect.valid_days) if effect.valid_days is not None else "",
                on_return=effect.on_return,
            )
            for effect in rule.effects
        ],
        basis_of=rule.basis.of,
        with_tax=rule.basis.with_tax,
        with_shipping=rule.basis.with_shipping,
        with_points_paid=rule.basis.with_points_paid,
        excluded=criteria.from_tree(rule.basis.excluded_lines, program, rule.trigger, club, lang),
        schedule=schedule_form(rule.schedule, sources),
        caps=caps_form(rule, sources),
        group=rule.stacking.group,
        mode=rule.stacking.mode,
        priority=plain(rule.priority),
        stage=rule.stage,
        examples=[
            example_form(example.model_dump(mode="json", exclude_defaults=True), sources)
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
        schedule=schedule_read(data),
        caps=caps_read(data),
        group=data.get("group", "").strip(),
        mode=data.get("mode", "add"),
        priority=data.get("priority", ""),
        stage=data.get("stage", "live"),
        examples=[example_read(data, number, sources) for number in _numbers(data, "example-")],
    )


def acted(form: RuleForm, act: str, sources: Sources) -> str:
    """Carries out a button of the builder on the form; returns the id of the field to go on at."""
    where, _bar, rest = act.partition("|")
    fact, line = (start_test(sources, form.trigger, scope) for scope in ("fact", "line"))
    if where == "w":
        form.when, focus = criteria.acted(form.when, where, rest, fact, line)
        return focus
    if where == "x":
        form.excluded, focus = criteria.acted(form.excluded, where, rest, line, line)
        return focus
    for number, effect in by_number(form.effects).items():
        if where == f"e{number}":
            effect.lines, focus = criteria.acted(effect.lines, where, rest, line, line)
            return focus
    what, _bar, number_text = rest.partition("|")
    if where == "effect":
        return _effect_acted(form, what, number_text)
    return _example_acted(form, what, number_text) if where == "example" else ""


def by_number(parts: list[Part]) -> dict[int, Part]:
    """The parts by the numbers in the names of their fields; new ones get the next free numbers."""
    free = max((part.number for part in parts), default=-1) + 1
    for part in parts:
        if part.number < 0:
            part.number, free = free, free + 1
    return {part.number: part for part in parts}


def _effect_acted(form: RuleForm, what: str, number: str) -> str:
    if what == "add":
        form.effects.append(EffectForm(amount="fixed"))
        return f"effect-{max(by_number(form.effects))}-wallet"
    kept = [effect for at, effect in by_number(form.effects).items() if str(at) != number]
    form.effects = kept or form.effects  # a rule without an effect gives nothing
    return "effect-add"


def _example_acted(form: RuleForm, what: str, number: str) -> str:
    if what == "add":
        return example_added(form, ExampleForm())
    form.examples = [example for at, example in by_number(form.examples).items() if str(at) != number]
    return "example-add"


def example_added(form: RuleForm, example: ExampleForm) -> str:
    """Adds an example to the form; returns the id of its name."""
    form.examples.append(example)
    return f"example-{max(by_number(form.examples))}-name_fa"


def document_of(form: RuleForm, sources: Sources) -> dict[str, Any]:
    """The rule as plain JSON. What cannot be read stays as it was typed: the engine says what is wrong
    with it."""
    program, club = sources.program, sources.club
    stored = next((rule for rule in program.rules if rule.key == form.key), None)
    # what this form does not ask stays as it is
    return (stored.model_dump(mode="json") if stored else {}) | {
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
        "schedule": schedule_document(form.schedule, sources),
        **caps_document(form.caps, sources),
        "stacking": {"group": form.group, "mode": form.mode if form.group else "add"},
        "priority": whole(form.priority) if form.priority else 100,
        "stage": form.stage,
        "pilot": pilot_kept(form.key, program),
        "examples": [example_document(example, form.trigger, sources) for example in form.examples],
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


def _numbers(data: QueryDict, head: str) -> list[int]:
    """The numbers of repeated parts, in order."""
    found = {
        int(n)
        for key in data
        if key.startswith(head)
        and (n := key.removeprefix(head).split("-")[0]).isdecimal()
        and len(n) < criteria.LONGEST
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
        number=number,
        count=data.get(f"{at}count", "").strip(),
        valid_days=data.get(f"{at}valid_days", "").strip(),
        on_return="keep" if data.get(f"{at}on_return") == "keep" else "take_back",
    )


def _effect_document(effect: EffectForm, form: RuleForm, sources: Sources) -> dict[str, Any]:
    lines = criteria.to_tree(effect.lines, sources.program, form.trigger, sources.club)
    if is_reward(effect.wallet):
        return {
            "kind": "reward",
            "reward": effect.wallet.removeprefix(REWARD_UNIT),
            "count": whole(effect.count) if effect.count else 1,
            "valid_days": whole(effect.valid_days) if effect.valid_days else None,
            "on_return": effect.on_return,
            "lines": lines,
        }
    return {"wallet": effect.wallet, "amount": effect.amount, "params": effect.params, "lines": lines}

"""The rule editor as a page draws it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from bashgah.console.building import params
from bashgah.console.building.builder import Node, build
from bashgah.console.building.caps import CapsView, caps_view
from bashgah.console.building.cases import CaseView, case_view, units_said
from bashgah.console.building.example import ExampleForm
from bashgah.console.building.judging import PLACES, Judged
from bashgah.console.building.params import ParamField
from bashgah.console.building.rule import EffectForm, RuleForm, amount_model, by_number
from bashgah.console.building.schedule import hours_summary, occasion_options, weekday_options
from bashgah.console.building.sources import Sources
from bashgah.console.building.staged import stage_words
from bashgah.engine.activities import READY_TYPES, type_name
from bashgah.engine.document import is_reward
from bashgah.engine.rules.measured import AMOUNTS
from bashgah.kit.phrases import Phrase, say
from bashgah.kit.text import Texts
from bashgah.ui.figures import money_unit, plain
from bashgah.ui.types import Option


@dataclass(frozen=True, slots=True)
class EffectView:
    """One effect with its choices."""

    number: int
    wallets: tuple[Option, ...]
    amounts: tuple[Option, ...]
    params: tuple[ParamField, ...]
    lines: Node | None
    prefix: str
    may_remove: bool
    may_lines: bool
    is_reward: bool
    rewards: tuple[Option, ...]
    count: str
    valid_days: str
    on_return: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class ExpectCell:
    """What an example must give in one wallet."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class ExampleView:
    """One example with its choices; `said` describes a case the simple fields do not show."""

    number: int
    form: ExampleForm
    said: CaseView | None
    tiers: tuple[Option, ...]
    branches: tuple[Option, ...]
    categories: tuple[Option, ...]
    brands: tuple[Option, ...]
    expect: tuple[ExpectCell, ...]


@dataclass(frozen=True, slots=True)
class ResultView:
    """How an example came out."""

    name: str
    ok: bool
    got: str
    wanted: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProblemView:
    """What is wrong, with the part of the form it is in."""

    text: str
    place: str


@dataclass(frozen=True, slots=True)
class EditorView:
    """Everything the editor shows."""

    form: RuleForm
    triggers: tuple[Option, ...]
    stages: tuple[Option, ...]
    when: Node | None
    excluded: Node | None
    is_purchase: bool
    effects: tuple[EffectView, ...]
    basis: tuple[Option, ...]
    basis_summary: str
    weekdays: tuple[Option, ...]
    hours_summary: str
    occasions: tuple[Option, ...]
    not_on: tuple[Option, ...]
    caps: CapsView
    modes: tuple[Option, ...]
    groups: tuple[str, ...]
    company_summary: str
    examples: tuple[ExampleView, ...]
    judged: Judged
    results: tuple[ResultView, ...]
    problems: tuple[ProblemView, ...]
    money_unit: str
    places: tuple[str, ...]


def editor_view(form: RuleForm, judged: Judged, sources: Sources, *, today: date) -> EditorView:
    """The view of a form and of how it was judged."""
    return EditorView(
        form=form,
        triggers=trigger_options(form.trigger, sources),
        stages=_options(stage_words(), form.stage),
        when=build(form.when, "w", sources, form.trigger),
        excluded=build(form.excluded, "x", sources, form.trigger, scope="line"),
        is_purchase=form.trigger == "purchase",
        effects=tuple(
            _effect(number, effect, form, sources) for number, effect in by_number(form.effects).items()
        ),
        basis=_options(
            (("net", gettext("amount after discount")), ("gross", gettext("amount before discount"))),
            form.basis_of,
        ),
        basis_summary=_basis_summary(form),
        weekdays=weekday_options(form.schedule, sources),
        hours_summary=hours_summary(form.schedule, sources),
        occasions=occasion_options(form.schedule.occasions, sources, today),
        not_on=occasion_options(form.schedule.not_on, sources, today),
        caps=caps_view(form.caps, sources),
        modes=_options(mode_words(), form.mode),
        groups=tuple(sorted({rule.stacking.group for rule in sources.program.rules} - {""})),
        company_summary=_company_summary(form),
        examples=tuple(
            _example(number, example, form, sources) for number, example in by_number(form.examples).items()
        ),
        judged=judged,
        results=results_view(judged, sources),
        problems=tuple(
            ProblemView(_say(problem.phrase, sources), _place(problem.at)) for problem in judged.problems
        ),
        money_unit=money_unit(sources.club),
        places=tuple(
            place
            for place in dict.fromkeys(PLACES.values())
            if form.trigger == "purchase" or place != "s-basis"
        ),
    )


def mode_words() -> tuple[tuple[str, str], ...]:
    """How rules of one group join."""
    return (
        ("add", gettext("add")),
        ("best_of", gettext("the best alone")),
        ("exclusive", gettext("this one alone")),
        ("last", gettext("this one, and no later one")),
    )


def results_view(judged: Judged, sources: Sources) -> tuple[ResultView, ...]:
    """The examples, failing ones first, each with its reasons."""
    rows = [
        ResultView(
            name=result.name.say(sources.lang) or gettext("example without a name"),
            ok=result.ok,
            got=units_said(result.got, sources),
            wanted=units_said(result.expected, sources),
            why=tuple(_say(reason, sources) for reason in result.reasons),
        )
        for result in judged.examples
    ]
    return tuple(sorted(rows, key=lambda row: row.ok))


def trigger_options(trigger: str, sources: Sources) -> tuple[Option, ...]:
    """What a rule or a counter can begin with."""
    known = [("purchase", gettext("a purchase")), ("visit", gettext("a visit"))]
    own = sources.program.activity_types
    listed = [*own, *(key for key in READY_TYPES if key not in own)]
    known += [(f"custom:{key}", say(type_name(sources.program, key), sources.lang)) for key in listed]
    if trigger not in dict(known):
        known.append((trigger, trigger))
    return _options(known, trigger)


def _effect(number: int, effect: EffectForm, form: RuleForm, sources: Sources) -> EffectView:
    lang = sources.lang
    model = amount_model(effect.amount)
    amounts = [(amount.key, say(amount.label, lang)) for amount in AMOUNTS]
    if effect.amount not in dict(amounts):
        amounts.append((effect.amount, effect.amount))
    return EffectView(
        number,
        _options(sources.wallets(), effect.wallet),
        _options(amounts, effect.amount),
        params.fields_of(model, effect.params, sources, f"effect-{number}-p-", {}) if model else (),
        build(effect.lines, f"e{number}", sources, form.trigger, scope="line"),
        f"e{number}",
        len(form.effects) > 1,
        form.trigger == "purchase",
        is_reward(effect.wallet),
        _options(sources.rewards({effect.wallet}), effect.wallet),
        effect.count or plain(1),
        effect.valid_days,
        _options(
            (
                ("take_back", gettext("what was not used is taken back")),
                ("keep", gettext("the member keeps it")),
            ),
            effect.on_return,
        ),
    )


def _example(number: int, example: ExampleForm, form: RuleForm, sources: Sources) -> ExampleView:
    lang, names = sources.lang, sources.names
    units = {*example.expect, *(effect.wallet for effect in form.effects)}
    given = [(unit, label) for unit, label in sources.rewards(units) if unit in units]
    tiers = [("", gettext("tier: any"))]
    for ladder in sources.program.ladders:
        tiers += [
            (f"{ladder.key}:{t.key}", Texts(t.name.fa, t.name.en).say(lang) or t.key) for t in ladder.tiers
        ]

    def listed(source: str, first: str) -> list[tuple[str, str]]:
        return [("", first)] + [
            (code, texts.say(lang) or code) for code, texts in names.get(source, {}).items()
        ]

    cells = tuple(
        ExpectCell(
            f"example-{number}-expect-{unit}",
            label,
            example.expect.get(unit, ""),
        )
        for unit, label in (*sources.wallets(), *given)
    )
    return ExampleView(
        number,
        example,
        case_view(example.case, sources) if example.case is not None else None,
        _options(tiers, example.tier),
        _options(listed("branches", gettext("branch: any")), example.branch),
        _options(listed("categories", gettext("category: any")), example.category),
        _options(listed("brands", gettext("brand: any")), example.brand),
        cells,
    )


def _basis_summary(form: RuleForm) -> str:
    said = [
        gettext("amount before discount") if form.basis_of == "gross" else gettext("amount after discount")
    ]
    counted = (
        (form.with_tax, gettext("with tax")),
        (form.with_shipping, gettext("with shipping")),
        (form.with_points_paid, gettext("with the part paid by points")),
        (form.excluded is not None, gettext("some lines left out")),
    )
    return " · ".join([*said, *(word for counts, word in counted if counts)])


def _company_summary(form: RuleForm) -> str:
    if not form.group:
        return gettext("adds to every other rule")
    return f"{form.group} · {dict(mode_words()).get(form.mode, form.mode)}"


def _options(pairs: Iterable[tuple[str, str]], current: str) -> tuple[Option, ...]:
    return tuple(Option(key, word, key == current) for key, word in pairs)


def _place(at: str) -> str:
    return PLACES.get(at.strip("/").split("/")[0], "s-name")


def _say(phrase: Phrase, sources: Sources) -> str:
    club = sources.club
    return say(phrase, sources.lang, calendar=club.calendar, zone=club.timezone, display=club.money_display)

"""The rule editor as a page draws it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext

from bashgah.console.building import params
from bashgah.console.building.builder import Node, build
from bashgah.console.building.judging import PLACES, Judged
from bashgah.console.building.params import ParamField
from bashgah.console.building.rule import WINDOWS, EffectForm, ExampleForm, RuleForm, amount_model
from bashgah.console.building.sources import Sources, weekdays
from bashgah.console.building.staged import stage_words
from bashgah.engine.activities import READY_TYPES
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


@dataclass(frozen=True, slots=True)
class ExpectCell:
    """What an example must give in one wallet."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class ExampleView:
    """One example with its choices; `kept` is the number of a stored one this form does not open."""

    number: int
    form: ExampleForm
    kept: str
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
    weekdays: tuple[Option, ...]
    limits: tuple[tuple[str, str, str], ...]
    modes: tuple[Option, ...]
    examples: tuple[ExampleView, ...]
    judged: Judged
    results: tuple[ResultView, ...]
    problems: tuple[ProblemView, ...]
    money_unit: str


def editor_view(form: RuleForm, judged: Judged, sources: Sources) -> EditorView:
    """The view of a form and of how it was judged."""
    return EditorView(
        form=form,
        triggers=_triggers(form, sources),
        stages=_options(stage_words(), form.stage),
        when=build(form.when, "w", sources, form.trigger),
        excluded=build(form.excluded, "x", sources, form.trigger, scope="line"),
        is_purchase=form.trigger == "purchase",
        effects=tuple(_effect(number, effect, form, sources) for number, effect in enumerate(form.effects)),
        basis=_options(
            (("net", gettext("amount after discount")), ("gross", gettext("amount before discount"))),
            form.basis_of,
        ),
        weekdays=tuple(Option(key, word, key in form.weekdays) for key, word in weekdays(sources.lang)),
        limits=tuple((window, label, form.limits.get(window, "")) for window, label in window_words()),
        modes=_options(mode_words(), form.mode),
        examples=tuple(_example(number, example, sources) for number, example in enumerate(form.examples)),
        judged=judged,
        results=results_view(judged, sources),
        problems=tuple(
            ProblemView(_say(problem.phrase, sources), _place(problem.at)) for problem in judged.problems
        ),
        money_unit=money_unit(sources.club),
    )


def window_words() -> tuple[tuple[str, str], ...]:
    """The windows of a limit in words."""
    words = (
        gettext("each member in a day"),
        gettext("in a week"),
        gettext("in a month"),
        gettext("in a year"),
        gettext("ever"),
    )
    return tuple(zip(WINDOWS, words, strict=True))


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


def units_said(units: dict[str, int], sources: Sources) -> str:
    """Units by wallet: «۶۰ امتیاز و ۶۰ امتیاز سطح»."""
    names = {w.key: Texts(w.name.fa, w.name.en).say(sources.lang) or w.key for w in sources.program.wallets}
    said = [f"{plain(amount)} {names.get(wallet, wallet)}" for wallet, amount in units.items() if amount]
    return gettext(" and ").join(said) if said else plain(0)


def _triggers(form: RuleForm, sources: Sources) -> tuple[Option, ...]:
    known = [("purchase", gettext("a purchase")), ("visit", gettext("a visit"))]
    own = sources.program.activity_types
    known += [(f"custom:{key}", key) for key in own]
    ready = [each for key, each in READY_TYPES.items() if key not in own]
    known += [(f"custom:{each.key}", say(each.label, sources.lang)) for each in ready]
    if form.trigger not in dict(known):
        known.append((form.trigger, form.trigger))
    return _options(known, form.trigger)


def _effect(number: int, effect: EffectForm, form: RuleForm, sources: Sources) -> EffectView:
    lang = sources.lang
    model = amount_model(effect.amount)
    amounts = [(amount.key, say(amount.label, lang)) for amount in AMOUNTS]
    if effect.amount not in dict(amounts):
        amounts.append((effect.amount, effect.amount))
    wallets = [(w.key, Texts(w.name.fa, w.name.en).say(lang) or w.key) for w in sources.program.wallets]
    found = AMOUNTS.find(effect.amount)
    return EffectView(
        number,
        _options(wallets, effect.wallet),
        _options(amounts, effect.amount),
        params.fields_of(model, effect.params, sources, f"effect-{number}-p-", {}) if model else (),
        build(effect.lines, f"e{number}", sources, form.trigger, scope="line"),
        f"e{number}",
        len(form.effects) > 1,
        form.trigger == "purchase" and not (found and found.multiplies),
    )


def _example(number: int, example: ExampleForm, sources: Sources) -> ExampleView:
    lang, names = sources.lang, sources.names
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
            f"example-{number}-expect-{wallet.key}",
            Texts(wallet.name.fa, wallet.name.en).say(lang) or wallet.key,
            example.expect.get(wallet.key, ""),
        )
        for wallet in sources.program.wallets
    )
    return ExampleView(
        number,
        example,
        str(number) if example.stored is not None else "",
        _options(tiers, example.tier),
        _options(listed("branches", gettext("branch: any")), example.branch),
        _options(listed("categories", gettext("category: any")), example.category),
        _options(listed("brands", gettext("brand: any")), example.brand),
        cells,
    )


def _options(pairs: Iterable[tuple[str, str]], current: str) -> tuple[Option, ...]:
    return tuple(Option(key, word, key == current) for key, word in pairs)


def _place(at: str) -> str:
    return PLACES.get(at.strip("/").split("/")[0], "s-name")


def _say(phrase: Phrase, sources: Sources) -> str:
    club = sources.club
    return say(phrase, sources.lang, calendar=club.calendar, zone=club.timezone, display=club.money_display)

"""The counter's form: what a person typed, as the document's values and back, and how a page draws it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext

from bashgah.console.building import criteria
from bashgah.console.building.builder import Node, build, start_test
from bashgah.console.building.criteria import Raw
from bashgah.console.building.editor import ProblemView, trigger_options
from bashgah.console.building.judging import SaidPart
from bashgah.console.building.rule import fresh_key
from bashgah.console.building.sources import Sources
from bashgah.engine.document import Counter, Program
from bashgah.engine.sentences import counter_sentence
from bashgah.engine.validation import Problem, document_read, problems
from bashgah.kit.phrases import say
from bashgah.kit.refusals import Refusal
from bashgah.programs.types import DraftInfo
from bashgah.ui.types import Option

PLACES = {
    "name": "s-name",
    "key": "s-name",
    "trigger": "s-what",
    "counts": "s-what",
    "window": "s-what",
    "when": "s-when",
    "lines": "s-lines",
}


@dataclass(slots=True)
class CounterForm:
    """Everything the editor holds, as typed."""

    key: str = ""
    name_fa: str = ""
    name_en: str = ""
    trigger: str = "purchase"
    counts: str = "times"
    window: str = "month"
    when: Raw | None = None
    lines: Raw | None = None


@dataclass(frozen=True, slots=True)
class JudgedCounter:
    """A counter in the making, judged in a copy of the draft."""

    parts: tuple[SaidPart, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class CounterView:
    """Everything the editor shows."""

    form: CounterForm
    triggers: tuple[Option, ...]
    counts: tuple[Option, ...]
    windows: tuple[Option, ...]
    when: Node | None
    lines: Node | None
    is_purchase: bool
    judged: JudgedCounter
    problems: tuple[ProblemView, ...]
    places: tuple[str, ...]


def form_of(counter: Counter, sources: Sources) -> CounterForm:
    """The form of a stored counter."""

    def raw(tree: dict[str, Any] | None) -> Raw | None:
        return criteria.from_tree(
            tree, without_counters(sources), counter.trigger, sources.club, sources.lang
        )

    return CounterForm(
        counter.key,
        counter.name.fa,
        counter.name.en,
        counter.trigger,
        counter.counts,
        counter.window,
        raw(counter.when),
        raw(counter.lines),
    )


def form_read(data: QueryDict) -> CounterForm:
    """The form as it was submitted; only purchases have lines, and the last day has no window."""
    trigger, counts = data.get("trigger", "purchase"), data.get("counts", "times")
    return CounterForm(
        data.get("key", ""),
        data.get("name_fa", "").strip(),
        data.get("name_en", "").strip(),
        trigger,
        counts,
        "ever" if counts == "days_since" else data.get("window", "month"),
        criteria.from_post(data, "w"),
        criteria.from_post(data, "l") if trigger == "purchase" else None,
    )


def acted(form: CounterForm, act: str, sources: Sources) -> str:
    """Carries out a button of a builder on the form; returns the id of the field to go on at."""
    where, _bar, rest = act.partition("|")
    alone = sources_alone(sources)
    fact, line = (start_test(alone, form.trigger, scope) for scope in ("fact", "line"))
    focus = ""
    if where == "w":
        form.when, focus = criteria.acted(form.when, where, rest, fact, line)
    elif where == "l":
        form.lines, focus = criteria.acted(form.lines, where, rest, line, line)
    return focus


def document_of(form: CounterForm, sources: Sources) -> dict[str, Any]:
    """The counter as plain JSON; what cannot be read stays as typed for the engine to name."""
    alone, club = without_counters(sources), sources.club
    taken = frozenset(counter.key for counter in sources.program.counters)
    return {
        "key": form.key or fresh_key(form.name_en or form.name_fa or "counter", sources.program, taken),
        "name": {"fa": form.name_fa, "en": form.name_en},
        "trigger": form.trigger,
        "counts": form.counts,
        "window": form.window,
        "when": criteria.to_tree(form.when, alone, form.trigger, club),
        "lines": criteria.to_tree(form.lines, alone, form.trigger, club),
    }


def judge(draft: DraftInfo, value: dict[str, Any], sources: Sources) -> JudgedCounter:
    """Put the counter into a copy of the draft and ask the engine, also for others."""
    document = dict(draft.document)
    rows = [dict(row) for row in document.get("counters", ())]
    place = next((i for i, row in enumerate(rows) if row.get("key") == value.get("key")), len(rows))
    rows[place : place + 1] = [value]
    document["counters"] = rows
    at = f"/counters/{place}"
    try:
        program = document_read(document)
    except Refusal as refusal:
        return JudgedCounter((), (Problem((refusal.field or "").removeprefix(at), refusal.phrase),))
    known = set(map(repr, draft.problems))
    found = tuple(
        Problem(problem.at.removeprefix(at), problem.phrase)
        for problem in problems(program)
        if problem.at == at or problem.at.startswith(f"{at}/") or repr(problem) not in known
    )
    return JudgedCounter(said(program.counters[place], program, sources), found)


def said(counter: Counter, program: Program, sources: Sources) -> tuple[SaidPart, ...]:
    """The sentence in the language of the page; empty while it cannot be said."""
    try:
        text = counter_sentence(counter, program, sources.lang, names=sources.names)
    except Refusal:
        return ()
    return (SaidPart(text, "", ""),)


def view_of(form: CounterForm, judged: JudgedCounter, sources: Sources) -> CounterView:
    """The view of a form and of how it was judged."""
    alone = sources_alone(sources)
    return CounterView(
        form=form,
        triggers=trigger_options(form.trigger, sources),
        counts=_options(count_words(), form.counts),
        windows=_options(window_words(), form.window),
        when=build(form.when, "w", alone, form.trigger),
        lines=build(form.lines, "l", alone, form.trigger, scope="line"),
        is_purchase=form.trigger == "purchase",
        judged=judged,
        problems=tuple(
            ProblemView(
                say(each.phrase, sources.lang), PLACES.get(each.at.strip("/").split("/")[0], "s-name")
            )
            for each in judged.problems
        ),
        places=tuple(
            place
            for place in dict.fromkeys(PLACES.values())
            if form.trigger == "purchase" or place != "s-lines"
        ),
    )


def count_words() -> dict[str, str]:
    """What is counted, in words."""
    return {
        "times": gettext("how many times"),
        "pieces": gettext("pieces bought"),
        "money": gettext("amount paid"),
        "streak": gettext("how many times in a row"),
        "days_since": gettext("days since the last time"),
    }


def window_words() -> dict[str, str]:
    """In what it is counted, in words."""
    return {
        "day": gettext("a day"),
        "week": gettext("a week"),
        "month": gettext("a month"),
        "year": gettext("a year"),
        "ever": gettext("in all"),
    }


def without_counters(sources: Sources) -> Program:
    """The program without its counters: a counter may not look at counters."""
    return sources.program.model_copy(update={"counters": ()})


def sources_alone(sources: Sources) -> Sources:
    """The club's values for the conditions of a counter."""
    return Sources(sources.club, without_counters(sources), sources.lang, sources.names)


def _options(words: dict[str, str], chosen: str) -> tuple[Option, ...]:
    return tuple(Option(key, word, key == chosen) for key, word in words.items())

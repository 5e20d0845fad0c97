"""The promotion's editor as a page draws it: its sentence, its faults, the choices of its form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from bashgah.console.building.builder import Node, build
from bashgah.console.building.editor import ProblemView
from bashgah.console.building.judging import SaidPart
from bashgah.console.building.promotion import BRACKETS, TRIGGER, WINDOWS, PromotionForm
from bashgah.console.building.schedule import hours_summary, occasion_options, weekday_options
from bashgah.console.building.sources import Sources
from bashgah.engine.document import Program, Promotion
from bashgah.engine.sentences import promotion_sentence
from bashgah.engine.validation import Problem, document_read, problems
from bashgah.kit.phrases import say
from bashgah.kit.refusals import Refusal
from bashgah.programs.types import DraftInfo
from bashgah.ui.figures import money_unit
from bashgah.ui.types import Option

PLACES = {
    "name": "s-name",
    "key": "s-name",
    "stage": "s-name",
    "deal": "s-deal",
    "most": "s-deal",
    "lowest_price": "s-deal",
    "lines": "s-lines",
    "minimum_value": "s-lines",
    "minimum_quantity": "s-lines",
    "when": "s-when",
    "codes": "s-when",
    "schedule": "s-schedule",
    "limits": "s-limits",
    "uses": "s-limits",
    "budget": "s-limits",
    "combines": "s-company",
    "group": "s-company",
    "priority": "s-company",
}


@dataclass(frozen=True, slots=True)
class JudgedPromotion:
    """A promotion in the making, judged in a copy of the draft."""

    promotion: Promotion | None
    program: Program | None
    parts: tuple[SaidPart, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class LimitField:
    """How often a member can have it in a window."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class PromotionView:
    """Everything the editor shows."""

    form: PromotionForm
    kinds: tuple[Option, ...]
    stages: tuple[Option, ...]
    per: tuple[Option, ...]
    by: tuple[Option, ...]
    combines: tuple[Option, ...]
    brackets: tuple[tuple[str, str, str], ...]
    when: Node | None
    lines: Node | None
    gets: Node | None
    weekdays: tuple[Option, ...]
    hours_summary: str
    occasions: tuple[Option, ...]
    not_on: tuple[Option, ...]
    limits: tuple[LimitField, ...]
    groups: tuple[str, ...]
    judged: JudgedPromotion
    problems: tuple[ProblemView, ...]
    money_unit: str
    places: tuple[str, ...] = tuple(dict.fromkeys(PLACES.values()))


def judge(draft: DraftInfo, value: dict[str, object], sources: Sources) -> JudgedPromotion:
    """Put the promotion into a copy of the draft and ask the engine."""
    document = dict(draft.document)
    rows = [dict(row) for row in document.get("promotions", ())]
    place = next((i for i, row in enumerate(rows) if row.get("key") == value.get("key")), len(rows))
    rows[place : place + 1] = [value]
    document["promotions"] = rows
    at = f"/promotions/{place}"
    try:
        program = document_read(document)
    except Refusal as refusal:
        return JudgedPromotion(
            None, None, (), (Problem((refusal.field or "").removeprefix(at), refusal.phrase),)
        )
    promotion = program.promotions[place]
    found = tuple(
        Problem(problem.at.removeprefix(at), problem.phrase)
        for problem in problems(program)
        if problem.at == at or problem.at.startswith(f"{at}/")
    )
    return JudgedPromotion(promotion, program, said(promotion, program, sources), found)


def said(promotion: Promotion, program: Program, sources: Sources) -> tuple[SaidPart, ...]:
    """The sentence in the language of the page; empty while it cannot be said."""
    club = sources.club
    try:
        text = promotion_sentence(
            promotion,
            program,
            sources.lang,
            names=sources.names,
            zone=club.timezone,
            display=club.money_display,
        )
    except Refusal:
        return ()
    return (SaidPart(text, "", ""),)


def view_of(form: PromotionForm, judged: JudgedPromotion, sources: Sources, *, today: date) -> PromotionView:
    """The view of a form and of how it was judged."""
    empty = [("", "", "")] * (BRACKETS - len(form.brackets))
    return PromotionView(
        form=form,
        kinds=_options(kind_words(), form.kind),
        stages=_options(stage_words(), form.stage),
        per=_options(
            {
                "order": gettext("once for the order"),
                "line": gettext("for every line"),
                "piece": gettext("for every piece"),
            },
            form.deal.get("per", "order"),
        ),
        by=_options(
            {"value": gettext("money"), "quantity": gettext("number of pieces")}, form.deal.get("by", "value")
        ),
        combines=_options(
            {
                "with_others": gettext("goes together with other promotions"),
                "alone": gettext("stands alone: what takes off more is given"),
            },
            form.combines,
        ),
        brackets=(*form.brackets, *empty),
        when=build(form.when, "w", sources, TRIGGER),
        lines=build(form.lines, "l", sources, TRIGGER, scope="line"),
        gets=build(form.gets, "o", sources, TRIGGER, scope="line"),
        weekdays=weekday_options(form.schedule, sources),
        hours_summary=hours_summary(form.schedule, sources),
        occasions=occasion_options(form.schedule.occasions, sources, today),
        not_on=occasion_options(form.schedule.not_on, sources, today),
        limits=tuple(
            LimitField(f"limit_{window}", word, form.limits.get(window, ""))
            for window, word in zip(
                WINDOWS,
                (
                    gettext("a day"),
                    gettext("a week"),
                    gettext("a month"),
                    gettext("a year"),
                    gettext("in all"),
                ),
                strict=True,
            )
        ),
        groups=tuple(sorted({p.group for p in sources.program.promotions} - {""})),
        judged=judged,
        problems=tuple(
            ProblemView(say(problem.phrase, sources.lang), _place(problem.at)) for problem in judged.problems
        ),
        money_unit=money_unit(sources.club),
    )


def kind_words() -> dict[str, str]:
    """The kinds of deals in words."""
    return {
        "percent": gettext("percent off"),
        "amount": gettext("amount off"),
        "fixed_price": gettext("fixed price"),
        "buy_get": gettext("buy some, get some"),
        "cheapest_free": gettext("the cheapest free"),
        "brackets": gettext("by brackets"),
        "free_shipping": gettext("free shipping"),
    }


def stage_words() -> dict[str, str]:
    """The stages of a promotion in words."""
    return {"live": gettext("live"), "draft": gettext("draft"), "off": gettext("off")}


def _options(words: dict[str, str], chosen: str) -> tuple[Option, ...]:
    return tuple(Option(key, word, key == chosen) for key, word in words.items())


def _place(at: str) -> str:
    return PLACES.get(at.strip("/").split("/")[0], "s-name")

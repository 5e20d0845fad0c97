"""A month of the club's calendar: what runs on which day, occasions, and what is left of budgets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from bashgah.clubs.types import ClubInfo
from bashgah.console.building.sources import sources_of
from bashgah.console.framing import said
from bashgah.console.views.base import page, show
from bashgah.console.views.rules.stages import rule_name, stage_names
from bashgah.engine.criteria.saying import WEEKDAYS
from bashgah.engine.document import Program
from bashgah.engine.occasions import falls_on
from bashgah.engine.sentences import pilot_sentence
from bashgah.engine.windows import window_start
from bashgah.engine.words import money, texts, units
from bashgah.ground import clock
from bashgah.kit import formats
from bashgah.kit.jalali import add_months, month_bounds
from bashgah.kit.phrases import Phrase
from bashgah.programs.running import Runs, budgets_taken, runs_of
from bashgah.programs.selectors import program_in_force
from bashgah.ui.figures import day_words, plain
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb, Lang

SHOWN = 4


@dataclass(frozen=True, slots=True)
class Run:
    """Something that runs, with its page."""

    name: str
    url: str
    word: str
    tone: str


@dataclass(frozen=True, slots=True)
class DayCell:
    """A day of the month; ``column`` is its place in the week, from 1."""

    number: str
    title: str
    column: int
    is_today: bool
    occasions: tuple[str, ...]
    runs: tuple[Run, ...]
    more: int

    @property
    def is_empty(self) -> bool:
        """Say whether nothing of its own happens that day."""
        return not (self.occasions or self.runs)


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """A rule's budget in its window of today."""

    name: str
    url: str
    most: str
    taken: str
    share: int


@dataclass(frozen=True, slots=True)
class PilotRow:
    """A rule in pilot and whom it is for."""

    name: str
    url: str
    said: str


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """A month."""

    crumbs: tuple[Crumb, ...]
    title: str
    back: str
    forth: str
    today: str
    weekdays: tuple[str, ...]
    days: tuple[DayCell, ...]
    always: tuple[Run, ...]
    pilots: tuple[PilotRow, ...]
    budgets: tuple[BudgetRow, ...]


@page("rules.read")
def index(request: HttpRequest) -> HttpResponse:
    """One month of what is published, the one of today unless another is asked for."""
    club: ClubInfo = request.club
    lang = lang_of(request)
    now = clock.now()
    today = now.astimezone(ZoneInfo(club.timezone)).date()
    first, end = month_bounds(_asked(request.GET.get("month", "")) or today, club.calendar)
    last = end - timedelta(days=1)
    program = program_in_force(club, now).document
    runs = runs_of(program, first, last, club.timezone)
    here = reverse("console:rules_calendar")
    model = CalendarPage(
        crumbs=(Crumb(gettext("Earning rules"), reverse("console:rules")), Crumb(gettext("Calendar"))),
        title=formats.date(first, lang, club.calendar, "month"),
        back=f"{here}?month={add_months(first, -1, club.calendar).isoformat()}",
        forth=f"{here}?month={end.isoformat()}",
        today=here,
        weekdays=tuple(_weekdays(request, club)),
        days=tuple(_days(club, program, runs, (first, last), today, lang)),
        always=tuple(_run(each, lang) for each in runs if each.is_always),
        pilots=tuple(_pilots(club, program, lang)),
        budgets=tuple(_budgets(request, club, program, today, lang)),
    )
    return show(request, "rules/stage_calendar.html", model)


def _asked(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1950 <= found.year <= 2100 else None


def _weekdays(request: HttpRequest, club: ClubInfo) -> Iterator[str]:
    """The names of the days, from the first of the club's week; the engine counts from Saturday."""
    for n in range(7):
        yield said(request, Phrase(WEEKDAYS[(club.week_start + n + 2) % 7]))


def _days(  # noqa: PLR0917 one month
    club: ClubInfo,
    program: Program,
    runs: tuple[Runs, ...],
    span: tuple[date, date],
    today: date,
    lang: Lang,
) -> Iterator[DayCell]:
    day, number = span[0], 1
    while day <= span[1]:
        own = [each for each in runs if day in each.days and not each.is_always]
        yield DayCell(
            number=plain(number),
            title=day_words(day, club),
            column=(day.weekday() - club.week_start) % 7 + 1,
            is_today=day == today,
            occasions=tuple(
                texts(occasion.name, occasion.key).say(lang)
                for occasion in program.occasions
                if falls_on(occasion, day)
            ),
            runs=tuple(_run(each, lang) for each in own[:SHOWN]),
            more=max(0, len(own) - SHOWN),
        )
        day, number = day + timedelta(days=1), number + 1


def _run(runs: Runs, lang: Lang) -> Run:
    url = reverse("console:rule_stage", args=[runs.key]) if runs.kind == "rule" else ""
    tone = "good" if runs.stage == "live" else "info"
    word = gettext("promotion") if runs.kind == "promotion" else stage_names()[runs.stage]
    return Run(texts(runs.name, runs.key).say(lang), url, word, tone)


def _pilots(club: ClubInfo, program: Program, lang: Lang) -> Iterator[PilotRow]:
    rules = [rule for rule in program.rules if rule.stage == "pilot"]
    names = sources_of(club, program, lang).names if rules else {}
    for rule in rules:
        said = pilot_sentence(rule, program, lang, names=names, display=club.money_display)
        yield PilotRow(rule_name(rule, lang), reverse("console:rule_stage", args=[rule.key]), said)


def _budgets(
    request: HttpRequest, club: ClubInfo, program: Program, today: date, lang: Lang
) -> Iterator[BudgetRow]:
    taken = budgets_taken(club)
    wallets = {wallet.key: wallet for wallet in program.wallets}
    for rule in program.rules:
        budget = rule.budget
        if budget is None or rule.stage not in ("shadow", "pilot", "live") or budget.wallet not in wallets:
            continue
        key = f"{rule.counts_as}.{budget.wallet}.{budget.of}.{budget.window}"
        spent = taken.get((key, window_start(budget.window, today, program.calendar)), 0)

        def told(amount: int, of: str = budget.of, wallet: str = budget.wallet) -> str:
            phrase = money(amount, program) if of == "money" else units(amount, wallets[wallet], program)
            return said(request, phrase)

        yield BudgetRow(
            rule_name(rule, lang),
            reverse("console:rule_stage", args=[rule.key]),
            told(budget.most),
            told(spent),
            min(100, spent * 100 // budget.most),
        )

"""A finished report as a file: every figure of it, one a row."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.console.export import csv_response, xlsx_response
from bashgah.console.framing import said
from bashgah.console.views.backtests import pages
from bashgah.console.views.backtests.naming import (
    attribute_names,
    member_names,
    reward_names,
    rule_names,
    segment_name,
    trait_name,
)
from bashgah.console.views.backtests.report import supposed_words
from bashgah.console.views.base import page, read_id
from bashgah.engine.document import Program
from bashgah.engine.words import texts
from bashgah.kit.phrases import phrase_from_json
from bashgah.simulation import selectors
from bashgah.simulation.types import BacktestInfo, Group, Report, RuleFigures, Segment, Span
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Lang

Cells = tuple[object, ...]
PERCENTILES = (10, 50, 90, 99)
BEFORE_REWARDS = 9
"""Columns before those of rewards."""


@page("data.export")
def export_csv(request: HttpRequest, backtest_id: str) -> HttpResponse:
    """The report as CSV."""
    head, rows = _file(request, backtest_id)
    return csv_response("backtest", head, rows)


@page("data.export")
def export_xlsx(request: HttpRequest, backtest_id: str) -> HttpResponse:
    """The same as a workbook."""
    head, rows = _file(request, backtest_id)
    return xlsx_response("backtest", gettext("Backtest"), head, rows)


def _file(request: HttpRequest, backtest_id: str) -> tuple[tuple[str, ...], list[Cells]]:
    info = selectors.backtest_get(request.club, read_id("backtest", backtest_id))
    report = selectors.backtest_report(info)
    live, tried = pages.live_name(info), pages.tried_name(info)
    head = (
        gettext("Part"),
        gettext("Name"),
        f"{gettext('Points')} · {live}",
        f"{gettext('Points')} · {tried}",
        f"{gettext('Cost')} · {live}",
        f"{gettext('Cost')} · {tried}",
        gettext("Winners"),
        gettext("Losers"),
        gettext("Why"),
        f"{gettext('Rewards')} · {live}",
        f"{gettext('Rewards')} · {tried}",
        f"{gettext('Cost of rewards')} · {live}",
        f"{gettext('Cost of rewards')} · {tried}",
    )
    width = len(head)
    return head, [(*row, *("",) * (width - len(row))) for row in _rows(request, info, report)]


def _rows(request: HttpRequest, info: BacktestInfo, report: Report) -> Iterator[Cells]:
    club: ClubInfo = request.club
    lang = lang_of(request)
    programs = selectors.backtest_programs(club, info.id)
    yield from _totals(report)
    yield from _spans(gettext("Months"), report.months)
    yield from _spans(gettext("Weeks"), report.weeks)
    tiers = _tier_names(programs, lang)
    branches = {branch.code: branch.name.say(lang) for branch in clubs.branch_list(club)}
    yield from (_group(gettext("Tier"), tiers.get(each.key, each.key), each) for each in report.tiers)
    yield from (_group(gettext("Branch"), branches.get(each.key, each.key), each) for each in report.branches)
    yield from (_group(gettext("Tag"), each.key, each) for each in report.tags)
    attributes = attribute_names(club, lang)
    for trait in report.segments:
        name = trait_name(trait.kind, trait.key)
        money = trait.live_money, trait.tried_money, trait.winners, trait.losers
        cells = segment_name(trait.kind, attributes), name, trait.live_points, trait.tried_points, *money
        yield _with_rewards(cells, trait)
    rules = rule_names(programs, lang)
    for rule in report.rules:
        cells = gettext("Rule"), rules.get(rule.rule, rule.rule), rule.live_points, rule.tried_points
        yield _with_rewards(cells, rule)
    rewards = reward_names(club, programs, lang)
    for given in report.rewards:
        name = f"{rewards.get(given.reward, given.reward)} · {rules.get(given.rule, given.rule)}"
        counts = given.live, given.tried, given.live_cost, given.tried_cost
        yield *_padded((gettext("Reward"), name)), *counts
    for use in report.budgets:
        place = " · ".join(
            filter(None, (rules.get(use.rule, use.rule), branches.get(use.branch, use.branch)))
        )
        yield gettext("Budget"), place, use.live, use.tried
    for supposed in supposed_words(report, rules):
        yield gettext("What was supposed"), supposed
    yield from _members(report, tiers)
    yield from _extremes(request, report, rules)


def _totals(report: Report) -> Iterator[Cells]:
    live, tried, part = report.live, report.tried, gettext("Summary")
    counts = report.winners, report.losers
    money = live.money, tried.money, *counts
    rewards = live.rewards, tried.rewards, live.reward_cost, tried.reward_cost
    yield *_padded((part, gettext("Points earned in all"), live.points, tried.points, *money)), *rewards
    left = live.open_points, tried.open_points, live.open_money, tried.open_money
    yield part, gettext("Liability left at the end"), *left
    yield part, gettext("Activities that gave something"), live.giving, tried.giving
    yield part, gettext("Times a limit was reached"), live.at_limit, tried.at_limit


def _spans(part: str, spans: tuple[Span, ...]) -> Iterator[Cells]:
    for each in spans:
        money = each.live_money, each.tried_money
        cells = part, each.start.isoformat(), each.live_points, each.tried_points, *money
        yield _with_rewards(cells, each)


def _group(part: str, name: str, each: Group) -> Cells:
    counts = each.winners, each.losers
    cells = part, name, each.live_points, each.tried_points, each.live_money, each.tried_money, *counts
    return _with_rewards(cells, each)


def _with_rewards(cells: Cells, each: Span | Group | Segment | RuleFigures) -> Cells:
    """Return a row with the rewards in their columns, which are the last."""
    counts = each.live_rewards, each.tried_rewards, each.live_reward_cost, each.tried_reward_cost
    return *_padded(cells), *counts


def _padded(cells: Cells) -> Cells:
    return (*cells, *("",) * (BEFORE_REWARDS - len(cells)))


def _members(report: Report, tiers: dict[str, str]) -> Iterator[Cells]:
    """Yield how members are spread: on tiers, by their points, by what changes for them."""
    for each in report.standings:
        name = tiers.get(f"{each.ladder}.{each.tier}", each.tier)
        yield gettext("Who stands where at the end"), name, each.live, each.tried
    for place, part in enumerate(PERCENTILES):
        row = [points[place] for points in report.middle if len(points) > place]
        yield gettext("Points of the member at the percentile"), part, *row
    for change in report.changes:
        least, most = ("" if bound is None else f"{bound:+d}" for bound in (change.least, change.most))
        yield gettext("Change for each member"), f"{least} … {most}".strip(), "", "", "", "", change.members


def _extremes(request: HttpRequest, report: Report, rules: dict[str, str]) -> Iterator[Cells]:
    """Yield who gains and loses most, then the reasons of some."""
    names = member_names(request.club, [*report.gainers, *report.sufferers, *report.samples])
    for part, found in (
        (gettext("Who gains most"), report.gainers),
        (gettext("Who loses most"), report.sufferers),
    ):
        for each in found:
            yield part, names.get(each.member, each.member), each.live, each.tried
    for sample in report.samples:
        for fact in sample.facts:
            told = [
                f"{rules.get(each.rule, each.rule)}: {', '.join(said(request, why) for why in phrases)}"
                for each in (*fact.live_reasons, *fact.tried_reasons)
                if (phrases := [phrase_from_json(why) for why in each.why])
            ]
            name = f"{names.get(sample.member, sample.member)} · {fact.day.isoformat()}"
            yield gettext("Why"), name, fact.live, fact.tried, "", "", "", "", " | ".join(told)


def _tier_names(programs: tuple[Program, Program], lang: Lang) -> dict[str, str]:
    return {
        f"{ladder.key}.{tier.key}": texts(tier.name, tier.key).say(lang)
        for program in programs
        for ladder in program.ladders
        for tier in ladder.tiers
    }

"""A finished report as its page shows it: tables, charts, members and reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext

from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
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
from bashgah.console.views.members.standing import tone_of
from bashgah.engine.document import Program
from bashgah.engine.words import texts
from bashgah.kit.phrases import phrase_from_json
from bashgah.simulation import selectors
from bashgah.simulation.types import (
    BacktestInfo,
    BudgetUse,
    Group,
    MemberPoints,
    Reasons,
    Report,
    Sample,
    Segment,
    Supposed,
)
from bashgah.ui.figures import day_words, plain
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Chart, Lang, Why, WhyRow

BRANCHES_MOST = 12
TAGS_MOST = 12
MEMBERS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A tier, branch or tag: who wins and loses there."""

    name: str
    tone: str
    winners: int
    losers: int
    points: str
    money: str
    rewards: str = ""


@dataclass(frozen=True, slots=True)
class RewardRow:
    """A reward that a rule gives, under both programs."""

    name: str
    rule: str
    live: int
    tried: int
    difference: str
    money: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule under both programs."""

    name: str
    live: int
    tried: int
    difference: str
    times: int
    at_limit: int
    rewards: int = 0


@dataclass(frozen=True, slots=True)
class StandingRow:
    """How many members stand on a tier at the end."""

    ladder: str
    name: str
    tone: str
    live: int
    tried: int
    difference: str


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """What was taken of a rule's budget in one window."""

    name: str
    place: str
    most: str
    live: str
    tried: str
    asked: str
    is_short: bool


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month under both programs."""

    name: str
    live: int
    tried: int
    points: str
    money: str
    rewards: str = ""


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member whose points change much."""

    id: str
    name: str
    live: int
    tried: int
    difference: str


@dataclass(frozen=True, slots=True)
class SampleFactRow:
    """A purchase that comes out otherwise, with why in both programs."""

    title: str
    difference: str
    live: Why
    tried: Why


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A member with the purchases that change most."""

    member: MemberRow
    facts: tuple[SampleFactRow, ...]


@dataclass(frozen=True, slots=True)
class SegmentCard:
    """Members told apart by one trait: a city, a gender, the club's own attribute."""

    name: str
    rows: tuple[GroupRow, ...]


@dataclass(frozen=True, slots=True)
class ReportShown:
    """A finished report."""

    verdict: str
    figures: tuple[pages.FigureRow, ...]
    by_time: Chart
    by_change: Chart
    unchanged: int
    months: tuple[MonthRow, ...]
    tiers: tuple[GroupRow, ...]
    branches: tuple[GroupRow, ...]
    tags: tuple[GroupRow, ...]
    segments: tuple[SegmentCard, ...]
    standings: tuple[StandingRow, ...]
    rules: tuple[RuleRow, ...]
    rewards: tuple[RewardRow, ...]
    budgets: tuple[BudgetRow, ...]
    gainers: tuple[MemberRow, ...]
    sufferers: tuple[MemberRow, ...]
    samples: tuple[SampleRow, ...]
    supposed: tuple[str, ...]
    ran: str


def report_shown(request: HttpRequest, info: BacktestInfo, report: Report) -> ReportShown:
    """Return a finished report as its page shows it, with the names of everything in it."""
    club: ClubInfo = request.club
    lang = lang_of(request)
    live, tried = selectors.backtest_programs(club, info.id)
    rules = rule_names((live, tried), lang)
    branches = {branch.code: branch.name.say(lang) for branch in clubs.branch_list(club)}
    shown = [*report.gainers[:MEMBERS_SHOWN], *report.sufferers[:MEMBERS_SHOWN], *report.samples]
    names = member_names(club, shown)
    return ReportShown(
        verdict=pages.verdict(report, info, club),
        figures=pages.figures(report, club),
        by_time=pages.by_time(report, info, club),
        by_change=pages.by_change(report),
        unchanged=pages.unchanged(report),
        months=tuple(
            MonthRow(
                day_words(span.start, club, "month"),
                span.live_points,
                span.tried_points,
                pages.signed(span.tried_points - span.live_points),
                pages.money_signed(span.tried_money - span.live_money, club),
                pages.signed(span.tried_rewards - span.live_rewards),
            )
            for span in report.months
        ),
        tiers=_tiers(report, live, club, lang),
        branches=tuple(
            _group(each, branches.get(each.key) or gettext("no branch"), club)
            for each in report.branches[:BRANCHES_MOST]
        ),
        tags=tuple(_group(each, each.key, club) for each in report.tags[:TAGS_MOST]),
        segments=_segments(report, club, lang),
        standings=_standings(report, live, tried, lang),
        rules=tuple(
            RuleRow(
                rules.get(each.rule, each.rule),
                each.live_points,
                each.tried_points,
                pages.signed(each.tried_points - each.live_points),
                each.tried_times,
                each.tried_at_limit,
                each.tried_rewards,
            )
            for each in sorted(report.rules, key=lambda r: -abs(r.tried_points - r.live_points))
        ),
        rewards=_rewards(report, reward_names(club, (live, tried), lang), rules, club),
        budgets=tuple(_budget(each, rules, branches, club) for each in report.budgets),
        gainers=tuple(_member(each, names) for each in report.gainers[:MEMBERS_SHOWN]),
        sufferers=tuple(_member(each, names) for each in report.sufferers[:MEMBERS_SHOWN]),
        samples=tuple(_sample(request, each, names, rules, branches, info) for each in report.samples),
        supposed=supposed_words(report, rules),
        ran=_ran(info, report),
    )


def _ran(info: BacktestInfo, report: Report) -> str:
    took = round((info.ended_at - info.began_at).total_seconds()) if info.ended_at and info.began_at else 0
    words = {"facts": plain(report.facts), "span": pages.span_words(max(1, took))}
    return gettext("%(facts)s activities replayed in %(span)s.") % words


def supposed_words(report: Report, rules: Mapping[str, str]) -> tuple[str, ...]:
    """Say how rules that are still tried were replayed; a draft of the live side goes without saying."""
    told = (each for each in report.supposed if each.is_tried or each.stage != "draft")
    return tuple(_supposed(each, rules) for each in told)


def _supposed(each: Supposed, rules: Mapping[str, str]) -> str:
    words = {"rule": rules.get(each.rule, each.rule)}
    if each.is_tried:
        said_by = {
            "draft": gettext("“%(rule)s” is a draft; it was replayed as if it were live for everybody."),
            "shadow": gettext("“%(rule)s” is in shadow; it was replayed as if it were live for everybody."),
            "pilot": gettext("“%(rule)s” is in pilot; it was replayed as if it were live for everybody."),
        }
        return said_by[each.stage] % words
    if each.stage == "pilot":
        return gettext("In the version compared with, “%(rule)s” gave only to members of its pilot.") % words
    return gettext("In the version compared with, “%(rule)s” is in shadow and gave nothing.") % words


def _rewards(
    report: Report, names: Mapping[str, str], rules: Mapping[str, str], club: ClubInfo
) -> tuple[RewardRow, ...]:
    return tuple(
        RewardRow(
            names.get(each.reward, each.reward),
            rules.get(each.rule, each.rule),
            each.live,
            each.tried,
            pages.signed(each.tried - each.live),
            pages.money_signed(each.tried_cost - each.live_cost, club),
        )
        for each in report.rewards
    )


def _member(each: MemberPoints | Sample, names: Mapping[str, str]) -> MemberRow:
    name = names.get(each.member) or gettext("a member who left")
    return MemberRow(each.member, name, each.live, each.tried, pages.signed(each.tried - each.live))


def _group(each: Group | Segment, name: str, club: ClubInfo, tone: str = "") -> GroupRow:
    return GroupRow(
        name,
        tone,
        each.winners,
        each.losers,
        pages.signed(each.tried_points - each.live_points),
        pages.money_signed(each.tried_money - each.live_money, club),
        pages.signed(each.tried_rewards - each.live_rewards),
    )


def _segments(report: Report, club: ClubInfo, lang: Lang) -> tuple[SegmentCard, ...]:
    names = attribute_names(club, lang)
    kinds: dict[str, list[GroupRow]] = {}
    for each in report.segments:
        rows = kinds.setdefault(each.kind, [])
        if len(rows) < TAGS_MOST:
            rows.append(_group(each, trait_name(each.kind, each.key), club))
    return tuple(SegmentCard(segment_name(kind, names), tuple(rows)) for kind, rows in kinds.items())


def _tiers(report: Report, live: Program, club: ClubInfo, lang: Lang) -> tuple[GroupRow, ...]:
    """The first ladder's tiers, lowest first."""
    if not live.ladders:
        return ()
    ladder, by_key = live.ladders[0], {each.key: each for each in report.tiers}
    return tuple(
        _group(each, texts(tier.name, tier.key).say(lang), club, tone_of(ladder, tier.key))
        for tier in ladder.tiers
        if (each := by_key.get(f"{ladder.key}.{tier.key}"))
    )


def _standings(report: Report, live: Program, tried: Program, lang: Lang) -> tuple[StandingRow, ...]:
    counts = {(each.ladder, each.tier): each for each in report.standings}
    rows: dict[tuple[str, str], StandingRow] = {}
    for ladder in (*tried.ladders, *live.ladders):
        for tier in ladder.tiers:
            each = counts.get((ladder.key, tier.key))
            before, after = (each.live, each.tried) if each else (0, 0)
            rows.setdefault(
                (ladder.key, tier.key),
                StandingRow(
                    texts(ladder.name, ladder.key).say(lang),
                    texts(tier.name, tier.key).say(lang),
                    tone_of(ladder, tier.key),
                    before,
                    after,
                    pages.signed(after - before),
                ),
            )
    return tuple(rows.values())


def _budget(
    each: BudgetUse, rules: Mapping[str, str], branches: Mapping[str, str], club: ClubInfo
) -> BudgetRow:
    def words(amount: int) -> str:
        return pages.money_short(amount, club) if each.of == "money" else plain(amount)

    places = [branches.get(each.branch, each.branch)] if each.branch else []
    if each.start > date.min:
        places.append(day_words(each.start, club, "medium"))
    return BudgetRow(
        rules.get(each.rule, each.rule),
        " · ".join(places),
        words(each.most),
        words(each.live),
        words(each.tried),
        words(max(each.tried, each.tried_asked)),
        each.tried < each.tried_asked,
    )


def _sample(  # noqa: PLR0917 one member, with every name that is shown
    request: HttpRequest,
    sample: Sample,
    names: Mapping[str, str],
    rules: Mapping[str, str],
    branches: Mapping[str, str],
    info: BacktestInfo,
) -> SampleRow:
    club: ClubInfo = request.club
    facts = []
    for fact in sample.facts:
        parts = [day_words(fact.day, club)]
        if fact.kind == "purchase":
            parts.append(pages.money_short(fact.net, club))
        if fact.branch in branches:
            parts.append(branches[fact.branch])
        facts.append(
            SampleFactRow(
                " · ".join(parts),
                pages.signed(fact.tried - fact.live),
                _why(request, pages.live_name(info), fact.live_reasons, fact.live, rules),
                _why(request, pages.tried_name(info), fact.tried_reasons, fact.tried, rules),
            )
        )
    return SampleRow(_member(sample, names), tuple(facts))


def _why(
    request: HttpRequest, title: str, reasons: Iterable[Reasons], total: int, rules: Mapping[str, str]
) -> Why:
    lang = lang_of(request)
    rows, rest = [], total
    for each in reasons:
        rest -= each.units
        told = [said(request, phrase_from_json(why)) for why in each.why]
        rows.append(
            WhyRow(
                rules.get(each.rule, each.rule),
                ("؛ " if lang == "fa" else "; ").join(told),
                pages.signed(each.units) if each.units else "",
                quiet=not each.fired,
            )
        )
    if rest:
        rows.append(WhyRow(gettext("Rules that give the same"), "", pages.signed(rest)))
    return Why(title, tuple(rows), total=pages.signed(total))

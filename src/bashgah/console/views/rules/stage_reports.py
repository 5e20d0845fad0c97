"""Reports of what is tried: what a shadow would have given, how a pilot's members fare beside the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from bashgah.activities.trials import PilotGroup, Slice, Units, pilot_report, shadow_report
from bashgah.clubs.selectors import branch_list
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import said
from bashgah.console.views.base import page, show
from bashgah.console.views.rules.stages import rule_crumbs, rule_name
from bashgah.engine.document import REWARD_UNIT, Program, Rule
from bashgah.engine.words import counted_in, texts, units
from bashgah.ground import clock
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.programs import selectors, staging
from bashgah.programs.types import Stage
from bashgah.ui.figures import day_words, listed, money_words, plain
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb


@dataclass(frozen=True, slots=True)
class SliceRow:
    """A day, a tier or a branch."""

    name: str
    facts: int
    members: int
    units: str
    cost: str


@dataclass(frozen=True, slots=True)
class ShadowPage:
    """What a rule in shadow would have given."""

    crumbs: tuple[Crumb, ...]
    name: str
    span: str
    facts: int
    members: int
    units: str
    cost: str
    live: str
    others: str
    tables: tuple[tuple[str, tuple[SliceRow, ...]], ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a pilot."""

    name: str
    buyers: int
    purchases: int
    spend: str
    each: str
    units: str


@dataclass(frozen=True, slots=True)
class PilotPage:
    """A pilot's two sides."""

    crumbs: tuple[Crumb, ...]
    name: str
    span: str
    sides: tuple[Side, ...]


@page("rules.read")
def shadow(request: HttpRequest, key: str) -> HttpResponse:
    """How many facts, members and units, by day, tier and branch, beside what was really given."""
    club: ClubInfo = request.club
    program, rule = _rule(club, key)
    since, today = _span(club, rule, "shadow")
    found = shadow_report(club, key, since=since, until=today)
    tiers = {
        tier.key: texts(tier.name, tier.key).say(lang_of(request))
        for ladder in program.ladders[:1]
        for tier in ladder.tiers
    }
    branches = {branch.code: branch.name.say(lang_of(request)) for branch in branch_list(club)}
    days = {each.key: day_words(date.fromisoformat(each.key), club, "medium") for each in found.days}
    model = ShadowPage(
        crumbs=rule_crumbs(rule, lang_of(request), gettext("What it would have given")),
        name=rule_name(rule, lang_of(request)),
        span=_from(club, found.since),
        facts=found.facts,
        members=found.members,
        units=_units(request, program, found.units),
        cost=_cost(club, program, found.units),
        live=_units(request, program, found.live),
        others=_units(request, program, found.others),
        tables=(
            (gettext("By day"), tuple(_rows(request, program, found.days, days))),
            (gettext("Tier by tier"), tuple(_rows(request, program, found.tiers, tiers))),
            (gettext("By branch"), tuple(_rows(request, program, found.branches, branches))),
        ),
    )
    return show(request, "rules/stage_shadow.html", model)


@page("rules.read")
def pilot(request: HttpRequest, key: str) -> HttpResponse:
    """Purchases, spend and points of buyers whom the pilot is for, beside those of the others."""
    club: ClubInfo = request.club
    program, rule = _rule(club, key)
    since, today = _span(club, rule, "pilot")
    compiled = selectors.program_in_force(club, clock.now())
    found = pilot_report(club, compiled, key, since=since or today, until=today)
    if found is None:
        raise _not_there()
    sides = (
        _side(request, program, gettext("In the pilot"), found.assigned),
        _side(request, program, gettext("Not in the pilot"), found.others),
    )
    name = rule_name(rule, lang_of(request))
    crumbs = rule_crumbs(rule, lang_of(request), gettext("How the pilot's members fare"))
    return show(
        request, "rules/stage_pilot_report.html", PilotPage(crumbs, name, _from(club, found.since), sides)
    )


def _rule(club: ClubInfo, key: str) -> tuple[Program, Rule]:
    """The rule as it is published."""
    program = selectors.program_in_force(club, clock.now()).document
    rule = next((each for each in program.rules if each.key == key), None)
    if rule is None:
        raise _not_there()
    return program, rule


def _not_there() -> Refusal:
    return Refusal("rule_not_found", Phrase(_("There is no such rule.")), status=404)


def _span(club: ClubInfo, rule: Rule, stage: Stage) -> tuple[date | None, date]:
    """From when these terms are tried, and today, in the club's zone."""
    now, zone = clock.now(), ZoneInfo(club.timezone)
    since = staging.first_in(club, rule, stage, now)
    return (since.astimezone(zone).date() if since else None), now.astimezone(zone).date()


def _from(club: ClubInfo, since: date | None) -> str:
    if since is None:
        return gettext("Nothing yet.")
    return gettext("From %(day)s until now, returns taken off.") % {"day": day_words(since, club)}


def _rows(
    request: HttpRequest, program: Program, slices: tuple[Slice, ...], names: Mapping[str, str]
) -> list[SliceRow]:
    return [
        SliceRow(
            names.get(each.key, each.key or "–"),
            each.facts,
            each.members,
            _units(request, program, each.units),
            _cost(request.club, program, each.units),
        )
        for each in slices
    ]


def _side(request: HttpRequest, program: Program, name: str, group: PilotGroup) -> Side:
    club: ClubInfo = request.club
    return Side(
        name,
        group.buyers,
        group.purchases,
        money_words(group.spend, club),
        money_words(group.spend // group.buyers, club) if group.buyers else "–",
        _units(request, program, group.units),
    )


def _units(request: HttpRequest, program: Program, found: Units) -> str:
    return listed(
        *(
            said(request, units(amount, unit, program))
            for key, amount in found
            if amount and (unit := counted_in(program, key)) is not None
        )
    ) or plain(0)


def _cost(club: ClubInfo, program: Program, found: Units) -> str:
    """What the units pay; a dash where they have no worth."""
    worths = {wallet.key: wallet.worth for wallet in program.wallets if wallet.kind != "status"}
    worths |= {f"{REWARD_UNIT}{terms.key}": terms.cost for terms in program.rewards}
    money = sum(amount * worths.get(key, 0) for key, amount in found)
    return money_words(money, club) if any(worths.get(key) for key, _amount in found) else "–"

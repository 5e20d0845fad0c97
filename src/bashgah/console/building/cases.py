"""A carried case in words: when, where and what was bought, and what was known of the member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext
from pydantic import ValidationError

from bashgah.console.building.example import ExampleForm
from bashgah.console.building.sources import Sources
from bashgah.engine.catalogue import field_find
from bashgah.engine.document import Example
from bashgah.engine.examples import FactCase, LineCase, StateCase
from bashgah.kit import formats
from bashgah.kit.phrases import say
from bashgah.kit.text import Texts
from bashgah.ui.figures import listed, plain


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One line of the basket."""

    what: str
    quantity: str
    amount: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """What a case holds, in words."""

    facts: tuple[str, ...]
    lines: tuple[CaseLine, ...]
    known: tuple[str, ...]


def case_view(case: Mapping[str, Any], sources: Sources) -> CaseView:
    """The case in words; one that cannot be read has none, and its result says what is wrong."""
    try:
        fact = FactCase.model_validate(case.get("fact", {}))
        state = StateCase.model_validate(case.get("state", {}))
    except ValidationError:
        return CaseView((gettext("This case cannot be read."),), (), ())
    return CaseView(
        facts=tuple(_facts(fact, sources)),
        lines=tuple(_line(line, sources) for line in fact.lines),
        known=tuple(_known(state, sources)),
    )


def example_taken(made: Example, sources: Sources) -> ExampleForm:
    """The form of an example that was taken from what really happened, named in both languages."""
    fact = FactCase.model_validate(made.fact)
    branch, club = sources.names.get("branches", {}).get(fact.branch), sources.club

    def named(lang: str) -> str:
        day = formats.date(fact.at.date(), lang, club.calendar, "medium")
        net = sum(line.gross - line.discount for line in fact.lines) or fact.gross - fact.discount
        amount = formats.money(net, club.currency, lang, display=club.money_display) if net else ""
        place = (branch.say(lang) if branch else "") or fact.branch
        return ("، " if lang == "fa" else ", ").join(part for part in (day, place, amount) if part)

    return ExampleForm(
        name_fa=named("fa"),
        name_en=named("en"),
        expect={wallet: plain(units) for wallet, units in made.expect.items()},
        case={"fact": made.fact, "state": made.state},
    )


def units_said(units: Mapping[str, int], sources: Sources) -> str:
    """Units by wallet: «۶۰ امتیاز و ۶۰ امتیاز سطح»."""
    names = dict((*sources.wallets(), *sources.rewards(units)))
    said = [f"{plain(amount)} {names.get(wallet, wallet)}" for wallet, amount in units.items() if amount]
    return gettext(" and ").join(said) if said else plain(0)


def money_said(amount: int, sources: Sources) -> str:
    """An amount in the club's shown unit."""
    return formats.money(amount, sources.club.currency, sources.lang, display=sources.club.money_display)


def _facts(fact: FactCase, sources: Sources) -> list[str]:
    said = [_moment(fact.at, sources)] if "at" in fact.model_fields_set else []
    said += [_named("branches", fact.branch, sources), _named("channels", fact.channel, sources)]
    totals = (
        (gettext("before discount %(amount)s"), fact.gross if not fact.lines else 0),
        (gettext("discount %(amount)s"), fact.discount if not fact.lines else 0),
        (gettext("shipping %(amount)s"), fact.shipping),
    )
    said += [text % {"amount": money_said(amount, sources)} for text, amount in totals if amount]
    said += [_named("payment_methods", each, sources) for each in fact.payment_methods]
    said += [f"{name}: {value}" for name, value in fact.attributes.items()]
    return [each for each in said if each]


def _line(line: LineCase, sources: Sources) -> CaseLine:
    category = _named("categories", line.category[-1], sources) if line.category else ""
    what = listed(line.name or line.sku, category, _named("brands", line.brand, sources))
    amount = money_said(line.gross - line.discount, sources)
    return CaseLine(what or gettext("goods"), plain(Decimal(line.quantity) / 1000), amount)


def _known(state: StateCase, sources: Sources) -> list[str]:
    program, lang = sources.program, sources.lang
    said = []
    for key, tier in state.tiers.items():
        ladder = next((each for each in program.ladders if each.key == key), None)
        name = next((t.name for t in ladder.tiers if t.key == tier), None) if ladder else None
        said.append(gettext("tier %(tier)s") % {"tier": Texts(name.fa, name.en).say(lang) if name else tier})
    for name, value in state.values.items():
        found = field_find(name, program)
        said.append(f"{say(found.label, lang) if found else name}: {_value(value, name, sources)}")
    so_far = {
        "day": gettext("that day"),
        "week": gettext("that week"),
        "month": gettext("that month"),
        "year": gettext("that year"),
        "ever": gettext("since the beginning"),
    }
    for window, used in state.used.items():
        said.append(gettext("%(n)s units had %(window)s") % {"n": plain(used), "window": so_far[window]})
    for window, used in state.times.items():
        said.append(gettext("had %(n)s times %(window)s") % {"n": plain(used), "window": so_far[window]})
    counters = {
        each.key: Texts(each.name.fa, each.name.en).say(lang) or each.key for each in program.counters
    }
    said += [f"{counters.get(key, key)}: {plain(held)}" for key, held in state.counters.items()]
    if state.budget is not None:
        said.append(gettext("left of the budget: %(n)s") % {"n": plain(state.budget)})
    return said


def _value(value: Any, name: str, sources: Sources) -> str:
    if isinstance(value, list | tuple):
        return listed(*(str(each) for each in value))
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if not isinstance(value, int):
        return str(value)
    return money_said(value, sources) if name == "history.spend" else plain(value)


def _named(source: str, code: str, sources: Sources) -> str:
    texts = sources.names.get(source, {}).get(code)
    return (texts.say(sources.lang) if texts else "") or code


def _moment(at: datetime, sources: Sources) -> str:
    club = sources.club
    local = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(club.timezone))
    return formats.datetime_(local, sources.lang, club.calendar, club.timezone, "long")

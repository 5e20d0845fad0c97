"""The terms of a reward as a form: what is submitted becomes the plain JSON of the program document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext
from pydantic import BaseModel

from bashgah.console.building import criteria, params
from bashgah.console.building.builder import Node, build, start_test
from bashgah.console.building.criteria import Raw
from bashgah.console.building.rule import fresh_key
from bashgah.console.building.sources import Sources
from bashgah.console.views.base import Entry
from bashgah.engine.document import RewardTerms
from bashgah.kit.phrases import Phrase, say
from bashgah.kit.refusals import Refusal
from bashgah.rewards.scoping import scope_said
from bashgah.rewards.shelf import KINDS

GOODS = "l"
"""Begins the names of the builder's fields: which goods a discount is for."""
TRIGGER = "purchase"
WINDOWS = ("day", "week", "month", "year", "ever")


def document_of(entry: Entry, sources: Sources, terms: RewardTerms | None) -> dict[str, Any]:
    """The terms of a submitted form; numbers that cannot be read are noted in the form."""
    data = entry.data
    kind = data.get("kind", "discount_coupon")
    model = KINDS.find(kind)
    limits = [
        {"window": window, "most": most}
        for window in WINDOWS
        if (most := entry.whole(f"limit_{window}", least=1))
    ]
    name = data.get("name_en", "") or data.get("name_fa", "")
    days = {"starts_on": entry.day("starts_on"), "ends_on": entry.day("ends_on")}
    # what this form does not ask stays as it is
    return (terms.model_dump(mode="json") if terms else {}) | {
        "key": terms.key if terms else fresh_key(name, sources.program),
        "kind": kind,
        "wallet": data.get("wallet", "points"),
        "name": {"fa": data.get("name_fa", "").strip(), "en": data.get("name_en", "").strip()},
        "price": entry.whole("price", required=data.get("act") != "kind") or 0,
        "cost": entry.money("cost") or 0,
        "params": params.read(model.Params, data, sources, "p-") | _scope(model.Params, data, sources)
        if model
        else {},
        "when": when_of(entry, sources, terms),
        "channels": [
            each for each in ("portal", "till", "api", "console") if each in data.getlist("channels")
        ],
        "limits": limits,
        "stage": "off" if data.get("stage") == "off" else "live",
        **{name: day.isoformat() if day else None for name, day in days.items()},
    }


@dataclass(frozen=True, slots=True)
class GoodsView:
    """The goods a discount is for: the builder, what it says, or what is wrong with it."""

    node: Node | None
    said: str = ""
    error: str = ""


def goods_view(raw: Raw | None, sources: Sources) -> GoodsView:
    """The builder as the page draws it, with its sentence once it is whole."""
    node = build(raw, GOODS, sources, TRIGGER, scope="line")
    tree = criteria.to_tree(raw, sources.program, TRIGGER, sources.club)
    try:
        found = scope_said({"lines": tree}, sources.club.currency, sources.names)
    except Refusal as refusal:
        return GoodsView(node, error=_said(refusal.phrase, sources))
    return GoodsView(node, said=_said(found, sources) if found else "")


def _said(phrase: Phrase, sources: Sources) -> str:
    club = sources.club
    return say(phrase, sources.lang, calendar=club.calendar, zone=club.timezone, display=club.money_display)


def goods_raw(document: Mapping[str, Any], sources: Sources) -> Raw | None:
    """The builder's form of the goods that stored terms are for."""
    tree = document["params"].get("lines")
    return criteria.from_tree(tree, sources.program, TRIGGER, sources.club, sources.lang)


def goods_acted(data: QueryDict, sources: Sources) -> tuple[Raw | None, str]:
    """The builder as it was submitted, after its button if one was pressed, and the field to go on at."""
    form = criteria.from_post(data, GOODS)
    where, _bar, rest = data.get("act", "").partition("|")
    if where != GOODS:
        return form, ""
    line = start_test(sources, TRIGGER, "line")
    return criteria.acted(form, GOODS, rest, line, line)


def _scope(model: type[BaseModel], data: QueryDict, sources: Sources) -> dict[str, Any]:
    if not params.takes_lines(model):
        return {}
    tree = criteria.to_tree(criteria.from_post(data, GOODS), sources.program, TRIGGER, sources.club)
    return {} if tree is None else {"lines": tree}


def when_of(entry: Entry, sources: Sources, terms: RewardTerms | None) -> dict[str, Any] | None:
    """Who may have it: chosen tiers, or a condition of another shape that stays as it is."""
    if terms and terms.when is not None and tiers_of(terms.when) is None:
        return terms.when
    picked = [value.partition(":") for value in entry.many("tiers")]
    ladders = {ladder for ladder, _colon, _tier in picked}
    known = {ladder.key: len(ladder.tiers) for ladder in sources.program.ladders}
    found = [
        {"field": f"member.tier.{ladder}", "op": "in", "value": [t for at, _c, t in picked if at == ladder]}
        for ladder in sorted(ladders & known.keys())
    ]
    found = [each for each in found if len(each["value"]) < known[str(each["field"]).rsplit(".", 1)[1]]]
    if not found:
        return None
    return found[0] if len(found) == 1 else {"all": found}


def tiers_of(when: Mapping[str, Any]) -> set[str] | None:
    """The tiers a condition names, or None when it says something else."""
    parts = when["all"] if set(when) == {"all"} else [when]
    found: set[str] = set()
    for part in parts:
        head, values = str(part.get("field", "")), part.get("value")
        if (
            not head.startswith("member.tier.")
            or part.get("op") != "in"
            or not isinstance(values, list | tuple)
        ):
            return None
        found |= {f"{head.removeprefix('member.tier.')}:{value}" for value in values}
    return found


def channel_words() -> tuple[tuple[str, str], ...]:
    """Where a reward can be had."""
    return (
        ("portal", gettext("portal")),
        ("till", gettext("till")),
        ("api", gettext("shop and app (API)")),
        ("console", gettext("console")),
    )


def limit_words() -> tuple[tuple[str, str], ...]:
    """The windows of a limit in words."""
    words = (
        gettext("each member in a day"),
        gettext("in a week"),
        gettext("in a month"),
        gettext("in a year"),
        gettext("ever"),
    )
    return tuple(zip(WINDOWS, words, strict=True))


def param_words() -> dict[str, str]:
    """What the parameters of reward kinds are called in the form."""
    return {
        "percent": gettext("Percent off"),
        "amount": gettext("Amount"),
        "most": gettext("At most"),
        "minimum_order": gettext("From a purchase of"),
        "valid_days": gettext("Valid for days; 0 is without end"),
        "wallet": gettext("Into"),
        "sku": gettext("Code of the product"),
        "name": gettext("Name of the product"),
        "quantity": gettext("How many"),
    }

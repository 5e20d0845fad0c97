"""The promotion's form: what a person typed, as the document's values and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, get_args

from django.http import QueryDict

from bashgah.console.building import criteria
from bashgah.console.building.builder import start_test
from bashgah.console.building.criteria import Raw
from bashgah.console.building.rule import fresh_key
from bashgah.console.building.schedule import (
    ScheduleForm,
    schedule_document,
    schedule_form,
    schedule_read,
)
from bashgah.console.building.sources import Sources
from bashgah.engine.deals import BuyGet
from bashgah.engine.document import Promotion, Window
from bashgah.kit.text import ascii_digits
from bashgah.ui.entries import decimal_or_none, money_or_none, whole_or_none
from bashgah.ui.figures import plain, shown_amount

TRIGGER = "purchase"
BRACKETS = 4
WINDOWS: tuple[str, ...] = get_args(Window)
DEAL_FIELDS: dict[str, dict[str, str]] = {
    "percent": {"permille": "percent"},
    "amount": {"amount": "money", "per": "choice"},
    "fixed_price": {"price": "money"},
    "buy_get": {"buy": "whole", "get": "whole", "permille": "percent", "times": "whole"},
    "cheapest_free": {"every": "whole", "free": "whole"},
    "brackets": {"by": "choice"},
    "free_shipping": {"up_to": "money"},
}
"""By kind of deal, its fields and how each is typed."""
PLAIN: dict[str, str] = {
    "minimum_value": "money",
    "minimum_quantity": "quantity",
    "most": "money",
    "lowest_price": "money",
    "uses": "whole",
    "budget": "money",
    "priority": "whole",
}
START: dict[str, dict[str, str]] = {
    "percent": {"permille": "10"},
    "buy_get": {"buy": "2", "get": "1", "permille": "100"},
    "cheapest_free": {"every": "3", "free": "1"},
}


@dataclass(slots=True)
class PromotionForm:
    """Everything the editor holds, as typed; ``deal`` are the fields of the chosen kind."""

    key: str = ""
    name_fa: str = ""
    name_en: str = ""
    stage: str = "live"
    kind: str = "percent"
    deal: dict[str, str] = field(default_factory=dict)
    brackets: list[tuple[str, str, str]] = field(default_factory=list)
    gets: Raw | None = None
    when: Raw | None = None
    lines: Raw | None = None
    codes: str = ""
    single_use: bool = False
    schedule: ScheduleForm = field(default_factory=ScheduleForm)
    values: dict[str, str] = field(default_factory=dict)
    limits: dict[str, str] = field(default_factory=dict)
    combines: str = "with_others"
    group: str = ""


def new_form() -> PromotionForm:
    """A promotion to begin with: ten percent off everything."""
    return PromotionForm(
        deal={key: plain(Decimal(text)) for key, text in START["percent"].items()},
        values={"priority": plain(100)},
    )


def form_of(promotion: Promotion, sources: Sources) -> PromotionForm:
    """The form of a stored promotion."""
    deal = promotion.deal
    said = deal.model_dump(mode="json")
    brackets = [
        (
            _shown(row["at_least"], "money" if said["by"] == "value" else "quantity", sources),
            _shown(row["permille"], "percent", sources),
            _shown(row["amount"], "money", sources),
        )
        for row in said.get("brackets", ())
    ]
    return PromotionForm(
        key=promotion.key,
        name_fa=promotion.name.fa,
        name_en=promotion.name.en,
        stage=promotion.stage,
        kind=deal.kind,
        deal={name: _shown(said[name], how, sources) for name, how in DEAL_FIELDS[deal.kind].items()},
        brackets=brackets,
        gets=_raw(deal.of, sources) if isinstance(deal, BuyGet) else None,
        when=_raw(promotion.when, sources),
        lines=_raw(promotion.lines, sources),
        codes="\n".join(promotion.codes),
        single_use=promotion.single_use_codes,
        schedule=schedule_form(promotion.schedule, sources),
        values={name: _shown(getattr(promotion, name), how, sources) for name, how in PLAIN.items()},
        limits={limit.window: plain(limit.most) for limit in promotion.limits},
        combines=promotion.combines,
        group=promotion.group,
    )


def form_read(data: QueryDict) -> PromotionForm:
    """The form as it was submitted."""
    kind = data.get("kind", "percent")
    kind = kind if kind in DEAL_FIELDS else "percent"
    deal = {name: data.get(f"deal_{name}", "").strip() for name in DEAL_FIELDS[kind]}
    if data.get("kind_before", kind) != kind:
        deal |= {name: plain(Decimal(text)) for name, text in START.get(kind, {}).items()}
    return PromotionForm(
        key=data.get("key", ""),
        name_fa=data.get("name_fa", "").strip(),
        name_en=data.get("name_en", "").strip(),
        stage=data.get("stage", "live"),
        kind=kind,
        deal=deal,
        brackets=[
            (row[0], row[1], row[2])
            for row in zip(*(data.getlist(f"bracket_{n}") for n in ("from", "off", "cut")), strict=False)
            if any(cell.strip() for cell in row)
        ][:20],
        gets=criteria.from_post(data, "o"),
        when=criteria.from_post(data, "w"),
        lines=criteria.from_post(data, "l"),
        codes=data.get("codes", ""),
        single_use=data.get("single_use") == "1",
        schedule=schedule_read(data),
        values={name: data.get(name, "").strip() for name in PLAIN},
        limits={window: data.get(f"limit_{window}", "").strip() for window in WINDOWS},
        combines="alone" if data.get("combines") == "alone" else "with_others",
        group=data.get("group", "").strip(),
    )


def acted(form: PromotionForm, act: str, sources: Sources) -> str:
    """Carries out a button of a builder on the form; returns the id of the field to go on at."""
    where, _bar, rest = act.partition("|")
    fact, line = (start_test(sources, TRIGGER, scope) for scope in ("fact", "line"))
    focus = ""
    if where == "w":
        form.when, focus = criteria.acted(form.when, where, rest, fact, line)
    elif where == "l":
        form.lines, focus = criteria.acted(form.lines, where, rest, line, line)
    elif where == "o":
        form.gets, focus = criteria.acted(form.gets, where, rest, line, line)
    return focus


def document_of(form: PromotionForm, sources: Sources) -> dict[str, Any]:
    """The promotion as plain JSON; what cannot be read stays as typed for the engine to name."""
    program, club = sources.program, sources.club
    taken = frozenset(promotion.key for promotion in program.promotions)
    return {
        "key": form.key or fresh_key(form.name_en or form.name_fa or "promotion", program, taken),
        "name": {"fa": form.name_fa, "en": form.name_en},
        "deal": _deal(form, sources),
        "when": criteria.to_tree(form.when, program, TRIGGER, club),
        "lines": criteria.to_tree(form.lines, program, TRIGGER, club),
        "codes": codes_of(form.codes),
        "single_use_codes": form.single_use,
        "schedule": schedule_document(form.schedule, sources),
        **{name: _stored(form.values.get(name, ""), how, sources) for name, how in PLAIN.items()},
        "priority": _stored(form.values.get("priority", "") or "100", "whole", sources),
        "limits": [
            {"window": window, "most": _stored(text, "whole", sources)}
            for window, text in form.limits.items()
            if text
        ],
        "combines": form.combines,
        "group": form.group,
        "stage": form.stage,
    }


def codes_of(text: str) -> list[str]:
    """The codes somebody typed, one a line or with commas between, in capital letters."""
    words = ascii_digits(text).replace("،", ",").replace(",", "\n").splitlines()
    return [word.strip().upper() for word in words if word.strip()]


def _deal(form: PromotionForm, sources: Sources) -> dict[str, Any]:
    deal: dict[str, Any] = {"kind": form.kind}
    for name, how in DEAL_FIELDS[form.kind].items():
        text = form.deal.get(name, "")
        if text:
            deal[name] = _stored(text, how, sources)
    if form.kind == "buy_get":
        deal["of"] = criteria.to_tree(form.gets, sources.program, TRIGGER, sources.club)
    if form.kind == "brackets":
        how = "quantity" if form.deal.get("by") == "quantity" else "money"
        deal["brackets"] = [
            {
                "at_least": _stored(start, how, sources),
                "permille": _stored(off, "percent", sources),
                "amount": _stored(cut, "money", sources),
            }
            for start, off, cut in form.brackets
        ]
    return deal


def _raw(tree: dict[str, Any] | None, sources: Sources) -> Raw | None:
    return criteria.from_tree(tree, sources.program, TRIGGER, sources.club, sources.lang)


def _shown(value: Any, how: str, sources: Sources) -> str:
    if how == "choice":
        return str(value)
    if not value:
        return ""
    if how == "money":
        return plain(shown_amount(value, sources.club))
    if how == "percent":
        return plain(Decimal(value) / 10)
    return plain(Decimal(value) / 1000 if how == "quantity" else Decimal(value))


def _stored(text: str, how: str, sources: Sources) -> Any:
    if how == "choice":
        return text
    try:
        if how == "money":
            return money_or_none(text, sources.club) or 0
        if how == "whole":
            return whole_or_none(text) or 0
        value = decimal_or_none(text)
    except ValueError:
        return text
    scaled = (value or 0) * (10 if how == "percent" else 1000)
    return int(scaled) if scaled == int(scaled) else text

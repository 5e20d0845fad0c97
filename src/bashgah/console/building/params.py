"""The parameters of a plug-in as form fields: one form for every kind, made from its Pydantic model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from django.http import QueryDict
from django.utils.translation import gettext
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bashgah.console.building.sources import Sources
from bashgah.engine.document import BothTexts
from bashgah.kit import formats
from bashgah.kit.jalali import parse_date
from bashgah.kit.phrases import translated
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.ui.entries import decimal_or_none, money_or_none, whole_or_none
from bashgah.ui.figures import listed, money_unit, plain, shown_amount
from bashgah.ui.types import Option

SCALES = {"permille": 1000, "percent": 10, "quantity": 1000}
ROWS_MOST = 50


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a parameter."""

    name: str
    label: str
    kind: str
    value: str = ""
    unit: str = ""
    options: tuple[Option, ...] = ()
    checked: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ParamField:
    """A parameter: one cell, two for a text in both languages, or rows of cells."""

    name: str
    label: str
    shape: str
    cells: tuple[Cell, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()


CONDITION = "lines"
"""A condition on lines; the criteria builder asks for it, not a field."""


def takes_lines(model: type[BaseModel]) -> bool:
    """Say whether a plug-in's parameters hold a condition on lines."""
    return any(kind_of(name, info) == CONDITION for name, info in model.model_fields.items())


def fields_of(
    model: type[BaseModel], values: Mapping[str, Any], sources: Sources, prefix: str, words: Mapping[str, str]
) -> tuple[ParamField, ...]:
    """The fields of a plug-in's parameters; `words` names those whose model has no title."""
    return tuple(
        _field(name, info, values.get(name, _usual(info)), values, sources, prefix, words)
        for name, info in model.model_fields.items()
        if kind_of(name, info) != CONDITION
    )


def read(model: type[BaseModel], data: QueryDict, sources: Sources, prefix: str) -> dict[str, Any]:
    """The parameters of a submitted form as plain values; what cannot be read stays as typed for the
    check to name."""
    found: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        if kind_of(name, info) == CONDITION:
            continue
        value = _read(name, info, data, sources, f"{prefix}{name}")
        # what is left as usual is left out, so that a part shown and submitted unchanged stays the same
        if value is not None and (info.is_required() or value != _plain(_usual(info))):
            found[name] = value
    return found


def kind_of(name: str, info: FieldInfo) -> str:  # noqa: PLR0911 one line a kind
    """What sort of field a parameter is."""
    bare = _bare(info.annotation)
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    if extra.get("kind"):
        return "percent" if name == "permille" and _most(info) <= 1000 else str(extra["kind"])
    if bare is bool:
        return "bool"
    if name in {"ladder", "wallet"}:
        return name
    if name == "amount" or name in {"most", "minimum_order"}:
        return "money"
    if bare is int:
        return "whole"
    if bare is date:
        return "date"
    if get_origin(bare) is Literal:
        return "choice"
    if bare is BothTexts:
        return "texts"
    if get_origin(bare) is dict:
        return "by_tier"
    if get_origin(bare) is tuple:
        inner = _bare(get_args(bare)[0])
        return (
            "rows"
            if isinstance(inner, type) and issubclass(inner, BaseModel)
            else "rules"
            if name == "rules"
            else "words"
        )
    return "text"


def _field(  # noqa: PLR0917 one form field from its model
    name: str,
    info: FieldInfo,
    value: Any,
    values: Mapping[str, Any],
    sources: Sources,
    prefix: str,
    words: Mapping[str, str],
) -> ParamField:
    kind, label = kind_of(name, info), _label(name, info, sources, words)
    at = f"{prefix}{name}"
    if kind == "texts":
        both = value if isinstance(value, Mapping) else {}
        cells = (
            Cell(f"{at}_fa", listed(label, gettext("in Persian")), "text", str(both.get("fa", ""))),
            Cell(f"{at}_en", listed(label, gettext("in English")), "text", str(both.get("en", ""))),
        )
        return ParamField(name, label, "pair", cells)
    if kind == "by_tier":
        return ParamField(name, label, "cells", _tier_cells(at, value, values.get("ladder"), sources))
    if kind == "rows":
        return ParamField(name, label, "rows", rows=_rows(info, value, sources, at))
    return ParamField(name, label, "cell", (_cell(at, label, kind, value, info, sources),))


def _cell(at: str, label: str, kind: str, value: Any, info: FieldInfo, sources: Sources) -> Cell:  # noqa: PLR0917
    lang = sources.lang
    if kind == "bool":
        return Cell(at, label, "checkbox", checked=bool(value))
    if kind in {"ladder", "wallet"}:
        parts = sources.program.ladders if kind == "ladder" else sources.program.wallets
        options = [Option("", gettext("none"), not value)] if _optional(info) else []
        options += [
            Option(p.key, Texts(p.name.fa, p.name.en).say(lang) or p.key, p.key == value) for p in parts
        ]
        return Cell(at, label, "select", options=tuple(options))
    if kind == "choice":
        choices = get_args(_bare(info.annotation))
        return Cell(at, label, "select", options=tuple(Option(str(c), str(c), c == value) for c in choices))
    if kind == "rules":
        chosen = set(value or ())
        options = tuple(
            Option(rule.key, Texts(rule.name.fa, rule.name.en).say(lang) or rule.key, rule.key in chosen)
            for rule in sources.program.rules
            if any(effect.amount != "multiplier" for effect in rule.effects)
        )
        return Cell(at, label, "checkboxes", options=options, hint=gettext("None chosen: all of them."))
    unit = {
        "money": money_unit(sources.club),
        "percent": "٪" if lang == "fa" else "%",
        "permille": gettext("times"),
    }
    typed = kind if kind in {"date", "text", "words"} else "number"
    return Cell(
        at, label, "text" if typed == "words" else typed, _shown(value, kind, sources), unit.get(kind, "")
    )


def _tier_cells(at: str, value: Any, ladder_key: Any, sources: Sources) -> tuple[Cell, ...]:
    ladders = sources.program.ladders
    ladder = next((each for each in ladders if each.key == ladder_key), ladders[0] if ladders else None)
    units = value if isinstance(value, Mapping) else {}
    return tuple(
        Cell(
            f"{at}-{tier.key}",
            Texts(tier.name.fa, tier.name.en).say(sources.lang) or tier.key,
            "number",
            plain(units[tier.key]) if isinstance(units.get(tier.key), int) else "",
        )
        for tier in (ladder.tiers if ladder else ())
    )


def _rows(info: FieldInfo, value: Any, sources: Sources, at: str) -> tuple[tuple[Cell, ...], ...]:
    inner = _bare(get_args(_bare(info.annotation))[0])
    given = [row if isinstance(row, Mapping) else {} for row in value or ()][:ROWS_MOST]
    return tuple(
        tuple(
            _cell(
                f"{at}-{number}-{name}",
                _label(name, sub, sources, {}),
                kind_of(name, sub),
                row.get(name),
                sub,
                sources,
            )
            for name, sub in inner.model_fields.items()
        )
        for number, row in enumerate([*given, {}])
    )


def _read(name: str, info: FieldInfo, data: QueryDict, sources: Sources, at: str) -> Any:  # noqa: PLR0911
    kind = kind_of(name, info)
    if kind == "bool":
        return data.get(at) == "1"
    if kind == "texts":
        return {"fa": data.get(f"{at}_fa", "").strip(), "en": data.get(f"{at}_en", "").strip()}
    if kind == "rules":
        return data.getlist(at)
    if kind == "by_tier":
        head = f"{at}-"
        found = {
            key.removeprefix(head): _number(data[key], "whole", sources)
            for key in data
            if key.startswith(head)
        }
        return {tier: units for tier, units in found.items() if units is not None}
    if kind == "rows":
        return _read_rows(info, data, sources, at)
    text = data.get(at, "").strip()
    if not text:
        return None
    if kind in {"text", "ladder", "wallet", "choice"}:
        return text
    if kind == "words":
        return [part.strip() for part in text.replace("،", ",").split(",") if part.strip()]
    if kind == "date":
        try:
            return parse_date(text).isoformat()
        except Refusal:
            return text
    return _number(text, kind, sources)


def _read_rows(info: FieldInfo, data: QueryDict, sources: Sources, at: str) -> list[dict[str, Any]]:
    inner = _bare(get_args(_bare(info.annotation))[0])
    rows = []
    for number in range(ROWS_MOST + 1):
        row = {
            name: _read(name, sub, data, sources, f"{at}-{number}-{name}")
            for name, sub in inner.model_fields.items()
        }
        if any(value not in (None, "") for value in row.values()):
            rows.append({name: value for name, value in row.items() if value is not None})
    return rows


def _number(text: str, kind: str, sources: Sources) -> Any:
    try:
        if kind == "money":
            return money_or_none(text, sources.club)
        if kind in SCALES:
            value = decimal_or_none(text)
            return None if value is None else int(value * SCALES[kind])
        return whole_or_none(text)
    except ValueError:
        return text


def _shown(value: Any, kind: str, sources: Sources) -> str:
    if value in (None, "", (), []):
        return ""
    if isinstance(value, list | tuple):
        return "، ".join(str(each) for each in value)
    if isinstance(value, date):
        return formats.date(value, sources.lang, sources.club.calendar, "short")
    if not isinstance(value, int):
        return str(value)
    if kind == "money":
        return plain(shown_amount(value, sources.club))
    return plain(Decimal(value) / SCALES[kind]) if kind in SCALES else plain(value)


def _label(name: str, info: FieldInfo, sources: Sources, words: Mapping[str, str]) -> str:
    if info.title:
        return translated(info.title, sources.lang)
    return words.get(name, name)


def _usual(info: FieldInfo) -> Any:
    return info.get_default(call_default_factory=True) if not info.is_required() else None


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return list(value) if isinstance(value, tuple) else value


def _optional(info: FieldInfo) -> bool:
    return NoneType in get_args(info.annotation)


def _bare(annotation: Any) -> Any:
    """An annotation without Annotated and None."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in {Union, UnionType}:
        return _bare(next(arg for arg in get_args(annotation) if arg is not NoneType))
    return annotation


def _most(info: FieldInfo) -> int:
    return next((int(rule.le) for rule in info.metadata if getattr(rule, "le", None) is not None), 10**15)

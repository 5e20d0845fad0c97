"""The typed catalogue of fields that criteria may look at: what they are called, where they come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bashgah.engine.activities import field_name, schema_of
from bashgah.engine.document import Ladder, Program
from bashgah.engine.facts import Fact, Line
from bashgah.engine.ladders import tier_in_force
from bashgah.engine.states import State
from bashgah.engine.windows import weekday
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.registry import Registry
from bashgah.kit.text import Texts

Scope = Literal["fact", "line", "state"]
Type = Literal[
    "text",
    "set",
    "path",
    "number",
    "money",
    "quantity",
    "boolean",
    "date",
    "month_day",
    "tier",
    "weekday",
    "value",
]

_COMPARE = ("gte", "lte", "gt", "lt", "eq", "ne", "between")
OPS: dict[str, tuple[str, ...]] = {
    "text": ("is", "is_not", "in", "not_in"),
    "set": ("has", "has_any", "has_all", "has_none"),
    "path": ("under", "under_any", "under_none"),
    "number": (*_COMPARE, "every"),
    "money": _COMPARE,
    "quantity": _COMPARE,
    "boolean": ("is",),
    "date": ("on_or_after", "before", "on", "between"),
    "month_day": ("this_month", "within_days", "today"),
    "tier": ("is", "is_not", "in", "not_in", "at_least"),
    "weekday": ("in", "not_in"),
    "value": ("is", "is_not", "in", "not_in", *_COMPARE),
}
"""Which comparisons each type of field allows, the usual one first."""

WITHOUT_VALUE = frozenset({"this_month", "today"})
MANY = frozenset({"in", "not_in", "has_any", "has_all", "has_none", "under_any", "under_none"})

Reader = Callable[[Fact, State, "Line | None"], Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a criterion can look at.

    ``read`` takes it from a fact, a state or a line; ``code`` is the same as a Python expression, in which
    ``NAME`` stands for the constant ``name`` (never for what people typed). ``source`` names the list that a
    form offers values from.
    """

    key: str
    type: Type
    label: Phrase
    scope: Scope
    read: Reader
    code: str
    source: str = ""
    name: str = ""
    ladder: Ladder | None = None
    triggers: tuple[str, ...] = ()

    @property
    def ops(self) -> tuple[str, ...]:
        """The comparisons it allows."""
        return OPS[self.type]


FIELDS: Registry[Field] = Registry("criteria fields")

FINDERS: dict[str, Callable[[str, Program], Field | None]] = {}
"""Fields that a program itself makes, by the beginning of their keys."""

SEGMENTS = Field(
    "member.segments",
    "set",
    Phrase(_("segments of the member")),
    "state",
    lambda _f, s, _l: s.values.get("member.segments"),
    "values.get(NAME)",
    "segments",
    "member.segments",
)
"""Offered to criteria once the room that knows who is in which segment adds it to ``FIELDS``."""


def _fact(  # noqa: PLR0917 a table reads best in columns
    key: str, kind: Type, label: str, code: str, read: Reader, source: str = "", purchase: bool = True
) -> None:
    triggers = ("purchase",) if purchase else ()
    FIELDS.add(Field(key, kind, Phrase(label), "fact", read, code, source, triggers=triggers))


def _line(  # noqa: PLR0917 a table reads best in columns
    key: str, kind: Type, label: str, code: str, read: Callable[[Line], Any], source: str = ""
) -> None:
    def reader(_f: Fact, _s: State, line: Line | None) -> Any:
        return None if line is None else read(line)

    FIELDS.add(Field(key, kind, Phrase(label), "line", reader, code, source, triggers=("purchase",)))


def _state(key: str, kind: Type, label: str, source: str = "") -> None:
    FIELDS.add(_state_field(key, kind, Phrase(label), source))


def _state_field(key: str, kind: Type, label: Phrase, source: str = "") -> Field:
    return Field(
        key, kind, label, "state", lambda _f, s, _l: s.values.get(key), "values.get(NAME)", source, key
    )


_fact(
    "fact.branch", "text", _("branch"), "fact.branch", lambda f, s, _l: f.branch, "branches", purchase=False
)
_fact(
    "fact.region",
    "text",
    _("region of the branch"),
    "fact.region",
    lambda f, s, _l: f.region,
    "regions",
    purchase=False,
)
_fact(
    "fact.city",
    "text",
    _("city of the branch"),
    "fact.city",
    lambda f, s, _l: f.city,
    "cities",
    purchase=False,
)
_fact(
    "fact.channel",
    "text",
    _("channel"),
    "fact.channel",
    lambda f, s, _l: f.channel,
    "channels",
    purchase=False,
)
_fact(
    "fact.weekday", "weekday", _("day of the week"), "weekday(local)",
    lambda f, s, _l: weekday(f.local_at), "weekdays", purchase=False,
)  # fmt: skip
_fact(
    "fact.hour", "number", _("hour of the day"), "local.hour",
    lambda f, s, _l: f.local_at.hour, purchase=False,
)  # fmt: skip
_fact(
    "purchase.net",
    "money",
    _("purchase amount after discount"),
    "(fact.gross - fact.discount)",
    lambda f, s, _l: f.net,
)
_fact("purchase.gross", "money", _("purchase amount before discount"), "fact.gross", lambda f, s, _l: f.gross)
_fact(
    "purchase.discount", "money", _("discount of the purchase"), "fact.discount", lambda f, s, _l: f.discount
)
_fact("purchase.shipping", "money", _("shipping fee"), "fact.shipping", lambda f, s, _l: f.shipping)
_fact(
    "purchase.paid_by_points", "money", _("part paid by points"), "fact.paid_by_points",
    lambda f, s, _l: f.paid_by_points,
)  # fmt: skip
_fact(
    "purchase.payment_methods", "set", _("payment methods"), "fact.payment_methods",
    lambda f, s, _l: f.payment_methods, "payment_methods",
)  # fmt: skip
_fact("purchase.coupons", "set", _("coupons used"), "fact.coupons", lambda f, s, _l: f.coupons, "coupons")

_line("line.sku", "text", _("product"), "line.sku", lambda li: li.sku, "products")
_line("line.category", "path", _("category"), "line.category", lambda li: li.category, "categories")
_line("line.brand", "text", _("brand"), "line.brand", lambda li: li.brand, "brands")
_line("line.tags", "set", _("tags of the product"), "line.tags", lambda li: li.tags, "product_tags")
_line("line.net", "money", _("line amount after discount"), "(line.gross - line.discount)", lambda li: li.net)
_line("line.gross", "money", _("line amount before discount"), "line.gross", lambda li: li.gross)
_line("line.discount", "money", _("discount of the line"), "line.discount", lambda li: li.discount)
_line("line.quantity", "quantity", _("quantity"), "line.quantity", lambda li: li.quantity)

_state("member.city", "text", _("city of the member"), "cities")
_state("member.gender", "text", _("gender of the member"), "genders")
_state("member.tags", "set", _("tags of the member"), "member_tags")
_state("member.age_days", "number", _("number of days since enrolment"))
_state("member.birth_month_day", "month_day", _("birthday of the member"))
_state("history.purchases", "number", _("number of purchases before this"))
_state("history.spend", "money", _("total of purchases before this"))
_state("history.visits", "number", _("number of visits before this"))
_state("history.days_since_last_purchase", "number", _("number of days since the last purchase"))

_ATTRIBUTE_TYPES: dict[str, Type] = {
    "text": "text",
    "number": "number",
    "money": "money",
    "boolean": "boolean",
    "date": "date",
}


def field_find(key: str, program: Program | None = None, trigger: str = "") -> Field | None:
    """Return the field of that key, or None.

    Besides the fixed ones: ``member.tier.<ladder>`` for the program's ladders, ``member.attributes.<key>``
    for whatever a club records of members, ``activity.<key>`` for what the trigger's custom type declares.
    """
    if found := FIELDS.find(key):
        return found
    if key.startswith("member.tier."):
        return _tier_field(key, program)
    if key.startswith("member.attributes.") and len(key) <= 100:
        name = key.removeprefix("member.attributes.")
        label = Phrase(_("“{attribute}” of the member"), {"attribute": name})
        return _state_field(key, "value", label) if name else None
    for beginning, find in FINDERS.items():
        if key.startswith(beginning):
            return find(key, program) if program is not None else None
    if key.startswith("activity.") and program is not None and trigger.startswith("custom:"):
        return _activity_field(key, program, trigger.removeprefix("custom:"))
    return None


def fields_for(program: Program, trigger: str) -> list[Field]:
    """Return every field a rule with this trigger may use, in the order of a form."""
    fixed = [field for field in FIELDS if not field.triggers or trigger in field.triggers]
    named = [f"member.tier.{ladder.key}" for ladder in program.ladders]
    named += [f"counter.{counter.key}" for counter in program.counters]
    declared = (
        schema_of(program, trigger.removeprefix("custom:")) or {} if trigger.startswith("custom:") else {}
    )
    named += [f"activity.{key}" for key in declared]
    return fixed + [field for key in named if (field := field_find(key, program, trigger))]


def _tier_field(key: str, program: Program | None) -> Field | None:
    ladder_key = key.removeprefix("member.tier.")
    ladder = next((each for each in program.ladders if each.key == ladder_key), None) if program else None
    if ladder is None:
        return None
    label = Phrase(_("tier in {ladder}"), {"ladder": Texts(ladder.name.fa, ladder.name.en)})

    def read(_f: Fact, state: State, _l: Line | None) -> str:
        return tier_in_force(ladder, state.standings.get(ladder_key))

    return Field(key, "tier", label, "state", read, "tier(state, NAME)", "tiers", ladder_key, ladder)


def _activity_field(key: str, program: Program, activity_type: str) -> Field | None:
    name = key.removeprefix("activity.")
    declared: Mapping[str, str] = schema_of(program, activity_type) or {}
    if name not in declared:
        return None
    kind = _ATTRIBUTE_TYPES[declared[name]]
    label = Phrase(
        _("“{attribute}” of the activity"), {"attribute": field_name(program, activity_type, name)}
    )
    return Field(
        key, kind, label, "fact", lambda f, s, _l: f.attributes.get(name), "attributes.get(NAME)", "", name
    )  # fmt: skip

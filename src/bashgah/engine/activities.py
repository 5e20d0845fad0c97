"""Ready activity types: what members do besides buying, with the attributes that rules may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bashgah.engine.document import Counter, Program, Rule, Wallet
from bashgah.engine.words import texts
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.text import Texts

Schema = Mapping[str, str]
"""Attribute → type of value (text, number, money, boolean, date)."""


@dataclass(frozen=True, slots=True)
class ReadyType:
    """An activity type every program knows: its name and its attributes."""

    key: str
    label: Phrase
    attributes: Schema


def _types(*rows: tuple[str, str, dict[str, str]]) -> dict[str, ReadyType]:
    return {key: ReadyType(key, Phrase(label), attributes) for key, label, attributes in rows}


READY_TYPES = _types(
    ("sign_up", _("Sign-up"), {"source": "text"}),
    ("profile_completed", _("Profile completed"), {}),
    ("birthday", _("Birthday"), {"age": "number"}),
    ("anniversary", _("Membership anniversary"), {"years": "number"}),
    ("inactivity", _("No purchase for some time"), {"days": "number"}),
    ("referral", _("Referral of a new member"), {"purchases": "number", "amount": "money"}),
    ("review", _("Review"), {"stars": "number", "text": "text", "sku": "text"}),
    ("survey_answered", _("Survey answered"), {"survey": "text", "score": "number"}),
    ("app_opened", _("App opened"), {}),
    ("check_in", _("Check-in"), {"place": "text"}),
    ("social_task", _("Social task"), {"task": "text", "network": "text"}),
    ("contract_renewed", _("Contract renewal"), {"contract": "text", "amount": "money", "months": "number"}),
    (
        "subscription_renewed",
        _("Subscription renewal"),
        {"subscription": "text", "amount": "money", "months": "number"},
    ),
    (
        "paid_on_time",
        _("On-time payment"),
        {"contract": "text", "amount": "money", "days_early": "number"},
    ),
    ("ticket_closed", _("Ticket closed"), {"topic": "text", "hours": "number"}),
    ("ticket_rated", _("Ticket rated"), {"topic": "text", "score": "number"}),
    ("sale_stage", _("Stage reached in a sale"), {"stage": "text", "amount": "money"}),
)
"""A type that a program declares under the same key replaces the ready one, attributes and all."""

READY_FIELDS: Mapping[str, str] = {
    "source": _("where they came from"),
    "age": _("age"),
    "years": _("years of membership"),
    "days": _("days without a purchase"),
    "purchases": _("purchases of the friend"),
    "amount": _("amount"),
    "stars": _("stars"),
    "text": _("words of the review"),
    "sku": _("code of the product"),
    "survey": _("survey"),
    "score": _("score"),
    "place": _("place"),
    "task": _("task"),
    "network": _("network"),
    "contract": _("contract"),
    "subscription": _("subscription"),
    "months": _("months"),
    "days_early": _("days before it was due"),
    "topic": _("topic"),
    "hours": _("hours until it was closed"),
    "stage": _("stage of the sale"),
}
"""What the attributes of ready types are called."""

FIELD_TYPES: Mapping[str, Phrase] = {
    "text": Phrase(_("text")),
    "number": Phrase(_("number")),
    "money": Phrase(_("amount of money")),
    "boolean": Phrase(_("yes or no")),
    "date": Phrase(_("date")),
}


def schema_of(program: Program, activity_type: str) -> Schema | None:
    """Return the attributes of an activity type, the program's own before the ready one, or None."""
    declared = program.activity_types.get(activity_type)
    if declared is not None:
        return declared
    ready = READY_TYPES.get(activity_type)
    return None if ready is None else ready.attributes


def types_of(program: Program) -> dict[str, Schema]:
    """Return every activity type that facts and triggers of the program may name."""
    return {key: each.attributes for key, each in READY_TYPES.items()} | dict(program.activity_types)


def used_by(program: Program, activity_type: str) -> tuple[Rule | Counter | Wallet, ...]:
    """Return what names an activity type: rules and counters that begin with it, wallets that wait for it."""
    trigger = f"custom:{activity_type}"
    waiting = (
        wallet
        for wallet in program.wallets
        if wallet.confirmation
        and activity_type in (wallet.confirmation.confirms, wallet.confirmation.cancels)
    )
    return (
        *(rule for rule in program.rules if rule.trigger == trigger),
        *(counter for counter in program.counters if counter.trigger == trigger),
        *waiting,
    )


def type_name(program: Program, activity_type: str) -> Phrase:
    """Return what an activity type is called: by the program, else as a ready type, else by its key."""
    named = program.activity_names.get(activity_type)
    if named is not None and (named.name.fa or named.name.en):
        return Phrase("{name}", {"name": texts(named.name, activity_type)})
    ready = READY_TYPES.get(activity_type)
    return (
        ready.label if ready is not None else Phrase("{name}", {"name": Texts(activity_type, activity_type)})
    )


def field_name(program: Program, activity_type: str, field: str) -> Phrase:
    """Return what a field of a type is called: by the program, else as a ready one, else its key."""
    named = program.activity_names.get(activity_type)
    called = named.fields.get(field) if named is not None else None
    if called is not None and (called.fa or called.en):
        return Phrase("{name}", {"name": texts(called, field)})
    ready = READY_TYPES.get(activity_type)
    if ready is not None and field in ready.attributes and field in READY_FIELDS:
        return Phrase(READY_FIELDS[field])
    return Phrase("{name}", {"name": Texts(field, field)})

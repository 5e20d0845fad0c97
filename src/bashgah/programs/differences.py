"""What changed from one program to another, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from bashgah.engine.activities import FIELD_TYPES, field_name, type_name
from bashgah.engine.document import BothTexts, Program
from bashgah.engine.sentences import (
    counter_sentence,
    ladder_sentence,
    occasion_sentence,
    payment_sentence,
    promotion_sentence,
    reward_sentence,
    rule_sentence,
    wallet_sentence,
)
from bashgah.kit.phrases import Phrase, say
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.programs.types import Difference, Said

_KINDS = {
    "wallets": (_("wallet “{name}” added"), _("wallet “{name}” removed"), _("wallet “{name}” changed")),
    "rules": (_("rule “{name}” added"), _("rule “{name}” removed"), _("rule “{name}” changed")),
    "promotions": (
        _("promotion “{name}” added"),
        _("promotion “{name}” removed"),
        _("promotion “{name}” changed"),
    ),
    "counters": (_("counter “{name}” added"), _("counter “{name}” removed"), _("counter “{name}” changed")),
    "occasions": (
        _("occasion “{name}” added"),
        _("occasion “{name}” removed"),
        _("occasion “{name}” changed"),
    ),
    "ladders": (_("ladder “{name}” added"), _("ladder “{name}” removed"), _("ladder “{name}” changed")),
    "rewards": (_("reward “{name}” added"), _("reward “{name}” removed"), _("reward “{name}” changed")),
}
_SENTENCES: dict[str, Callable[[Any, Program, str], str]] = {
    "wallets": wallet_sentence,
    "rules": rule_sentence,
    "ladders": ladder_sentence,
    "rewards": reward_sentence,
    "promotions": promotion_sentence,
    "counters": counter_sentence,
    "occasions": occasion_sentence,
}


_TYPES = {
    "added": _("activity type “{name}” added"),
    "removed": _("activity type “{name}” removed"),
    "changed": _("activity type “{name}” changed"),
}
_PAYMENT = {
    "added": _("paying by points added"),
    "removed": _("paying by points removed"),
    "changed": _("paying by points changed"),
}


def differences(older: Program | None, newer: Program) -> list[Difference]:
    """Return every difference: parts added, removed and changed, each with what it said and says."""
    return list(_differences(older, newer))


def _differences(older: Program | None, newer: Program) -> Iterator[Difference]:
    for part, (added, removed, changed) in _KINDS.items():
        before = {each.key: each for each in (getattr(older, part) if older else ())}
        now: Sequence[Any] = getattr(newer, part)
        for i, each in enumerate(now):
            told, was = {"name": _name(each)}, before.get(each.key)
            if was is None:
                yield Difference(
                    f"/{part}/{i}", "added", Phrase(added, told), _nothing, _said(part, each, newer)
                )
            elif was != each:
                said = _said(part, was, older), _said(part, each, newer)
                yield Difference(f"/{part}/{i}", "changed", Phrase(changed, told), *said)
        gone = set(before) - {each.key for each in now}
        for each in (each for key, each in before.items() if key in gone):
            phrase = Phrase(removed, {"name": _name(each)})
            yield Difference(f"/{part}", "removed", phrase, _said(part, each, older), _nothing)

    yield from _activity_types(older, newer)
    yield from _payment(older, newer)


def _activity_types(older: Program | None, newer: Program) -> Iterator[Difference]:
    """Say which activity types the program declares otherwise, each by its fields."""
    before, now = (older.activity_types if older else {}), newer.activity_types
    for key in sorted({*before, *now}):
        was, each = before.get(key), now.get(key)
        called = [named.activity_names.get(key) for named in (older, newer) if named is not None]
        if was == each and (len(called) < 2 or called[0] == called[1]):
            continue
        kind: Literal["added", "changed", "removed"] = (
            "added" if was is None else "removed" if each is None else "changed"
        )
        at = "/activity_types" if each is None else f"/activity_types/{key}"
        yield Difference(
            at, kind, Phrase(_TYPES[kind], {"name": key}), _fields(older, key, was), _fields(newer, key, each)
        )


def _fields(program: Program | None, type_: str, fields: Mapping[str, str] | None) -> Said:
    def told(lang: str) -> str:
        if program is None or fields is None:
            return ""
        listed = [
            f"{say(field_name(program, type_, key), lang)}: {say(FIELD_TYPES[kind], lang)}"
            for key, kind in fields.items()
        ]
        name = say(type_name(program, type_), lang)
        return ("، " if lang == "fa" else ", ").join([name, *listed] if name != type_ else listed)

    return told


def _payment(older: Program | None, newer: Program) -> Iterator[Difference]:
    """Say what changed of paying by points, which a program has once or not at all."""
    was, now = (older.pay_with_points if older else None), newer.pay_with_points
    if was == now:
        return
    kind: Literal["added", "changed", "removed"] = (
        "added" if was is None else "removed" if now is None else "changed"
    )

    def say(program: Program | None) -> Said:
        terms = program.pay_with_points if program else None
        return (
            _nothing if not program or terms is None else lambda lang: payment_sentence(terms, program, lang)
        )

    yield Difference("/pay_with_points", kind, Phrase(_PAYMENT[kind]), say(older), say(newer))


def _said(part: str, thing: Any, program: Program | None) -> Said:
    """Say a part in its own program; one that cannot be understood (in a draft) says nothing."""

    def say(lang: str) -> str:
        try:
            return _SENTENCES[part](thing, program, lang) if program else ""
        except Refusal:
            return ""

    return say


def _nothing(_lang: str) -> str:
    return ""


def _name(thing: Any) -> Texts:
    name: BothTexts = getattr(thing, "name", BothTexts())
    return Texts(name.fa or name.en or thing.key, name.en or name.fa or thing.key)

"""What changed from one program to another, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bashgah.engine.document import BothTexts, Program
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.text import Texts
from bashgah.programs.types import Difference

_KINDS = {
    "wallets": (_("wallet “{name}” added"), _("wallet “{name}” removed"), _("wallet “{name}” changed")),
    "rules": (_("rule “{name}” added"), _("rule “{name}” removed"), _("rule “{name}” changed")),
    "ladders": (_("ladder “{name}” added"), _("ladder “{name}” removed"), _("ladder “{name}” changed")),
    "rewards": (_("reward “{name}” added"), _("reward “{name}” removed"), _("reward “{name}” changed")),
}


def differences(older: Program | None, newer: Program) -> list[Difference]:
    """Return every difference: parts added, removed and changed."""
    return list(_differences(older, newer))


def _differences(older: Program | None, newer: Program) -> Iterator[Difference]:
    for part, (added, removed, changed) in _KINDS.items():
        before = {each.key: each for each in (getattr(older, part) if older else ())}
        now: Sequence[Any] = getattr(newer, part)
        for i, each in enumerate(now):
            told = {"name": _name(each)}
            if each.key not in before:
                yield Difference(f"/{part}/{i}", "added", Phrase(added, told))
            elif before[each.key] != each:
                yield Difference(f"/{part}/{i}", "changed", Phrase(changed, told))
        gone = set(before) - {each.key for each in now}
        for key in (key for key in before if key in gone):
            yield Difference(f"/{part}", "removed", Phrase(removed, {"name": _name(before[key])}))


def _name(thing: Any) -> Texts:
    name: BothTexts = getattr(thing, "name", BothTexts())
    return Texts(name.fa or name.en or thing.key, name.en or name.fa or thing.key)

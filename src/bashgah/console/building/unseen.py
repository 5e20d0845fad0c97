"""What a rule says that its form does not ask: it stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bashgah.engine.document import Program


@dataclass(frozen=True, slots=True)
class Unseen:
    """Occasions, limits of how often and the budget of a rule in the draft."""

    schedule: dict[str, Any]
    limits: list[dict[str, Any]]
    budget: dict[str, Any] | None


def unseen_of(key: str, program: Program) -> Unseen:
    """Return what the rule of this key keeps when its form is saved; nothing for a new rule."""
    rule = next((each for each in program.rules if each.key == key), None)
    if rule is None:
        return Unseen({}, [], None)
    terms = rule.model_dump(mode="json")
    return Unseen(
        {name: terms["schedule"][name] for name in ("occasions", "not_on")},
        [limit for limit in terms["limits"] if limit["of"] == "times"],
        terms["budget"],
    )

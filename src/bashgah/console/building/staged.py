"""The stage of a rule beside its form: the words of each, and the pilot that the form does not show."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from bashgah.engine.document import Program


def stage_words() -> tuple[tuple[str, str], ...]:
    """Every stage and what publishing then does with the rule."""
    return (
        ("draft", gettext("draft")),
        ("shadow", gettext("in shadow after publishing")),
        ("pilot", gettext("in pilot after publishing")),
        ("live", gettext("live after publishing")),
        ("ended", gettext("ended")),
    )


def pilot_kept(key: str, program: Program) -> dict[str, Any] | None:
    """Return for whom the draft's rule of this key is in pilot; its stage page sets it."""
    rule = next((each for each in program.rules if each.key == key), None)
    return rule.pilot.model_dump(mode="json") if rule is not None and rule.pilot is not None else None

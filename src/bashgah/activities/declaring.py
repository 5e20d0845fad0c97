"""Custom activities: what the program of their time declares of them, and whether a fact fits it."""

from __future__ import annotations

from datetime import date
from math import isfinite

from bashgah.activities.types import CustomIn
from bashgah.engine import CompiledProgram
from bashgah.engine.activities import schema_of
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

NUMBER_MOST, TEXT_MOST = 10**15, 1000


def declared(compiled: CompiledProgram, intake: CustomIn) -> None:
    """Refuse a custom activity that its program version does not declare, or not with such attributes."""
    schema = schema_of(compiled.document, intake.type)
    if schema is None:
        raise Refusal(
            "activity_type_unknown",
            Phrase(_("The club does not know activities of this type.")),
            status=422,
            field="/type",
        )
    for key, value in intake.attributes.items():
        kind = schema.get(key)
        if kind is None or not _fits(kind, value):
            raise Refusal(
                "attribute_invalid",
                Phrase(_("The attribute {key} is not declared, or not of the declared type."), {"key": key}),
                status=422,
                field=f"/attributes/{key}",
            )


def _fits(kind: str, value: object) -> bool:
    if value is None:
        return True
    if kind == "boolean":
        return isinstance(value, bool)
    if isinstance(value, float):
        return kind == "number" and isfinite(value)
    if kind in ("number", "money"):
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= NUMBER_MOST
    if kind == "date":
        return isinstance(value, str) and _is_date(value)
    return isinstance(value, str) and len(value) <= TEXT_MOST


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True

"""What the ledger declines, where more than one act declines it."""

from __future__ import annotations

from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.points import Points
from bashgah.kit.refusals import Refusal


def points_short(unit: str, available: int, needed: int, *, field: str | None = None) -> Refusal:
    """Return the refusal of spending more than there is: ``points_short`` (409), with what is missing."""
    missing = needed - available
    return Refusal(
        "points_short",
        Phrase(
            _("{missing} more are needed: {available} are available."),
            {"missing": Points(missing, unit), "available": Points(available, unit)},
        ),
        extra={"missing": missing, "available": available, "unit": unit},
        field=field,
    )


def nothing_pending() -> Refusal:
    """Return the refusal of a confirmation that comes when nothing waits for it (409)."""
    return Refusal("nothing_pending", Phrase(_("None of these units is pending any more.")))

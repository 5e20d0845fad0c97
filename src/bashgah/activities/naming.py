"""What activities and their fields are called, as the program says that decided them."""

from __future__ import annotations

from collections.abc import Mapping

from bashgah.activities.types import ActivityInfo
from bashgah.clubs.types import ClubInfo
from bashgah.engine.activities import field_name, type_name
from bashgah.engine.document import Program
from bashgah.engine.returns import CANCELLED
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.programs.selectors import program_by_number

KINDS: Mapping[str, Phrase] = {
    "purchase": Phrase(_("Purchase")),
    "return": Phrase(_("Return")),
    "visit": Phrase(_("Visit")),
}


def activity_name(club: ClubInfo, info: ActivityInfo) -> Phrase:
    """Return what an activity is called: its kind, or its type as named then; an unnamed type by its key."""
    if info.type == CANCELLED:
        return Phrase(_("Acceptance taken back"))
    return KINDS.get(info.kind) or type_name(_program(club, info), info.type)


def field_names(club: ClubInfo, info: ActivityInfo) -> dict[str, Phrase]:
    """Return what the fields that were told are called, by key in their order; an unnamed one by its key."""
    if not info.fact.attributes:
        return {}
    program = _program(club, info)
    return {key: field_name(program, info.type, key) for key in info.fact.attributes}


def _program(club: ClubInfo, info: ActivityInfo) -> Program:
    return program_by_number(club, info.program).document

"""On what every page of a rule stands: the draft that can be read, and the club's names."""

from __future__ import annotations

from django.http import HttpRequest

from bashgah.clubs.types import ClubInfo
from bashgah.console.building.sources import Sources, sources_of
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.programs import selectors
from bashgah.programs.types import DraftInfo
from bashgah.ui.framing import lang_of


def ground(request: HttpRequest) -> tuple[DraftInfo, Sources]:
    """Return the club's draft and sources, or raise ``draft_unreadable``."""
    club: ClubInfo = request.club
    draft = selectors.draft_get(club)
    if draft.program is None:
        raise Refusal(
            "draft_unreadable", Phrase(_("The draft cannot be read. Go back to an earlier version."))
        )
    return draft, sources_of(club, draft.program, lang_of(request))

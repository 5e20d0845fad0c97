"""On what every page of the draft stands: the draft that can be read, the club's names, what may be done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

from django.http import HttpRequest

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo
from bashgah.console.building.sources import Sources, sources_of
from bashgah.engine.document import BothTexts, Counter, Promotion, RewardTerms, Rule, Wallet
from bashgah.engine.words import texts
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.programs import selectors
from bashgah.programs.types import DraftInfo
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Lang


def ground(request: HttpRequest) -> tuple[DraftInfo, Sources]:
    """Return the club's draft and sources, or raise ``draft_unreadable``."""
    club: ClubInfo = request.club
    draft = selectors.draft_get(club)
    if draft.program is None:
        raise Refusal(
            "draft_unreadable", Phrase(_("The draft cannot be read. Go back to an earlier version."))
        )
    return draft, sources_of(club, draft.program, lang_of(request))


Part = Rule | Promotion | RewardTerms | Counter | Wallet


def names_said(parts: Iterable[Part], lang: Lang) -> tuple[str, ...]:
    """Return what parts of the draft are called; one without a name, as a reward's terms, by its key."""
    return tuple(texts(getattr(each, "name", BothTexts()), each.key).say(lang) for each in parts)


class DraftBar(TypedDict):
    """What stands over every list of the draft's parts."""

    changes: int
    may_edit: bool
    may_publish: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsPage:
    """A list of parts of the draft: how many changes wait to be published, and what the person may do."""

    changes: int
    may_edit: bool
    may_publish: bool


def draft_bar(request: HttpRequest) -> DraftBar:
    """Return what stands over a list of the draft's parts."""
    return {
        "changes": len(selectors.draft_changes(request.club)),
        "may_edit": may(request, "rules.edit"),
        "may_publish": may(request, "rules.publish"),
    }

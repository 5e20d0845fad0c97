"""The list of the draft's promotions, with what they say and how much of them was taken."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from bashgah.clubs.types import ClubInfo
from bashgah.console.building.promoted import said, stage_words
from bashgah.console.views.base import page, show
from bashgah.console.views.rules.ground import PartsPage, draft_bar, ground
from bashgah.engine.document import Promotion
from bashgah.kit import formats
from bashgah.kit.text import Texts, search_key
from bashgah.programs.budgets import promotions_taken
from bashgah.ui.figures import plain
from bashgah.ui.framing import lang_of

TONES = {"live": "good", "draft": "info", "off": "", "new": "info"}


@dataclass(frozen=True, slots=True)
class PromotionRow:
    """A promotion in the list."""

    key: str
    name: str
    sentence: str
    stage_word: str
    tone: str
    codes: str
    used: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionsPage(PartsPage):
    """The list."""

    rows: tuple[PromotionRow, ...]
    search: str


@page("rules.read")
def index(request: HttpRequest) -> HttpResponse:
    """The draft's promotions in the order in which they are applied."""
    club: ClubInfo = request.club
    _draft, sources = ground(request)
    search = request.GET.get("q", "").strip()
    taken = promotions_taken(club)
    ordered = sorted(enumerate(sources.program.promotions), key=lambda each: (each[1].priority, each[0]))
    rows = []
    for _place, promotion in ordered:
        parts = said(promotion, sources.program, sources)
        name = Texts(promotion.name.fa, promotion.name.en).say(sources.lang) or promotion.key
        sentence = parts[0].text if parts else gettext("This promotion cannot be said yet.")
        if search_key(search) not in search_key(f"{name} {sentence}"):
            continue
        rows.append(
            PromotionRow(
                promotion.key,
                name,
                sentence,
                stage_words().get(promotion.stage, promotion.stage),
                TONES.get(promotion.stage, ""),
                plain(len(promotion.codes)) if promotion.codes else "",
                used_words(club, promotion, taken.get(promotion.key, {}), lang_of(request)),
            )
        )
    model = PromotionsPage(
        rows=tuple(rows),
        search=search,
        **draft_bar(request),
    )
    return show(request, "promotions/list.html", model)


def used_words(club: ClubInfo, promotion: Promotion, taken: dict[str, int], lang: str) -> tuple[str, ...]:
    """Say what was taken so far of what all members share of a promotion."""
    told = []
    if promotion.uses:
        counts = {"used": plain(taken.get("uses", 0)), "most": plain(promotion.uses)}
        told.append(gettext("%(used)s of %(most)s uses") % counts)
    if promotion.budget:
        sums = {
            "used": formats.money(taken.get("money", 0), club.currency, lang, club.money_display),
            "most": formats.money(promotion.budget, club.currency, lang, club.money_display),
        }
        told.append(gettext("%(used)s of %(most)s taken off") % sums)
    if promotion.single_use_codes:
        counts = {"used": plain(taken.get("code", 0)), "most": plain(len(promotion.codes))}
        told.append(gettext("%(used)s of %(most)s codes used") % counts)
    return tuple(told)

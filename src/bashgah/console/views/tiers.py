"""Tiers: the ladders of the draft with who stands where, and the form of one ladder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo
from bashgah.console.building.rule import fresh_key
from bashgah.console.framing import done, said
from bashgah.console.views.base import Entry, attempt, chosen, page, show
from bashgah.console.views.members.standing import tone_of
from bashgah.console.views.rules.ground import PartsPage, draft_bar
from bashgah.engine.document import Benefit, Ladder, Program
from bashgah.engine.sentences import ladder_sentence
from bashgah.engine.tiers.measured import MEASURES
from bashgah.engine.words import texts
from bashgah.ground import clock
from bashgah.insights.questions import MEMBERS, STANDINGS
from bashgah.kit.phrases import Phrase, say
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.programs import selectors, services
from bashgah.ui.entries import decimal_or_none
from bashgah.ui.figures import counted_words, plain, shown_amount
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb, Lang, Option

ROWS_MOST = 12


@dataclass(frozen=True, slots=True)
class TierRow:
    """A tier with its condition and who stands on it."""

    key: str
    name: str
    tone: str
    threshold: str
    benefits: tuple[str, ...]
    members: int
    share: float
    start: float

    @property
    def share_percent(self) -> str:
        """The width of its part of the bar, as SVG writes it."""
        return f"{self.share * 100:.2f}"

    @property
    def start_percent(self) -> str:
        """Where its part of the bar begins."""
        return f"{self.start * 100:.2f}"


@dataclass(frozen=True, slots=True)
class LadderCard:
    """A ladder in the overview."""

    key: str
    name: str
    sentence: str
    rows: tuple[TierRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TiersPage(PartsPage):
    """All ladders."""

    ladders: tuple[LadderCard, ...]
    counted: str


@dataclass(frozen=True, slots=True)
class TierCells:
    """The fields of one tier in the form."""

    number: int
    key: str
    name_fa: str
    name_en: str
    threshold: str
    multiplier: str
    benefit_fa: str
    benefit_en: str
    kept: bool


@dataclass(frozen=True, slots=True)
class LadderPage:
    """The form of one ladder."""

    crumbs: tuple[Crumb, ...]
    title: str
    sentence: str
    values: dict[str, str]
    rows: tuple[TierCells, ...]
    measures: tuple[Option, ...]
    windows: tuple[Option, ...]
    downgrades: tuple[Option, ...]
    unit: str
    revision: int
    error: str
    errors: dict[str, str]
    may_edit: bool


@page("rules.read")
def index(request: HttpRequest) -> HttpResponse:
    """The ladders of the draft; numbers are of the tiers in force."""
    club: ClubInfo = request.club
    program, lang = _program(club), lang_of(request)
    now = clock.now()
    counts, everyone = STANDINGS.ask(club, now=now), MEMBERS.ask(club, now=now)
    model = TiersPage(
        ladders=tuple(
            ladder_card(club, program, ladder, counts.value.get(ladder.key, {}), everyone.value, lang)
            for ladder in program.ladders
        ),
        counted=counted_words(min(counts.at, everyone.at), now, club),
        **draft_bar(request),
    )
    return show(request, "tiers/list.html", model)


@page("rules.read", writes="rules.edit")
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Changes one ladder of the draft."""
    club: ClubInfo = request.club
    draft, program = selectors.draft_get(club), _program(club)
    ladder = next((each for each in program.ladders if each.key == key), None)
    if ladder is None:
        raise Refusal("ladder_not_found", Phrase(_("There is no such ladder.")), status=404)
    entry, error = Entry(request), ""
    rows, values = _cells(club, ladder), {"name_fa": ladder.name.fa, "name_en": ladder.name.en}
    chosen_now = {"measure": ladder.measure, "window": ladder.window, "downgrade": ladder.downgrade}
    if request.method == "POST":
        rows = _typed(request)
        chosen_now = {name: request.POST.get(name, value) for name, value in chosen_now.items()}
        values = {name: request.POST.get(name, "") for name in values}
        act = request.POST.get("act", "")
        if act:
            rows = _acted(rows, act)
        else:
            document = _document(entry, club, ladder, rows, values | chosen_now)
            if not entry.errors:
                posted = request.POST.get("revision", "")
                _saved, refusal = attempt(
                    lambda: services.ladder_put(
                        club=club,
                        ladder=document,
                        revision=int(posted) if posted.isdecimal() else draft.revision,
                        actor=request.actor,
                        now=clock.now(),
                    )
                )
                if refusal is None:
                    done(request, gettext("Saved in the draft. Members get it when the draft is published."))
                    return redirect("console:tiers")
                error = said(request, refusal.phrase)
    lang = lang_of(request)
    name = texts(ladder.name, ladder.key).say(lang)
    model = LadderPage(
        crumbs=(Crumb(gettext("Tiers"), reverse("console:tiers")), Crumb(name)),
        title=name,
        sentence=_sentence(club, program, ladder, lang),
        values=values,
        rows=rows,
        measures=chosen([(m.key, say(m.label, lang)) for m in MEASURES], chosen_now["measure"]),
        windows=chosen(_windows(), chosen_now["window"]),
        downgrades=chosen(_downgrades(), chosen_now["downgrade"]),
        unit=_unit(chosen_now["measure"]),
        revision=draft.revision,
        error=error,
        errors=entry.errors,
        may_edit=may(request, "rules.edit"),
    )
    return show(request, "tiers/ladder.html", model, status=422 if error or entry.errors else 200)


def _program(club: ClubInfo) -> Program:
    program = selectors.draft_get(club).program
    if program is None:
        raise Refusal(
            "draft_unreadable", Phrase(_("The draft cannot be read. Go back to an earlier version."))
        )
    return program


def ladder_card(  # noqa: PLR0917 one card from its parts
    club: ClubInfo, program: Program, ladder: Ladder, counts: dict[str, int], everyone: int, lang: Lang
) -> LadderCard:
    """A ladder with how many members stand on each tier, the lowest by what is left."""
    higher = {tier.key: counts.get(tier.key, 0) for tier in ladder.tiers[1:]}
    standing = {ladder.tiers[0].key: max(everyone - sum(higher.values()), 0)} | higher
    rows, start = [], 0.0
    for tier in ladder.tiers:
        share = standing[tier.key] / everyone if everyone else 0.0
        rows.append(
            TierRow(
                key=tier.key,
                name=texts(tier.name, tier.key).say(lang),
                tone=tone_of(ladder, tier.key),
                threshold=_threshold(club, ladder, tier.threshold),
                benefits=tuple(_benefit(each, lang) for each in tier.benefits),
                members=standing[tier.key],
                share=share,
                start=start,
            )
        )
        start += share
    return LadderCard(
        ladder.key,
        texts(ladder.name, ladder.key).say(lang),
        _sentence(club, program, ladder, lang),
        tuple(rows),
    )


def _benefit(benefit: Benefit, lang: Lang) -> str:
    if benefit.kind == "multiplier":
        return gettext("%(n)s times the points") % {"n": plain(benefit.permille / 1000)}
    return texts(benefit.text).say(lang)


def _sentence(club: ClubInfo, program: Program, ladder: Ladder, lang: Lang) -> str:
    return ladder_sentence(ladder, program, lang, display=club.money_display)


def _threshold(club: ClubInfo, ladder: Ladder, value: int) -> str:
    return plain(shown_amount(value, club)) if ladder.measure == "spend" else plain(value)


def _unit(measure: str) -> str:
    words = {
        "qualifying_points": gettext("qualifying points"),
        "visits": gettext("visits"),
        "purchases": gettext("purchases"),
    }
    return words.get(measure, "")


def _windows() -> list[tuple[str, str]]:
    return [
        ("rolling_12m", gettext("the last twelve months")),
        ("calendar_year", gettext("the year of the club's calendar")),
        ("lifetime", gettext("ever")),
    ]


def _downgrades() -> list[tuple[str, str]]:
    return [("period_end", gettext("at the end of the period")), ("never", gettext("never"))]


def _cells(club: ClubInfo, ladder: Ladder) -> tuple[TierCells, ...]:
    rows = []
    for number, tier in enumerate(ladder.tiers):
        multiplier = next((b.permille for b in tier.benefits if b.kind == "multiplier"), 0)
        text = next((b.text for b in tier.benefits if b.kind == "text"), None)
        rows.append(
            TierCells(
                number,
                tier.key,
                tier.name.fa,
                tier.name.en,
                _threshold(club, ladder, tier.threshold),
                plain(multiplier / 1000) if multiplier else "",
                text.fa if text else "",
                text.en if text else "",
                tier.kept_for_life,
            )
        )
    return tuple(rows)


def _typed(request: HttpRequest) -> tuple[TierCells, ...]:
    data, rows = request.POST, []
    numbers = sorted(
        int(n)
        for key in data
        if key.startswith("tier-") and key.endswith("-key") and (n := key.split("-")[1]).isdecimal()
    )
    for place, number in enumerate(numbers[:ROWS_MOST]):
        at = f"tier-{number}-"
        rows.append(
            TierCells(
                place,
                data.get(f"{at}key", ""),
                *(
                    data.get(f"{at}{name}", "").strip()
                    for name in ("name_fa", "name_en", "threshold", "multiplier")
                ),
                *(data.get(f"{at}{name}", "").strip() for name in ("benefit_fa", "benefit_en")),
                kept=data.get(f"{at}kept") == "1",
            )
        )
    return tuple(rows)


def _acted(rows: tuple[TierCells, ...], act: str) -> tuple[TierCells, ...]:
    what, _bar, number = act.partition("|")
    if what == "add" and len(rows) < ROWS_MOST:
        return (*rows, TierCells(len(rows), "", "", "", "", "", "", "", kept=False))
    if what == "remove" and len(rows) > 1:
        return tuple(row for row in rows if str(row.number) != number)
    return rows


def _document(
    entry: Entry, club: ClubInfo, ladder: Ladder, rows: tuple[TierCells, ...], values: dict[str, str]
) -> dict[str, Any]:
    taken, found = {row.key for row in rows if row.key}, []
    for row in rows:
        key = row.key or fresh_key(row.name_en or "tier", _program(club), frozenset(taken))
        taken.add(key)
        name = f"tier-{row.number}-threshold"
        threshold = entry.money(name) if values["measure"] == "spend" else entry.whole(name)
        found.append(
            {
                "key": key,
                "name": {"fa": row.name_fa, "en": row.name_en},
                "threshold": threshold or 0,
                "benefits": _benefits(entry, row),
                "kept_for_life": row.kept,
            }
        )
    names = {"fa": values["name_fa"], "en": values["name_en"]}
    kept = {name: values[name] for name in ("measure", "window", "downgrade")}
    return {"key": ladder.key, "name": names, **kept, "tiers": found}


def _benefits(entry: Entry, row: TierCells) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    try:
        times = decimal_or_none(row.multiplier)
    except ValueError:
        entry.wrong(f"tier-{row.number}-multiplier", gettext("Write a number such as 1.5."))
        times = None
    if times and times != 1:
        found.append({"kind": "multiplier", "permille": int(times * 1000)})
    if row.benefit_fa or row.benefit_en:
        found.append({"kind": "text", "text": {"fa": row.benefit_fa, "en": row.benefit_en}})
    return found

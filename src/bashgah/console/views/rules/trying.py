"""One case tried before it happens: who, when and what, under the draft and under what holds then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from bashgah.activities.types import AmountsIn, CustomIn, LineIn, MemberRef, PurchaseIn, VisitIn
from bashgah.activities.whys import names_of
from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.console.building.sources import sources_of
from bashgah.console.framing import said
from bashgah.console.views.base import Entry, attempt, chosen, page, show
from bashgah.console.whys import main_unit, why_of_case
from bashgah.engine.activities import field_name, type_name, types_of
from bashgah.engine.document import Program
from bashgah.engine.words import copies_of, ladder_find, rewards_named, texts, tier_name, wallet_name
from bashgah.ground import clock
from bashgah.kit import formats
from bashgah.kit.phrases import say
from bashgah.kit.text import ascii_digits
from bashgah.members import selectors as members
from bashgah.members.types import MemberInfo
from bashgah.products import selectors as products
from bashgah.programs import selectors as programs
from bashgah.simulation.trying import MadeUp, Tried, case_try
from bashgah.ui.entries import decimal_or_none
from bashgah.ui.figures import plain
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb, Lang, Option, Why

LINES = 4
VERSIONS_MOST = 20
FOUND_MOST = 6
NUMBERS = ("purchases", "spend", "qualifying", "days_since_purchase", "days_a_member")
TEXTS = ("member", "hour", "amount", "city", "tags", *NUMBERS)


@dataclass(frozen=True, slots=True)
class LineCells:
    """One line of the basket in the form."""

    number: int
    sku: str
    quantity: str
    amount: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What one program makes of the case."""

    title: str
    points: int
    others: tuple[str, ...]
    tiers: tuple[str, ...]
    why: Why


@dataclass(frozen=True, slots=True)
class TryPage:
    """The form, and beside it the answer."""

    crumbs: tuple[Crumb, ...]
    values: dict[str, str]
    errors: dict[str, str]
    error: str
    kinds: tuple[Option, ...]
    branches: tuple[Option, ...]
    channels: tuple[Option, ...]
    versions: tuple[Option, ...]
    genders: tuple[Option, ...]
    tiers: tuple[Option, ...]
    attributes: tuple[tuple[str, str, str], ...]
    lines: tuple[LineCells, ...]
    skus: tuple[tuple[str, str], ...]
    who: str
    alike: tuple[str, ...]
    results: tuple[Shown, ...]


@page("rules.read")
def dry_run(request: HttpRequest) -> HttpResponse:
    """Tries a case under the chosen program and under what holds on its day; nothing is recorded."""
    club: ClubInfo = request.club
    now, entry, error = clock.now(), Entry(request), ""
    local = now.astimezone(ZoneInfo(club.timezone))
    model = _page(request, entry, local)
    if request.method != "POST":
        return show(request, "rules/try.html", model)
    found = _found(club, model.values["member"], now)
    who: UUID | MadeUp | None = None
    if not model.values["member"]:
        who = _made_up(request, entry)
    elif len(found) == 1:
        who = found[0].id
    elif found:
        entry.wrong("member", gettext("Several members are called so; choose one by number or mobile."))
    else:
        entry.wrong("member", gettext("No member was found."))
    intake = _intake(request, entry, local)
    results: list[Shown] = []
    if who is not None and intake is not None and not entry.errors:
        number = int(request.POST["program"]) if request.POST.get("program", "").isdecimal() else 0
        for asked in (number, None):
            tried, refusal = attempt(
                lambda asked=asked: case_try(club=club, intake=intake, who=who, number=asked, now=now)
            )
            if refusal is not None:
                error = error or said(request, refusal.phrase)
            elif tried is not None and not (asked is None and tried.number == number):
                results.append(_shown(request, tried, asked))
    model = replace(
        model,
        errors=entry.errors,
        error=error or entry.summary,
        who=found[0].name if len(found) == 1 else "",
        alike=tuple(f"{member.name} · {member.number}" for member in found) if len(found) > 1 else (),
        results=tuple(results),
    )
    return show(request, "rules/try.html", model, status=422 if error or entry.errors else 200)


def _found(club: ClubInfo, text: str, now: datetime) -> list[MemberInfo]:
    return members.member_find(club, text, now=now, limit=FOUND_MOST) if text else []


def _intake(request: HttpRequest, entry: Entry, local: datetime) -> PurchaseIn | VisitIn | CustomIn | None:
    day, hour = entry.day("day"), _hour(entry)
    if entry.errors:
        return None
    at = datetime.combine(day or local.date(), hour or local.time(), local.tzinfo)
    kind = request.POST.get("kind", "purchase")
    common: dict[str, Any] = {
        "source": "dry-run",
        "reference": "case",
        "occurred_at": at,
        "branch": request.POST.get("branch", ""),
        "channel": request.POST.get("channel", "") or "pos",
    }
    if kind == "visit":
        return VisitIn(**common, member=MemberRef())
    if kind.startswith("custom:"):
        name = kind.removeprefix("custom:")
        return CustomIn(**common, member=MemberRef(), type=name, attributes=_attributes(request, name))
    lines = _lines(entry)
    if lines:
        return PurchaseIn(**common, lines=lines)
    amount = entry.money("amount", required=True, least=1)
    return PurchaseIn(**common, amounts=AmountsIn(gross=amount)) if amount and not entry.errors else None


def _hour(entry: Entry) -> time | None:
    text = ascii_digits(entry.text("hour", limit=5))
    try:
        return time.fromisoformat(text.zfill(5)) if text else None
    except ValueError:
        entry.wrong("hour", gettext("Write the hour as 17:40."))
        return None


def _lines(entry: Entry) -> tuple[LineIn, ...]:
    lines = []
    for number in range(1, LINES + 1):
        gross = entry.money(f"line-{number}-amount", least=1)
        if gross is None:
            continue
        try:
            pieces = decimal_or_none(entry.data.get(f"line-{number}-quantity")) or 1
        except ValueError:
            entry.wrong(f"line-{number}-quantity", gettext("Write a number."))
            continue
        sku = entry.text(f"line-{number}-sku", limit=64)
        lines.append(LineIn(sku=sku, gross=gross, quantity=max(1, int(pieces * 1000))))
    return tuple(lines)


def _attributes(request: HttpRequest, kind: str) -> dict[str, str | int | float | bool | None]:
    found: dict[str, str | int | float | bool | None] = {}
    for name, type_ in types_of(_program(request.club)).get(kind, {}).items():
        text = request.POST.get(f"attribute-{name}", "").strip()
        if text:
            digits = ascii_digits(text)
            found[name] = int(digits) if type_ in {"number", "money"} and digits.isdecimal() else text
    return found


def _made_up(request: HttpRequest, entry: Entry) -> MadeUp:
    ladder, _bar, tier = request.POST.get("tier", "").partition(".")
    return MadeUp(
        tiers={ladder: tier} if tier else {},
        city=entry.text("city", limit=100),
        gender=entry.choice("gender", {"female", "male", "other"}),
        tags=tuple(tag.strip() for tag in entry.text("tags").replace("،", ",").split(",") if tag.strip()),
        purchases=entry.whole("purchases") or 0,
        spend=entry.money("spend") or 0,
        qualifying=entry.whole("qualifying") or 0,
        days_since_purchase=entry.whole("days_since_purchase"),
        days_a_member=entry.whole("days_a_member") or 0,
    )


def _program(club: ClubInfo) -> Program:
    """The draft as far as it can be read, else the newest version: what the form offers."""
    return programs.draft_get(club).program or programs.version_get(club, programs.version_last(club)).program


def _shown(request: HttpRequest, tried: Tried, asked: int | None) -> Shown:
    club: ClubInfo = request.club
    lang, program = lang_of(request), rewards_named(tried.compiled.document, names_of(club))
    unit = main_unit(program)
    title = (
        gettext("Version %(n)s") % {"n": plain(tried.number)}
        if tried.number
        else gettext("Draft %(n)s") % {"n": plain(programs.draft_get(club).revision)}
    )
    if asked is None:
        title = gettext("%(version)s, in force then") % {"version": title}
    others = tuple(
        f"{formats.signed(units, lang)} {wallet_name(wallet).say(lang)}"
        for wallet in (*program.wallets, *map(copies_of, program.rewards))
        if wallet.key != unit and (units := tried.units_of(wallet.key))
    )
    tiers = tuple(_tier_words(program, *each, lang) for each in tried.tiers)
    return Shown(
        title,
        tried.units_of(unit),
        others,
        tiers,
        why_of_case(club, program, tried.explanation, gettext("Why, rule by rule"), lang),
    )


def _tier_words(program: Program, key: str, before: str, after: str, lang: Lang) -> str:
    ladder = ladder_find(program, key)
    was, now = (tier_name(ladder, tier).say(lang) if ladder else tier for tier in (before, after))
    if before == after:
        return gettext("stays %(tier)s") % {"tier": now}
    return gettext("rises from %(before)s to %(after)s") % {"before": was, "after": now}


def _page(request: HttpRequest, entry: Entry, local: datetime) -> TryPage:
    club: ClubInfo = request.club
    lang, program = lang_of(request), _program(club)
    data, sources = request.POST, sources_of(club, program, lang)
    values = {name: data.get(name, "").strip() for name in TEXTS}
    values["day"] = data.get("day") or formats.date(local.date(), lang, club.calendar, "short")
    values["hour"] = data.get("hour") or formats.time(local, lang, club.timezone)
    kinds = [("purchase", gettext("Purchase")), ("visit", gettext("Visit"))]
    declared = types_of(program)
    kinds += [(f"custom:{key}", say(type_name(program, key), lang)) for key in declared]
    kind = data.get("kind", "purchase")
    asked = declared.get(kind.removeprefix("custom:"), {}) if kind.startswith("custom:") else {}
    versions = [("0", gettext("Draft"))]
    versions += [
        (str(row.number), gettext("Version %(n)s") % {"n": plain(row.number)})
        for row in programs.version_list(club)[:VERSIONS_MOST]
    ]
    tiers = [("", gettext("lowest"))]
    tiers += [
        (f"{ladder.key}.{tier.key}", texts(tier.name, tier.key).say(lang))
        for ladder in program.ladders
        for tier in ladder.tiers[1:]
    ]
    branches = [("", gettext("none"))]
    branches += [(b.code, b.name.say(lang)) for b in clubs.branch_list(club, active_only=True)]
    named = sources.names["channels"]
    genders = [("", "–"), *((code, each.say(lang)) for code, each in sources.names["genders"].items())]
    return TryPage(
        crumbs=(Crumb(gettext("Earning rules"), reverse("console:rules")), Crumb(gettext("Try one case"))),
        values=values,
        errors=entry.errors,
        error="",
        kinds=chosen(kinds, kind),
        branches=chosen(branches, data.get("branch", "")),
        channels=chosen([(code, each.say(lang)) for code, each in named.items()], data.get("channel", "pos")),
        versions=chosen(versions, data.get("program", "0")),
        genders=chosen(genders, data.get("gender", "")),
        tiers=chosen(tiers, data.get("tier", "")),
        attributes=tuple(
            (
                name,
                say(field_name(program, kind.removeprefix("custom:"), name), lang),
                data.get(f"attribute-{name}", ""),
            )
            for name in asked
        ),
        lines=tuple(_cells(data, number) for number in range(1, LINES + 1)),
        skus=tuple(
            (each.sku, each.name.say(lang)) for each in products.product_list(club, limit=200).products
        ),
        who="",
        alike=(),
        results=(),
    )


def _cells(data: Any, number: int) -> LineCells:
    return LineCells(
        number, *(data.get(f"line-{number}-{name}", "") for name in ("sku", "quantity", "amount"))
    )

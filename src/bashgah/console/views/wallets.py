"""Wallets of the draft: what members can hold, with the terms of each, and the form of one."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo
from bashgah.console.building.wallet import fresh_wallet_key, read, shown
from bashgah.console.framing import done, said
from bashgah.console.views.base import Entry, attempt, chosen, page, show
from bashgah.console.views.rules.ground import PartsPage, draft_bar
from bashgah.engine.activities import type_name
from bashgah.engine.document import Program, Wallet
from bashgah.engine.sentences import wallet_sentence
from bashgah.engine.validation import problems
from bashgah.engine.words import texts
from bashgah.ground import clock
from bashgah.insights.questions import HELD
from bashgah.kit.phrases import Phrase, say
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.programs import selectors, services
from bashgah.ui.figures import counted_words, money_unit, money_words, plain
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb, Lang, Option

NEW = Wallet.model_validate({"key": "new", "kind": "points", "name": {}})


@dataclass(frozen=True, slots=True)
class WalletCard:
    """A wallet in the overview."""

    key: str
    name: str
    kind: str
    sentence: str
    outstanding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletsPage(PartsPage):
    """All wallets."""

    wallets: tuple[WalletCard, ...]
    counted: str


@dataclass(frozen=True, slots=True)
class WalletPage:
    """The form of one wallet; ``options`` of its selects by their names."""

    crumbs: tuple[Crumb, ...]
    title: str
    sentence: str
    values: dict[str, str]
    options: dict[str, tuple[Option, ...]]
    revision: int
    error: str
    errors: dict[str, str]
    is_new: bool
    is_status: bool
    is_points: bool
    money_unit: str
    may_edit: bool


@page("rules.read")
def index(request: HttpRequest) -> HttpResponse:
    """The wallets of the draft, and what members hold of each now."""
    club: ClubInfo = request.club
    program, lang = _program(club), lang_of(request)
    now = clock.now()
    held = HELD.ask(club, now=now)
    model = WalletsPage(
        wallets=tuple(
            _card(club, program, wallet, held.value.get(wallet.key), lang) for wallet in program.wallets
        ),
        counted=counted_words(held.at, now, club),
        **draft_bar(request),
    )
    return show(request, "wallets/list.html", model)


@page("rules.edit")
def new(request: HttpRequest) -> HttpResponse:
    """Adds a wallet to the draft."""
    return _form(request, None)


@page("rules.read", writes="rules.edit")
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Changes one wallet of the draft."""
    program = _program(request.club)
    wallet = next((each for each in program.wallets if each.key == key), None)
    if wallet is None:
        raise Refusal("wallet_not_found", Phrase(_("There is no such wallet.")), status=404)
    return _form(request, wallet)


def _form(request: HttpRequest, wallet: Wallet | None) -> HttpResponse:
    club: ClubInfo = request.club
    draft, program, lang = selectors.draft_get(club), _program(club), lang_of(request)
    entry, error, current = Entry(request), "", wallet or NEW
    values = shown(current, club, lang)
    if request.method == "POST":
        typed = read(
            entry,
            current.model_dump(mode="json"),
            set(program.activity_types) | {""},
            is_new=wallet is None,
        )
        values |= {name: request.POST.get(name, "") for name in values if name in request.POST}
        if wallet is None:
            typed["key"] = fresh_wallet_key(request.POST.get("name_en", ""), program)
        if not entry.errors:
            current = Wallet.model_validate(typed)
            error = _faults(request, program, current)
        if not entry.errors and not error and request.POST.get("act") != "look":
            error = _saved(request, current, draft.revision)
            if not error:
                done(request, gettext("Saved in the draft. Members get it when the draft is published."))
                return redirect("console:wallets")
    title = texts(wallet.name, wallet.key).say(lang) if wallet else gettext("New wallet")
    model = WalletPage(
        crumbs=(Crumb(gettext("Wallets"), reverse("console:wallets")), Crumb(title)),
        title=title,
        sentence=wallet_sentence(current, program, lang, display=club.money_display)
        if wallet or request.method == "POST"
        else "",
        values=values,
        options=_options(values, program, lang),
        revision=draft.revision,
        error=error,
        errors=entry.errors,
        is_new=wallet is None,
        is_status=wallet is not None and wallet.kind == "status",
        is_points=wallet is None or wallet.kind == "points",
        money_unit=money_unit(club),
        may_edit=may(request, "rules.edit"),
    )
    return show(request, "wallets/wallet.html", model, status=422 if error or entry.errors else 200)


def _saved(request: HttpRequest, wallet: Wallet, revision: int) -> str:
    """Puts the wallet into the draft; returns why not, or nothing."""
    posted = request.POST.get("revision", "")
    _draft, refusal = attempt(
        lambda: services.wallet_put(
            club=request.club,
            wallet=wallet.model_dump(mode="json"),
            revision=int(posted) if posted.isdecimal() else revision,
            actor=request.actor,
            now=clock.now(),
        )
    )
    return said(request, refusal.phrase) if refusal else ""


def _faults(request: HttpRequest, program: Program, made: Wallet) -> str:
    """What is wrong with the wallet in its program, as sentences."""
    others = [wallet for wallet in program.wallets if wallet.key != made.key]
    place = next((i for i, wallet in enumerate(program.wallets) if wallet.key == made.key), len(others))
    wallets = (*others[:place], made, *others[place:])
    found = problems(program.model_copy(update={"wallets": wallets}))
    return " ".join(
        said(request, problem.phrase) for problem in found if problem.at.startswith(f"/wallets/{place}/")
    )


def _program(club: ClubInfo) -> Program:
    program = selectors.draft_get(club).program
    if program is None:
        raise Refusal(
            "draft_unreadable", Phrase(_("The draft cannot be read. Go back to an earlier version."))
        )
    return program


def _card(
    club: ClubInfo, program: Program, wallet: Wallet, held: tuple[int, int, int] | None, lang: Lang
) -> WalletCard:
    return WalletCard(
        key=wallet.key,
        name=texts(wallet.name, wallet.key).say(lang),
        kind=dict(_kinds())[wallet.kind],
        sentence=wallet_sentence(wallet, program, lang, display=club.money_display),
        outstanding=money_words(sum(held or (0,)), club)
        if wallet.kind == "credit"
        else plain(sum(held or (0,))),
    )


def _kinds() -> list[tuple[str, str]]:
    return [
        ("points", gettext("points that are spent")),
        ("credit", gettext("money that is spent")),
        ("status", gettext("points that count for tiers")),
    ]


def _options(values: dict[str, str], program: Program, lang: Lang) -> dict[str, tuple[Option, ...]]:
    activities = [
        ("", gettext("none")),
        *((key, say(type_name(program, key), lang)) for key in program.activity_types),
    ]
    offered: dict[str, list[tuple[str, str]]] = {
        "kind": _kinds(),
        "rounding": [
            ("down", gettext("down")),
            ("nearest", gettext("to the nearest")),
            ("up", gettext("up")),
        ],
        "negative": [
            ("allow", gettext("a debt that the next units repay")),
            ("pending_only", gettext("taken from pending units, refused beyond them")),
            ("refuse", gettext("the return is refused")),
        ],
        "wait": [
            ("none", gettext("at once")),
            ("days", gettext("after some days")),
            ("event", gettext("when the purchase is confirmed")),
        ],
        "confirms": activities,
        "cancels": activities,
        "otherwise": [("release", gettext("can be used")), ("cancel", gettext("are cancelled"))],
        "expiry": [
            ("never", gettext("never")),
            ("age_days", gettext("some days after they were earned")),
            ("age_months", gettext("some months after they were earned")),
            ("on_date", gettext("after a fixed day")),
            ("period_end", gettext("at the end of a period")),
        ],
        "until": [("day", gettext("that very day")), ("month_end", gettext("the end of that month"))],
        "period": [
            ("month", gettext("month")),
            ("quarter", gettext("quarter")),
            ("year", gettext("year")),
        ],
        "calendar": [
            ("", gettext("the program's calendar")),
            ("jalali", gettext("Jalali")),
            ("gregorian", gettext("Gregorian")),
        ],
    }
    return {name: chosen(options, values[name]) for name, options in offered.items()}

"""The draft's terms of paying a bill by points: their sentence, their form, and an example."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo
from bashgah.console.building import paying
from bashgah.console.framing import done, said
from bashgah.console.views.base import Entry, attempt, chosen, page, show
from bashgah.console.views.rules.ground import PartsPage, draft_bar, ground
from bashgah.engine.document import Program
from bashgah.engine.sentences import payment_sentence
from bashgah.engine.validation import problems
from bashgah.engine.words import texts
from bashgah.ground import clock
from bashgah.programs.paying import payment_put
from bashgah.ui.figures import money_unit
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Lang, Option


@dataclass(frozen=True, slots=True, kw_only=True)
class PayingPage(PartsPage):
    """The terms in words and in fields; ``example`` says what they mean for the bill that was typed."""

    sentence: str
    example: tuple[str, ...]
    values: dict[str, str]
    wallets: tuple[Option, ...]
    remainders: tuple[Option, ...]
    money_unit: str
    revision: int
    error: str
    errors: dict[str, str]
    consent_url: str


@page("rules.read", writes="rules.edit")
def edit(request: HttpRequest) -> HttpResponse:
    """Shows the terms, tries them on a bill, and keeps them in the draft."""
    club: ClubInfo = request.club
    lang = lang_of(request)
    draft, sources = ground(request)
    program, entry, error = sources.program, Entry(request), ""
    values = paying.shown(program, club)
    bill, balance = paying.BILL, paying.BALANCE if _is_points(program) else paying.BILL
    if request.method == "POST":
        values = {name: request.POST.get(name, "") for name in values}
        typed = paying.read(entry, program)
        bill, balance = typed.bill, typed.balance
        if not entry.errors:
            made = paying.with_terms(program, typed)
            error = _faults(request, made)
            program = program if error else made
        if not entry.errors and not error and request.POST.get("act") != "look":
            error = _saved(request, typed, draft.revision)
            if not error:
                done(request, gettext("Saved in the draft. Members get it when the draft is published."))
                return redirect("console:paying")
    examples = paying.example(program, club, bill, balance)
    model = PayingPage(
        sentence=_sentence(program, club, lang),
        example=() if error or entry.errors else tuple(said(request, each) for each in examples),
        values=values,
        wallets=chosen(
            [(each.key, texts(each.name, each.key).say(lang)) for each in paying.payable(program)],
            values["wallet"],
        ),
        remainders=chosen(
            [
                ("in_money", gettext("is paid in money")),
                ("one_more", gettext("is paid by one unit more, where the whole bill may be paid")),
            ],
            values["remainder"],
        ),
        money_unit=money_unit(club),
        revision=draft.revision,
        error=error,
        errors=entry.errors,
        consent_url=reverse("console:settings") if may(request, "settings.read") else "",
        **draft_bar(request),
    )
    return show(request, "paying.html", model, status=422 if error or entry.errors else 200)


def _is_points(program: Program) -> bool:
    key = program.pay_with_points.wallet if program.pay_with_points else ""
    return all(each.kind != "credit" for each in program.wallets if each.key == key)


def _sentence(program: Program, club: ClubInfo, lang: Lang) -> str:
    if program.pay_with_points is None:
        return gettext("A bill can be paid in money only.")
    return payment_sentence(program.pay_with_points, program, lang, display=club.money_display)


def _saved(request: HttpRequest, typed: paying.Typed, revision: int) -> str:
    """Puts the terms into the draft; returns why not, or nothing."""
    posted = request.POST.get("revision", "")
    _draft, refusal = attempt(
        lambda: payment_put(
            club=request.club,
            terms=typed.terms,
            worth=typed.worth,
            revision=int(posted) if posted.isdecimal() else revision,
            actor=request.actor,
            now=clock.now(),
        )
    )
    return said(request, refusal.phrase) if refusal else ""


def _faults(request: HttpRequest, program: Program) -> str:
    """What is wrong with the terms in their program, as sentences."""
    found = [problem for problem in problems(program) if problem.at.startswith("/pay_with_points")]
    return " ".join(said(request, problem.phrase) for problem in found)

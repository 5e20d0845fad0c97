"""A member computed again: what activities should have given, with reasons, and putting it right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from bashgah.activities.recomputed import Difference, Recomputed
from bashgah.activities.recomputing import member_recompute, member_recompute_apply
from bashgah.activities.regranting import GrantDifference
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done
from bashgah.console.views.base import Entry, attempt, page, read_id, said, show
from bashgah.engine.words import texts, tier_name, wallet_name
from bashgah.ground import clock
from bashgah.kit import formats
from bashgah.kit.ids import public
from bashgah.members import selectors as members
from bashgah.programs.selectors import program_in_force
from bashgah.rewards.selectors import reward_list
from bashgah.ui.figures import day_words, isolated
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb, Lang

MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One activity and rule that differ."""

    url: str
    what: str
    day: str
    rule: str
    given: str
    due: str
    change: str
    is_loss: bool
    reasons: tuple[str, ...]
    stays: str = ""


@dataclass(frozen=True, slots=True)
class RecomputePage:
    """The form, and what was found."""

    crumbs: tuple[Crumb, ...]
    since: str
    errors: dict[str, str]
    summary: str
    is_asked: bool
    is_right: bool
    count: int
    totals: tuple[tuple[str, str], ...]
    rows: tuple[DifferenceRow, ...]
    back: str


@page("points.recompute")
def member(request: HttpRequest, member_id: str) -> HttpResponse:
    """Shows what differs since a day; a second press puts it right, once."""
    club: ClubInfo = request.club
    found = members.member_get(club, read_id("member", member_id))
    entry, now = Entry(request), clock.now()
    answer: Recomputed | None = None
    today = now.astimezone(ZoneInfo(club.timezone)).date()
    since = today - MONTH
    if request.method == "POST":
        since = entry.day("since") or since
        if not entry.errors and request.POST.get("step") == "apply":
            answer, refusal = attempt(
                lambda: member_recompute_apply(
                    club=club, member_id=found.id, since=since, actor=request.actor, now=now
                )
            )
            if answer is not None:
                done(request, gettext("What differed was put right; each activity has an entry of its own."))
                return redirect("console:member", member_id)
        elif not entry.errors:
            answer, refusal = attempt(
                lambda: member_recompute(club=club, member_id=found.id, since=since, now=now)
            )
        else:
            refusal = None
        if refusal is not None:
            entry.wrong("summary", said(request, refusal.phrase))
    return show(
        request,
        "members/recompute.html",
        _model(request, public("member", found.id), found.name, since, entry, answer),
        status=422 if entry.errors else 200,
    )


def _model(  # noqa: PLR0917 what one page shows
    request: HttpRequest, member_id: str, name: str, since: date, entry: Entry, answer: Recomputed | None
) -> RecomputePage:
    club: ClubInfo = request.club
    lang = lang_of(request)
    compiled = program_in_force(club, clock.now())
    back = reverse("console:member", args=[member_id])

    def wallet(key: str) -> str:
        found = compiled.wallets.get(key)
        return wallet_name(found).say(lang) if found else key

    totals = (
        [(wallet(key), isolated(formats.signed(n, lang))) for key, n in answer.changes.items()]
        if answer
        else []
    )
    rewards = {info.key: info.name.say(lang) for info in reward_list(club)}
    for key, copies in answer.rewards.items() if answer else ():
        totals.append((rewards.get(key, key), isolated(formats.signed(copies, lang))))
    for each in answer.tiers if answer else ():
        ladder = compiled.ladders[each.ladder].ladder
        steps = {
            "before": tier_name(ladder, each.before).say(lang) if each.before else "–",
            "after": tier_name(ladder, each.after).say(lang),
        }
        totals.append((gettext("Tier"), gettext("from %(before)s to %(after)s") % steps))
    names = {rule.key: texts(rule.name, rule.key).say(lang) for rule in compiled.document.rules}

    def row(each: Difference | GrantDifference) -> DifferenceRow:
        if isinstance(each, GrantDifference):
            what, used = rewards.get(each.reward, each.reward), each.used
        else:
            what, used = wallet(each.wallet), 0
        return DifferenceRow(
            url=reverse("console:activity", args=[public("activity", each.activity_id)]),
            what=f"{each.reference}",
            day=day_words(each.occurred_at, club),
            rule=f"{names.get(each.rule, each.rule)} · {what}",
            given=formats.number(each.given, lang),
            due=formats.number(each.due, lang),
            change=formats.signed(each.change, lang),
            is_loss=each.change < 0,
            reasons=tuple(said(request, reason) for reason in each.reasons),
            stays=_stays(used, lang) if used else "",
        )

    return RecomputePage(
        crumbs=(
            Crumb(gettext("Members"), reverse("console:members")),
            Crumb(name, back),
            Crumb(gettext("Compute again")),
        ),
        since=request.POST.get("since") or formats.date(since, lang, club.calendar, "short"),
        errors=entry.errors,
        summary=entry.errors.get("summary", ""),
        is_asked=answer is not None,
        is_right=answer is not None and answer.is_right,
        count=answer.activities if answer else 0,
        totals=tuple(totals),
        rows=tuple(row(each) for each in (*answer.differences, *answer.grants)) if answer else (),
        back=back,
    )


def _stays(used: int, lang: Lang) -> str:
    shown = {"n": formats.number(used, lang)}
    return ngettext("%(n)s was used and stays", "%(n)s were used and stay", used) % shown

"""Recording an activity by hand: a purchase by its amount, a visit, or one of the club's own kinds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from bashgah.activities.services import settle_one
from bashgah.activities.types import AmountsIn, CustomIn, Intake, MemberRef, PurchaseIn, VisitIn
from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done
from bashgah.console.views.base import Entry, attempt, chosen, page, read_id, show
from bashgah.console.views.members.standing import program_now
from bashgah.engine.activities import field_name, schema_of, type_name, types_of
from bashgah.ground import clock, ids
from bashgah.kit import formats
from bashgah.kit.ids import public
from bashgah.kit.phrases import say
from bashgah.kit.text import ascii_digits
from bashgah.members import selectors
from bashgah.members.types import MemberInfo
from bashgah.ui.figures import digits, plain
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Crumb, Option

SOURCE = "console"
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RecordPage:
    """The form."""

    crumbs: tuple[Crumb, ...]
    values: dict[str, str]
    errors: dict[str, str]
    summary: str
    kinds: tuple[Option, ...]
    branches: tuple[Option, ...]
    fields: tuple[tuple[str, str], ...]
    reference: str
    opened: str
    hour_like: str
    back: str


@page("activities.write")
def record(request: HttpRequest, member_id: str) -> HttpResponse:
    """Records once: the form carries its own reference, so sending it twice is recording it once."""
    club: ClubInfo = request.club
    member = selectors.member_get(club, read_id("member", member_id))
    entry, now = Entry(request), clock.now()
    if request.method == "POST":
        intake = _intake(request, entry, club, member, now)
        if intake is not None and not entry.errors:
            settled, refusal = attempt(lambda: settle_one(intake, club=club, actor=request.actor, now=now))
            if settled is not None:
                points = settled.points_of("points")
                done(request, gettext("Recorded; it gave %(n)s points.") % {"n": plain(points)})
                return redirect("console:member", member_id)
            assert refusal is not None  # noqa: S101 - attempt returns one of the two
            entry.refuse(refusal, {"/amounts/gross": "amount", "/occurred_at": "day"}, "amount")
    return _page(request, entry, member, now)


def _intake(
    request: HttpRequest, entry: Entry, club: ClubInfo, member: MemberInfo, now: datetime
) -> Intake | None:
    day, hour = entry.day("day"), _hour(entry)
    if entry.errors:
        return None
    at = _moment(day, hour, _opened(request, now).astimezone(ZoneInfo(club.timezone)))
    branch = request.POST.get("branch", "")
    own = request.staff_branches
    allowed = {b.code for b in clubs.branch_list(club, active_only=True) if own is None or b.id in own}
    if branch and branch not in allowed:
        entry.wrong("branch", gettext("Choose a branch of yours."))
        return None
    common = {
        "source": SOURCE,
        "reference": entry.text("reference", required=True, limit=120),
        "occurred_at": at,
        "branch": branch,
        "channel": "console",
    }
    who, kind = MemberRef(card=member.number), request.POST.get("kind", "purchase")
    if kind == "purchase":
        amount = entry.money("amount", required=True, least=1)
        return PurchaseIn(**common, member=who, amounts=AmountsIn(gross=amount)) if amount else None
    if kind == "visit":
        return VisitIn(**common, member=who)
    typed = _attributes(request, club, kind.removeprefix("custom:"), now)
    return CustomIn(**common, member=who, type=kind.removeprefix("custom:"), attributes=typed)


def _opened(request: HttpRequest, now: datetime) -> datetime:
    """When the form was opened, as the form says it: a resend then tells of the same moment."""
    try:
        opened = datetime.fromisoformat(request.POST.get("opened", ""))
    except ValueError:
        return now
    return opened if opened.tzinfo and timedelta() <= now - opened < A_DAY else now


def _moment(day: date | None, hour: time | None, opened: datetime) -> datetime:
    """The day and hour typed; with no hour, the form's own moment today and noon of an earlier day."""
    on = day or opened.date()
    if hour is None:
        return opened if on == opened.date() else datetime.combine(on, time(12), opened.tzinfo)
    return datetime.combine(on, hour, opened.tzinfo)


def _hour(entry: Entry) -> time | None:
    text = ascii_digits(entry.text("hour", limit=5))
    if not text:
        return None
    try:
        return time.fromisoformat(text if len(text) == 5 else f"0{text}")
    except ValueError:
        entry.wrong("hour", gettext("Write the hour as %(hour)s.") % {"hour": digits("17:40")})
        return None


def _attributes(
    request: HttpRequest, club: ClubInfo, kind: str, now: datetime
) -> dict[str, str | int | float | bool | None]:
    program = program_now(club, now)
    declared = (schema_of(program, kind) or {}) if program else {}
    found: dict[str, str | int | float | bool | None] = {}
    for name, type_ in declared.items():
        text = request.POST.get(f"attribute-{name}", "").strip()
        if text:
            plain_text = ascii_digits(text)
            found[name] = int(plain_text) if type_ in {"number", "money"} and plain_text.isdecimal() else text
    return found


def _page(request: HttpRequest, entry: Entry, member: MemberInfo, now: datetime) -> HttpResponse:
    club: ClubInfo = request.club
    lang, program = lang_of(request), program_now(club, now)
    types = types_of(program) if program else {}
    kinds = [("purchase", gettext("Purchase, by its amount")), ("visit", gettext("Visit"))]
    if program is not None:
        own = program.activity_types
        listed = [*own, *(key for key in types if key not in own)]
        kinds += [(f"custom:{key}", say(type_name(program, key), lang)) for key in listed]
    kind = request.POST.get("kind", request.GET.get("kind", "purchase"))
    own = request.staff_branches
    offered = [
        (b.code, b.name.say(lang))
        for b in clubs.branch_list(club, active_only=True)
        if own is None or b.id in own
    ]
    branches = [("", gettext("none")), *offered] if own is None else offered
    back = reverse("console:member", args=[public("member", member.id)])
    names = ("amount", "day", "hour", "branch", "reference")
    values = {name: request.POST.get(name, "") for name in names}
    declared = types.get(kind.removeprefix("custom:"), {})
    local = now.astimezone(ZoneInfo(club.timezone))
    model = RecordPage(
        crumbs=(
            Crumb(gettext("Members"), reverse("console:members")),
            Crumb(member.name, back),
            Crumb(gettext("Record an activity")),
        ),
        values=values | {"day": values["day"] or formats.date(local.date(), lang, club.calendar, "short")},
        errors=entry.errors,
        summary=entry.summary if request.method == "POST" else "",
        kinds=chosen(kinds, kind),
        branches=chosen(branches, values["branch"]),
        fields=tuple(
            (name, say(field_name(program, kind.removeprefix("custom:"), name), lang))
            for name in (declared if program is not None and kind.startswith("custom:") else ())
        ),
        reference=values["reference"] or ids.fresh().hex[:20],
        opened=_opened(request, now).isoformat(),
        hour_like=digits("17:40"),
        back=back,
    )
    return show(request, "members/record.html", model, status=422 if entry.errors else 200)

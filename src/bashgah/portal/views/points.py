"""The statement, the full why of an activity, and how the club works."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from bashgah.activities.selectors import activity_get
from bashgah.activities.whys import activity_why_all
from bashgah.engine.words import texts
from bashgah.kit import ids
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import expiring, wallets_get
from bashgah.members.selectors import alias_set
from bashgah.portal import cards, promises, statements, whys
from bashgah.portal.doorway import Door, members_only, page, visitor
from bashgah.portal.pages import Ending, StatementPage
from bashgah.portal.views.social import review_line
from bashgah.programs.selectors import program_in_force
from bashgah.ui.types import Option

LINES = 20
ENDINGS_MOST = 12
AHEAD = timedelta(days=366)


@require_safe
@members_only
def statement(request: HttpRequest, door: Door) -> HttpResponse:
    """Every movement of one kind of points, newest first, each with its reason."""
    program = program_in_force(door.club, door.now).document
    asked = request.GET.get("unit", cards.POINTS)
    wallets = {wallet.key: wallet for wallet in program.wallets}
    unit = asked if asked in wallets else cards.POINTS
    lines, cursor = statements.statement(door, unit=unit, cursor=request.GET.get("after"), lines=LINES)
    held = wallets_get(door.club, door.who.id, door.now)
    endings = () if request.GET.get("after") else _endings(door, unit)
    shown = StatementPage(
        lines=lines,
        units=tuple(
            Option(key, texts(wallet.name, key).say(door.lang), key == unit)
            for key, wallet in wallets.items()
        ),
        unit=unit,
        balance=held[unit].available if unit in held else 0,
        is_money=unit in wallets and wallets[unit].kind == "credit",
        endings=endings[:ENDINGS_MOST],
        ending_later=sum(each.amount for each in endings[ENDINGS_MOST:]),
        next_url=f"?unit={unit}&after={cursor}" if cursor else "",
    )
    return page(request, door, "statement.html", current="statement", page=shown)


def _endings(door: Door, unit: str) -> tuple[Ending, ...]:
    """What of a wallet ends when in the year ahead, the soonest first."""
    zone = ZoneInfo(door.club.timezone)
    ends: dict[date, int] = {}
    for each in expiring(door.club, door.who.id, door.now + AHEAD, door.now):
        if each.unit == unit:
            last = (each.expires_at - timedelta(microseconds=1)).astimezone(zone).date()
            ends[last] = ends.get(last, 0) + each.amount
    return tuple(Ending(amount, on) for on, amount in sorted(ends.items()))


@require_safe
@members_only
def why(request: HttpRequest, door: Door, id: str) -> HttpResponse:
    """The full why of one activity of the member's: every rule of that day, also those that gave nothing."""
    activity = activity_get(door.club, ids.parse("activity", id))
    if activity.member_id not in alias_set(door.club, door.who.id):
        raise Refusal("activity_not_found", Phrase(_("There is no such activity.")), status=404)
    found = activity_why_all(door.club, activity, now=door.now)
    place = statements.branch_name(door, activity.branch)
    title = " · ".join(filter(None, (place, statements.moment(door, activity.occurred_at))))
    review = review_line(door, activity)
    receipt = whys.receipt(door, activity) if activity.kind == "purchase" else None
    shown = {"page": whys.table(door, found), "title": title, "review": review, "receipt": receipt}
    return page(request, door, "why.html", **shown)


@require_safe
@visitor
def how(request: HttpRequest, door: Door) -> HttpResponse:
    """How the club works, said by the program in force."""
    return page(request, door, "how.html", page=promises.how_page(door))

"""The statement in the member's words: what caused each movement, how much, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext

from bashgah.activities.naming import activity_name
from bashgah.activities.receipts import price_of
from bashgah.activities.selectors import activity_get
from bashgah.activities.types import ActivityInfo
from bashgah.activities.whys import activity_why
from bashgah.clubs.selectors import branch_by_code
from bashgah.engine.returns import CANCELLED
from bashgah.kit import formats
from bashgah.kit.ids import public
from bashgah.kit.refusals import Refusal
from bashgah.ledger.selectors import statement_list
from bashgah.ledger.types import Cause, StatementRow
from bashgah.members.selectors import alias_set
from bashgah.portal import whys
from bashgah.portal.doorway import Door
from bashgah.portal.pages import StatementLine
from bashgah.programs.selectors import program_by_number
from bashgah.redemption.selectors import redemptions_of_member

ROWS_READ = 60
_SIGNS = {
    Cause.RETURN: ("receipt-refund", "bad"),
    Cause.REDEMPTION: ("gift", "brand"),
    Cause.EXPIRY: ("hourglass", ""),
    Cause.ADJUSTMENT: ("adjustments-alt", ""),
    Cause.TRANSFER: ("arrows-exchange", ""),
    Cause.MERGE: ("users", ""),
    Cause.OPENING: ("history", ""),
    Cause.RECOMPUTE: ("adjustments-alt", ""),
    Cause.POOL: ("users", ""),
}


@dataclass(slots=True)
class _Movement:
    """All postings of one entry and unit: the member sees one line for them."""

    first: StatementRow
    total: int = 0
    pending: int = 0
    rules: list[str] = field(default_factory=list)


def statement(
    door: Door, *, unit: str, cursor: str | None = None, lines: int = 20
) -> tuple[tuple[StatementLine, ...], str | None]:
    """The member's movements of one unit, newest first, and where the next page begins.

    Points set aside and given back, or pending ones that matured, leave the total as it was: they are no
    lines of their own.
    """
    found: list[_Movement] = []
    while True:
        page = statement_list(door.club, door.who.id, unit=unit, cursor=cursor, limit=ROWS_READ)
        movements = _movements(page.rows)
        for place, movement in enumerate(movements):
            if movement.total:
                found.append(movement)
            if len(found) == lines and place + 1 < len(movements):
                return _lines(door, found), _before(movements[place + 1].first)
        cursor = page.next_cursor
        if cursor is None or len(found) >= lines:
            return _lines(door, found), cursor


def _movements(rows: Iterable[StatementRow]) -> list[_Movement]:
    movements: list[_Movement] = []
    for row in rows:
        if not movements or movements[-1].first.entry_id != row.entry_id:
            movements.append(_Movement(row))
        movement = movements[-1]
        movement.total += row.change + row.pending_change + row.held_change
        movement.pending += row.pending_change
    return movements


def _before(row: StatementRow) -> str:
    """The cursor with which the next page begins at this row."""
    return UUID(int=row.posting_id.int + 1).hex


def _lines(door: Door, movements: Sequence[_Movement]) -> tuple[StatementLine, ...]:
    rewards = _rewards(door, movements)
    return tuple(_line(door, movement, rewards) for movement in movements)


def _line(door: Door, movement: _Movement, rewards: dict[UUID, str]) -> StatementLine:
    row = movement.first
    if row.cause in (Cause.ACTIVITY, Cause.RETURN):
        activity = _activity(door, row.cause_id)
        if activity is not None:
            return _activity_line(door, movement, activity)
    sign, tone = _SIGNS.get(row.cause, ("coin", ""))
    when = moment(door, row.occurred_at)
    return StatementLine(
        sign=sign,
        tone=tone,
        title=_title(row, rewards),
        note=f"{when} · {row.reason}" if row.reason and row.cause == Cause.ADJUSTMENT else when,
        amount=movement.total,
        earned=movement.total > 0,
    )


def _activity_line(door: Door, movement: _Movement, activity: ActivityInfo) -> StatementLine:
    club = door.club
    parts = [moment(door, activity.occurred_at)]
    if activity.kind in ("purchase", "return") and activity.net:
        parts.append(formats.money(abs(activity.net), club.currency, door.lang, club.money_display))
    if movement.pending > 0:
        parts.append(gettext("pending"))
    sign, tone = ("receipt-refund", "bad") if activity.kind == "return" else ("shopping-bag", "points")
    return StatementLine(
        sign=sign,
        tone=tone,
        title=_activity_title(door, activity),
        note=" · ".join(parts),
        amount=movement.total,
        earned=movement.total > 0,
        why=(
            *(f"{door.say(each)}." for each in price_of(activity, door.club)),
            *_why(door, activity, movement.first.unit),
        ),
        why_url=reverse("portal:why", kwargs={"id": public("activity", activity.id)}),
    )


def _why(door: Door, activity: ActivityInfo, unit: str) -> tuple[str, ...]:
    if activity.type == CANCELLED:
        return (gettext("What was given for it was taken back."),)
    if activity.kind == "return":
        return (gettext("The points of what came back were taken back; the rest of that purchase stays."),)
    explanation = activity_why(door.club, activity.member_id, activity.id).for_members()
    program = program_by_number(door.club, activity.program).document
    return whys.sentences(door, program, explanation, unit)


def _activity(door: Door, id: UUID) -> ActivityInfo | None:
    try:
        return activity_get(door.club, id)
    except Refusal:
        return None


def _activity_title(door: Door, activity: ActivityInfo) -> str:
    place = branch_name(door, activity.branch)
    if activity.kind == "return" and activity.type != CANCELLED:
        return gettext("Return at %(branch)s") % {"branch": place} if place else gettext("Return of goods")
    if activity.kind == "visit" and place:
        return gettext("Visit to %(branch)s") % {"branch": place}
    if activity.kind == "purchase" and place:
        return gettext("Purchase at %(branch)s") % {"branch": place}
    return door.say(activity_name(door.club, activity))


def _title(row: StatementRow, rewards: dict[UUID, str]) -> str:
    said = {
        Cause.REDEMPTION: gettext("Use of points"),
        Cause.EXPIRY: gettext("Expiry of points"),
        Cause.ADJUSTMENT: gettext("Manual adjustment"),
        Cause.TRANSFER: gettext("Transfer of points"),
        Cause.MERGE: gettext("Two memberships became one"),
        Cause.OPENING: gettext("Opening balance"),
        Cause.CONFIRMATION: gettext("Purchase not confirmed"),
        Cause.RECOMPUTE: gettext("Correction after computing again"),
        Cause.POOL: gettext("Shared account"),
    }
    if row.cause == Cause.EXPIRY and row.reason == "inactivity":
        return gettext("Expiry after a long time without a purchase or visit")
    return rewards.get(row.cause_id) or said.get(row.cause, gettext("Points"))


def _rewards(door: Door, movements: Sequence[_Movement]) -> dict[UUID, str]:
    """The names of the rewards behind these movements, read only if there are any."""
    if not any(movement.first.cause == Cause.REDEMPTION for movement in movements):
        return {}
    found = redemptions_of_member(door.club, alias_set(door.club, door.who.id), limit=ROWS_READ, now=door.now)
    return {redemption.id: redemption.name.say(door.lang) for redemption in found}


def branch_name(door: Door, code: str) -> str:
    """The branch's name as it is said, or nothing for none."""
    if not code:
        return ""
    try:
        return branch_by_code(door.club, code).name.say(door.lang)
    except Refusal:
        return code


def moment(door: Door, at: datetime) -> str:
    """«امروز ۱۷:۴۲» for today, else the day."""
    zone = ZoneInfo(door.club.timezone)
    if at.astimezone(zone).date() == door.now.astimezone(zone).date():
        return gettext("today %(time)s") % {"time": formats.time(at, door.lang, door.club.timezone)}
    return formats.date(at.astimezone(zone).date(), door.lang, door.club.calendar)

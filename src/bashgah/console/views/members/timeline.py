"""The first view of a member: everything that happened, newest first, with why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from bashgah.access.gate import may
from bashgah.activities import selectors as activities
from bashgah.activities.receipts import prices_of
from bashgah.activities.types import ActivityInfo
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import said
from bashgah.console.views.activities import branch_names, note_of, title_of
from bashgah.console.views.base import chosen, page, read_id, show
from bashgah.console.views.members.one import Head, LotRow, head_of, lot_rows
from bashgah.console.views.members.standing import program_now
from bashgah.console.views.members.statement import causes
from bashgah.console.views.social.queue import stars_words, state_words
from bashgah.engine.words import ladder_find, tier_name
from bashgah.ground import clock
from bashgah.kit import formats, ids
from bashgah.ledger import selectors as ledger
from bashgah.ledger.types import Cause
from bashgah.members import selectors
from bashgah.members.types import MemberInfo
from bashgah.messaging import selectors as messaging
from bashgah.messaging.events import EVENTS
from bashgah.redemption import selectors as redemption
from bashgah.social import selectors as social
from bashgah.tiers import selectors as tiers
from bashgah.ui.figures import day_words, time_words
from bashgah.ui.framing import lang_of
from bashgah.ui.types import Lang, Moment, Option

RECENT = 30
OWN_CAUSES = frozenset(
    {Cause.EXPIRY, Cause.ADJUSTMENT, Cause.TRANSFER, Cause.MERGE, Cause.OPENING, Cause.RECOMPUTE}
)


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing with its time, before days are drawn between."""

    at: datetime
    kind: str
    moment: Moment


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """The timeline with what expires beside it."""

    head: Head
    moments: tuple[Moment, ...]
    kinds: tuple[Option, ...]
    older_url: str
    lots: tuple[LotRow, ...]


@page("members.read")
def timeline(request: HttpRequest, member_id: str) -> HttpResponse:
    """Purchases, rewards, points, tiers and messages of one member in one line."""
    club: ClubInfo = request.club
    member, lang, now = (
        selectors.member_get(club, read_id("member", member_id)),
        lang_of(request),
        clock.now(),
    )
    kind = request.GET.get("kind", "")
    after = request.GET.get("after") or None
    found, older = _happened(request, club, member, now, after)
    shown = [each for each in found if not kind or each.kind == kind]
    here = reverse("console:member", args=[member_id])
    model = TimelinePage(
        head=head_of(request, member, "timeline"),
        moments=tuple(_with_days(shown, club, now)),
        kinds=chosen(_kinds(), kind),
        older_url=f"{here}?after={older}" + (f"&kind={kind}" if kind else "") if older else "",
        lots=lot_rows(club, member, now, lang),
    )
    return show(request, "members/timeline.html", model)


def _kinds() -> list[tuple[str, str]]:
    return [
        ("", gettext("All")),
        ("activity", gettext("Purchases")),
        ("reward", gettext("Rewards")),
        ("points", gettext("Points")),
        ("tier", gettext("Tiers")),
        ("message", gettext("Messages")),
        ("social", gettext("Social tasks and reviews")),
    ]


def _happened(
    request: HttpRequest, club: ClubInfo, member: MemberInfo, now: datetime, after: str | None
) -> tuple[list[Happened], str]:
    """A page of activities sets the window; everything else of that window joins it."""
    lang = lang_of(request)
    allowed = may(request, "activities.read")
    rows = activities.member_activities(club, member.id, cursor=after, limit=RECENT) if allowed else None
    found = list(_activities(request, club, rows.rows, lang)) if rows else []
    older = rows.next_cursor or "" if rows else ""
    floor = min((each.at for each in found), default=None) if older else None
    others = [
        *_rewards(request, club, member, lang, now),
        *_points(request, club, member, lang),
        *_tiers(request, club, member, lang, now),
        *_messages(request, club, member),
        *_shown(request, club, member, lang),
    ]
    top = max((each.at for each in found), default=None) if after else None
    found += [
        each for each in others if (floor is None or each.at >= floor) and (top is None or each.at <= top)
    ]
    return sorted(found, key=lambda each: each.at, reverse=True), older


def _activities(
    request: HttpRequest, club: ClubInfo, rows: Iterable[ActivityInfo], lang: Lang
) -> Iterator[Happened]:
    names = branch_names(club, lang)
    icons = {"purchase": "shopping-bag", "return": "receipt-refund", "visit": "map-pin"}
    infos = list(rows)
    prices = prices_of(infos, club)
    for info in infos:
        points = sum(credit.amount for credit in info.credits if credit.wallet == "points")
        public = ids.public("activity", info.id)
        price = [said(request, each) for each in prices.get(info.id, ())]
        note = " · ".join([note_of(info, club, names), time_words(info.occurred_at, club), *price])
        yield Happened(
            info.occurred_at,
            "activity",
            Moment(
                icons.get(info.kind, "bolt"),
                title_of(info, club, lang),
                note,
                tone="points" if points > 0 else "bad" if info.kind == "return" else "",
                amount=formats.signed(points, lang) if points else "",
                amount_tone="points" if points > 0 else "",
                url=reverse("console:activity", args=[public]),
                why_url=reverse("console:activity_why", args=[public]),
                key=info.id.hex,
            ),
        )


def _rewards(
    request: HttpRequest, club: ClubInfo, member: MemberInfo, lang: Lang, now: datetime
) -> Iterator[Happened]:
    if not may(request, "redemptions.read"):
        return
    for info in redemption.redemptions_of_member(club, selectors.alias_set(club, member.id), now=now):
        names = {
            "captured": gettext("Got the reward “%(name)s”"),
            "open": gettext("Asked for the reward “%(name)s”"),
            "cancelled": gettext("Reward “%(name)s” cancelled"),
        }
        title = names.get(info.state, gettext("Gave back the reward “%(name)s”")) % {
            "name": info.name.say(lang)
        }
        if info.is_payment:
            title = info.name.say(lang)
        yield Happened(
            info.begun_at,
            "reward",
            Moment(
                "gift",
                title,
                f"{said(request, info.gives)} · {time_words(info.begun_at, club)}",
                tone="brand",
                amount=formats.signed(-info.price, lang)
                if info.price and info.state not in {"released", "cancelled"}
                else "",
                url=reverse("console:redemption", args=[ids.public("redemption", info.id)]),
            ),
        )


def _points(request: HttpRequest, club: ClubInfo, member: MemberInfo, lang: Lang) -> Iterator[Happened]:
    if not may(request, "wallets.read"):
        return
    titles = causes()
    for row in ledger.statement_list(club, member.id, limit=100).rows:
        if row.cause in OWN_CAUSES and row.change:
            note = " · ".join(part for part in (row.reason, time_words(row.recorded_at, club)) if part)
            icon = "hourglass" if row.cause == Cause.EXPIRY else "coin"
            amount = formats.signed(row.change, lang)
            tone = "points" if row.change > 0 else ""
            yield Happened(
                row.recorded_at,
                "points",
                Moment(icon, titles[row.cause], note, tone, amount, amount_tone=tone),
            )


def _tiers(
    request: HttpRequest, club: ClubInfo, member: MemberInfo, lang: Lang, now: datetime
) -> Iterator[Happened]:
    program = program_now(club, now)
    for change in tiers.changes_list(club, member.id):
        ladder = ladder_find(program, change.ladder) if program else None
        name = tier_name(ladder, change.after).say(lang) if ladder else change.after
        title = gettext("Rose to %(tier)s") if change.is_raise else gettext("Went down to %(tier)s")
        yield Happened(
            change.at,
            "tier",
            Moment(
                "stairs",
                title % {"tier": name},
                said(request, change.why),
                tone="brand" if change.is_raise else "",
            ),
        )


def _messages(request: HttpRequest, club: ClubInfo, member: MemberInfo) -> Iterator[Happened]:
    if not may(request, "messages.read"):
        return
    words = {"sms": gettext("SMS"), "email": gettext("E-mail"), "inbox": gettext("Inbox of the portal")}
    for row in messaging.messages_of_member(club, selectors.alias_set(club, member.id)):
        at = row.sent_at or row.created_at
        label = said(request, EVENTS[row.event].label) if row.event in EVENTS else row.event
        title = gettext("%(channel)s “%(message)s”") % {
            "channel": words.get(row.channel, row.channel),
            "message": label,
        }
        yield Happened(at, "message", Moment("message", title, time_words(at, club)))


def _shown(request: HttpRequest, club: ClubInfo, member: MemberInfo, lang: Lang) -> Iterator[Happened]:
    """What the member showed for tasks and wrote of purchases, with what was decided."""
    if not may(request, "social.read"):
        return
    shown = social.proofs_of_member(club, member.id)
    tasks = social.tasks_named(club, {info.task_id for info in shown if info.task_id})
    for info in shown:
        note = [state_words()[info.state], time_words(info.sent_at, club)]
        if info.kind == "review":
            title = gettext("Review of a purchase")
            note = [stars_words(info.stars), *note, *filter(None, [info.words])]
        else:
            title = gettext("Proof of “%(task)s”") % {
                "task": tasks[info.task_id].name.say(lang) if info.task_id in tasks else ""
            }
        at = f"{reverse('console:social_queue')}?state={info.state}&at={ids.public('proof', info.id)}"
        yield Happened(
            info.sent_at,
            "social",
            Moment(
                "star" if info.kind == "review" else "world",
                title,
                " · ".join(note),
                tone="brand" if info.state == "accepted" else "",
                url=at if may(request, "social.decide") else "",
            ),
        )


def _with_days(found: list[Happened], club: ClubInfo, now: datetime) -> Iterator[Moment]:
    zone = ZoneInfo(club.timezone)
    today, before = now.astimezone(zone).date(), None
    for number, each in enumerate(found):
        day = each.at.astimezone(zone).date()
        words = day_words(day, club)
        heading = gettext("Today, %(day)s") % {"day": words} if day == today else words
        last = number == len(found) - 1 or found[number + 1].at.astimezone(zone).date() != day
        yield replace(each.moment, day=heading if day != before else "", last=last)
        before = day

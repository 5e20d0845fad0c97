"""What was said to members: the log, the wording, and (on trial) what the trial channels wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done, said
from bashgah.console.views.base import Entry, attempt, chosen, page, read_id, show
from bashgah.console.views.members.one import Head, head_of
from bashgah.ground import clock
from bashgah.kit import ids
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.members import selectors as members
from bashgah.messaging import selectors, services
from bashgah.messaging.events import EVENTS
from bashgah.messaging.types import MessageInfo, Preview, TrialMessage
from bashgah.ui.figures import listed
from bashgah.ui.listings import listing
from bashgah.ui.types import Column, Crumb, FilterChoice, Listing, Tab

PAGE = 50


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message in a list; the text of a code is never shown."""

    what: str
    to: str
    to_url: str
    channel: str
    state: str
    tone: str
    text: str
    reason: str
    at: datetime
    parts: int


@dataclass(frozen=True, slots=True)
class LogPage:
    """The log."""

    tabs: tuple[Tab, ...]
    listing: Listing
    rows: tuple[MessageRow, ...]


@dataclass(frozen=True, slots=True)
class TrialPage:
    """What trial channels wrote instead of sending."""

    tabs: tuple[Tab, ...]
    rows: tuple[TrialMessage, ...]


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """One message on one channel, and whose wording it has."""

    label: str
    when: str
    channel: str
    is_on: bool
    is_own: bool
    url: str


@dataclass(frozen=True, slots=True)
class WordingPage:
    """All wordings."""

    tabs: tuple[Tab, ...]
    rows: tuple[TemplateRow, ...]


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """The form of one wording with how it reads."""

    crumbs: tuple[Crumb, ...]
    title: str
    when: str
    values: dict[str, str]
    fields: tuple[tuple[str, str], ...]
    previews: tuple[tuple[str, Preview], ...]
    errors: dict[str, str]
    is_on: bool
    is_own: bool
    has_subject: bool


@dataclass(frozen=True, slots=True)
class MemberMessagesPage:
    """What one member was told."""

    head: Head
    rows: tuple[MessageRow, ...]


@page("messages.read")
def log(request: HttpRequest) -> HttpResponse:
    """Every message, newest first, with what became of it."""
    club: ClubInfo = request.club
    query = {
        key: value for key, value in request.GET.items() if key in {"event", "channel", "state", "after"}
    }
    found = selectors.message_list(
        club,
        event=query.get("event", ""),
        channel=query.get("channel", ""),
        state=query.get("state", ""),
        branches=request.staff_branches,
        before=read_id("message", query["after"]) if query.get("after") else None,
        limit=PAGE + 1,
    )
    rows, more = found[:PAGE], len(found) > PAGE
    states = [("", gettext("State: all")), *_states().items()]
    channels = [("", gettext("Channel: all")), *_channels().items()]
    events = [("", gettext("Message: all"))] + [
        (event.key, said(request, event.label)) for event in EVENTS.values()
    ]
    model = LogPage(
        tabs=_tabs(request, "log"),
        listing=listing(
            path=reverse("console:messages"),
            query=query,
            columns=(
                Column(gettext("Message")),
                Column(gettext("To")),
                Column(gettext("Channel")),
                Column(gettext("State")),
                Column(gettext("When"), narrow_hidden=True),
            ),
            search_label="",
            choices=(
                FilterChoice("event", gettext("Message"), chosen(events, query.get("event", ""))),
                FilterChoice("channel", gettext("Channel"), chosen(channels, query.get("channel", ""))),
                FilterChoice("state", gettext("State"), chosen(states, query.get("state", ""))),
            ),
            next_after=ids.public("message", rows[-1].id) if more else "",
        ),
        rows=_rows(request, club, rows),
    )
    return show(request, "messages/log.html", model)


@page("messages.edit")
def trial(request: HttpRequest) -> HttpResponse:
    """What would have gone out: codes are in it, so only those who word messages see it."""
    club: ClubInfo = request.club
    return show(
        request,
        "messages/trial.html",
        TrialPage(_tabs(request, "trial"), tuple(selectors.trial_messages(club))),
    )


@page("messages.read")
def wording(request: HttpRequest) -> HttpResponse:
    """Each message the house knows, on each of its channels."""
    club: ClubInfo = request.club
    channels = _channels()
    rows = tuple(
        TemplateRow(
            label=said(request, EVENTS[template.event].label),
            when=said(request, EVENTS[template.event].when),
            channel=channels.get(template.channel, template.channel),
            is_on=template.is_on,
            is_own=template.is_own,
            url=reverse("console:template", args=[template.event, template.channel]),
        )
        for template in selectors.template_list(club)
        if template.event in EVENTS
    )
    return show(request, "messages/wording.html", WordingPage(_tabs(request, "wording"), rows))


@page("messages.read", writes="messages.edit")
def template(request: HttpRequest, event: str, channel: str) -> HttpResponse:
    """Words one message, with how it reads and what it costs in SMS parts."""
    club: ClubInfo = request.club
    known, now_ = selectors.event_get(event), selectors.template_get(club, event, channel)
    entry = Entry(request)
    subject, body, is_on = now_.subject, now_.body, now_.is_on
    if request.method == "POST":
        actor, now = request.actor, clock.now()
        if request.POST.get("act") == "reset":
            services.template_reset(club=club, event=event, channel=channel, actor=actor, now=now)
            done(request, gettext("The usual wording is back."))
            return redirect("console:template", event, channel)
        subject, body = entry.texts("subject", limit=200), entry.texts("body", limit=2000)
        is_on = entry.flag("is_on")
        if not entry.errors:
            _, refusal = attempt(
                lambda: services.template_save(
                    club=club,
                    event=event,
                    channel=channel,
                    subject=subject,
                    body=body,
                    is_on=is_on,
                    actor=actor,
                    now=now,
                )
            )
            if refusal is None:
                done(request, gettext("The wording was saved."))
                return redirect("console:template", event, channel)
            entry.refuse(refusal, {"/body/fa": "body_fa", "/body/en": "body_en", "/subject/fa": "subject_fa",
                                   "/subject/en": "subject_en"}, "body_fa")  # fmt: skip
    model = TemplatePage(
        crumbs=(Crumb(gettext("Wording"), reverse("console:wording")), Crumb(said(request, known.label))),
        title=listed(said(request, known.label), _channels().get(channel, channel)),
        when=said(request, known.when),
        values={"subject_fa": subject.fa, "subject_en": subject.en, "body_fa": body.fa, "body_en": body.en},
        fields=tuple((f"{{{name}}}", said(request, label)) for name, label in known.fields.items()),
        previews=_previews(club, event, channel, subject, body),
        errors=entry.errors,
        is_on=is_on,
        is_own=now_.is_own,
        has_subject=channel != "sms",
    )
    return show(request, "messages/template.html", model, status=422 if entry.errors else 200)


@page("messages.read")
def of_member(request: HttpRequest, member_id: str) -> HttpResponse:
    """What one member was told, on every channel."""
    club: ClubInfo = request.club
    member = members.member_get(club, read_id("member", member_id))
    found = selectors.messages_of_member(club, members.alias_set(club, member.id))
    return show(
        request,
        "members/messages.html",
        MemberMessagesPage(head_of(request, member, "messages"), _rows(request, club, found)),
    )


def _previews(
    club: ClubInfo, event: str, channel: str, subject: Texts, body: Texts
) -> tuple[tuple[str, Preview], ...]:
    shown = []
    for locale in ("fa", "en"):
        try:
            preview = selectors.template_preview(
                club, event, channel, subject=subject, body=body, locale=locale
            )
        except Refusal:
            continue
        shown.append((locale, preview))
    return tuple(shown)


def _rows(request: HttpRequest, club: ClubInfo, found: list[MessageInfo]) -> tuple[MessageRow, ...]:
    channels, states, reasons = _channels(), _states(), _reasons()
    who = members.members_get(club, {row.member_id for row in found if row.member_id})
    rows = []
    for row in found:
        member = who.get(row.member_id) if row.member_id else None
        event = EVENTS.get(row.event)
        tone = {"sent": "good", "delivered": "good", "failed": "bad", "unknown": "warn"}.get(row.state, "")
        rows.append(
            MessageRow(
                what=said(request, event.label) if event else row.event,
                to=member.name if member else "–",
                to_url=reverse("console:member", args=[ids.public("member", member.id)]) if member else "",
                channel=channels.get(row.channel, row.channel),
                state=states.get(row.state, row.state),
                tone=tone,
                text="" if row.is_secret else row.body,
                reason=reasons.get(row.reason, row.reason),
                at=row.sent_at or row.created_at,
                parts=row.parts,
            )
        )
    return tuple(rows)


def _tabs(request: HttpRequest, current: str) -> tuple[Tab, ...]:
    places = (
        ("log", gettext("Sent"), "console:messages", "messages.read"),
        ("wording", gettext("Wording"), "console:wording", "messages.read"),
        ("trial", gettext("Trial"), "console:trial", "messages.edit"),
    )
    return tuple(
        Tab(label, reverse(route), current=key == current)
        for key, label, route, need in places
        if may(request, need)
    )


def _channels() -> dict[str, str]:
    return {"sms": gettext("SMS"), "email": gettext("E-mail"), "inbox": gettext("Inbox of the portal")}


def _states() -> dict[str, str]:
    return {
        "queued": gettext("waiting"),
        "sending": gettext("being sent"),
        "sent": gettext("sent"),
        "delivered": gettext("delivered"),
        "failed": gettext("failed"),
        "unknown": gettext("not known"),
        "skipped": gettext("not sent"),
    }


def _reasons() -> dict[str, str]:
    """Why a message did not go; what a channel of others says itself stands as it is."""
    return {
        "no_address": gettext("the member gave no address"),
        "no_consent": gettext("the member does not allow it"),
        "too_late": gettext("it came too late"),
        "no_channel": gettext("no service is connected"),
        "no_receipt": gettext("the service gave no receipt"),
        "no_answer": gettext("the service did not answer"),
    }

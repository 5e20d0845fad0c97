"""The member's own details, choices and messages."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bashgah.ground.trying import tried
from bashgah.kit import formats
from bashgah.kit import mobile as mobiles
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors as member_reads
from bashgah.members import services as members
from bashgah.messaging import selectors as messages
from bashgah.messaging.services import inbox_read, member_update_told
from bashgah.portal import codes, enrolment, sessions
from bashgah.portal.cards import POINTS
from bashgah.portal.doorway import Door, members_only, page
from bashgah.portal.pages import CodePage, MePage, MessageRow, MobilePage
from bashgah.portal.views import shared
from bashgah.ui.files import json_file

INBOX_SHOWN = 50


@require_safe
@members_only
def inbox(request: HttpRequest, door: Door) -> HttpResponse:
    """The member's messages; having seen them makes them read."""
    club = door.club
    ids = member_reads.alias_set(club, door.who.id)
    found = messages.inbox_list(club, ids, limit=INBOX_SHOWN)
    rows = [
        MessageRow(
            title=message.subject,
            text=message.body,
            when=formats.ago(message.created_at, door.now, door.lang, club.calendar, club.timezone),
            fresh=message.read_at is None,
        )
        for message in found
    ]
    if any(row.fresh for row in rows):
        inbox_read(club=club, member_ids=ids, now=door.now)
    return page(request, door, "inbox.html", messages_list=rows)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def me(request: HttpRequest, door: Door) -> HttpResponse:
    """The member's details; the fields the club chose can be changed here."""
    if request.method != "POST":
        return _me_page(request, door)
    form = enrolment.read(door, request.POST)
    refusal = None
    if not form.errors:
        _done, refusal = tried(
            lambda: member_update_told(
                club=door.club, id=door.who.id, changes=form.values, actor=door.actor, now=door.now
            )
        )
    if form.errors or refusal:
        return _me_page(request, door, form, refusal)
    return HttpResponseRedirect(reverse("portal:me") + "?saved=1")


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def consents(request: HttpRequest, door: Door) -> HttpResponse:
    """Record what the member agrees to and what they withdraw, in one step and equally easily."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("portal:me"))
    members.consent_record(
        club=door.club,
        id=door.who.id,
        consents=enrolment.consents(door, request.POST.getlist("consent"), withdrawals=True),
        source="portal",
        now=door.now,
    )
    return HttpResponseRedirect(reverse("portal:me") + "?saved=1")


@require_POST
@members_only
def data(request: HttpRequest, door: Door) -> HttpResponse:
    """All that the club keeps of the member, as a file for them; too many tries are said on the page."""
    taken, refusal = tried(
        lambda: members.member_export_take(club=door.club, id=door.who.id, actor=door.actor, now=door.now)
    )
    if taken is None:
        return _me_page(request, door, None, refusal)
    return json_file(f"{door.club.slug}-{door.who.number}", taken)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def mobile(request: HttpRequest, door: Door) -> HttpResponse:
    """Ask for the new number and send it a code."""
    present = member_reads.person_get(door.club, door.who.id).mobile
    typed = request.POST.get("mobile", "")
    if request.method != "POST":
        return page(request, door, "mobile.html", page=MobilePage(present))
    request_id, refusal = tried(lambda: _code_for(request, door, typed))
    if request_id is None or refusal:
        errors = {"mobile": door.say(refusal.phrase)} if refusal else {}
        shown = MobilePage(present, typed, errors)
        return page(request, door, "mobile.html", status=refusal.status if refusal else 422, page=shown)
    response = HttpResponseRedirect(reverse("portal:mobile_code"))
    entry = sessions.Entry(mobiles.normalise(typed), request_id, sent_at=door.now.timestamp())
    sessions.entry_set(request, response, entry)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def mobile_code(request: HttpRequest, door: Door) -> HttpResponse:
    """Take the code sent to the new number and make it the member's."""
    entry = sessions.entry_get(request)
    if entry is None:
        return HttpResponseRedirect(reverse("portal:mobile"))
    if request.method != "POST":
        return _code_page(request, door, entry)
    accepted, refusal = tried(
        lambda: codes.answer_new_number(door, entry.request, request.POST.get("code", ""))
    )
    if accepted is None:
        return _code_page(request, door, entry, refusal)
    _changed, refusal = tried(
        lambda: member_update_told(
            club=door.club,
            id=door.who.id,
            changes={"mobile": accepted.contact},
            actor=door.actor,
            now=door.now,
        )
    )
    if refusal:
        return _code_page(request, door, entry, refusal)
    response = HttpResponseRedirect(reverse("portal:me") + "?saved=1")
    sessions.entry_clear(request, response)
    # whoever had the old session may be why the number changes: only this browser stays signed in anew
    sessions.session_begin(request, response, club_id=door.club.id, member_id=door.who.id, now=door.now)
    return response


def _code_for(request: HttpRequest, door: Door, typed: str) -> str:
    return codes.send_new_number(door, mobiles.normalise(typed), address=codes.address(request))


def _me_page(
    request: HttpRequest, door: Door, form: enrolment.Form | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    club, member = door.club, door.who
    person = member_reads.person_get(club, member.id)
    errors, error = enrolment.errors_of(door, form, refusal)
    since = member.enrolled_at.astimezone(ZoneInfo(club.timezone))
    shown = MePage(
        name=member.name,
        mobile=person.mobile,
        number=member.number,
        since=formats.date(since.date(), door.lang, club.calendar, "month"),
        fields=enrolment.asked(door, form.typed if form else enrolment.typed_of(door, member, person)),
        consents=enrolment.boxes(door, known=member_reads.consents(club, member.id)),
        errors=errors,
        can_share=shared.offered(door),
        can_give=club.settings.transfer_terms(POINTS) is not None,
        said=gettext("Saved.") if "saved" in request.GET else "",
        error=error,
    )
    status = refusal.status if refusal else 422 if form else 200
    return page(request, door, "me.html", current="me", status=status, page=shown)


def _code_page(
    request: HttpRequest, door: Door, entry: sessions.Entry, refusal: Refusal | None = None
) -> HttpResponse:
    shown = CodePage(
        mobile=entry.mobile,
        wait_seconds=codes.wait_left(entry.sent_at, door.now),
        error=door.say(refusal.phrase) if refusal else "",
        title=gettext("Change the mobile number"),
        action=reverse("portal:mobile_code"),
        again_url="",
        back_url=reverse("portal:mobile"),
        verb=gettext("Confirm the number"),
    )
    return page(request, door, "code.html", status=refusal.status if refusal else 200, page=shown)

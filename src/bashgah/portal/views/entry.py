"""The way in: a mobile number, a code, for newcomers a form; the same steps for known and unknown numbers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from bashgah.ground.trying import tried
from bashgah.kit import mobile
from bashgah.kit.refusals import Refusal
from bashgah.members import services as members
from bashgah.portal import codes, enrolment, sessions
from bashgah.portal.doorway import Door, page, visitor
from bashgah.portal.pages import CodePage, JoinPage
from bashgah.portal.views.home import landing, wanted


@require_http_methods(["GET", "HEAD", "POST"])
@visitor
def sign_in(request: HttpRequest, door: Door) -> HttpResponse:
    """Send a code to the number, member or not: the answer is the same, so nobody learns who is one.

    Opened as a page (a reload after a mistyped number, an old link) it leads to the form at home.
    """
    if request.method != "POST":
        return HttpResponseRedirect(reverse("portal:home"))
    typed = request.POST.get("mobile", "")
    number, refusal = tried(lambda: mobile.normalise(typed))
    if number is None or refusal:
        return landing(request, door, typed, refusal)
    return _sent(request, door, number, typed, wanted(request))


@require_http_methods(["GET", "HEAD", "POST"])
@visitor
def again(request: HttpRequest, door: Door) -> HttpResponse:
    """Send another code to the number typed before."""
    entry = sessions.entry_get(request)
    if entry is None or entry.proved:
        return HttpResponseRedirect(reverse("portal:home"))
    if request.method != "POST":
        return HttpResponseRedirect(reverse("portal:code"))
    return _sent(request, door, entry.mobile, mobile.national(entry.mobile), entry.wanted)


@require_http_methods(["GET", "HEAD", "POST"])
@visitor
def code(request: HttpRequest, door: Door) -> HttpResponse:
    """Take the code; a right one signs a member in and takes a newcomer to the form."""
    entry = sessions.entry_get(request)
    if entry is None or entry.proved:
        return HttpResponseRedirect(reverse("portal:home"))
    if request.method != "POST":
        return _code_page(request, door, entry)
    accepted, refusal = tried(lambda: codes.answer(door, entry.request, request.POST.get("code", "")))
    if accepted is None:
        return _code_page(request, door, entry, refusal)
    if accepted.member_id is None:
        response: HttpResponse = HttpResponseRedirect(reverse("portal:join"))
        proved = sessions.Entry(accepted.contact, entry.request, proved=True, wanted=entry.wanted)
        sessions.entry_set(request, response, proved)
        return response
    response = HttpResponseRedirect(entry.wanted or reverse("portal:home"))
    sessions.session_begin(
        request, response, club_id=door.club.id, member_id=accepted.member_id, now=door.now
    )
    sessions.entry_clear(request, response)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@visitor
def join(request: HttpRequest, door: Door) -> HttpResponse:
    """Enrol a newcomer whose number is proved, with the fields the club chose and the consents given."""
    entry = sessions.entry_get(request)
    if entry is None or not entry.proved:
        return HttpResponseRedirect(reverse("portal:home"))
    if request.method != "POST":
        return _join_page(request, door, entry)
    form = enrolment.read(door, request.POST)
    if form.errors:
        return _join_page(request, door, entry, form)
    member, refusal = tried(
        lambda: members.member_enrol(
            club=door.club,
            mobile=entry.mobile,
            **form.values,
            channel="portal",
            locale=door.lang,
            consents=enrolment.consents(door, request.POST.getlist("consent")),
            now=door.now,
        )
    )
    if member is None:
        return _join_page(request, door, entry, form, refusal)
    response = HttpResponseRedirect(entry.wanted or reverse("portal:home"))
    sessions.session_begin(request, response, club_id=door.club.id, member_id=member.id, now=door.now)
    sessions.entry_clear(request, response)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@visitor
def sign_out(request: HttpRequest, door: Door) -> HttpResponse:
    """End the sign-in on the server and in the browser; opened as a page it ends nothing and leads home."""
    response = HttpResponseRedirect(reverse("portal:home"))
    if request.method != "POST":
        return response
    sessions.session_end(request, response)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _sent(request: HttpRequest, door: Door, number: str, typed: str, way: str) -> HttpResponse:
    request_id, refusal = tried(lambda: codes.send(door, number, address=codes.address(request)))
    if request_id is None:
        return landing(request, door, typed, refusal)
    response = HttpResponseRedirect(reverse("portal:code"))
    entry = sessions.Entry(number, request_id, sent_at=door.now.timestamp(), wanted=way)
    sessions.entry_set(request, response, entry)
    return response


def _code_page(
    request: HttpRequest, door: Door, entry: sessions.Entry, refusal: Refusal | None = None
) -> HttpResponse:
    shown = CodePage(
        mobile=entry.mobile,
        wait_seconds=codes.wait_left(entry.sent_at, door.now),
        error=door.say(refusal.phrase) if refusal else "",
        title=gettext("Sign in to the club"),
        action=reverse("portal:code"),
        again_url=reverse("portal:again"),
        back_url=reverse("portal:home"),
        verb=gettext("Sign in"),
    )
    return page(request, door, "code.html", status=refusal.status if refusal else 200, page=shown)


def _join_page(
    request: HttpRequest,
    door: Door,
    entry: sessions.Entry,
    form: enrolment.Form | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    errors, error = enrolment.errors_of(door, form, refusal)
    shown = JoinPage(
        mobile=entry.mobile,
        fields=enrolment.asked(door, form.typed if form else {}),
        consents=enrolment.boxes(door, given=form.consents if form else ()),
        errors=errors,
        error=error,
    )
    return page(request, door, "join.html", status=422 if errors or error else 200, page=shown)

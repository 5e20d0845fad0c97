"""Enrolment at the till: a mobile number is enough."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from bashgah.access.gate import require
from bashgah.ground.trying import tried
from bashgah.kit import ids, mobile
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import clean
from bashgah.members import services as members
from bashgah.members.types import MemberInfo
from bashgah.till.counter import Counter, at_counter, part
from bashgah.till.pages import EnrolForm
from bashgah.till.views.desk import found_part


@require_http_methods(["GET", "HEAD", "POST"])
@at_counter
def enrol(request: HttpRequest, counter: Counter) -> HttpResponse:
    """Enrol by mobile and go straight on with the purchase; somebody known is simply found."""
    require(request, "members.write", branch=counter.branch.id)
    if request.method != "POST":
        typed = request.GET.get("q", "")
        number = mobile.national(mobile.normalise(typed)) if mobile.looks_mobile(typed) else ""
        return part(request, counter, "enrol.html", form=EnrolForm(mobile=number))
    typed, name = request.POST.get("mobile", ""), request.POST.get("name", "")
    member, refusal = tried(lambda: _enrolled(counter, typed, name))
    if refusal and refusal.code == "mobile_taken":
        return _shown(request, counter, ids.parse("member", str(refusal.extra["member_id"])), is_new=False)
    if member is None:
        return _form(request, counter, typed, name, refusal)
    return _shown(request, counter, member.id, is_new=True)


def _enrolled(counter: Counter, typed: str, name: str) -> MemberInfo:
    first, _space, last = clean(name, field="/name", limit=120).partition(" ")
    return members.member_enrol(
        club=counter.club,
        mobile=typed,
        first_name=first,
        last_name=last,
        channel="till",
        branch_id=counter.branch.id,
        staff_id=counter.staff_id,
        now=counter.now,
    )


def _form(
    request: HttpRequest, counter: Counter, typed: str, name: str, refusal: Refusal | None
) -> HttpResponse:
    field = "mobile" if refusal and refusal.field == "/mobile" else "name"
    errors = {field: counter.say(refusal.phrase)} if refusal else {}
    form = EnrolForm(mobile=typed, name=name, errors=errors)
    return part(request, counter, "enrol.html", status=422, form=form)


def _shown(request: HttpRequest, counter: Counter, member_id: UUID, *, is_new: bool) -> HttpResponse:
    response = found_part(request, counter, member_id, is_new=is_new)
    response.headers["HX-Retarget"] = "#till-member"
    response.headers["HX-Trigger"] = "till:enrolled"
    return response

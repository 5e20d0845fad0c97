"""Checking in: the member scans the QR a branch has printed and says that they are there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from bashgah.activities.behaviours import check_in, check_in_branch
from bashgah.ground.trying import tried
from bashgah.portal import cards
from bashgah.portal.doorway import Door, page, visitor
from bashgah.portal.pages import CheckInPage
from bashgah.portal.views.home import landing


@require_http_methods(["GET", "HEAD", "POST"])
@visitor
def here(request: HttpRequest, door: Door, token: str) -> HttpResponse:
    """The branch of a printed QR with one button; once pressed, what it gave. Visitors may sign in first."""
    branch = check_in_branch(door.club, token)
    if door.member is None:
        return landing(request, door)
    shown = CheckInPage(branch=branch.name.say(door.lang))
    if request.method != "POST":
        return page(request, door, "check_in.html", page=shown)
    settled, refusal = tried(
        lambda: check_in(club=door.club, branch=branch, member_id=door.who.id, actor=door.actor, now=door.now)
    )
    if settled is None:
        error = door.say(refusal.phrase) if refusal else ""
        return page(request, door, "check_in.html", status=409, page=CheckInPage(shown.branch, error=error))
    points = settled.points_of(cards.POINTS)
    return page(request, door, "check_in.html", page=CheckInPage(shown.branch, is_done=True, points=points))

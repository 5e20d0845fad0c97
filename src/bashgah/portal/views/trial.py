"""The messages of the trial channels, for demonstration clubs: there is no telephone to read codes on."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from bashgah.kit import formats
from bashgah.messaging import trial
from bashgah.portal.doorway import Door, page, visitor
from bashgah.portal.pages import TrialMessage

SHOWN = 40


@require_safe
@visitor
def messages(request: HttpRequest, door: Door) -> HttpResponse:
    """What would have been sent, newest first; elsewhere than in a demonstration this page does not exist."""
    club = door.club
    if not club.is_demo:
        raise Http404("only a demonstration shows its messages")
    found = [
        TrialMessage(
            to=message.to,
            text=message.body,
            when=formats.ago(message.at, door.now, door.lang, club.calendar, club.timezone),
            channel=message.channel,
        )
        for message in trial.read(club.slug, limit=SHOWN)
    ]
    return page(request, door, "demo_messages.html", trial=found)

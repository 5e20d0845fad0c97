"""News that a handler could not take: what, why, and trying again."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from bashgah.access.gate import may
from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done
from bashgah.console.tabs import settings_tabs
from bashgah.console.views.base import page, show
from bashgah.ground import clock, outbox
from bashgah.ground.types import StuckDelivery
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ui.figures import plain
from bashgah.ui.types import Tab

SHOWN = 200


@dataclass(frozen=True, slots=True)
class DeliveriesPage:
    """What was set aside, and how far the worker is behind."""

    tabs: tuple[Tab, ...]
    stuck: tuple[StuckDelivery, ...]
    stuck_in_all: int
    waiting: int
    may_retry: bool


@page("settings.read")
def index(request: HttpRequest) -> HttpResponse:
    """Deliveries of this club that were set aside after their last try."""
    club: ClubInfo = request.club
    behind = outbox.backlog(club.id)
    model = DeliveriesPage(
        settings_tabs(request, "console:deliveries"),
        tuple(outbox.deliveries_stuck(club_id=club.id, limit=SHOWN)),
        behind.stuck,
        behind.news + behind.deliveries,
        may(request, "settings.edit"),
    )
    return show(request, "deliveries.html", model)


@require_POST
@page("settings.edit")
def retry(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Gives one delivery of this club all its tries again."""
    club: ClubInfo = request.club
    handler = request.POST.get("handler", "")
    if not outbox.delivery_retry(event_id, handler=handler, club_id=club.id, now=clock.now()):
        raise Refusal("delivery_not_found", Phrase(_("This delivery is no longer set aside.")), status=404)
    done(request, gettext("It will be tried again in a moment."))
    return redirect("console:deliveries")


@require_POST
@page("settings.edit")
def retry_all(request: HttpRequest) -> HttpResponse:
    """Gives every delivery of this club that was set aside all its tries again."""
    count = outbox.deliveries_retry(club_id=request.club.id, now=clock.now())
    done(
        request,
        ngettext("%(n)s will be tried again in a moment.", "%(n)s will be tried again in a moment.", count)
        % {"n": plain(count)},
    )
    return redirect("console:deliveries")

"""News that a handler could not take: what, why, and trying again."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from bashgah.clubs.types import ClubInfo
from bashgah.console.framing import done
from bashgah.console.tabs import settings_tabs
from bashgah.console.views.base import page, show
from bashgah.ground import clock, outbox
from bashgah.ground.types import StuckDelivery
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ui.types import Tab


@dataclass(frozen=True, slots=True)
class DeliveriesPage:
    """What was set aside, and how far the worker is behind."""

    tabs: tuple[Tab, ...]
    stuck: tuple[StuckDelivery, ...]
    waiting: int


@page("settings.read")
def index(request: HttpRequest) -> HttpResponse:
    """Deliveries of this club that were set aside after their last try."""
    club: ClubInfo = request.club
    stuck = tuple(row for row in outbox.deliveries_stuck(limit=200) if row.club_id == club.id)
    behind = outbox.backlog()
    model = DeliveriesPage(
        settings_tabs(request, "console:deliveries"), stuck, behind.news + behind.deliveries
    )
    return show(request, "deliveries.html", model)


@require_POST
@page("settings.edit")
def retry(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Gives one delivery of this club all its tries again."""
    club: ClubInfo = request.club
    handler = request.POST.get("handler", "")
    ours = any(
        row.event_id == event_id and row.handler == handler and row.club_id == club.id
        for row in outbox.deliveries_stuck(limit=10_000)
    )
    if not ours or not outbox.delivery_retry(event_id, handler=handler, now=clock.now()):
        raise Refusal("delivery_not_found", Phrase(_("This delivery is no longer set aside.")), status=404)
    done(request, gettext("It will be tried again in a moment."))
    return redirect("console:deliveries")

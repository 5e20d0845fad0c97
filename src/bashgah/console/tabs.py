"""The views of settings and of activities, each shown to whom may open it."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from bashgah.access.gate import may
from bashgah.console.framing import waiting_facts
from bashgah.social.selectors import proofs_waiting
from bashgah.ui.types import Tab

SETTINGS = (
    (_("Club"), "console:settings", "settings.read"),
    (_("Points by hand and gifts"), "console:dealing_settings", "settings.read"),
    (_("Shared accounts"), "console:group_settings", "settings.read"),
    (_("Stages of rules"), "console:stage_settings", "settings.read"),
    (_("Brand"), "console:brand", "settings.read"),
    (_("Behaviours"), "console:behaviours", "settings.read"),
    (_("Privacy"), "console:retention", "settings.read"),
    (_("Branches"), "console:branches", "branches.read"),
    (_("Staff and roles"), "console:staff", "staff.read"),
    (_("API keys"), "console:keys", "keys.manage"),
    (_("OAuth2 clients"), "console:clients", "keys.manage"),
    (_("Deliveries"), "console:deliveries", "settings.read"),
)


def settings_tabs(request: HttpRequest, current: str) -> tuple[Tab, ...]:
    """The tabs of settings with the open one marked."""
    return tuple(
        Tab(gettext(label), reverse(route), current=route == current)
        for label, route, permission in SETTINGS
        if may(request, permission)
    )


def social_tabs(request: HttpRequest, current: str) -> tuple[Tab, ...]:
    """The tasks and the queue of what members show, with how much waits."""
    places: tuple[tuple[str, str, int | None], ...] = ((gettext("Tasks"), "console:social_tasks", None),)
    if may(request, "social.decide"):
        waiting = proofs_waiting(request.club) or None
        places = (*places, (gettext("Queue of proofs"), "console:social_queue", waiting))
    return tuple(Tab(label, reverse(route), route == current, count) for label, route, count in places)


def activity_tabs(request: HttpRequest, current: str) -> tuple[Tab, ...]:
    """Settled facts and facts that wait, with how many do."""
    places: tuple[tuple[str, str, int | None], ...] = (
        (gettext("On record"), "console:activities", None),
        (gettext("Kept for review"), "console:reviews", waiting_facts(request)),
        (gettext("Waiting returns"), "console:returns_waiting", None),
    )
    if may(request, "points.recompute"):
        places = (*places, (gettext("Compute again"), "console:recomputes", None))
    return tuple(Tab(label, reverse(route), route == current, count) for label, route, count in places)

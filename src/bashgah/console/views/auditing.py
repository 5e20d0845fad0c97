"""The audit trail: who did what, when, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from bashgah.clubs.types import ClubInfo
from bashgah.console.views.base import page, show
from bashgah.ground.audit import audit_list
from bashgah.ground.types import AuditRow
from bashgah.ui.types import Crumb


@dataclass(frozen=True, slots=True)
class AuditPage:
    """The trail."""

    crumbs: tuple[Crumb, ...]
    rows: Sequence[AuditRow]


@page("audit.read")
def index(request: HttpRequest) -> HttpResponse:
    """The last two hundred acts of this club."""
    club: ClubInfo = request.club
    crumbs = (Crumb(gettext("Ledger"), reverse("console:ledger")), Crumb(gettext("Audit trail")))
    return show(request, "audit.html", AuditPage(crumbs, audit_list(club_id=club.id, limit=200)))

"""Health: is anyone there, and which version answers."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema

from bashgah import __version__
from bashgah.ground import clock

router = Router(tags=["health"])


class HealthOut(Schema):
    """The service answers."""

    status: str
    version: str
    time: datetime


@router.get("/health", response=HealthOut, auth=None, summary="Health")
def health(request: HttpRequest) -> HealthOut:
    """Say that the API answers, its version and its time; needs no credential."""
    return HealthOut(status="ok", version=__version__, time=clock.now())

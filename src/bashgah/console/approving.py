"""What waits for a second person: what every request shows, its states in words, yes, no and taking back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from bashgah.console.framing import done
from bashgah.kit.ids import public


class Request(Protocol):
    """What every room keeps of a request."""

    @property
    def id(self) -> UUID: ...
    @property
    def note(self) -> str: ...
    @property
    def asked_name(self) -> str: ...
    @property
    def asked_at(self) -> datetime: ...
    @property
    def state(self) -> str: ...
    @property
    def decided_name(self) -> str: ...
    @property
    def decision_note(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as its page shows it; ``about`` says in a line what is decided, the addresses who may."""

    key: str
    about: str
    note: str
    asked_by: str
    asked_at: datetime
    state: str
    word: str
    decided_by: str
    decision_note: str
    is_own: bool
    decide_url: str
    withdraw_url: str


def asked_of(
    info: Request, kind: str, *, about: str, is_own: bool, decide: str = "", withdraw: str = ""
) -> Asked:
    """Return what a request shows; ``decide`` and ``withdraw`` name the addresses of whoever may."""
    key = public(kind, info.id)
    return Asked(
        key=key,
        about=about,
        note=info.note,
        asked_by=info.asked_name,
        asked_at=info.asked_at,
        state=info.state,
        word=state_words()[info.state],
        decided_by=info.decided_name,
        decision_note=info.decision_note,
        is_own=is_own,
        decide_url=reverse(decide, args=[key]) if decide else "",
        withdraw_url=reverse(withdraw, args=[key]) if withdraw else "",
    )


def state_words() -> dict[str, str]:
    """What the states of a request are called."""
    return {
        "waiting": gettext("waiting for approval"),
        "approved": gettext("approved"),
        "refused": gettext("refused"),
        "declined": gettext("declined"),
        "withdrawn": gettext("taken back"),
        "expired": gettext("nobody decided in time"),
        "done": "",
    }


def approves(request: HttpRequest) -> bool:
    """Whether the dialog that was sent says yes."""
    return request.POST.get("verdict") == "approve"


def taken_back(request: HttpRequest, to: str) -> HttpResponse:
    """Say that the request was taken back, on the page it came from."""
    done(request, gettext("The request was taken back."))
    return redirect(to)

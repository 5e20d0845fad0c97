"""Changes the draft's terms of paying by points, with what a unit is worth: one act, one revision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bashgah.clubs.types import ClubInfo
from bashgah.ground.types import Actor
from bashgah.programs import selectors
from bashgah.programs.services import draft_save
from bashgah.programs.types import DraftInfo


def payment_put(
    *,
    club: ClubInfo,
    terms: Mapping[str, Any] | None,
    worth: int | None = None,
    revision: int,
    actor: Actor,
    now: datetime,
) -> DraftInfo:
    """Let bills be paid by points on these terms, or with None by money only.

    ``worth`` is what one unit of the terms' wallet pays from now on; None leaves it. Raises what
    ``draft_save`` does: ``draft_moved`` (409), ``program_invalid`` (422).
    """
    document = dict(selectors.draft_get(club).document)
    document["pay_with_points"] = dict(terms) if terms is not None else None
    if terms is not None and worth is not None:
        document["wallets"] = [
            {**each, "worth": worth} if each.get("key") == terms.get("wallet") else each
            for each in document.get("wallets", ())
        ]
    return draft_save(club=club, document=document, revision=revision, actor=actor, now=now)

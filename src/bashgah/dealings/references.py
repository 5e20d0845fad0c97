"""The asker's own names for dealings: the same again is the same dealing, another wish is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction

from bashgah.clubs.types import ClubInfo
from bashgah.dealings.models import Reference
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

Asked = tuple[str, str]
"""(source, reference) as the asker named it."""


def body_of(*parts: object) -> bytes:
    """Return the hash of what is asked."""
    return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).digest()


def reference_find(club: ClubInfo, asked: Asked | None, body: bytes) -> UUID | None:
    """Return what this reference was used for; with another body ``reference_reused`` (409).

    The body names members as they were asked for, not who stands for them now: a merge in between makes no
    other wish of it. Looked up before the locks, so that nothing that came between refuses the first answer,
    and under them, where a twin may have been faster.
    """
    if asked is None:
        return None
    found = Reference.objects.filter(club_id=club.id, source=asked[0], reference=asked[1]).first()
    if found is None:
        return None
    if bytes(found.body) != body:
        raise _reused()
    return found.target_id


def reference_bind(
    *, club: ClubInfo, asked: Asked | None, member_id: UUID, target_id: UUID, body: bytes
) -> None:
    """Give the reference to a dealing; somebody else's may have taken it a moment ago."""
    if asked is None:
        return
    try:
        with transaction.atomic():
            Reference.objects.create(
                club_id=club.id,
                source=asked[0],
                reference=asked[1],
                member_id=member_id,
                target_id=target_id,
                body=body,
            )
    except IntegrityError:
        raise _reused() from None


def merged_meanwhile(merged: Sequence[bool]) -> None:
    """Refuse with ``member_merged`` (409) when a locked member is another one by now; ask again."""
    if any(merged):
        raise Refusal("member_merged", Phrase(_("This membership was merged into another one.")))


def _reused() -> Refusal:
    return Refusal(
        "reference_reused",
        Phrase(_("This reference was already used for something else.")),
        field="/reference",
    )

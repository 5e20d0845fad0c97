"""Whether a membership was erased, which ends it for good."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members.models import Person


def is_erased(ids: Sequence[UUID]) -> bool:
    """Whether one of these memberships was erased."""
    return Person.objects.filter(member_id__in=ids, erased_at__isnull=False).exists()


def erased_refuse(id: UUID) -> None:
    """Refuse ``member_erased`` (409) for a membership that was erased: nobody can come back to it."""
    if is_erased([id]):
        raise Refusal(
            "member_erased",
            Phrase(_("This person's data was erased. They can join again as a new member.")),
        )

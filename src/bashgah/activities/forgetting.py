"""The part of facts in an erasure: what was written into them goes, amounts and lines stay.

A fact's own text fields (a survey's answer) and the words of the member's profile in the state it was decided
from are emptied; so the books still say what was earned, and no longer of what kind of person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import structs

from bashgah.activities import compact
from bashgah.activities.models import Quote, Review
from bashgah.clubs.types import ClubInfo
from bashgah.ground.batch import cursor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.members.forgetting import ForgetPart, Leaving


def held_facts_forget(*, club: ClubInfo, now: datetime) -> None:
    """Delete facts that were held back and decided longer ago than the club keeps them; 0 days keeps all."""
    days = club.settings.retention.held_fact_days
    if days:
        _held_forget([], club, now - timedelta(days=days))


def _held_forget(member_ids: list[UUID], club: ClubInfo, before: datetime | None) -> None:
    with cursor() as cur:
        cur.execute(
            "SELECT activities_held_forget(%s::uuid[], %s::uuid, %s::timestamptz)",
            [member_ids, club.id, before],
        )


def _forget(leaving: Leaving) -> None:
    theirs = {"club_id": leaving.club.id, "member_id__in": leaving.ids}
    _held_forget(leaving.ids, leaving.club, None)
    Quote.objects.filter(**theirs, activity_id__isnull=True).delete()
    with cursor() as cur:
        rows = cur.execute(
            "SELECT member_id, id, fact, state FROM activities_activity WHERE member_id = ANY(%s)",
            [leaving.ids],
            binary=True,
        ).fetchall()
        changed = [
            (member_id, id_, *after)
            for member_id, id_, fact, state in rows
            if (after := _wordless(bytes(fact), bytes(state))) != (bytes(fact), bytes(state))
        ]
        if changed:
            cur.execute(
                "SELECT activities_words_forget(%s::uuid[], %s::uuid[], %s::bytea[], %s::bytea[])",
                [list(column) for column in zip(*changed, strict=True)],
            )


def _wordless(fact: bytes, state: bytes) -> tuple[bytes, bytes]:
    """Return both without words of the person; bytes stay as they are where there were none."""
    told, known = compact.fact_unpack(fact), compact.state_unpack(state)
    attributes, values = _emptied(told.attributes), _emptied(known.values)
    if attributes != dict(told.attributes):
        fact = compact.fact_pack(structs.replace(told, attributes=attributes))
    if values != dict(known.values):
        state = compact.state_pack(structs.replace(known, values=values))
    return fact, state


def _emptied(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _empty(value) for name, value in values.items()}


def _empty(value: Any) -> Any:
    match value:
        case str():
            return ""
        case list() | tuple() | frozenset() | set():
            return type(value)()
        case _:
            return value


def _hindrances(club: ClubInfo, member_ids: list[UUID], _now: datetime) -> list[Phrase]:
    if Review.objects.filter(club_id=club.id, member_id__in=member_ids, decided_at__isnull=True).exists():
        return [Phrase(_("A purchase or other activity waits for review. Decide it first."))]
    return []


PART = ForgetPart("activities", _forget, hindrances=_hindrances)

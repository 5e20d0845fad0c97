"""What a list of members may be narrowed by beyond plain columns: attributes, a tier, a favourite branch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from ninja import Query

from bashgah.api.bearer import Call
from bashgah.api.strict import QueryText
from bashgah.api.values import branch_id_of
from bashgah.clubs.types import ClubInfo
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members import selectors, services
from bashgah.members.types import AttributeFilter, Fragment, Sort
from bashgah.programs.selectors import program_in_force
from bashgah.tiers.selectors import members_on

AttributesAsked = Annotated[
    list[QueryText],
    Query(
        [],
        max_length=10,
        description="Repeatable: `key:value`; numbers and dates also `key:least..most`.",
    ),
]
SortAsked = Annotated[
    Sort,
    Query("enrolled", description="Newest first; `enrolled_first` oldest first; by name from either end."),
]


def favourite_of(club: ClubInfo, code: str) -> UUID | None:
    """Return the favourite branch asked for; a code the club does not know is a fault of the address."""
    try:
        return branch_id_of(club, code)
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.phrase, status=422, field="/favourite_branch") from refusal


def attributes_asked(club: ClubInfo, asked: list[str]) -> Iterator[AttributeFilter]:
    """Read filters by declared attributes; one the club does not know is a fault of the address."""
    declared = {attribute.key: attribute for attribute in selectors.attribute_list(club)} if asked else {}
    for text in asked:
        key, _colon, value = text.partition(":")
        if key not in declared:
            raise Refusal(
                "attribute_unknown", Phrase(_("There is no such attribute.")), status=422, field="/attribute"
            )
        least, dots, most = value.partition("..")
        bounds = (
            {"equal": "", "least": least, "most": most} if dots else {"equal": value, "least": "", "most": ""}
        )
        yield services.attribute_filter(declared[key], **bounds)


def on_tier(request: Call, key: str) -> tuple[Fragment, ...]:
    """Return the condition of a tier of the club's first ladder; another key is a fault of the address."""
    ladders = program_in_force(request.club, request.now).document.ladders
    known = next((ladder for ladder in ladders[:1] if key in {tier.key for tier in ladder.tiers}), None)
    if known is None:
        raise Refusal("tier_unknown", Phrase(_("The program has no such tier.")), status=422, field="/tier")
    return (members_on(request.club, known, key),)

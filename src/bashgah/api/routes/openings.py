"""Opening balances: what members had elsewhere, many at once."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Router, Schema
from pydantic import Field

from bashgah.activities.openings import Answer, NotOpened, OpeningIn, openings_post
from bashgah.activities.types import MemberRef
from bashgah.api.bearer import Bearer, Call
from bashgah.api.once import once
from bashgah.api.strict import Body, Instant, Text
from bashgah.api.through import lang_of
from bashgah.api.values import said
from bashgah.kit import ids
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

router = Router(tags=["wallets"])


class WhoIn(Body):
    """A member by one of their names; exactly one is given."""

    id: Annotated[Text, Field("", max_length=60)]
    mobile: Annotated[Text, Field("", max_length=64)]
    card: Annotated[Text, Field("", max_length=64)]
    external: Annotated[Text, Field("", max_length=120)]


class OpeningBody(Body):
    """Units a member had elsewhere; each reference counts once for good."""

    source: Annotated[Text, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")]
    reference: Annotated[Text, Field(min_length=1, max_length=120)]
    member: WhoIn
    wallet: Annotated[Text, Field("points", pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    amount: Annotated[int, Field(ge=1, le=10**15)]
    expires_at: Annotated[
        Instant | None, Field(None, description="From when they are gone; else the wallet's own terms count.")
    ]
    never_expires: bool = False


class OpeningsIn(Body):
    """At most 500 openings; each is answered for itself."""

    openings: Annotated[list[OpeningBody], Field(min_length=1, max_length=500)]


class OpeningOut(Schema):
    """What became of one opening."""

    source: str
    reference: str
    status: Literal["opened", "repeated", "refused"]
    member_id: str | None
    posting_id: str | None
    code: Annotated[str, Field(description="Why it was refused; empty for others.")]
    detail: str


class OpeningsOut(Schema):
    """The answers in the order of the openings."""

    openings: list[OpeningOut]


@router.post(
    "/openings", response=OpeningsOut, auth=Bearer("points.open"), summary="Bring opening balances along"
)
@once()
def openings_create(request: Call, body: OpeningsIn) -> OpeningsOut:
    """Give members what they had elsewhere, each as a lot with its own expiry; a repetition moves nothing."""
    batch = [_opening(place, one) for place, one in enumerate(body.openings)]
    answers = openings_post(batch, club=request.club, actor=request.actor, now=request.now)
    return OpeningsOut(openings=[_out(request, answer) for answer in answers])


def _opening(place: int, one: OpeningBody) -> OpeningIn:
    if one.expires_at is not None and one.never_expires:
        raise Refusal(
            "expiry_unclear",
            Phrase(_("Say when it expires, or that it never does, not both.")),
            status=422,
            field=f"/openings/{place}/expires_at",
        )
    return OpeningIn(
        source=one.source,
        reference=one.reference,
        member=MemberRef(**one.member.model_dump()),
        wallet=one.wallet,
        amount=one.amount,
        expires_at=one.expires_at,
        never_expires=one.never_expires,
    )


def _out(request: Call, answer: Answer) -> OpeningOut:
    if isinstance(answer, NotOpened):
        return OpeningOut(
            source=answer.source,
            reference=answer.reference,
            status="refused",
            member_id=None,
            posting_id=None,
            code=answer.refusal.code,
            detail=said(request.club, answer.refusal.phrase, lang_of(request)),
        )
    return OpeningOut(
        source=answer.source,
        reference=answer.reference,
        status="repeated" if answer.repeated else "opened",
        member_id=ids.public("member", answer.member_id),
        posting_id=ids.public("posting", answer.posting_id),
        code="",
        detail="",
    )

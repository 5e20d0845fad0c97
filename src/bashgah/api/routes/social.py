"""Social tasks and reviews: what members may do, their proofs, and the queue that decides about them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from bashgah.api.bearer import Bearer, Call
from bashgah.api.cursors import Cursor, Limit, NextCursor
from bashgah.api.once import once
from bashgah.api.strict import PICTURE_LETTERS, Body, Short, Text
from bashgah.api.through import lang_of
from bashgah.api.values import MemberId, TextsOut, cursor_id, member_id_of, said
from bashgah.clubs.types import ClubInfo
from bashgah.kit import ids
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.social import selectors, services
from bashgah.social.selectors import ProofFilters
from bashgah.social.types import Offer, ProofInfo, TaskInfo, Told

router = Router(tags=["social"])

ProofId = Annotated[str, Path(..., description="`prf_…`", max_length=60)]
TaskKey = Annotated[str, Path(..., description="Key of the task.", max_length=40)]
State = Literal["waiting", "accepted", "refused", "undone", "joined"]
Kind = Literal["code", "link", "picture"]
Reason = Literal["not_done", "not_open", "unreadable", "other_account", "used_before", "improper", "other"]


class TaskOut(Schema):
    """A social task with how many members stand where; `tiers` are `ladder:tier`, none means all."""

    key: str
    name: TextsOut
    text: TextsOut
    network: str
    url: str
    host: str
    proof: Kind
    starts_on: date | None
    ends_on: date | None
    most_members: int | None
    places_left: int | None
    tries: int
    tiers: list[str]
    is_on: bool
    waiting: int
    accepted: int


class TasksOut(Schema):
    """Every task of the club, those that are on first."""

    tasks: list[TaskOut]


class ProofOut(Schema):
    """A member's proof of a task, or their review of a purchase, with what was decided."""

    id: str
    member_id: str
    task: str | None
    purchase_id: str | None
    kind: Literal["code", "link", "picture", "review"]
    state: State
    link: str
    text: str
    stars: int | None
    has_picture: bool
    sent_at: datetime
    decided_at: datetime | None
    reason: str
    note: str
    activity_id: str | None


class OfferOut(Schema):
    """A task as one member sees it; `obstacle` says why no proof would be taken now."""

    task: TaskOut
    can_send: bool
    obstacle: str
    tries_left: int
    last: ProofOut | None


class OffersOut(Schema):
    """The tasks a member may do, and those of which they showed proof."""

    tasks: list[OfferOut]


class ProofIn(Body):
    """What the task asks for: its code, an https link of its host, or a picture of up to 4 MB in base64."""

    code: Short = ""
    link: Annotated[Text, Field(max_length=500)] = ""
    picture: Annotated[
        Text, Field(max_length=PICTURE_LETTERS, description="PNG, JPEG or WebP in base64, 4 MB before it.")
    ] = ""


class PurchaseReviewIn(Body):
    """One to five stars, and words if the member found some."""

    purchase_id: Annotated[Text, Field(max_length=60)]
    stars: Annotated[int, Field(strict=True, ge=1, le=5)]
    text: Annotated[Text, Field(max_length=2000)] = ""


class RefusalIn(Body):
    """Why it is refused; the note goes to the member too."""

    reason: Reason
    note: Annotated[Text, Field(max_length=400)] = ""


class UndoneIn(Body):
    """Why it is taken back; the member reads it."""

    reason: Annotated[Text, Field(min_length=1, max_length=400)]


class ProofPageOut(Schema):
    """One page: what waits oldest first, all else newest first."""

    proofs: list[ProofOut]
    next_cursor: NextCursor


@router.get("/social-tasks", response=TasksOut, auth=Bearer("social.read"), summary="List social tasks")
def social_task_list(request: Call) -> TasksOut:
    """Every task with its terms; the code of a task is not told."""
    return TasksOut(tasks=[_task(task) for task in selectors.task_list(request.club)])


@router.get(
    "/members/{member_id}/social-tasks",
    response=OffersOut,
    auth=Bearer("social.send"),
    summary="List a member's social tasks",
)
def member_social_task_list(request: Call, member_id: MemberId) -> OffersOut:
    """What this member may do now, and how what they sent stands."""
    found = selectors.offers_of(request.club, member_id_of(request.club, member_id), request.now)
    return OffersOut(tasks=[_offer(request, offer) for offer in found])


@router.post(
    "/members/{member_id}/social-tasks/{task_key}/proofs",
    response={201: ProofOut},
    auth=Bearer("social.send"),
    summary="Send the proof of a social task",
)
@once(secrets=("link", "text"))
def social_proof_send(
    request: Call, member_id: MemberId, task_key: TaskKey, body: ProofIn
) -> Status[ProofOut]:
    """A right code is accepted at once; a link or a picture waits for a decision. Once for each task."""
    info = services.proof_send(
        club=request.club,
        member_id=member_id_of(request.club, member_id),
        task=task_key,
        told=Told(body.code, body.link, _picture(body.picture)),
        actor=request.actor,
        now=request.now,
    )
    return Status(201, _proof(request.club, info))


@router.post(
    "/members/{member_id}/reviews",
    response={201: ProofOut},
    auth=Bearer("social.send"),
    summary="Send a member's review of a purchase",
)
@once(secrets=("link", "text"))
def purchase_review_send(request: Call, member_id: MemberId, body: PurchaseReviewIn) -> Status[ProofOut]:
    """Once for each purchase; by the club's setting it waits for a decision or counts at once."""
    info = services.review_send(
        club=request.club,
        member_id=member_id_of(request.club, member_id),
        purchase_id=ids.parse("activity", body.purchase_id),
        stars=body.stars,
        text=body.text,
        actor=request.actor,
        now=request.now,
    )
    return Status(201, _proof(request.club, info))


@router.get("/social-proofs", response=ProofPageOut, auth=Bearer("social.decide"), summary="List proofs")
def social_proof_list(
    request: Call,
    state: Annotated[State, Query("waiting")],
    task: Annotated[str, Query("", description="Key of a task.", max_length=40)],
    cursor: Cursor,
    limit: Limit,
) -> ProofPageOut:
    """The queue of proofs and reviews."""
    wanted = selectors.task_get(request.club, task).id if task else None
    page = selectors.proofs_list(
        request.club, ProofFilters(state=state, task=wanted), after=cursor_id("proof", cursor), limit=limit
    )
    return ProofPageOut(proofs=_proofs(request.club, page.rows), next_cursor=page.next_cursor)


@router.post(
    "/social-proofs/{proof_id}/accept",
    response=ProofOut,
    auth=Bearer("social.decide"),
    summary="Accept a proof",
)
@once(secrets=("link", "text"))
def social_proof_accept(request: Call, proof_id: ProofId) -> ProofOut:
    """Record it as an activity of its member, by which rules give; once."""
    found = ids.parse("proof", proof_id)
    info = services.proof_accept(club=request.club, id=found, actor=request.actor, now=request.now)
    return _proof(request.club, info)


@router.post(
    "/social-proofs/{proof_id}/refuse",
    response=ProofOut,
    auth=Bearer("social.decide"),
    summary="Refuse a proof",
)
@once(secrets=("link", "text"))
def social_proof_refuse(request: Call, proof_id: ProofId, body: RefusalIn) -> ProofOut:
    """Refuse it with a reason; the member may send again while tries are left."""
    info = services.proof_refuse(
        club=request.club,
        id=ids.parse("proof", proof_id),
        reason=body.reason,
        note=body.note,
        actor=request.actor,
        now=request.now,
    )
    return _proof(request.club, info)


@router.post(
    "/social-proofs/{proof_id}/undo",
    response=ProofOut,
    auth=Bearer("social.decide"),
    summary="Take the acceptance of a proof back",
)
@once(secrets=("link", "text"))
def social_proof_undo(request: Call, proof_id: ProofId, body: UndoneIn) -> ProofOut:
    """Reverse what it gave, as a return does; limits, counters and tiers follow."""
    info = services.proof_undo(
        club=request.club,
        id=ids.parse("proof", proof_id),
        reason=body.reason,
        actor=request.actor,
        now=request.now,
    )
    return _proof(request.club, info)


def _picture(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal(
            "picture_invalid",
            Phrase(_("Send the picture in base64.")),
            status=422,
            field="/picture",
        ) from error


def _offer(request: Call, offer: Offer) -> OfferOut:
    return OfferOut(
        task=_task(offer.task),
        can_send=offer.can_send,
        obstacle=said(request.club, offer.obstacle, lang_of(request)) if offer.obstacle else "",
        tries_left=offer.tries_left,
        last=_out(offer.last, offer.task) if offer.last else None,
    )


def _task(task: TaskInfo) -> TaskOut:
    return TaskOut(
        key=task.key,
        name=TextsOut.of(task.name),
        text=TextsOut.of(task.text),
        network=task.network,
        url=task.url,
        host=task.host,
        proof=task.proof,
        starts_on=task.starts_on,
        ends_on=task.ends_on,
        most_members=task.most,
        places_left=task.places,
        tries=task.tries,
        tiers=list(task.tiers),
        is_on=task.is_on,
        waiting=task.waiting,
        accepted=task.accepted,
    )


def _proofs(club: ClubInfo, found: Sequence[ProofInfo]) -> list[ProofOut]:
    tasks = selectors.tasks_named(club, {info.task_id for info in found if info.task_id})
    return [_out(info, tasks.get(info.task_id) if info.task_id else None) for info in found]


def _proof(club: ClubInfo, info: ProofInfo) -> ProofOut:
    return _proofs(club, [info])[0]


def _out(info: ProofInfo, task: TaskInfo | None) -> ProofOut:
    return ProofOut(
        id=ids.public("proof", info.id),
        member_id=ids.public("member", info.member_id),
        task=task.key if task else None,
        purchase_id=ids.public("activity", info.purchase_id) if info.purchase_id else None,
        kind=info.kind,
        state=info.state,
        link=info.words if info.kind == "link" else "",
        text=info.words if info.kind == "review" else "",
        stars=info.stars,
        has_picture=bool(info.picture),
        sent_at=info.sent_at,
        decided_at=info.decided_at,
        reason=info.reason,
        note=info.note,
        activity_id=ids.public("activity", info.activity_id) if info.activity_id else None,
    )

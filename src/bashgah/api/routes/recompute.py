"""Computing a member again: what activities should have given, shown or put right; returns that wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

from ninja import Path, Router, Schema, Status
from pydantic import Field

from bashgah.activities import recomputing, recomputing_many, waiting
from bashgah.activities.recomputed import Recomputed
from bashgah.activities.recomputing_many import RunInfo
from bashgah.api.bearer import Bearer, Call
from bashgah.api.once import once
from bashgah.api.strict import Body, Text
from bashgah.api.through import lang_of
from bashgah.api.values import AmountOut, MemberId, branch_of, member_id_of, said
from bashgah.engine.document import REWARD_UNIT, is_reward
from bashgah.kit import ids

router = Router(tags=["activities"])

RunId = Annotated[str, Path(..., description="`act_…`: the run.", max_length=60)]
WaitingId = Annotated[str, Path(..., description="`act_…`: the waiting return.", max_length=60)]


class RecomputeIn(Body):
    """From which local day on, and whether to put right what differs or only to show it."""

    since: date
    apply: bool = False


class DifferenceOut(Schema):
    """What one activity gave by one rule and what it should have given; both less what came back."""

    activity_id: str
    kind: str
    reference: str
    occurred_at: datetime
    program: Annotated[int, Field(description="The version of the program that was in force then.")]
    wallet: str
    rule: str
    given: int
    due: int
    change: int
    reasons: list[str]


class RewardDifferenceOut(Schema):
    """Copies of a reward that a rule gave for one activity, and how many it should have given.

    `used` should not have been given and cannot be taken back: they stay, and `change` leaves them out.
    """

    activity_id: str
    kind: str
    reference: str
    occurred_at: datetime
    program: Annotated[int, Field(description="The version of the program that was in force then.")]
    reward: str
    rule: str
    given: int
    due: int
    used: int
    change: int
    reasons: list[str]


class RewardChangeOut(Schema):
    """Copies of a reward to give (above zero) or to take back."""

    reward: str
    copies: int

    @classmethod
    def list_of(cls, changes: Mapping[str, int]) -> list[RewardChangeOut]:
        """Return one a reward."""
        return [cls(reward=reward, copies=copies) for reward, copies in changes.items()]


class TierDifferenceOut(Schema):
    """Where the member stands on a ladder and where they should."""

    ladder: str
    before: str
    after: str


class RecomputeOut(Schema):
    """What computing again found; `applied` says that it was put right."""

    member_id: str
    since: date
    applied: bool
    activities: int
    changes: list[AmountOut]
    differences: list[DifferenceOut]
    tiers: list[TierDifferenceOut]
    reward_changes: list[RewardChangeOut]
    reward_differences: list[RewardDifferenceOut]


class RunIn(RecomputeIn):
    """Whom to compute again: everybody with an activity since the day, at a branch if one is named."""

    branch: Annotated[Text, Field(max_length=64)] = ""


class RunOut(Schema):
    """A run over many members; the figures count once it has ended."""

    id: str
    since: date
    branch: str
    apply: bool
    begun_at: datetime
    ended_at: datetime | None
    members: int
    differing: int
    left_out: Annotated[int, Field(description="Members whose memberships became one are not computed.")]
    changes: list[AmountOut]
    reward_changes: list[RewardChangeOut]


class WaitingOut(Schema):
    """A return told before its purchase; `outcome` is empty while it waits, else its refusal's code."""

    id: str
    source: str
    reference: str
    purchase_source: str
    purchase_reference: str
    occurred_at: datetime
    received_at: datetime
    outcome: str


class WaitingListOut(Schema):
    """Returns that wait, oldest first, then those that were refused."""

    returns: list[WaitingOut]


@router.post(
    "/members/{member_id}/recompute",
    response=RecomputeOut,
    auth=Bearer("points.recompute"),
    summary="Compute a member again",
)
@once()
def member_recompute(request: Call, member_id: MemberId, body: RecomputeIn) -> RecomputeOut:
    """Go through the member's life again under the programs of the time and show what differs, with reasons.

    With `apply` each differing activity gets an entry of its own; applied again it changes nothing. Rewards
    that were missing are granted and issued a moment later, those not used are taken back.
    """
    found = member_id_of(request.club, member_id)
    if body.apply:
        answer = recomputing.member_recompute_apply(
            club=request.club, member_id=found, since=body.since, actor=request.actor, now=request.now
        )
    else:
        answer = recomputing.member_recompute(
            club=request.club, member_id=found, since=body.since, now=request.now
        )
    return _out(request, answer, body.apply)


@router.get(
    "/returns/waiting",
    response=WaitingListOut,
    auth=Bearer("activities.read"),
    summary="List returns that wait for their purchase",
)
def returns_waiting(request: Call) -> WaitingListOut:
    """At most a hundred."""
    return WaitingListOut(
        returns=[
            WaitingOut(
                id=ids.public("activity", each.id),
                source=each.source,
                reference=each.reference,
                purchase_source=each.purchase_source,
                purchase_reference=each.purchase_reference,
                occurred_at=each.occurred_at,
                received_at=each.received_at,
                outcome=each.outcome,
            )
            for each in waiting.returns_waiting(request.club)
        ]
    )


@router.post(
    "/returns/waiting/{waiting_id}/discard",
    response=WaitingListOut,
    auth=Bearer("activities.write"),
    summary="Let a waiting return go",
)
@once()
def return_discard(request: Call, waiting_id: WaitingId) -> WaitingListOut:
    """Its reference is free again; answers with what still waits."""
    waiting.return_discard(
        club=request.club, id=ids.parse("activity", waiting_id), actor=request.actor, now=request.now
    )
    return returns_waiting(request)


@router.post(
    "/recomputes",
    response={202: RunOut},
    auth=Bearer("points.recompute"),
    summary="Compute many members again",
)
@once()
def recompute_begin(request: Call, body: RunIn) -> Status[RunOut]:
    """Queue computing again everybody with an activity since a day; ask for the run to see how far it is."""
    branch = branch_of(request.club, body.branch).code if body.branch else ""
    run = recomputing_many.recompute_begin(
        club=request.club,
        since=body.since,
        branch=branch,
        apply=body.apply,
        actor=request.actor,
        now=request.now,
    )
    return Status(202, _run(run))


@router.get(
    "/recomputes/{run_id}",
    response=RunOut,
    auth=Bearer("points.recompute"),
    summary="Read a run over many members",
)
def recompute_get(request: Call, run_id: RunId) -> RunOut:
    """What was found, once `ended_at` is set."""
    return _run(recomputing_many.recompute_get(request.club, ids.parse("activity", run_id)))


def _run(run: RunInfo) -> RunOut:
    return RunOut(
        id=ids.public("activity", run.id),
        since=run.since,
        branch=run.branch,
        apply=run.is_applied,
        begun_at=run.begun_at,
        ended_at=run.ended_at,
        members=run.members,
        differing=run.differing,
        left_out=run.left_out,
        changes=AmountOut.list_of({unit: n for unit, n in run.changes.items() if not is_reward(unit)}),
        reward_changes=RewardChangeOut.list_of(
            {unit.removeprefix(REWARD_UNIT): n for unit, n in run.changes.items() if is_reward(unit)}
        ),
    )


def _out(request: Call, answer: Recomputed, applied: bool) -> RecomputeOut:
    lang = lang_of(request)
    return RecomputeOut(
        member_id=ids.public("member", answer.member_id),
        since=answer.since,
        applied=applied,
        activities=answer.activities,
        changes=AmountOut.list_of(answer.changes),
        differences=[
            DifferenceOut(
                activity_id=ids.public("activity", each.activity_id),
                kind=each.kind,
                reference=each.reference,
                occurred_at=each.occurred_at,
                program=each.program,
                wallet=each.wallet,
                rule=each.rule,
                given=each.given,
                due=each.due,
                change=each.change,
                reasons=[said(request.club, reason, lang) for reason in each.reasons],
            )
            for each in answer.differences
        ],
        tiers=[
            TierDifferenceOut(ladder=each.ladder, before=each.before, after=each.after)
            for each in answer.tiers
        ],
        reward_changes=RewardChangeOut.list_of(answer.rewards),
        reward_differences=[
            RewardDifferenceOut(
                activity_id=ids.public("activity", each.activity_id),
                kind=each.kind,
                reference=each.reference,
                occurred_at=each.occurred_at,
                program=each.program,
                reward=each.reward,
                rule=each.rule,
                given=each.given,
                due=each.due,
                used=each.used,
                change=each.change,
                reasons=[said(request.club, reason, lang) for reason in each.reasons],
            )
            for each in answer.grants
        ],
    )

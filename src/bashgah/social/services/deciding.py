"""Decisions about what members showed: accepted it becomes an activity, once; refused it says why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import transaction

from bashgah.activities.behaviours import Behaviour, behaviour_cancel, behaviour_record
from bashgah.activities.selectors import activity_get
from bashgah.activities.types import Settled
from bashgah.clubs.types import ClubInfo
from bashgah.ground.audit import audit_post
from bashgah.ground.outbox import news_post
from bashgah.ground.types import Actor
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase, phrase_to_json
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import clean
from bashgah.members.selectors import alias_set, member_root
from bashgah.members.services import members_lock
from bashgah.social import selectors
from bashgah.social.models import Proof
from bashgah.social.networks import REASONS
from bashgah.social.types import Decided, ProofInfo, TaskInfo

NOTE_MOST = 400
AT_ONCE = 200
REVIEW = Phrase(_("your review of a purchase"))


def proof_accept(*, club: ClubInfo, id: UUID, actor: Actor, now: datetime) -> ProofInfo:
    """Accept a proof or review that waits: record it as an activity of its member, by which rules give.

    Refuses ``proof_decided`` (409) what somebody decided a moment ago, ``task_done`` (409) where the member
    has done the task under another membership, and what the settlement refuses (a blocked member).
    """
    with transaction.atomic():
        row, task = _taken(club, id)
        accepted(club, row, task, decided_by=actor.name, actor=actor, now=now)
        row.save()
        _audited(club, row, "proof.accepted", actor, now)
    return selectors.proof_info(club, row)


def proof_refuse(
    *, club: ClubInfo, id: UUID, reason: str, note: str = "", actor: Actor, now: datetime
) -> ProofInfo:
    """Refuse a proof or review that waits, with a ready reason and a word more; its place is free again."""
    if reason not in REASONS:
        raise Refusal("reason_unknown", Phrase(_("Choose one of the reasons.")), status=422, field="/reason")
    note = clean(note, field="/note", limit=NOTE_MOST)
    with transaction.atomic():
        row, task = _taken(club, id)
        row.state, row.decided_at, row.decided_by = "refused", now, actor.name
        row.reason, row.note = reason, note
        row.save()
        _audited(club, row, "proof.refused", actor, now, reason=reason)
        news_post(
            club_id=club.id,
            kind="proof.refused",
            member_id=row.member_id,
            payload={"name": _name(task), "reason": phrase_to_json(REASONS[reason])},
            now=now,
        )
    return selectors.proof_info(club, row)


def proof_undo(*, club: ClubInfo, id: UUID, reason: str, actor: Actor, now: datetime) -> ProofInfo:
    """Take an acceptance back, with a reason: what it gave is reversed as a return does, its place is free.

    The member may send again, if tries are left. Refuses ``proof_not_accepted`` (409) and ``reason_missing``
    (422).
    """
    reason = clean(reason, field="/reason", limit=NOTE_MOST)
    if not reason:
        raise Refusal("reason_missing", Phrase(_("Say why.")), status=422, field="/reason")
    with transaction.atomic():
        row = _locked(club, id)
        if row.state != "accepted" or row.activity_id is None:
            raise Refusal("proof_not_accepted", Phrase(_("This is not accepted.")))
        recorded = activity_get(club, row.activity_id)
        behaviour_cancel(
            club=club,
            reference=recorded.reference,
            again=f"{recorded.reference}:undone",
            actor=actor,
            now=now,
        )
        row.state, row.decided_at, row.decided_by, row.note = "undone", now, actor.name, reason
        row.save()
        _audited(club, row, "proof.undone", actor, now)
    return selectors.proof_info(club, row)


def proofs_decide(
    *,
    club: ClubInfo,
    ids: Sequence[UUID],
    verdict: Literal["accept", "refuse"],
    reason: str = "",
    note: str = "",
    actor: Actor,
    now: datetime,
) -> Decided:
    """Decide many at once, each for itself: what one is refused for leaves the others as they are decided."""
    done, refused = 0, []
    for id_ in list(dict.fromkeys(ids))[:AT_ONCE]:
        try:
            if verdict == "accept":
                proof_accept(club=club, id=id_, actor=actor, now=now)
            else:
                proof_refuse(club=club, id=id_, reason=reason, note=note, actor=actor, now=now)
        except Refusal as refusal:
            refused.append((id_, refusal.phrase))
        else:
            done += 1
    return Decided(done, tuple(refused))


def accepted(
    club: ClubInfo, row: Proof, task: TaskInfo | None, *, decided_by: str, actor: Actor, now: datetime
) -> Settled:
    """Record what a row of a locked member shows, and mark the row; the caller writes it.

    The activity's reference is the task's (or the purchase's) and how often it was taken back before: however
    this is reached, one of a kind is recorded once.
    """
    member_id = member_root(club, row.member_id)
    same = Proof.objects.filter(
        club_id=club.id,
        member_id__in=alias_set(club, member_id),
        task_id=row.task_id,
        purchase_id=row.purchase_id,
    )
    if same.filter(state="accepted").exclude(id=row.id).exists():
        raise Refusal("task_done", Phrase(_("This member has done it already.")))
    turn = same.filter(state="undone").count()
    settled = behaviour_record(
        club=club, behaviour=_behaviour(club, row, task, member_id, turn, now), actor=actor, now=now
    )
    row.state, row.activity_id = "accepted", settled.activity_id
    row.decided_at, row.decided_by = now, decided_by
    points = settled.points_of("points")
    news_post(
        club_id=club.id,
        kind="proof.accepted",
        member_id=member_id,
        payload={"name": _name(task), "points": points, "kind": row.kind},
        now=now,
    )
    return settled


def _behaviour(  # noqa: PLR0917 one behaviour from its parts
    club: ClubInfo, row: Proof, task: TaskInfo | None, member_id: UUID, turn: int, now: datetime
) -> Behaviour:
    again = f":{turn}" if turn else ""
    if task is not None:
        told = {"task": task.key, "network": task.network}
        return Behaviour("social_task", member_id, now, key=f"{task.key}{again}", attributes=told)
    assert row.purchase_id is not None  # noqa: S101 - a proof is about a task or a purchase
    purchase = activity_get(club, row.purchase_id)
    skus = {line.sku for line in purchase.fact.lines if line.sku}
    return Behaviour(
        "review",
        member_id,
        now,
        key=f"{public('activity', purchase.id)}{again}",
        attributes={"stars": row.stars} | ({"sku": skus.pop()} if len(skus) == 1 else {}),
        branch=purchase.branch,
    )


def _taken(club: ClubInfo, id: UUID) -> tuple[Proof, TaskInfo | None]:
    """Take a proof that waits: whoever decides second finds it decided."""
    row = _locked(club, id)
    if row.state != "waiting":
        raise Refusal("proof_decided", Phrase(_("Somebody has already decided about this.")))
    task = selectors.tasks_named(club, [row.task_id]).get(row.task_id) if row.task_id else None
    return row, task


def _locked(club: ClubInfo, id: UUID) -> Proof:
    """Lock the member, then read the proof: whoever writes one holds its member's lock."""
    member_id = selectors.proof_row(club, id).member_id
    members_lock(club, {member_id, member_root(club, member_id)})
    return Proof.objects.get(club_id=club.id, id=id)


def _name(task: TaskInfo | None) -> dict[str, object]:
    if task is None:
        return phrase_to_json(REVIEW)
    return {"fa": task.name.fa, "en": task.name.en}


def _audited(club: ClubInfo, row: Proof, action: str, actor: Actor, now: datetime, **details: object) -> None:
    audit_post(
        club_id=club.id,
        actor=actor,
        action=action,
        target=public("proof", row.id),
        details={"member": public("member", row.member_id), "kind": row.kind} | details,
        now=now,
    )

"""The yes or no that a purchase's pending units wait for: by an activity that names it, or by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import transaction

from bashgah.activities import apart, pooling, selectors
from bashgah.activities.recording import Batch
from bashgah.activities.returning import Purchase
from bashgah.activities.running import Running
from bashgah.clubs.types import ClubInfo
from bashgah.engine.facts import Fact
from bashgah.ground import ids
from bashgah.ground.audit import audit_post
from bashgah.ground.types import Actor
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger import confirming as ledger
from bashgah.ledger import selectors as ledger_reads
from bashgah.ledger.confirming import Shared
from bashgah.ledger.states import Origin
from bashgah.ledger.types import Cause
from bashgah.members.selectors import alias_set
from bashgah.members.services import groups_lock, members_lock
from bashgah.members.types import LockedMember

REASON_MOST = 500
Verdict = Literal["confirm", "cancel"]


def purchase_decided(batch: Batch, member: Running, purchase: Purchase, fact: Fact) -> None:
    """Confirm or cancel what a purchase's wallets keep pending, if their terms name this kind of activity.

    The terms are those under which the purchase earned. Told again, or when nothing waits, nothing moves.
    """
    compiled = batch.program(purchase.fact.occurred_at)
    origin = Origin(
        id=ids.fresh(),
        cause=Cause.CONFIRMATION,
        cause_id=purchase.id,
        occurred_at=fact.occurred_at,
        recorded_at=batch.now,
        business_date=fact.local_at.date(),
        actor_kind=batch.actor_kind,
        actor_id=batch.actor_id,
    )
    survivor = batch.members.get(batch.survivors.get(purchase.member_id, purchase.id))
    if survivor is not None:
        member = batch.members[purchase.member_id]
        apart.recalled(member, survivor, purchase.credited, origin)
    for place, credited in enumerate(purchase.credited):
        wallet, lot = compiled.wallets.get(credited.unit), member.points.lots.get(credited.posting_id)
        terms = wallet.confirmation if wallet is not None else None
        if terms is None or lot is None or not lot.is_pending or not lot.remaining:
            continue
        if fact.type == terms.confirms:
            member.points.confirm(origin, [lot])
        elif fact.type == terms.cancels:
            purchase.credited[place] = member.points.reverse(origin, credited, lot.remaining)
    if survivor is not None:
        apart.passed_on(member, survivor, origin)


def pending_decide(
    *, club: ClubInfo, activity_id: UUID, verdict: Verdict, reason: str = "", actor: Actor, now: datetime
) -> int:
    """Confirm or cancel by hand what an activity gave and still waits; return how many units.

    It stands in the audit trail. Refuses ``nothing_pending`` (409) when nothing of it waits any more, and
    ``reason_missing`` (422) for a cancellation without a reason.
    """
    told = reason.strip()
    if len(told) > REASON_MOST or (verdict == "cancel" and not told):
        raise Refusal(
            "reason_missing",
            Phrase(_("Say why, in at most {most} letters."), {"most": REASON_MOST}),
            status=422,
            field="/reason",
        )
    member_id = selectors.activity_get(club, activity_id).member_id
    act = ledger.pending_confirm if verdict == "confirm" else ledger.pending_cancel
    with transaction.atomic():
        locked, survivor = _locked(club, member_id)
        units = act(
            club=club,
            locked=locked,
            survivor=survivor,
            shares=_shares(club, member_id, activity_id),
            entry_id=activity_id,
            actor=actor,
            reason=told,
            now=now,
        )
        audit_post(
            club_id=club.id,
            actor=actor,
            action="points.confirmed" if verdict == "confirm" else "points.cancelled",
            target=public("activity", activity_id),
            details={"units": units, "reason": told},
            now=now,
        )
    return units


def pending_of(club: ClubInfo, activity_id: UUID, member_id: UUID, now: datetime) -> dict[str, int]:
    """Return what an activity gave and still waits, by wallet; empty when nothing does.

    After a merge it is found with the member who stands for ``member_id`` now, and a part of it may wait in a
    shared account.
    """
    found = ledger_reads.pending_of(club, member_id, activity_id, now)
    touched = pooling.touched_read(club, [member_id], [activity_id]).get(activity_id, ())
    holders = {group_id for group_id, entry_id in touched if entry_id is not None}
    holders |= {alias_set(club, member_id)[0]} - {member_id}
    for holder in holders:
        passed = ledger_reads.pending_passed(club, member_id, holder, activity_id, now)
        for unit, units in passed.items():
            found[unit] = found.get(unit, 0) + units
    return found


def _shares(club: ClubInfo, member_id: UUID, activity_id: UUID) -> list[Shared]:
    """Lock the groups that an activity gave to, after its people; a closed one has nothing that waits."""
    touched = pooling.touched_read(club, [member_id], [activity_id]).get(activity_id, ())
    entries = {group_id: entry_id for group_id, entry_id in touched if entry_id is not None}
    groups = groups_lock(club, entries) if entries else {}
    return [
        (group.member, entries[group_id])
        for group_id, group in groups.items()
        if group.member.status != "left"
    ]


def _locked(club: ClubInfo, member_id: UUID) -> tuple[LockedMember, LockedMember | None]:
    """Lock whose activity it is, and who stands for them after a merge."""
    locked = members_lock(club, {member_id, alias_set(club, member_id)[0]})
    survivor_id = locked[member_id].merged_into
    if survivor_id is not None and survivor_id not in locked:  # merged since we looked
        locked |= members_lock(club, [survivor_id])
    return locked[member_id], locked[survivor_id] if survivor_id is not None else None

"""Points given by one member to another, within the club's limits and with the giver's own yes.

Both members are locked, in id order, before anything is looked at: limits are sums over rows that only who
holds the giver's lock may add to.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from bashgah.clubs.types import ClubInfo
from bashgah.dealings import references, selectors
from bashgah.dealings.models import Transfer
from bashgah.dealings.permitting import may_give
from bashgah.dealings.references import Asked
from bashgah.dealings.types import Channel, TransferInfo
from bashgah.ground import ids
from bashgah.ground.audit import audit_post
from bashgah.ground.outbox import news_post
from bashgah.ground.types import Actor
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import clean
from bashgah.ledger import transferring
from bashgah.members import selectors as members
from bashgah.members import services as members_services
from bashgah.members.types import CodeIssued, LockedMember
from bashgah.messaging.services import code_post
from bashgah.programs.units import units_value

OPEN_FOR = timedelta(minutes=10)
NOTE_LENGTH = 200
REASON_LENGTH = 500


def transfer_begin(
    *,
    club: ClubInfo,
    giver_id: UUID,
    receiver_id: UUID,
    unit: str,
    amount: int,
    note: str = "",
    channel: Channel,
    reference: Asked | None = None,
    actor: Actor,
    now: datetime,
) -> TransferInfo:
    """Give at once where nobody has to agree any more, else keep the wish until the giver's one-time code.

    In the portal the code is always asked for; elsewhere the club's policy for spending says. Nothing is set
    aside meanwhile: what is missing then is refused then. The same ``reference`` is the same transfer, with
    another wish ``reference_reused`` (409). All that ``permitting.may_give`` refuses is refused here, and
    ``points_short`` (409).
    """
    body = references.body_of("transfer", giver_id, receiver_id, unit, amount)
    known = references.reference_find(club, reference, body)
    if known is not None:
        return selectors.transfer_info(selectors.transfer_row(club, known), repeated=True)
    asked = (giver_id, receiver_id)
    giver_id, receiver_id = (members.member_root(club, id_) for id_ in asked)
    with transaction.atomic():
        giver, receiver = _locked(club, giver_id, receiver_id)
        # whoever stood for somebody must still do: parting them takes these locks
        roots = tuple(members.member_root(club, id_) for id_ in asked)
        references.merged_meanwhile([roots != (giver.id, receiver.id)])
        known = references.reference_find(club, reference, body)
        if known is not None:
            return selectors.transfer_info(selectors.transfer_row(club, known), repeated=True)
        may_give(club, giver, receiver, unit, amount, now)
        row = Transfer.objects.create(
            member_id=giver.id,
            id=ids.fresh(),
            club_id=club.id,
            receiver_id=receiver.id,
            unit=unit,
            amount=amount,
            note=clean(note, field="/note", limit=NOTE_LENGTH),
            state="open",
            needs_yes=channel == "portal" or club.settings.asks_consent(amount),
            channel=channel,
            day=selectors.local_day(club, now),
            actor_kind=actor.kind,
            actor_id=actor.id,
            begun_at=now,
            expires_at=now + OPEN_FOR,
        )
        references.reference_bind(club=club, asked=reference, member_id=giver.id, target_id=row.id, body=body)
        if not row.needs_yes:
            _give(club, row, giver, receiver, actor=actor, now=now)
        return selectors.transfer_info(row)


def transfer_code_send(*, club: ClubInfo, transfer_id: UUID, address: str = "", now: datetime) -> CodeIssued:
    """Send the giver a one-time code that agrees to this transfer and to nothing else.

    Refuses with ``mobile_missing`` (409) where there is no number, ``transfer_closed`` (409) when it is too
    late, and ``too_many`` (429) beyond the number's limits. The code is in the answer for nobody to show.
    """
    row = selectors.transfer_row(club, transfer_id)
    _check_open(row, now)
    number = members.members_mobiles(club, [row.member_id]).get(row.member_id)
    if not number:
        raise Refusal("mobile_missing", Phrase(_("This member has no mobile number.")))
    people = members.members_get(club, [row.member_id, row.receiver_id])
    issued = members_services.code_issue(
        club=club,
        purpose="give",
        contact=number,
        subject=public("transfer", row.id),
        address=address,
        now=now,
    )
    code_post(
        club=club,
        issued=issued,
        purpose="give",
        locale=people[row.member_id].locale or club.locale,
        params={
            "points": units_value(club, row.amount, row.unit, now),
            "receiver": people[row.receiver_id].name,
        },
        now=now,
    )
    return issued


def transfer_confirm(
    *,
    club: ClubInfo,
    transfer_id: UUID,
    request_id: UUID | None,
    code: str,
    actor: Actor,
    now: datetime,
) -> TransferInfo:
    """Take the giver's yes by the one-time code and give.

    Tries are counted and survive the refusal; a done transfer answers the same again. Everything is looked
    at anew: limits, standing of both, balance. Refuses ``yes_of_another`` (403) for another number's code.
    """
    row = selectors.transfer_row(club, transfer_id)
    if row.state == "done":
        return selectors.transfer_info(row, repeated=True)
    _check_open(row, now)
    if request_id is None:
        raise Refusal("code_missing", Phrase(_("Send the code first.")), status=422, field="/code")
    accepted = members_services.code_check(
        club=club,
        request_id=request_id,
        purpose="give",
        code=code,
        subject=public("transfer", row.id),
        now=now,
    )
    if accepted.member_id != row.member_id:
        raise Refusal(
            "yes_of_another", Phrase(_("Only the member themselves can agree to this.")), status=403
        )
    with transaction.atomic():
        giver, receiver = _locked(club, row.member_id, row.receiver_id)
        row = _again(row)
        if row.state == "done":
            return selectors.transfer_info(row, repeated=True)
        _check_open(row, now)
        may_give(club, giver, receiver, row.unit, row.amount, now)
        row.yes_by = "code"
        _give(club, row, giver, receiver, actor=actor, now=now)
        return selectors.transfer_info(row)


def transfer_cancel(*, club: ClubInfo, transfer_id: UUID, now: datetime) -> TransferInfo:
    """Give up a transfer that awaits its yes; twice is once, a done one refuses ``transfer_closed`` (409)."""
    with transaction.atomic():
        row = selectors.transfer_row(club, transfer_id)
        _locked(club, row.member_id, row.receiver_id)
        row = _again(row)
        if row.state == "cancelled":
            return selectors.transfer_info(row, repeated=True)
        if row.state != "open":
            raise _closed()
        row.state, row.closed_at = "cancelled", now
        row.save(update_fields=["state", "closed_at"])
        return selectors.transfer_info(row)


def transfer_undo(
    *, club: ClubInfo, transfer_id: UUID, reason: str, actor: Actor, now: datetime
) -> TransferInfo:
    """Take a transfer back, by staff: the giver's lots are as they were, the limits follow.

    What the receiver spent is taken from their other points, then owed. Whoever was merged since gives back,
    or gets back, through the survivor. A reason is needed (``reason_missing``, 422); undone before, the same
    answer; one that never happened ``transfer_closed``; where both are one membership by now
    ``transfer_of_one`` (409): the merge is undone first.
    """
    reason = clean(reason, field="/reason", limit=REASON_LENGTH)
    if not reason:
        raise Refusal("reason_missing", Phrase(_("Say why.")), status=422, field="/reason")
    with transaction.atomic():
        row = selectors.transfer_row(club, transfer_id)
        giver, receiver, survivors = _locked_with_survivors(club, row.member_id, row.receiver_id)
        row = _again(row)
        if row.state == "undone":
            return selectors.transfer_info(row, repeated=True)
        if row.state != "done":
            raise _closed()
        if _root(giver) == _root(receiver):
            raise _of_one()
        transferring.transfer_reverse(
            club=club,
            transfer_id=row.id,
            undo_id=ids.fresh(),
            giver=giver,
            receiver=receiver,
            survivors=survivors,
            actor=actor,
            reason=reason,
            now=now,
        )
        row.state, row.undone_at, row.undone_by, row.undo_reason = "undone", now, actor.name, reason
        row.save(update_fields=["state", "undone_at", "undone_by", "undo_reason"])
        _write_down(club, row, actor, "transfer.undone", now)
        _tell(club, row, "transfer.undone", now, (_root(giver), _root(receiver)))
        return selectors.transfer_info(row)


def _give(
    club: ClubInfo,
    row: Transfer,
    giver: LockedMember,
    receiver: LockedMember,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Move the units, close the row, tell both."""
    transferring.transfer_post(
        club=club,
        transfer=transferring.Transfer(row.id, giver, receiver, row.unit, row.amount),
        reason=row.note,
        actor=actor,
        now=now,
    )
    row.state, row.closed_at, row.day = "done", now, selectors.local_day(club, now)
    row.save(update_fields=["state", "closed_at", "yes_by", "day"])
    _write_down(club, row, actor, "transfer.done", now)
    _tell(club, row, "transfer.done", now, (row.member_id, row.receiver_id))


def _tell(club: ClubInfo, row: Transfer, kind: str, now: datetime, both: tuple[UUID, UUID]) -> None:
    """Tell of both halves, each as its own member's news; ``both`` are the giver and receiver of today."""
    for half, member_id, other in (("gave", *both), ("received", *reversed(both))):
        news_post(
            club_id=club.id,
            kind=kind,
            member_id=member_id,
            payload={
                "transfer_id": row.id,
                "half": half,
                "other_id": other,
                "unit": row.unit,
                "amount": row.amount,
            },
            now=now,
        )


def _write_down(club: ClubInfo, row: Transfer, actor: Actor, action: str, now: datetime) -> None:
    audit_post(
        club_id=club.id,
        actor=actor,
        action=action,
        target=public("transfer", row.id),
        details={
            "from": public("member", row.member_id),
            "to": public("member", row.receiver_id),
            "unit": row.unit,
            "amount": row.amount,
            "channel": row.channel,
            "yes_by": row.yes_by,
        },
        now=now,
    )


def _locked(club: ClubInfo, giver_id: UUID, receiver_id: UUID) -> tuple[LockedMember, LockedMember]:
    """Lock both, in id order; a member merged since they were named is refused, not followed."""
    if giver_id == receiver_id:
        raise Refusal(
            "transfer_to_self", Phrase(_("Points can't be given to oneself.")), status=422, field="/to"
        )
    locked = members_services.members_lock(club, [giver_id, receiver_id])
    if len(locked) < 2:
        raise Refusal("member_not_found", Phrase(_("There is no such member.")), status=404)
    references.merged_meanwhile([member.merged_into is not None for member in locked.values()])
    if any(member.kind == "group" for member in locked.values()):
        raise Refusal(
            "group_not_given",
            Phrase(_("Points of a shared account are not given away; its members pay in and spend.")),
        )
    return locked[giver_id], locked[receiver_id]


def _locked_with_survivors(
    club: ClubInfo, giver_id: UUID, receiver_id: UUID
) -> tuple[LockedMember, LockedMember, dict[UUID, LockedMember]]:
    """Lock both and whom they were merged into, in id order; the last answer is the latter by the former."""
    both = (giver_id, receiver_id)
    locked = members_services.members_lock(club, {*both, *(members.member_root(club, id_) for id_ in both)})
    if not locked.keys() >= set(both):
        raise Refusal("member_not_found", Phrase(_("There is no such member.")), status=404)
    survivors = {}
    for id_ in both:
        survivor = locked[id_].merged_into
        if survivor is not None:
            references.merged_meanwhile([survivor not in locked])
            survivors[id_] = locked[survivor]
    return locked[giver_id], locked[receiver_id], survivors


def _root(member: LockedMember) -> UUID:
    """Who the member is by now."""
    return member.merged_into or member.id


def _of_one() -> Refusal:
    return Refusal(
        "transfer_of_one",
        Phrase(
            _(
                "Giver and receiver are one membership now, so there is nobody to take the points from."
                " Undo the merge first."
            )
        ),
    )


def _again(row: Transfer) -> Transfer:
    """The row as it is now that both members are locked."""
    return Transfer.objects.get(member_id=row.member_id, id=row.id)


def _check_open(row: Transfer, now: datetime) -> None:
    if row.state != "open" or row.expires_at <= now:
        raise _closed()


def _closed() -> Refusal:
    return Refusal("transfer_closed", Phrase(_("This transfer is over. Begin again.")))

"""Corrections by hand: at once within the author's limit, beyond it only with another person's yes.

Asking, deciding and the clock all take the member's lock first and look at the row afterwards, so a request
is decided once whoever comes at the same moment.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from bashgah.access.selectors import credential_maker
from bashgah.clubs import selectors as clubs
from bashgah.clubs.types import ClubInfo
from bashgah.dealings import references, selectors
from bashgah.dealings.models import Adjustment
from bashgah.dealings.references import Asked
from bashgah.dealings.types import AdjustmentInfo
from bashgah.ground import ids
from bashgah.ground.audit import audit_post
from bashgah.ground.outbox import news_post
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.points import Points
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import clean
from bashgah.ledger import services as ledger
from bashgah.ledger.types import WalletKind
from bashgah.members import selectors as members
from bashgah.members.services import members_lock
from bashgah.members.types import LockedMember
from bashgah.programs.selectors import program_in_force

NOTE_LENGTH = 400
KINDS = {"points": WalletKind.POINTS, "status": WalletKind.STATUS, "credit": WalletKind.CREDIT}


def adjustment_make(
    *,
    club: ClubInfo,
    member_id: UUID,
    unit: str,
    amount: int,
    reason: str,
    note: str = "",
    limit: int | None,
    reference: Asked | None = None,
    actor: Actor,
    now: datetime,
) -> AdjustmentInfo:
    """Give (above zero) or take (below) units by hand, or ask for it where it exceeds ``limit``.

    ``limit`` is what the author may move alone of one member's wallet in a day, however many corrections that
    takes, None anything. Beyond it nothing moves: the answer's state is ``waiting`` (``over_day`` where only
    the day's sum is beyond it) until another person decides or ``adjustment_days`` have passed. ``reason`` is
    a key of the club's list (``reason_unknown``, 422); the reason ``other`` needs a note (``note_missing``,
    422). The same ``reference`` is the same adjustment. Refuses ``wallet_unknown`` (422) and what the ledger
    refuses.
    """
    body = references.body_of("adjustment", member_id, unit, amount, reason, note)
    known = references.reference_find(club, reference, body)
    if known is not None:
        return selectors.adjustment_info(selectors.adjustment_row(club, known), repeated=True)
    note = clean(note, field="/note", limit=NOTE_LENGTH)
    if amount == 0:
        raise _invalid("amount_invalid", _("The amount must not be zero."), "/amount")
    if club.settings.adjustment_reason(reason) is None:
        raise _invalid("reason_unknown", _("Choose a reason of the club's list."), "/reason")
    if reason == "other" and not note:
        raise _invalid("note_missing", _("Say in a note what the reason is."), "/note")
    kind = _kind(club, unit, now)
    with transaction.atomic():
        locked = _locked(club, member_id)
        known = references.reference_find(club, reference, body)
        if known is not None:
            return selectors.adjustment_info(selectors.adjustment_row(club, known), repeated=True)
        behind = credential_maker(club.id, actor.id) if actor.kind == "key" else ""
        moved = selectors.moved_today(club, locked.id, unit, behind or actor.id, now)
        waits = limit is not None and moved + abs(amount) > limit
        row = Adjustment(
            member_id=locked.id,
            id=ids.fresh(),
            club_id=club.id,
            unit=unit,
            kind=int(kind),
            amount=amount,
            reason=reason,
            note=note,
            state="waiting" if waits else "done",
            asked_kind=actor.kind,
            asked_by=actor.id,
            asked_name=actor.name,
            behind=behind,
            over_day=waits and limit is not None and abs(amount) <= limit,
            asked_at=now,
            expires_at=now + timedelta(days=club.settings.adjustment_days),
            decided_at=None if waits else now,
        )
        if not waits:
            row.entry_id = _post(club, locked, row, actor, now)
        row.save(force_insert=True)
        references.reference_bind(
            club=club, asked=reference, member_id=locked.id, target_id=row.id, body=body
        )
        _write_down(club, row, actor, "adjustment.asked" if waits else "adjustment.done", now)
        return selectors.adjustment_info(row)


def adjustment_decide(
    *,
    club: ClubInfo,
    adjustment_id: UUID,
    approve: bool,
    note: str = "",
    limit: int | None,
    actor: Actor,
    now: datetime,
) -> AdjustmentInfo:
    """Approve or refuse what another person asked for; approving moves the units in the same transaction.

    Only a person decides (``approval_needs_person``, 403), never the one who asked nor the one who made the
    key that asked (``approval_own``, 403), and nobody beyond ``limit``, what they may approve at once
    (``adjustment_over_limit``, 403) and for one member's wallet in a day, what they moved alone counted too
    (``adjustment_day_limit``, 403, with what is ``left``). Decided, withdrawn or out of time:
    ``adjustment_decided`` (409). Where the member lacks what is to be taken it stays waiting
    (``points_short``, 409).
    """
    note = clean(note, field="/note", limit=NOTE_LENGTH)
    if actor.kind != "staff":
        raise Refusal(
            "approval_needs_person", Phrase(_("Only a member of staff can decide this.")), status=403
        )
    with transaction.atomic():
        row, locked = _waiting(club, adjustment_id, now)
        if actor.id in (row.asked_by, row.behind):
            raise Refusal(
                "approval_own", Phrase(_("Somebody else must decide what you asked for.")), status=403
            )
        if limit is not None and abs(row.amount) > limit:
            raise Refusal(
                "adjustment_over_limit",
                Phrase(_("You may approve at most {limit}."), {"limit": Points(limit, row.unit)}),
                status=403,
                extra={"limit": limit},
            )
        if approve:
            if limit is not None:
                _day_allows(club, row, locked.id, limit, actor, now)
            asker = Actor(kind=row.asked_kind, id=row.asked_by, name=row.asked_name)
            row.entry_id = _post(club, locked, row, asker, now)
        _close(row, "approved" if approve else "refused", actor, note, now)
        _write_down(club, row, actor, f"adjustment.{row.state}", now)
        _tell(club, row, now)
        return selectors.adjustment_info(row)


def adjustment_withdraw(
    *, club: ClubInfo, adjustment_id: UUID, actor: Actor, now: datetime
) -> AdjustmentInfo:
    """Take back one's own request; somebody else's refuses ``adjustment_not_yours`` (403)."""
    with transaction.atomic():
        row, _held = _waiting(club, adjustment_id, now)
        if actor.id != row.asked_by:
            raise Refusal(
                "adjustment_not_yours", Phrase(_("Only who asked for it can take it back.")), status=403
            )
        _close(row, "withdrawn", actor, "", now)
        _write_down(club, row, actor, "adjustment.withdrawn", now)
        return selectors.adjustment_info(row)


def adjustments_expire(*, now: datetime, limit: int = 500) -> int:
    """Close requests nobody decided in time, each in a transaction of its own; return how many."""
    due = list(
        Adjustment.objects.filter(state="waiting", expires_at__lte=now)
        .order_by("expires_at")
        .values_list("club_id", "member_id", "id")[:limit]
    )
    closed = 0
    for club_id, member_id, id_ in due:
        club = clubs.club_get(club_id)
        with transaction.atomic():
            members_lock(club, [member_id])
            row = Adjustment.objects.get(member_id=member_id, id=id_)
            if row.state != "waiting":
                continue
            _close(row, "expired", SYSTEM, "", now)
            _write_down(club, row, SYSTEM, "adjustment.expired", now)
            _tell(club, row, now)
            closed += 1
    return closed


def _post(club: ClubInfo, locked: LockedMember, row: Adjustment, author: Actor, now: datetime) -> UUID:
    """Move the units; the reason stands in the entry in the club's own language, for ever."""
    known = club.settings.adjustment_reason(row.reason)
    said = known.texts.say(club.locale) if known else row.reason
    return ledger.entry_adjust(
        club=club,
        locked=locked,
        unit=row.unit,
        kind=WalletKind(row.kind),
        amount=row.amount,
        reason=" — ".join(part for part in (said, row.note) if part),
        limit=None,
        actor=author,
        now=now,
    )


def _waiting(club: ClubInfo, adjustment_id: UUID, now: datetime) -> tuple[Adjustment, LockedMember]:
    """The request under the lock of the member it is about (who may have been merged since)."""
    row = selectors.adjustment_row(club, adjustment_id)
    locked = _locked(club, row.member_id)
    row = Adjustment.objects.get(member_id=row.member_id, id=row.id)
    if row.state != "waiting" or row.expires_at <= now:
        raise Refusal("adjustment_decided", Phrase(_("This request is no longer waiting.")))
    return row, locked


def _day_allows(  # noqa: PLR0917 one question about one approval
    club: ClubInfo, row: Adjustment, member_id: UUID, limit: int, actor: Actor, now: datetime
) -> None:
    """Refuse what would carry the approver beyond the limit together with what they moved today."""
    left = max(0, limit - selectors.moved_today(club, member_id, row.unit, actor.id, now))
    if abs(row.amount) > left:
        raise Refusal(
            "adjustment_day_limit",
            Phrase(
                _("Today you may still approve {left} for this member."), {"left": Points(left, row.unit)}
            ),
            status=403,
            extra={"left": left},
        )


def _close(row: Adjustment, state: str, actor: Actor, note: str, now: datetime) -> None:
    row.state, row.decided_at, row.decision_note = state, now, note
    row.decided_by, row.decided_name = actor.id, actor.name
    row.save(update_fields=["state", "decided_at", "decision_note", "decided_by", "decided_name", "entry_id"])


def _tell(club: ClubInfo, row: Adjustment, now: datetime) -> None:
    news_post(
        club_id=club.id,
        kind="adjustment.decided",
        member_id=row.member_id,
        payload={"adjustment_id": row.id, "state": row.state, "unit": row.unit, "amount": row.amount},
        now=now,
    )


def _write_down(club: ClubInfo, row: Adjustment, actor: Actor, action: str, now: datetime) -> None:
    audit_post(
        club_id=club.id,
        actor=actor,
        action=action,
        target=public("adjustment", row.id),
        details={
            "member": public("member", row.member_id),
            "unit": row.unit,
            "amount": row.amount,
            "reason": row.reason,
            "asked_by": row.asked_by,
            "behind": row.behind,
        },
        now=now,
    )


def _locked(club: ClubInfo, member_id: UUID) -> LockedMember:
    """Lock a member and who stands for them, and return the latter: they may have parted since we looked.

    Merged since into somebody who is not locked, it is refused (``member_merged``, 409): ask again.
    """
    held = members_lock(club, {member_id, members.member_root(club, member_id)})
    if member_id not in held:
        raise Refusal("member_not_found", Phrase(_("There is no such member.")), status=404)
    stands_for = held[member_id].merged_into or member_id
    references.merged_meanwhile([stands_for not in held])
    return held[stands_for]


def _kind(club: ClubInfo, unit: str, now: datetime) -> WalletKind:
    wallet = program_in_force(club, now).wallets.get(unit)
    if wallet is None:
        raise _invalid("wallet_unknown", _("The program has no such wallet."), "/wallet")
    return KINDS[wallet.kind]


def _invalid(code: str, msgid: str, at: str) -> Refusal:
    return Refusal(code, Phrase(msgid), status=422, field=at)

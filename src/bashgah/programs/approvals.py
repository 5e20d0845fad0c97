"""A second person looks at a draft: asked for, decided with a note, void when the draft changes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bashgah.clubs.types import ClubInfo
from bashgah.ground import ids
from bashgah.ground.audit import audit_post
from bashgah.ground.outbox import news_post
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase, phrase_to_json
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.programs import selectors, staging
from bashgah.programs.models import Approval, Draft
from bashgah.programs.types import ApprovalInfo, DraftInfo

LIST_MOST = 100


def approval_ask(
    *, club: ClubInfo, revision: int, actor: Actor, now: datetime, note: str = ""
) -> ApprovalInfo:
    """Ask that a second person looks at the draft as it stands.

    A request that waited for what the draft said before is taken back. Refused (``draft_moved``, 409) when
    another revision was meant, and (``approval_not_needed``, 409) where this draft needs none.
    """
    with transaction.atomic():
        draft = _draft(club)
        if draft.revision != revision or draft.program is None:
            raise Refusal(
                "draft_moved",
                Phrase(_("{name} saved this draft in between. Look at it again."), {"name": draft.saved_by}),
                extra={"revision": draft.revision},
            )
        ready = selectors.draft_readiness(club, now)
        if ready is None or ready.approval is None or ready.approval.is_met:
            raise Refusal("approval_not_needed", Phrase(_("This draft needs nobody's approval.")))
        number = selectors.version_last(club)
        Approval.objects.filter(club_id=club.id, state="waiting").update(state="withdrawn", decided_at=now)
        row = Approval.objects.create(
            id=ids.fresh(),
            club_id=club.id,
            fingerprint=staging.fingerprint(draft.program, number),
            base_number=number,
            cost=ready.cost,
            changes=[
                [change.kind, phrase_to_json(change.phrase)] for change in selectors.draft_changes(club)
            ],
            authors=list(draft.authors),
            note=note[:500],
            asked_at=now,
            asked_by=actor.id,
            asked_name=actor.name,
        )
        _told(club, row, "program.approval_asked", actor, note, now)
    return _info(row, row.fingerprint)


def approval_decide(
    *, club: ClubInfo, approval_id: UUID, approve: bool, actor: Actor, now: datetime, note: str = ""
) -> ApprovalInfo:
    """Approve or decline a request, by a member of staff who neither asked for it nor wrote the draft.

    Refused: ``approval_own`` (403) to whoever asked or wrote, ``approval_closed`` (409) once it is decided,
    ``approval_stale`` (409) where the draft says something else by now.
    """
    with transaction.atomic():
        draft = _draft(club)
        row = _locked(club, approval_id)
        if row.state != "waiting":
            raise Refusal("approval_closed", Phrase(_("This request was decided already.")))
        if actor.kind != "staff" or actor.id in {row.asked_by, *row.authors, *draft.authors}:
            raise Refusal(
                "approval_own", Phrase(_("Somebody who did not write this draft must decide.")), status=403
            )
        if bytes(row.fingerprint) != _fingerprint(club, draft):
            raise Refusal(
                "approval_stale", Phrase(_("The draft was changed since. Approval must be asked for anew."))
            )
        row.state = "approved" if approve else "declined"
        row.decided_at, row.decided_by, row.decided_name = now, actor.id, actor.name
        row.decision_note = note[:500]
        row.save()
        _told(club, row, f"program.approval_{row.state}", actor, note, now)
    return _info(row, row.fingerprint)


def approval_withdraw(*, club: ClubInfo, approval_id: UUID, actor: Actor, now: datetime) -> None:
    """Take back a request that waits, by whoever asked; others are refused (``approval_own``, 403)."""
    with transaction.atomic():
        row = _locked(club, approval_id)
        if row.state != "waiting":
            raise Refusal("approval_closed", Phrase(_("This request was decided already.")))
        if row.asked_by != actor.id:
            raise Refusal("approval_own", Phrase(_("Only who asked takes the request back.")), status=403)
        row.state, row.decided_at = "withdrawn", now
        row.save()
        _told(club, row, "program.approval_withdrawn", actor, "", now)


def approval_list(club: ClubInfo, *, limit: int = LIST_MOST) -> list[ApprovalInfo]:
    """Return the club's requests, newest first; those whose draft has changed are not current."""
    rows = list(Approval.objects.filter(club_id=club.id).order_by("-asked_at", "-id")[:limit])
    if not rows:
        return []
    current = _fingerprint(club, selectors.draft_get(club))
    return [_info(row, current) for row in rows]


def _draft(club: ClubInfo) -> DraftInfo:
    """Return the draft, locked, so that nobody saves it meanwhile."""
    row = Draft.objects.select_for_update().filter(club_id=club.id).first()
    return selectors.draft_get(club) if row is None else selectors.draft_info(row)


def _locked(club: ClubInfo, approval_id: UUID) -> Approval:
    row = Approval.objects.select_for_update().filter(club_id=club.id, id=approval_id).first()
    if row is None:
        raise Refusal("approval_not_found", Phrase(_("There is no such request.")), status=404)
    return row


def _fingerprint(club: ClubInfo, draft: DraftInfo) -> bytes:
    if draft.program is None:
        return b""
    return staging.fingerprint(draft.program, selectors.version_last(club))


def _told(  # noqa: PLR0917 private, one act
    club: ClubInfo, row: Approval, action: str, actor: Actor, note: str, now: datetime
) -> None:
    audit_post(
        club_id=club.id,
        actor=actor,
        action=action,
        target=f"program/approval/{row.id.hex}",
        details={"after": row.base_number, "note": note[:500]},
        now=now,
    )
    news_post(club_id=club.id, kind=action, member_id=None, payload={"approval": row.id.hex}, now=now)


def _info(row: Approval, current: bytes) -> ApprovalInfo:
    return ApprovalInfo(
        id=row.id,
        state=row.state,
        cost=row.cost,
        changes=tuple((kind, phrase) for kind, phrase in row.changes),
        authors=tuple(row.authors),
        note=row.note,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        asked_name=row.asked_name,
        decided_at=row.decided_at,
        decided_name=row.decided_name,
        decision_note=row.decision_note,
        is_current=bytes(row.fingerprint) == bytes(current),
    )

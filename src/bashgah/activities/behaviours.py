"""What members do besides buying, recorded by the club itself: each counts once, for ever.

A behaviour is recorded only where a rule in force listens to it, or the club asked for it: nothing is kept
that nobody uses. It is a custom activity like any other and goes through the one settlement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from bashgah.activities.services import activity_cancel, settle, settle_one
from bashgah.activities.types import CustomIn, MemberRef, PurchaseRef, Refused, Settled
from bashgah.clubs.selectors import branch_get
from bashgah.clubs.types import BranchInfo, ClubInfo
from bashgah.engine.activities import schema_of
from bashgah.engine.program import CompiledProgram
from bashgah.ground import secrets
from bashgah.ground.batch import cursor
from bashgah.ground.types import SYSTEM, Actor
from bashgah.kit import ids
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members.selectors import alias_set
from bashgah.members.services import members_lock
from bashgah.programs.selectors import program_in_force

SOURCE = "bashgah"
AT_ONCE = 200
_PURPOSE = "check-in at a branch"
_SIGNATURE = 9


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One thing a member did: ``key`` makes it one of its kind (a year, a day, nothing for once ever)."""

    type: str
    member_id: UUID
    occurred_at: datetime
    key: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    branch: str = ""

    @property
    def reference(self) -> str:
        """The name under which it can be recorded once."""
        return ":".join(filter(None, (self.type, ids.public("member", self.member_id), self.key)))


def heard_by(compiled: CompiledProgram) -> frozenset[str]:
    """Return the custom activity types that something of a program listens to: a rule or a counter."""
    asked = {*compiled.rules, *(compiled.shadow.rules if compiled.shadow is not None else ())}
    asked |= {counter.trigger for counter in compiled.document.counters}
    return frozenset(name.removeprefix("custom:") for name in asked if name.startswith("custom:"))


def is_recorded(club: ClubInfo, type: str, at: datetime) -> bool:
    """Say whether a behaviour is kept: a rule or counter in force listens to it, or the club asked for it."""
    heard = listened_to(club, at)
    return heard is not None and (type in heard or type in club.settings.behaviours)


def listened_to(club: ClubInfo, at: datetime) -> frozenset[str] | None:
    """Return the custom types that something of the program in force listens to; None where there is none."""
    try:
        return heard_by(program_in_force(club, at))
    except Refusal:  # nothing is published yet: nothing can be settled
        return None


def behaviours_record(
    *, club: ClubInfo, behaviours: Iterable[Behaviour], actor: Actor = SYSTEM, now: datetime
) -> int:
    """Record those that are kept; return how many are new. One recorded before is left as it is.

    One that the settlement refuses (a member who is blocked, a day too long ago) is passed over; what could
    not be written for now raises its refusal, so that a job tries again.
    """
    kept = [each for each in behaviours if is_recorded(club, each.type, each.occurred_at)]
    made = 0
    for start in range(0, len(kept), AT_ONCE):
        intakes = [_intake(club, each) for each in kept[start : start + AT_ONCE]]
        for outcome in settle(intakes, club=club, actor=actor, now=now):
            if isinstance(outcome, Refused) and outcome.refusal.status == 503:
                raise outcome.refusal
            made += isinstance(outcome, Settled) and not outcome.repeated
    return made


def behaviour_record(*, club: ClubInfo, behaviour: Behaviour, actor: Actor, now: datetime) -> Settled:
    """Record one behaviour that a person or the club vouches for, whether anything listens or not.

    Recorded before, the first answer comes again (``repeated``); what the settlement refuses is raised.
    """
    return settle_one(_intake(club, behaviour), club=club, actor=actor, now=now)


def behaviour_cancel(*, club: ClubInfo, reference: str, again: str, actor: Actor, now: datetime) -> Settled:
    """Take back a behaviour that was recorded: what it gave, counted and lifted; once under this name."""
    return activity_cancel(
        club=club,
        named=PurchaseRef(source=SOURCE, reference=reference),
        reference=again,
        actor=actor,
        now=now,
    )


def is_known(club: ClubInfo, behaviour: Behaviour) -> bool:
    """Say whether it was recorded before: one look, so that a page may ask each time it is opened."""
    with cursor() as cur:
        row = cur.execute(
            "SELECT 1 FROM activities_reference WHERE club_id = %s AND source = %s AND reference = %s",
            [club.id, SOURCE, behaviour.reference],
        ).fetchone()
    return row is not None


def check_in_token(club: ClubInfo, branch: BranchInfo) -> str:
    """Return what a branch's printed QR says: the branch, signed by the club; it does not expire."""
    signature = secrets.signature(club.id, _PURPOSE, branch.id.bytes, length=_SIGNATURE)
    return f"{branch.id.hex}{signature.hex()}"


def check_in_branch(club: ClubInfo, token: str) -> BranchInfo:
    """Return the branch of a printed QR; a forged one, or of a closed branch, raises ``qr_invalid`` (422)."""
    try:
        body = bytes.fromhex(token)
    except ValueError:
        raise _not_ours() from None
    branch_id, signature = body[:16], body[16:]
    if len(signature) != _SIGNATURE or not secrets.signature_matches(club.id, _PURPOSE, branch_id, signature):
        raise _not_ours()
    branch = branch_get(club, UUID(bytes=branch_id))
    if not branch.is_active:
        raise _not_ours()
    return branch


def check_in(*, club: ClubInfo, branch: BranchInfo, member_id: UUID, actor: Actor, now: datetime) -> Settled:
    """Record that a member is at a branch; once in the club's hours at each branch.

    The member's lock makes two taps of one moment one. Raises ``checked_in_already`` (409) with when it may
    be done again, and ``check_in_unused`` (409) where nothing in force listens.
    """
    if not is_recorded(club, "check_in", now):
        raise Refusal("check_in_unused", Phrase(_("The club gives nothing for checking in at present.")))
    with transaction.atomic():
        members_lock(club, [member_id])
        last = _last_check_in(club, member_id, branch.code)
        again = last + timedelta(hours=club.settings.check_in_hours) if last else now
        if again > now:
            raise Refusal(
                "checked_in_already",
                Phrase(_("You checked in here already. You can again from {moment}."), {"moment": again}),
                extra={"again_at": again.isoformat()},
            )
        told = Behaviour(
            "check_in",
            member_id,
            now,
            key=f"{branch.code}:{int(now.timestamp())}",
            attributes={"place": branch.code},
            branch=branch.code,
        )
        return settle_one(_intake(club, told), club=club, actor=actor, now=now)


def _last_check_in(club: ClubInfo, member_id: UUID, branch: str) -> datetime | None:
    with cursor() as cur:
        row = cur.execute(
            """
            SELECT max(occurred_at) FROM activities_activity
            WHERE member_id = ANY(%s) AND club_id = %s AND branch = %s AND type = 'check_in' AND source = %s
            """,
            [alias_set(club, member_id), club.id, branch, SOURCE],
        ).fetchone()
    return row[0] if row else None


def _intake(club: ClubInfo, behaviour: Behaviour) -> CustomIn:
    """Make the activity; of its attributes those that the program's type has."""
    program = program_in_force(club, behaviour.occurred_at).document
    known = schema_of(program, behaviour.type) or {}
    return CustomIn(
        source=SOURCE,
        reference=behaviour.reference,
        occurred_at=behaviour.occurred_at,
        member=MemberRef(id=ids.public("member", behaviour.member_id)),
        type=behaviour.type,
        attributes={key: value for key, value in behaviour.attributes.items() if key in known},
        branch=behaviour.branch,
    )


def _not_ours() -> Refusal:
    return Refusal("qr_invalid", Phrase(_("This QR code does not belong to this club.")), status=422)

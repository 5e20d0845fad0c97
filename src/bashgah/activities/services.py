"""The one settlement: every purchase, return, visit and custom activity of every door goes this way.

``activities.settling`` is the way of one transaction; here a batch is cut into transactions and answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

import psycopg
import structlog
from django.db import Error as DjangoDatabaseError
from django.db import connection, transaction

from bashgah.activities import compact, drafts, strangers
from bashgah.activities.cutting import Interrupted, parts_of
from bashgah.activities.drafts import Draft
from bashgah.activities.recording import refused, unsettled
from bashgah.activities.settling import batch_settle
from bashgah.activities.types import (
    Intake,
    MemberRef,
    Outcome,
    PurchaseIn,
    PurchaseRef,
    Refused,
    ReturnIn,
    Settled,
)
from bashgah.activities.waiting import WaitingReturn, waiting_close, waiting_ready, waiting_take
from bashgah.clubs.selectors import club_get
from bashgah.clubs.types import ClubInfo
from bashgah.ground.actors import actor_of
from bashgah.ground.apart import attempt
from bashgah.ground.asking import by_lookups
from bashgah.ground.batch import cursor
from bashgah.ground.conflicts import is_conflict, once_more, step_aside
from bashgah.ground.types import Actor
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.points import Points
from bashgah.kit.refusals import Refusal
from bashgah.ledger.types import WouldOwe

log = structlog.get_logger("bashgah.activities")

TRIES_ALONE = 3
TRY_AGAIN = ("23", "40", "55P03")
"""SQL states another try may mend: a reference or row made meanwhile, a deadlock, a lock not had in time."""


def settle(batch: Sequence[Intake], *, club: ClubInfo, actor: Actor, now: datetime) -> list[Outcome]:
    """Record and settle facts; return one answer for each, in their order, after they are committed.

    A reference told before with the same body gets its first answer again (``repeated``), balances as they
    were then; with another body it is refused (``reference_reused``, 409). A refused fact writes nothing,
    leaves its reference free and does not touch its neighbours. Facts of one batch see those before them that
    bear on them; ``cutting`` says which transactions a batch becomes.

    Call it outside a transaction: it opens its own (inside one it works on savepoints, and the answers hold
    only once the caller commits). When the database fails, its error is raised and nothing was settled, or
    ``Interrupted`` once a part was committed.
    """
    made = drafts.drafts_of(batch)
    outcomes: dict[int, Outcome] = {}
    for part in parts_of(club, made, now):
        try:
            _part_settle(club, part, actor, now, outcomes)
        except Exception as error:
            if not outcomes or connection.in_atomic_block:
                raise
            raise Interrupted([outcomes.get(id(draft)) for draft in made]) from error
    return [outcomes[id(draft)] for draft in made]


def settle_one(intake: Intake, *, club: ClubInfo, actor: Actor, now: datetime) -> Settled:
    """Record and settle one fact, or raise its refusal."""
    return _draft_settle(club, drafts.drafts_of([intake])[0], actor, now)


def settle_admitted(
    intake: Intake, *, club: ClubInfo, member_id: UUID | None, actor: Actor, now: datetime
) -> Settled:
    """Settle one fact that a person let pass, whenever it happened; or raise its refusal.

    ``member_id`` is whose it was found to be when it came: a QR that named its member has long expired.
    """
    draft = drafts.drafts_of([intake])[0]
    draft.is_admitted, draft.member_id = True, member_id
    return _draft_settle(club, draft, actor, now)


def activity_cancel(
    *, club: ClubInfo, named: PurchaseRef, reference: str, actor: Actor, now: datetime
) -> Settled:
    """Take back an activity of the club's own making that is no purchase, as a return takes back a whole one.

    Its credits are reversed and its limits, counters and tiers follow. It happens once: told again under the
    same reference, the first answer comes again; under another ``return_exceeds`` (409).
    """
    draft = drafts.drafts_of(
        [ReturnIn(source=named.source, reference=reference, occurred_at=now, purchase=named)]
    )[0]
    draft.is_admitted, draft.cancels = True, True
    return _draft_settle(club, draft, actor, now)


def anonymous_claim(
    *, club: ClubInfo, anonymous_id: UUID, member_id: UUID, actor: Actor, now: datetime
) -> Settled:
    """Give an anonymous purchase to a member, once: it settles as a new activity that names it.

    What came back of it meanwhile is taken back at once. Claimed again for the same member it gives the first
    answer; for another ``already_claimed`` (409). After the club's claim window ``claim_too_late`` (409).
    """
    with cursor() as cur:
        row = cur.execute(
            "SELECT occurred_at, fact FROM activities_anonymous WHERE club_id = %s AND id = %s",
            [club.id, anonymous_id],
        ).fetchone()
    if row is None:
        raise Refusal("purchase_not_found", Phrase(_("There is no such purchase.")), status=404)
    occurred_at, packed = row
    intake = PurchaseIn(
        source="claim",
        reference=public("activity", anonymous_id),
        occurred_at=occurred_at,
        member=MemberRef(id=public("member", member_id)),
    )
    draft = drafts.drafts_of([intake])[0]
    draft.fact, draft.claims = compact.fact_unpack(packed), anonymous_id
    if (now - occurred_at).days > club.settings.claim_window_days:
        draft.refusal = Refusal(
            "claim_too_late",
            Phrase(_("Purchases can be claimed for {days} days."), {"days": club.settings.claim_window_days}),
        )

    def claimed() -> Outcome:
        outcomes: dict[int, Outcome] = {}
        _part_settle(club, [draft], actor, now, outcomes)
        outcome = outcomes[id(draft)]
        if isinstance(outcome, Settled):
            _returned_before(club, anonymous_id, outcome.activity_id, actor, now)
        return outcome

    outcome = once_more(claimed)
    if isinstance(outcome, Settled):
        return outcome
    if outcome.refusal.code == "reference_reused":
        raise Refusal("already_claimed", Phrase(_("This purchase belongs to another member already.")))
    raise outcome.refusal


def _returned_before(
    club: ClubInfo, anonymous_id: UUID, activity_id: UUID, actor: Actor, now: datetime
) -> None:
    """Take back of a claimed purchase what had come back of it while it was anonymous."""
    for back in strangers.returns_of(club, anonymous_id):
        draft = drafts.drafts_of([strangers.claimed_again(back, activity_id)])[0]
        draft.is_admitted, draft.claims = True, back.id
        outcomes: dict[int, Outcome] = {}
        _part_settle(club, [draft], actor, now, outcomes)
        outcome = outcomes[id(draft)]
        if isinstance(outcome, Refused):
            raise outcome.refusal


def _draft_settle(club: ClubInfo, draft: Draft, actor: Actor, now: datetime) -> Settled:
    """Settle one draft, or raise its refusal."""
    outcomes: dict[int, Outcome] = {}
    _part_settle(club, [draft], actor, now, outcomes)
    outcome = outcomes[id(draft)]
    if isinstance(outcome, Refused):
        raise outcome.refusal
    return outcome


def _part_settle(
    club: ClubInfo, part: list[Draft], actor: Actor, now: datetime, outcomes: dict[int, Outcome]
) -> None:
    """Settle a part in one transaction; what one fact breaks splits it, by halves, down to the fact.

    Ended by the database to let another pass, a part is tried again, but inside a caller's transaction, whose
    own locks the other waits for, only the caller can: there the error goes up.
    """
    is_within = connection.in_atomic_block
    for tries_left in range(TRIES_ALONE if len(part) == 1 else 1, 0, -1):
        kept = [(draft, draft.refusal, draft.fact, draft.member_id) for draft in part]
        try:
            with attempt() as tried, transaction.atomic(), by_lookups():
                found = batch_settle(club, part, actor, now)
            outcomes.update(found)
            if any(draft.waits for draft in part):
                _waited(club, part, actor, now, outcomes)
            return
        except Exception as error:  # whatever one fact raises, its neighbours must not pay for it
            state = _sqlstate(error)
            if not _is_of_one_fact(error, state):
                raise
            tried.take_back()
            for draft, *before in kept:
                draft.refusal, draft.fact, draft.member_id = before
                draft.waits, draft.goods_of, draft.promise = False, None, None
            if is_conflict(error):
                if is_within:
                    raise
                step_aside()
            if len(part) == 1 and isinstance(error, WouldOwe):
                outcomes[id(part[0])] = refused(part[0], _would_owe(error))
                return
            if len(part) == 1 and (not (state or "").startswith(TRY_AGAIN) or tries_left == 1):
                log.error("settlement.failed", source=part[0].intake.source, exc_info=True)
                outcomes[id(part[0])] = refused(part[0], unsettled())
                return
    if len(part) > 1:
        middle = len(part) // 2
        _part_settle(club, part[:middle], actor, now, outcomes)
        _part_settle(club, part[middle:], actor, now, outcomes)


def _would_owe(error: WouldOwe) -> Refusal:
    return Refusal(
        "return_would_owe",
        Phrase(
            _("{lack} of the points to take back were used already, and this wallet may not owe."),
            {"lack": Points(error.lack, error.unit)},
        ),
        extra={"wallet": error.unit, "lack": error.lack},
        field="/purchase",
    )


def _waited(
    club: ClubInfo, part: list[Draft], actor: Actor, now: datetime, outcomes: dict[int, Outcome]
) -> None:
    """Look once more for purchases that came while their returns were put to wait.

    A purchase recorded before this look is found here, one recorded later tells its news after the return
    began to wait: so no return waits for a purchase that is there.
    """
    for item in waiting_settle([club.id], now=now):
        for draft in part:
            if draft.waits and draft.key == (item.source, item.reference):
                draft.waits = False
                outcomes[id(draft)] = item


def waiting_settle(club_ids: Sequence[UUID], *, now: datetime) -> list[Outcome]:
    """Settle the clubs' waiting returns whose purchase has come; return what became of each.

    Each is settled in a transaction of its own, by whoever told it, whatever the late window says by now: it
    was told in time. What is refused (more than was bought) is closed with its code.
    """
    outcomes: list[Outcome] = []
    for club_id, waiting in waiting_ready(club_ids):
        outcome = once_more(partial(_waiting_one_settle, club_get(club_id), waiting, now))
        if outcome is not None:
            outcomes.append(outcome)
    return outcomes


def _waiting_one_settle(club: ClubInfo, waiting: WaitingReturn, now: datetime) -> Outcome | None:
    """Settle and close one waiting return; None where another hand has it, or it has to wait on."""
    if not waiting_take(club, waiting.id):
        return None
    draft = drafts.drafts_of([waiting.intake])[0]
    draft.is_admitted = True
    found: dict[int, Outcome] = {}
    _part_settle(club, [draft], actor_of(waiting.actor_kind, waiting.actor_id), now, found)
    outcome = found[id(draft)]
    if isinstance(outcome, Refused) and outcome.refusal.status in (202, 503):
        return None
    closed = "settled" if isinstance(outcome, Settled) else outcome.refusal.code
    waiting_close(club, waiting.id, closed, now)
    return outcome


def _sqlstate(error: BaseException) -> str | None:
    """Return the SQL state of a database error; a lost connection has none."""
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    return cause.sqlstate if isinstance(cause, psycopg.Error) else None


def _is_of_one_fact(error: Exception, state: str | None) -> bool:
    """Say whether leaving a fact out may help: not where the database is away, full or shutting down."""
    if isinstance(error, (psycopg.Error, DjangoDatabaseError)):
        return state is not None and state[:2] in ("22", "23", "40", "55")
    return True

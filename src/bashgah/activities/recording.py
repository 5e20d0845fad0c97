"""What a settled fact leaves behind: its rows, its news and its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from msgspec import Struct, structs

from bashgah.activities import compact
from bashgah.activities.announcing import Heard, heard_of, tier_told
from bashgah.activities.compact import KIND_CODES
from bashgah.activities.compact import Outcome as StoredOutcome
from bashgah.activities.drafts import Draft
from bashgah.activities.held import held_pack
from bashgah.activities.paying import paid_rows
from bashgah.activities.pooling import Touched
from bashgah.activities.returning import Goods, Purchase
from bashgah.activities.running import Read, Running, json_text
from bashgah.activities.tables import (
    ACTIVITY,
    ANONYMOUS,
    ANONYMOUS_RETURN,
    ANONYMOUS_RETURNED,
    POOLED,
    REFERENCE,
    RETURNED,
    REVIEW,
    SHADOW,
    SPENT,
    WAITING,
)
from bashgah.activities.types import Outcome, Refused, Settled
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram
from bashgah.engine.decisions import Decision
from bashgah.engine.facts import Fact
from bashgah.engine.returns import CANCELLED
from bashgah.engine.states import Slot, State
from bashgah.ground import ids, outbox
from bashgah.ground.arrays import instant
from bashgah.ground.batch import RowSet
from bashgah.ground.types import SYSTEM, Actor
from bashgah.history import keeping as history
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger import tables as ledger
from bashgah.ledger.states import Origin
from bashgah.ledger.types import Cause
from bashgah.members.types import LockedGroup
from bashgah.programs.selectors import Versions, number_in_force, program_of
from bashgah.redemption.tables import GRANT
from bashgah.tiers.tables import CHANGE, STANDING

Row = tuple[Any, ...]
Id = UUID | bytes
_SOURCE_AND_REFERENCE = itemgetter(4, 5)


@dataclass(slots=True)
class Batch:
    """What one transaction gathers on its way to the database."""

    club: ClubInfo
    actor_kind: int
    actor_id: UUID | None
    now: datetime
    actor: Actor = SYSTEM
    versions: Versions = ()
    members: dict[UUID, Running] = field(default_factory=dict)
    purchases: dict[UUID, Purchase] = field(default_factory=dict)
    survivors: dict[UUID, UUID] = field(default_factory=dict)
    references: list[Row] = field(default_factory=list)
    activities: list[Row] = field(default_factory=list)
    anonymous: list[Row] = field(default_factory=list)
    reviews: dict[tuple[str, str], Row] = field(default_factory=dict)
    claims: list[tuple[UUID, UUID, UUID]] = field(default_factory=list)
    goods: dict[UUID, Goods] = field(default_factory=dict)
    nameless_returns: list[Row] = field(default_factory=list)
    waiting: dict[tuple[str, str], Row] = field(default_factory=dict)
    spent: list[Row] = field(default_factory=list)
    shadows: list[Row] = field(default_factory=list)
    grants: list[Row] = field(default_factory=list)
    news: list[outbox.NewsRow] = field(default_factory=list)
    budgets: dict[Slot, int] = field(default_factory=dict)
    taken: dict[Slot, int] = field(default_factory=dict)
    groups: dict[UUID, LockedGroup] = field(default_factory=dict)
    in_group: dict[UUID, UUID] = field(default_factory=dict)
    bare_groups: set[UUID] = field(default_factory=set)
    touched: Touched = field(default_factory=dict)
    kept: dict[UUID, UUID] = field(default_factory=dict)
    programs: dict[int, CompiledProgram] = field(default_factory=dict)
    read: Read | None = None
    points: ledger.Rows = field(default_factory=ledger.Rows)
    past: history.Rows = field(default_factory=history.Rows)

    def member(self, id: UUID) -> Running:
        """Return a member to be changed fact by fact; whose fact seemed usual is made of what was read."""
        found = self.members.get(id)
        if found is None:
            assert self.read is not None  # noqa: S101 - all others are in ``members``
            found = self.members[id] = self.read.running(id)
        return found

    def program(self, at: datetime) -> CompiledProgram:
        """Return the program that was in force when a fact happened."""
        number = number_in_force(self.versions, at)
        found = self.programs.get(number)
        if found is None:
            found = self.programs[number] = program_of(self.club, self.versions, number)
        return found


class Made(Struct, frozen=True, gc=False):
    """A settled fact: what it was and what it came to. ``about`` is the purchase a return or claim names.

    ``columns`` are its member and its id as columns take them, where somebody has their bytes at hand.
    """

    draft: Draft
    id: UUID
    fact: Fact
    outcome: StoredOutcome
    decision: Decision | None = None
    about: UUID | None = None
    instant: int | None = None
    columns: tuple[bytes, bytes] | None = None


def origin(batch: Batch, activity_id: UUID, fact: Fact, cause: Cause) -> Origin:
    """Return the ledger entry behind an activity; it shares the activity's id, who did it stands there."""
    return Origin(
        id=activity_id,
        cause=cause,
        cause_id=activity_id,
        occurred_at=fact.occurred_at,
        recorded_at=batch.now,
        business_date=fact.local_at.date(),
        actor_kind=batch.actor_kind,
        instant=instant(fact.occurred_at),
    )


def activity_add(batch: Batch, made: Made, compiled: CompiledProgram, state: State) -> None:
    """Add the rows and the news of a member's fact."""
    draft, fact = made.draft, made.fact
    member_id = draft.made_by or draft.member_id
    assert member_id is not None  # noqa: S101 - anonymous facts go to their own table
    member, id_ = made.columns or (member_id, made.id)
    _reference(batch, draft, id_, member)
    batch.activities.append(
        (
            fact.occurred_at if made.instant is None else made.instant,
            batch.now,
            fact.gross,
            fact.net,
            fact.local_at.date(),
            compiled.number,
            compiled.semantics,
            KIND_CODES[fact.kind],
            batch.actor_kind,
            member,
            id_,
            batch.club.id,
            batch.actor_id,
            made.about,
            fact.branch,
            fact.channel,
            "" if fact.type == fact.kind else fact.type,
            draft.intake.source,
            draft.intake.reference,
            compact.fact_pack(fact, None if made.instant is None else made.instant + compact.BEFORE_2000),
            compact.state_pack(state),
            compact.outcome_pack(made.outcome),
        )
    )
    if draft.claims is not None and fact.kind == "purchase":
        batch.claims.append((draft.claims, member_id, made.id))
    kind = "custom" if fact.type == CANCELLED else fact.kind
    _news(batch, f"{kind}.settled", member if made.columns else draft.member_id, heard_of(made, compiled))
    for move in made.outcome.moves:
        _news(batch, f"tier.{move.direction}", draft.member_id, tier_told(compiled, move, made))


def anonymous_add(batch: Batch, draft: Draft) -> Settled:
    """Add a purchase nobody showed a card for: it counts in sales and earns nothing."""
    fact = draft.fact
    assert fact is not None  # noqa: S101 - facts_made gave every draft a fact or a refusal
    made = Made(draft, ids.fresh(), fact, StoredOutcome())
    _reference(batch, draft, made.id, None)
    batch.anonymous.append(
        (
            fact.occurred_at,
            batch.now,
            fact.gross,
            fact.net,
            fact.local_at.date(),
            batch.actor_kind,
            batch.club.id,
            made.id,
            batch.actor_id,
            fact.branch,
            fact.channel,
            draft.intake.source,
            draft.intake.reference,
            compact.fact_pack(fact),
        )
    )
    _news(batch, "purchase.anonymous", None, heard_of(made, None))
    return answer(batch, made)


def anonymous_return_add(batch: Batch, draft: Draft, goods: Goods, fact: Fact) -> Settled:
    """Add goods of an anonymous purchase that came back: sales fall by them, nobody has points to lose."""
    made = Made(draft, ids.fresh(), fact, StoredOutcome(), about=goods.id)
    _reference(batch, draft, made.id, None)
    batch.nameless_returns.append(
        (
            fact.occurred_at,
            batch.now,
            fact.gross,
            fact.net,
            fact.local_at.date(),
            batch.actor_kind,
            batch.club.id,
            made.id,
            goods.id,
            batch.actor_id,
            fact.branch,
            fact.channel,
            draft.intake.source,
            draft.intake.reference,
            compact.fact_pack(fact),
        )
    )
    _news(batch, "return.anonymous", None, heard_of(made, None))
    return answer(batch, made)


def review_add(batch: Batch, draft: Draft) -> None:
    """Keep a fact for a person to look at; told again before anybody did, the last telling is kept."""
    intake = draft.intake
    batch.reviews[draft.key] = (
        intake.occurred_at,
        batch.now,
        batch.club.id,
        ids.fresh(),
        draft.held_for,
        "",
        draft.fact.branch if draft.fact else intake.branch,
        draft.member_id,
        intake.source,
        intake.reference,
        held_pack(batch.club.id, intake),
    )


def answer(batch: Batch, made: Made) -> Settled:
    """Return what the caller is told."""
    outcome, fact, intake = made.outcome, made.fact, made.draft.intake
    lines = []
    for credit in outcome.credits:
        lines.append(credit.line)
    return Settled(
        fact.kind,
        intake.source,
        intake.reference,
        made.id,
        made.draft.member_id,
        fact.occurred_at,
        batch.now,
        fact.local_at.date(),
        tuple(lines),
        outcome.balances,
        outcome.tiers,
        outcome.moves,
        outcome.given_back,
        outcome.coupons_back,
        outcome.grants,
        fact.promotions,
        fact.paid_by_points,
        outcome.coupons,
        decision=made.decision,
    )


def again(first: Outcome) -> Outcome:
    """Return the first answer as a repetition."""
    return structs.replace(first, repeated=True) if isinstance(first, Settled) else first


def refused(draft: Draft, refusal: Refusal) -> Refused:
    """Return the answer to a fact that was declined."""
    return Refused(draft.intake.source, draft.intake.reference, refusal)


def reference_reused() -> Refusal:
    """Return the refusal of a second fact under a reference that is taken."""
    return Refusal(
        "reference_reused",
        Phrase(_("This reference was used before for something else.")),
        field="/reference",
    )


def unsettled() -> Refusal:
    """Return the refusal of a fact that we failed at; nothing of it was written, and it may be sent again."""
    return Refusal(
        "settlement_failed",
        Phrase(_("This could not be recorded now. Send it again.")),
        status=503,
    )


def rowsets(batch: Batch) -> list[RowSet]:
    """Return the rows of every room, in the order they are written.

    References come first and sorted, so that two batches with crossing references wait in one order.
    """
    points, past = batch.points, batch.past
    standings, changes = list[Row](), list[Row]()
    pooled: dict[Row, Row] = {}
    for member in batch.members.values():
        member.points.rows_into(points)
        member.history.rows_into(past)
        if member.moved:
            standings.extend(member.standing_rows())
        if member.changes:
            changes.extend(member.changes)
        for row in member.shared:
            pooled[row[:3]] = row if row[-1] is not None else pooled.get(row[:3], row)
    returned = [
        (p.bought[no], p.returned[no], no, p.member_id, batch.club.id, p.id)
        for p in batch.purchases.values()
        for no in sorted(p.touched)
    ]
    nameless = [
        (g.bought[no], g.returned[no], no, batch.club.id, g.id)
        for g in batch.goods.values()
        for no in sorted(g.touched)
    ]
    spent = [row for p in batch.purchases.values() for row in paid_rows(batch.club.id, p)]
    return [
        RowSet(REFERENCE, sorted(batch.references, key=_SOURCE_AND_REFERENCE)),
        RowSet(ACTIVITY, batch.activities),
        RowSet(SHADOW, batch.shadows),
        RowSet(GRANT, batch.grants),
        RowSet(ANONYMOUS, batch.anonymous),
        RowSet(REVIEW, list(batch.reviews.values())),
        RowSet(RETURNED, returned),
        RowSet(SPENT, batch.spent + spent),
        RowSet(POOLED, list(pooled.values())),
        RowSet(ANONYMOUS_RETURN, batch.nameless_returns),
        RowSet(ANONYMOUS_RETURNED, nameless),
        RowSet(WAITING, list(batch.waiting.values())),
        *points.rowsets(),
        *past.rowsets(),
        RowSet(STANDING, standings),
        RowSet(CHANGE, changes),
        RowSet(outbox.NEWS, batch.news),
    ]


def _reference(batch: Batch, draft: Draft, activity_id: Id, member_id: Id | None) -> None:
    batch.references.append(
        (batch.club.id, activity_id, member_id, draft.body, draft.intake.source, draft.intake.reference)
    )


def _news(batch: Batch, kind: str, member_id: Id | None, payload: Heard | dict[str, Any]) -> None:
    batch.news.append((ids.fresh_bytes(), batch.club.id, kind, member_id, json_text(payload), batch.now))

"""What a fact would give if it were recorded now: the same decision, nothing locked and nothing written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from msgspec import structs

from bashgah.activities.drafts import drafts_of, facts_made, members_resolved, nobody
from bashgah.activities.running import running_read
from bashgah.activities.services import settle_one
from bashgah.activities.types import CustomIn, PurchaseIn, ReturnIn, Settled, VisitIn
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram, decide
from bashgah.engine.decisions import Credit, Explanation
from bashgah.engine.explaining import explain
from bashgah.engine.limiting import budgets_of
from bashgah.ground.batch import cursor
from bashgah.ground.types import Actor
from bashgah.programs.budgets import budgets_read
from bashgah.programs.selectors import program_in_force


class _Undone(Exception):
    """Carries an answer out of a transaction that must leave nothing behind."""

    def __init__(self, settled: Settled) -> None:
        self.settled = settled


def return_preview(*, club: ClubInfo, intake: ReturnIn, actor: Actor, now: datetime) -> Settled:
    """Say what a return would take and give back: it is settled, and everything undone again.

    The member is locked meanwhile, so it is the answer the return would get at this instant. Raises what the
    settlement would refuse.
    """
    try:
        with transaction.atomic():
            raise _Undone(settle_one(intake, club=club, actor=actor, now=now))
    except _Undone as undone:
        return undone.settled


@dataclass(frozen=True, slots=True)
class Preview:
    """The decision of a fact that is not recorded: what it would credit, and why, by which program."""

    compiled: CompiledProgram
    credits: tuple[Credit, ...]
    explanation: Explanation

    def points_of(self, wallet: str) -> int:
        """Units of one wallet the fact would give, all rules together."""
        return sum(credit.amount for credit in self.credits if credit.wallet == wallet)


def activity_preview(*, club: ClubInfo, intake: PurchaseIn | VisitIn | CustomIn, now: datetime) -> Preview:
    """Decide a member's fact as the settlement would at this instant, and explain every rule.

    Nothing is locked, so somebody else's purchase of the same member may change the answer before it is
    recorded; the reference is not looked at. Raises what the settlement would refuse of the fact itself.
    """
    draft = drafts_of([intake])[0]
    members_resolved(club, [draft], now)
    facts_made(club, [draft], now)
    if draft.refusal is not None:
        raise draft.refusal
    if draft.member_id is None or draft.fact is None:
        raise nobody()
    compiled = program_in_force(club, draft.fact.occurred_at)
    with cursor() as cur:
        member = running_read(cur, club, [draft.member_id], compiled.needs, {draft.business_date})[
            draft.member_id
        ]
        mosts = budgets_of(compiled, draft.fact)
        spent = budgets_read(cur, club.id, mosts) if mosts else {}
    left = {slot: max(0, most - spent[slot]) for slot, most in mosts.items()}
    state = structs.replace(member.state(compiled, draft.fact), budgets=left)
    return Preview(
        compiled, decide(compiled, state, draft.fact).credits, explain(compiled, state, draft.fact)
    )

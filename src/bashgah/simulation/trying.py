"""Tries one case before it happens: any member or a made-up one, any date, any basket, any program.

Nothing is locked and nothing is written. A member is taken as they stand now, whatever the date: limits and
measures are read in the windows of that date, tiers are today's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import force_setattr

from bashgah.activities.drafts import drafts_of, facts_made
from bashgah.activities.remembering import Remembered
from bashgah.activities.running import running_read
from bashgah.activities.types import CustomIn, PurchaseIn, VisitIn
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram, compile_program, decide
from bashgah.engine.decisions import Credit, Explanation
from bashgah.engine.explaining import explain
from bashgah.engine.facts import Fact
from bashgah.engine.ladders import tier_in_force
from bashgah.engine.limiting import budgets_of
from bashgah.engine.states import Standing
from bashgah.engine.validation import program_check
from bashgah.ground.batch import cursor
from bashgah.history.keeping import Past, Tally
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.members.facts import MemberFacts
from bashgah.members.selectors import alias_set
from bashgah.programs import selectors as programs
from bashgah.programs.budgets import budgets_read


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A member who does not exist: what rules may ask about them. ``tiers`` is by ladder."""

    tiers: Mapping[str, str] = field(default_factory=dict)
    city: str = ""
    gender: str = ""
    tags: tuple[str, ...] = ()
    purchases: int = 0
    spend: int = 0
    qualifying: int = 0
    days_since_purchase: int | None = None
    days_a_member: int = 365


@dataclass(frozen=True, slots=True)
class Tried:
    """What a program would do with the case, and why; ``number`` is 0 for the draft.

    ``tiers`` is by ladder the tier before and after it.
    """

    compiled: CompiledProgram
    number: int
    fact: Fact
    credits: tuple[Credit, ...]
    explanation: Explanation
    tiers: tuple[tuple[str, str, str], ...]

    def units_of(self, wallet: str) -> int:
        """Units of one wallet, all rules together."""
        return sum(credit.amount for credit in self.credits if credit.wallet == wallet)


def case_try(
    *,
    club: ClubInfo,
    intake: PurchaseIn | VisitIn | CustomIn,
    who: UUID | MadeUp,
    number: int | None,
    now: datetime,
) -> Tried:
    """Decide a case under the draft (``number`` 0), a version, or (None) the version in force at its time.

    The member that ``intake`` names is not looked at: ``who`` is. Raises what the settlement would refuse of
    the fact itself, but never for being early or late; a draft with faults is refused (``program_invalid``).
    """
    draft = drafts_of([intake])[0]
    draft.is_admitted = True
    facts_made(club, [draft], now)
    if draft.refusal is not None or draft.fact is None:
        raise draft.refusal or Refusal("case_unclear", Phrase(_("This case cannot be read.")), status=422)
    fact = draft.fact
    compiled = program_of(club, number, fact.occurred_at)
    member = made_up(who, compiled, fact) if isinstance(who, MadeUp) else _known(club, who, compiled, fact)
    state = member.state(compiled, fact)
    if mosts := budgets_of(compiled, fact):
        with cursor() as cur:
            taken = budgets_read(cur, club.id, mosts)
        force_setattr(state, "budgets", {slot: most - taken[slot] for slot, most in mosts.items()})
    decision = decide(compiled, state, fact)
    moved = {move.ladder: move.after for move in decision.tier_moves}
    tiers = []
    for key, ready in compiled.ladders.items():
        before = tier_in_force(ready.ladder, state.standings.get(key))
        tiers.append((key, before, moved.get(key, before)))
    return Tried(
        compiled, compiled.number, fact, decision.given, explain(compiled, state, fact), tuple(tiers)
    )


def program_of(club: ClubInfo, number: int | None, at: datetime) -> CompiledProgram:
    """Return the draft (0), a version, or (None) the version in force at a moment, ready to decide."""
    if number is None:
        return programs.program_in_force(club, at)
    if number:
        return programs.program_by_number(club, number)
    draft = programs.draft_get(club)
    if draft.program is None:
        raise Refusal(
            "draft_unreadable", Phrase(_("The draft cannot be read. Go back to an earlier version."))
        )
    program_check(draft.program)
    return compile_program(draft.program, number=0, currency=club.currency)


def made_up(who: MadeUp, compiled: CompiledProgram, fact: Fact) -> Remembered:
    """Return a member of plain values; what they did is taken to have happened within every window."""
    day = fact.local_at.date()
    counts = {"purchases": who.purchases, "spend": who.spend, "qualifying": who.qualifying}
    past = Past(sums=Tally(**counts), days={day: Tally(**counts)})
    if who.days_since_purchase is not None:
        past.last_purchase_at = fact.occurred_at - timedelta(days=who.days_since_purchase)
    standings = {
        ladder: Standing(tier)
        for ladder, tier in who.tiers.items()
        if ladder in compiled.ladders and tier in compiled.ladders[ladder].multipliers
    }
    about = MemberFacts(
        who.city, who.gender, who.tags, None, {}, day - timedelta(days=max(0, who.days_a_member))
    )
    return Remembered(past, standings, about)


def _known(club: ClubInfo, member_id: UUID, compiled: CompiledProgram, fact: Fact) -> Remembered:
    survivor = alias_set(club, member_id)[0]
    with cursor() as cur:
        found = running_read(cur, club, [survivor], compiled.needs, {fact.local_at.date()})
    return found[survivor]

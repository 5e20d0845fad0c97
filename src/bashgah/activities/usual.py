"""The usual purchase: the only fact of its member in a batch, settled from rows read to rows written.

What the full way keeps of a member between two facts (books, lots, counted days) nobody asks for then. Both
ways decide by the same leaves, and the law in ``tests/laws/test_usual.py`` holds them to the same rows, news
and answers (ADR 0027). A purchase that turns out to be more goes the full way, as if nothing had been.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from uuid import UUID

import structlog
from msgspec import structs

from bashgah.activities import recording
from bashgah.activities.drafts import Draft
from bashgah.activities.recording import Batch, unsettled
from bashgah.activities.remembering import Remembered, status_wallet
from bashgah.activities.running import WALLET_KINDS, outcome_of
from bashgah.activities.types import PurchaseIn, Settled
from bashgah.engine import CompiledProgram, decide
from bashgah.engine.decisions import Credit, Decision
from bashgah.engine.facts import Fact
from bashgah.engine.limiting import budgets_of
from bashgah.engine.states import Slot, State
from bashgah.ground import ids
from bashgah.ground.arrays import instant
from bashgah.history import counting
from bashgah.history.selectors import past_of
from bashgah.kit.refusals import Refusal
from bashgah.ledger import straight
from bashgah.ledger.reading import wallets_of
from bashgah.ledger.types import WalletKind
from bashgah.members.facts import facts_of
from bashgah.tiers.tables import standings_of

log = structlog.get_logger("bashgah.activities")


def usual_found(batch: Batch, drafts: Collection[Draft], named: Collection[int]) -> None:
    """Mark the purchases of a batch that are told plainly and alone for a member with a quiet book."""
    met: set[int] = set()
    often: set[int] = set()
    for draft in drafts:
        draft.is_usual = False
        if draft.member_id is not None:
            number = draft.member_id.int
            (often if number in met else met).add(number)
    read, now = batch.read, batch.now
    if read is None or batch.survivors:
        return
    is_grouped = bool(batch.groups or batch.bare_groups)
    for draft in drafts:
        intake, member_id = draft.intake, draft.member_id
        if (
            member_id is None
            or member_id.int in often
            or not isinstance(intake, PurchaseIn)
            or intake.paid_with
            or draft.promise is not None
            or draft.claims is not None
            or draft.fact is None
            or (named and id(draft) in named)
        ):
            continue
        if is_grouped and _has_group(batch, member_id):
            continue
        draft.is_usual = straight.is_quiet(read.rows(member_id, "wallets"), now)


def usual_settled(batch: Batch, draft: Draft) -> Settled | None:
    """Settle a purchase that was marked; None, and nothing done, where it comes to more than is usual."""
    fact, member_id, read = draft.fact, draft.member_id, batch.read
    assert fact is not None and member_id is not None and read is not None  # noqa: S101, PT018 - it was marked
    compiled = batch.program(fact.occurred_at)
    kinds = _kinds(compiled)
    if kinds is None:
        return None
    key = member_id.int.to_bytes(16, "big")
    rows = read.of(key)
    member = Remembered(
        past_of(rows), standings_of(rows.get("standings", ())), facts_of(rows.get("member", ()), member_id)
    )
    state, decision = decided(member, compiled, fact, batch.budgets)
    if not _are_good(decision.credits, batch.now):
        return None
    member.stand(compiled, state, fact, decision)
    if member.moved:
        return None
    activity_id, owner, at = ids.fresh_bytes(), (key, batch.club.id), instant(fact.occurred_at)
    day, credits_ = fact.local_at.date(), decision.credits
    wallets = wallets_of(rows.get("wallets", ()))
    if credits_:
        entry = (at, batch.now, day, batch.actor_kind, activity_id)
        straight.credits_written(batch.points, owner, entry, credits_, wallets, kinds)
    status, qualifying = status_wallet(compiled), 0
    for credit in credits_:
        if credit.wallet == status:
            qualifying += credit.amount
    counting.purchase_counted(
        batch.past, owner, rows, day, at, (fact.net, fact.gross, qualifying), decision.used
    )
    outcome = outcome_of(decision, wallets, member.standings, compiled)
    made = recording.Made(
        draft, ids.of_bytes(activity_id), fact, outcome, decision, None, at, (key, activity_id)
    )
    recording.activity_add(batch, made, compiled, state)
    return recording.answer(batch, made)


def decided(
    member: Remembered, compiled: CompiledProgram, fact: Fact, spent: Mapping[Slot, int]
) -> tuple[State, Decision]:
    """Decide; nothing was changed yet, so a fact the engine fails at leaves the batch alone."""
    try:
        state = member.state(compiled, fact)
        if spent and (mosts := budgets_of(compiled, fact)):
            left = {slot: max(0, most - spent[slot]) for slot, most in mosts.items()}
            state = structs.replace(state, budgets=left)
        return state, decide(compiled, state, fact)
    except Refusal:
        raise
    except Exception as error:
        log.error("settlement.undecided", program=compiled.number, exc_info=True)
        raise unsettled() from error


@lru_cache(maxsize=256)
def _kinds(compiled: CompiledProgram) -> Mapping[str, WalletKind] | None:
    """Return the kinds of a program's wallets; None where purchases by it may come to more than is usual."""
    traits = compiled.traits.get("purchase")
    if compiled.shadow is not None or any(clock.lapses for clock in compiled.clocks.values()):
        return None
    if traits is not None and (traits.budgeted or traits.granting):
        return None
    return {key: WALLET_KINDS[wallet.kind] for key, wallet in compiled.wallets.items()}


def _are_good(credits_: Iterable[Credit], now: datetime) -> bool:
    """Say whether units are good at once, and still."""
    for credit in credits_:
        if credit.available_from is not None or credit.confirm_by is not None:
            return False
        if credit.expires_at is not None and credit.expires_at <= now:
            return False
    return True


def _has_group(batch: Batch, member_id: UUID) -> bool:
    return member_id in batch.in_group or member_id in batch.groups or member_id in batch.bare_groups

"""One transaction of the settlement, from top to bottom: who, lock, told before?, state, decide, write.

A fact that is refused on the way leaves the batch; the rows of all rooms are written in one round trip.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from msgspec import structs

from bashgah.activities import (
    apart,
    confirming,
    declaring,
    drafts,
    granting,
    lapsing,
    lasting,
    paying,
    pooling,
    promises,
    quoted,
    recording,
    returning,
    running,
    shadows,
    sharing,
    strangers,
    usual,
    waiting,
)
from bashgah.activities.drafts import Draft
from bashgah.activities.invoices import placed
from bashgah.activities.payments import payer_missing
from bashgah.activities.recording import Batch, again, reference_reused, refused
from bashgah.activities.returning import Purchase
from bashgah.activities.running import Running
from bashgah.activities.selectors import purchase_not_found
from bashgah.activities.taken_off import coupons_taken
from bashgah.activities.told import answers_asked, answers_made, purchases_find
from bashgah.activities.types import CustomIn, Outcome, PurchaseIn, ReturnIn, Settled
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram
from bashgah.engine.states import Needs, State
from bashgah.ground import ids
from bashgah.ground.actors import actor_columns
from bashgah.ground.asking import ask
from bashgah.ground.batch import cursor, write
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger.reading import lots_load
from bashgah.ledger.states import Origin
from bashgah.ledger.types import Cause
from bashgah.members.services import members_lock, members_locking
from bashgah.members.types import LockedMember
from bashgah.programs.budgets import budgets_take
from bashgah.programs.selectors import (
    number_in_force,
    program_by_number,
    program_of,
    versions_asked,
    versions_seen,
)

NOTHING = Needs(frozenset(), (), (), ())


def batch_settle(club: ClubInfo, part: list[Draft], actor: Actor, now: datetime) -> dict[int, Outcome]:
    """One transaction: who, lock, told before?, state, decide in order, write all rooms' rows at once."""
    actor_kind, actor_id = actor_columns(actor)
    batch = Batch(club, actor_kind, actor_id, now, actor)

    # 1 whose facts are they, and what do they say
    drafts.members_resolved(club, part, now, lock_follows=True)
    named = purchases_find(club, part)
    drafts.facts_made(club, part, now)

    with cursor() as cur:
        # 2 lock the members: from here on nobody else moves their points; what was told before is answered
        # as before, read after the lock, so a twin has committed or waits; and the members' states
        outcomes = _opened(cur, batch, part, named)
        fresh = [draft for draft in part if id(draft) not in outcomes]

        # 3 what else deciding needs; lots only where something is due or comes back
        open_drafts = [draft for draft in fresh if draft.refusal is None]
        _states_read(cur, batch, open_drafts, named)
        promised = quoted.promises_of(open_drafts)
        if promised:
            promises.promises_lock(cur, promised)
        sharing.shared_lock(cur, batch, open_drafts, named)

        # 4 decide in order; a refused fact leaves the batch
        told: dict[tuple[str, str], Draft] = {}
        for draft in fresh:
            outcomes[id(draft)] = _decided(cur, batch, draft, told, outcomes, named)

        # 5 one round trip for the rows of all rooms
        budgets_take(cur, club.id, batch.taken)
        write(cur, recording.rowsets(batch))
        lasting.last_purchases_put(cur, batch.members.values())
        strangers.claims_write(cur, batch)
        if batch.kept:
            promises.promises_close(cur, promised, batch.kept, now)
    return outcomes


def _opened(
    cur: psycopg.Cursor[Any], batch: Batch, part: list[Draft], named: Mapping[int, UUID]
) -> dict[int, Outcome]:
    """Lock, and read in the same round trip; return the answers of facts told before.

    The states are asked for as if the program were the one seen last and nobody had been merged;
    ``_states_read`` asks again where that was wrong.
    """
    club = batch.club
    wanted = sorted({draft.member_id for draft in part if draft.member_id is not None}, key=ids.NUMBER)
    questions = [members_locking(club, wanted), answers_asked(club, part), versions_asked(club)]
    seen = versions_seen(club)
    if wanted and seen is not None:
        batch.versions = seen
        needs, days = _needs(batch, [draft for draft in part if draft.refusal is None])
        asked, made = running.running_asked(club, wanted, needs, days)
        questions += asked
    locked, told, batch.versions, *states = ask(cur, *questions)
    if states and batch.versions == seen:
        batch.read = made(states)
    survivors = {m.merged_into for m in locked.values() if m.merged_into} - locked.keys()
    if survivors:
        locked |= members_lock(club, {id_ for id_ in survivors if id_ is not None})
        (told,) = ask(cur, answers_asked(club, part))
    _members_checked(batch, part, locked)
    pooling.groups_found(batch, locked, named.values())
    return dict(answers_made(club, part, told))


def _members_checked(batch: Batch, part: list[Draft], locked: Mapping[UUID, LockedMember]) -> None:
    """Give the facts of one merged meanwhile to the survivor; refuse nobody's and an inactive member's."""
    for draft in part:
        if draft.member_id is None:
            continue
        member, draft.made_by = locked.get(draft.member_id), None
        if member is not None and member.merged_into and draft.kind != "return":
            merged, member = member, locked.get(member.merged_into)
            if member is not None and apart.is_apart(draft.intake, merged, member):
                draft.made_by, batch.survivors[merged.id] = merged.id, member.id
        if member is None:
            draft.refusal = draft.refusal or drafts.nobody()
            draft.member_id = None
            continue
        draft.member_id = member.id
        if member.merged_into:
            batch.survivors[member.id] = member.merged_into
        if member.status != "active" and draft.kind != "return" and draft.refusal is None:
            draft.refusal = Refusal(
                f"member_{member.status}",
                Phrase(
                    _("This member is blocked.")
                    if member.status == "blocked"
                    else _("This member has left the club.")
                ),
                field="/member",
            )


def _states_read(
    cur: psycopg.Cursor[Any],
    batch: Batch,
    open_drafts: list[Draft],
    named: dict[int, UUID],
) -> None:
    nameless = {draft.goods_of for draft in open_drafts if draft.goods_of is not None}
    if nameless:
        batch.goods = strangers.goods_read(batch.club, nameless)
    usual.usual_found(batch, open_drafts, named)
    members = {d.member_id for d in open_drafts if d.member_id is not None and not d.is_usual}
    if not members:
        return
    if batch.survivors:
        members |= {draft.made_by for draft in open_drafts if draft.made_by is not None}
        members |= {batch.survivors[id_] for id_ in members if id_ in batch.survivors}
    members |= batch.groups.keys()
    payers = {
        draft.member_id
        for draft in open_drafts
        if isinstance(draft.intake, PurchaseIn)
        and (draft.intake.paid_with or (draft.promise is not None and draft.promise.promised.units))
    }
    purchase_ids = [named[id(draft)] for draft in open_drafts if id(draft) in named]
    if purchase_ids:
        cancelled = [named[id(draft)] for draft in open_drafts if draft.cancels and id(draft) in named]
        batch.purchases = returning.purchases_read(cur, batch.club.id, purchase_ids, cancelled)
    in_order, known = sorted(members, key=ids.NUMBER), batch.read
    missing = in_order if known is None else sorted(members.difference(known.asked), key=ids.NUMBER)
    found: dict[UUID, Running] = {}
    if missing:
        needs, days = _needs(batch, open_drafts)
        found = running.running_read(cur, batch.club, missing, needs, days)
    batch.members = {id_: found.get(id_) or known.running(id_) for id_ in in_order}  # type: ignore[union-attr]
    if batch.groups:
        pooling.pools_join(batch)
        pooling.shares_load(cur, batch)
    givers = (
        {purchase.member_id for purchase in batch.purchases.values()} | payers | set(batch.survivors.values())
    ) | batch.survivors.keys()
    if purchase_ids or payers:
        givers |= batch.groups.keys()
    people, now = batch.members.values(), batch.now
    lots_load(cur, [r.points for r in people if r.points.is_due(now) or (givers and r.member_id in givers)])
    for member in people:
        member.pass_time(now)


def _needs(batch: Batch, open_drafts: list[Draft]) -> tuple[Needs, set[Any]]:
    """Join what the program versions of these facts read, and collect the local days they happened on."""
    days = {draft.business_date for draft in open_drafts if draft.fact is not None and draft.member_id}
    numbers = {
        number_in_force(batch.versions, draft.intake.occurred_at)
        for draft in open_drafts
        if (draft.fact is not None or draft.kind == "return") and batch.versions
    }
    all_needs = [program_of(batch.club, batch.versions, number).needs for number in sorted(numbers)]
    all_needs += quoted.needed(batch, open_drafts)
    if len(all_needs) == 1:
        return all_needs[0], days
    joined = NOTHING
    for needs in all_needs:
        joined = Needs(
            joined.fields | needs.fields,
            tuple(dict.fromkeys((*joined.limits, *needs.limits))),
            tuple(dict.fromkeys((*joined.ladders, *needs.ladders))),
            tuple(dict.fromkeys((*joined.measures, *needs.measures))),
        )
    return joined, days


def _decided(  # noqa: PLR0917 one fact among its batch
    cur: psycopg.Cursor[Any],
    batch: Batch,
    draft: Draft,
    told: dict[tuple[str, str], Draft],
    outcomes: dict[int, Outcome],
    named: dict[int, UUID],
) -> Outcome:
    """Answer one fact: the same one earlier in this batch, a refusal, or its settlement."""
    twin = told.get(key := draft.key)
    if twin is not None:
        is_same = twin.body == draft.body
        return again(outcomes[id(twin)]) if is_same else refused(draft, reference_reused())
    try:
        if draft.refusal is not None:
            raise draft.refusal
        outcome = (usual.usual_settled(batch, draft) if draft.is_usual else None) or _settled(
            cur, batch, draft, named
        )
    except Refusal as refusal:
        if draft.held_for:
            recording.review_add(batch, draft)
        return refused(draft, refusal)
    told[key] = draft
    return outcome


def _settled(cur: psycopg.Cursor[Any], batch: Batch, draft: Draft, named: dict[int, UUID]) -> Settled:
    if draft.kind == "return":
        return _return_settled(cur, batch, draft, named.get(id(draft)))
    fact = draft.fact
    assert fact is not None  # noqa: S101 - facts_made gave every draft a fact or a refusal
    if draft.member_id is None:
        if isinstance(draft.intake, PurchaseIn) and draft.intake.paid_with:
            raise payer_missing()
        return quoted.anonymous_settled(batch, draft, fact)
    compiled = quoted.program_for(batch, draft, fact)
    if draft.promise is not None:
        quoted.promise_check(batch, draft, fact, compiled)
    if isinstance(draft.intake, CustomIn):
        declaring.declared(compiled, draft.intake)
    member = batch.member(draft.member_id)
    activity_id = ids.fresh()
    origin = recording.origin(batch, activity_id, fact, Cause.ACTIVITY)
    maker = apart.maker_of(batch, draft) if draft.made_by is not None else None
    payments = _payments(cur, batch, draft, compiled, member)
    state, decision = usual.decided(member, compiled, fact, batch.budgets)
    quoted.earns_check(draft, decision)
    if payments:
        _payments_take(batch, draft, member, maker, payments, origin)
    purchase = _about(batch, draft, named) if named else None
    if purchase is not None:
        confirming.purchase_decided(batch, member, purchase, fact)
    outcome = member.apply(compiled, state, fact, decision, origin, maker)
    if decision.grants:
        owner = (maker or member).member_id
        lines = granting.grants_add(batch, owner, compiled, decision.grants, activity_id)
        outcome = structs.replace(outcome, grants=lines)
    if payments:
        promise = draft.promise.promised.coupons if draft.promise is not None else ()
        outcome = structs.replace(outcome, coupons=coupons_taken(payments, promise, fact))
    for spent in decision.spent:
        batch.budgets[spent.slot] += spent.amount
        batch.taken[spent.slot] = batch.taken.get(spent.slot, 0) + spent.amount
    quoted.promise_keep(batch, draft, fact, activity_id, compiled)
    if compiled.shadow is not None:
        shadows.shadow_add(batch, maker or member, compiled, state, fact, decision, activity_id)
    for each in filter(None, (member, member.pool, maker)):
        lapsing.stay_alive(batch, each, compiled, fact)
    about = draft.claims or (purchase and purchase.id)
    made = recording.Made(draft, activity_id, fact, outcome, decision, about, origin.instant)
    recording.activity_add(batch, made, compiled, state)
    return recording.answer(batch, made)


def _about(batch: Batch, draft: Draft, named: dict[int, UUID]) -> Purchase | None:
    """Return the purchase a fact names, if it names one."""
    if id(draft) not in named:
        return None
    purchase = batch.purchases.get(named[id(draft)])
    if purchase is None:
        raise purchase_not_found()
    return purchase


def _payments(
    cur: psycopg.Cursor[Any], batch: Batch, draft: Draft, compiled: CompiledProgram, member: Running
) -> list[paying.Payment]:
    """Find what the purchase is paid with, where it names anything."""
    intake = draft.intake
    if not isinstance(intake, PurchaseIn) or not (intake.paid_with or quoted.is_paid(draft.promise)):
        return []
    if member.member_id in batch.bare_groups:
        raise pooling.spends_by_person()
    # a quote knows its branch also where the purchase does not repeat it
    intake = structs.replace(intake, branch=draft.fact.branch if draft.fact else intake.branch)

    def checked(named: PurchaseIn) -> list[paying.Payment]:
        group = batch.groups.get(batch.in_group.get(member.member_id))
        return paying.payments_checked(
            cur, batch.club, member, named, compiled, batch.actor, batch.now, group
        )

    found = checked(intake)
    left = quoted.payments_left(draft.promise, found)
    return [*found, *checked(structs.replace(intake, paid_with=left))] if left else found


def _payments_take(  # noqa: PLR0917 what one purchase is paid with, and by whom
    batch: Batch,
    draft: Draft,
    member: Running,
    maker: Running | None,
    payments: list[paying.Payment],
    origin: Origin,
) -> None:
    if maker is not None:
        apart.lent(maker, member, payments, origin)
    batch.spent += paying.payments_take(
        batch.club,
        maker or member,
        payments,
        intake=draft.intake,  # type: ignore[arg-type]
        origin=origin,
        actor=batch.actor,
        now=batch.now,
    )


def _return_settled(
    cur: psycopg.Cursor[Any], batch: Batch, draft: Draft, purchase_id: UUID | None
) -> Settled:
    """Reverse what the returned part of a purchase earned; without its purchase a return waits for it."""
    intake = draft.intake
    assert isinstance(intake, ReturnIn)  # noqa: S101 - the kind says so
    drafts.in_time(batch.club, draft, batch.now)
    _branch, local_at = placed(batch.club, intake.branch, intake.occurred_at)
    if draft.waits:
        raise waiting.waiting_add(cur, batch, draft)
    if draft.goods_of is not None:
        goods = batch.goods[draft.goods_of]
        back = returning.return_fact(intake, goods, local_at)
        quoted.undone(batch, draft, goods, back)
        return recording.anonymous_return_add(batch, draft, goods, back)
    purchase = batch.purchases.get(purchase_id) if purchase_id else None
    if purchase is None:
        raise purchase_not_found()
    fact = returning.return_fact(intake, purchase, local_at)
    activity_id = ids.fresh()
    origin = recording.origin(batch, activity_id, fact, Cause.RETURN)
    compiled = batch.program(fact.occurred_at)
    outcome, shared = returning.taken_back(
        batch.members[purchase.member_id],
        purchase,
        fact,
        (program_by_number(batch.club, purchase.program), compiled),
        origin,
        club=batch.club,
        actor=batch.actor,
        gone=[p.id for p in batch.purchases.values() if p.is_gone],
        survivor=batch.members.get(batch.survivors.get(purchase.member_id, purchase.id)),
        pools=batch.members,
        undone=quoted.undone(batch, draft, purchase, fact),
    )
    for slot, amount in shared.items():
        batch.budgets[slot] -= amount
        batch.taken[slot] = batch.taken.get(slot, 0) - amount
    then = program_by_number(batch.club, purchase.program)
    if then.shadow is not None:
        shadows.shadow_return(
            cur, batch, batch.members[purchase.member_id], then, purchase, fact, activity_id
        )
    made = recording.Made(draft, activity_id, fact, outcome, None, purchase.id, origin.instant)
    recording.activity_add(batch, made, compiled, State())
    return recording.answer(batch, made)

"""Facts by the card or number of a member who was merged: theirs by name, the survivor's by effect.

Such a fact stands under the merged membership, with its entry and its history, and everything it gives goes
on to the survivor in the same transaction. So the undo of the merge finds all of it with the member whose
card made it, and nothing has to be moved afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from bashgah.activities.types import Intake, PurchaseIn
from bashgah.engine import CompiledProgram
from bashgah.engine.decisions import Decision, Used
from bashgah.engine.facts import Fact
from bashgah.ground import ids
from bashgah.ledger.between import everything_pass, lots_recall, units_lend
from bashgah.ledger.states import Credited, Origin
from bashgah.ledger.types import Cause
from bashgah.members.types import LockedMember

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bashgah.activities.drafts import Draft
    from bashgah.activities.payments import Payment
    from bashgah.activities.recording import Batch
    from bashgah.activities.running import Running


def is_apart(intake: Intake, merged: LockedMember, survivor: LockedMember) -> bool:
    """Say whether a fact is the merged membership's own; one that uses what is the survivor's is theirs.

    Holds, coupons, redemptions and quotes belong to one membership, and so does a place in a shared account.
    """
    if merged.group_id is not None or survivor.group_id is not None:
        return False
    return not isinstance(intake, PurchaseIn) or (
        not intake.quote and all(named.wallet and not named.pool for named in intake.paid_with)
    )


def maker_of(batch: Batch, draft: Draft) -> Running | None:
    """Return the merged membership whose fact it is."""
    return batch.members[draft.made_by] if draft.made_by is not None else None


def lent(maker: Running, survivor: Running, payments: Sequence[Payment], origin: Origin) -> None:
    """Bring the units a purchase is paid with to the one who pays with them; an undo asks them back."""
    entry = merge_entry(maker, origin)
    for payment in payments:
        units_lend(survivor.points, maker.points, entry, payment.unit, payment.amount)


def remembered(maker: Running, compiled: CompiledProgram, fact: Fact, decision: Decision) -> None:
    """Count the fact for the merged membership too; where they stand is judged when the merge is undone.

    Streaks and last days go on from their own.
    """
    own = maker.state(compiled, fact)
    lasting = [counter for counter in compiled.counters if counter.lasts]
    keys, day = {counter.key for counter in lasting}, fact.local_at.date()
    used = [one for one in decision.used if one.limit not in keys]
    used += [Used(one.key, one.start(day), added) for one in lasting if (added := one.adds(fact, own))]
    maker.remember(compiled, own, fact, structs.replace(decision, used=tuple(used)), stands=False)


def recalled(merged: Running, survivor: Running | None, credits: Sequence[Credited], origin: Origin) -> None:
    """Before something is done to what a merged member's fact gave, bring back what is left of it."""
    if survivor is None:
        return
    lots = [credited.posting_id for credited in credits]
    lots_recall(merged.points, survivor.points, merge_entry(merged, origin), lots)


def passed_on(merged: Running, survivor: Running, origin: Origin) -> None:
    """Let the survivor of a merge have what the merged member got, and pay what they owe."""
    everything_pass(merged.points, survivor.points, merge_entry(merged, origin))


def merge_entry(merged: Running, origin: Origin) -> Origin:
    """Return an entry of a merge; the cause's id is the merged member's, so the merge's undo finds it."""
    return structs.replace(origin, id=ids.fresh(), cause=Cause.MERGE, cause_id=merged.member_id)

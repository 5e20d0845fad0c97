"""What facts share with other members: budgets of rules, uses of promotions; locked after the members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import psycopg

from bashgah.activities import quoted, returning
from bashgah.activities.drafts import Draft
from bashgah.activities.recording import Batch
from bashgah.engine.limiting import budgets_of
from bashgah.engine.states import Slot
from bashgah.programs.budgets import budgets_lock


def shared_lock(
    cur: psycopg.Cursor[Any], batch: Batch, open_drafts: list[Draft], named: Mapping[int, UUID]
) -> None:
    """Lock what these facts share with other members: budgets of rules, uses of promotions."""
    if not batch.versions:
        return
    slots: set[Slot] = set()
    for draft in open_drafts:
        bought: returning.Goods | None = None
        if draft.kind == "return":
            bought = batch.goods.get(draft.goods_of) if draft.goods_of else None  # type: ignore[arg-type]
            bought = bought or (batch.purchases.get(named[id(draft)]) if id(draft) in named else None)
        elif draft.fact is not None and draft.member_id is not None:
            slots.update(budgets_of(quoted.program_for(batch, draft, draft.fact), draft.fact))
        if bought is not None or draft.promise is not None:
            slots.update(quoted.slots_of(batch, draft, bought))
    back = {named[id(draft)] for draft in open_drafts if draft.kind == "return" and id(draft) in named}
    slots |= returning.budgets_of_returns(batch.club, (p for p in batch.purchases.values() if p.id in back))
    if slots:
        batch.budgets = budgets_lock(cur, batch.club.id, slots)

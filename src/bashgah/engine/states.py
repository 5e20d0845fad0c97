"""What the engine must know of a member before it can decide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec


class Standing(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Where the member stands on one ladder before the fact."""

    tier: str = ""
    since: date | None = None
    kept_until: date | None = None
    granted_until: date | None = None


Slot = tuple[str, date, str]
"""Where a budget is counted: its key, the start of its window, and a branch ("" for the whole club)."""


class State(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Values of the catalogue's state fields that this program version reads, and only those.

    ``values`` maps a field name (``member.city``, ``history.purchases`` …) to its value; ``standings`` maps a
    ladder key to where the member stands; ``measures`` maps a ladder key to the measure's value in the
    ladder's window before this fact; ``used`` maps (limit key, window start) to units already given;
    ``balances`` maps a wallet key to available units.

    ``budgets`` is what a fact may still take of each budget, in the budget's own measure (units or money), by
    slot as ``engine.limiting.budgets_of`` names them. The conductor holds the budgets' rows while it decides,
    puts what is left here, and takes each decision's ``spent`` off before it asks for the next: a decision
    never gives more than was put here. A budget that is not here has nothing left.
    """

    values: Mapping[str, Any] = {}
    standings: Mapping[str, Standing] = {}
    measures: Mapping[str, int] = {}
    used: Mapping[tuple[str, date], int] = {}
    balances: Mapping[str, int] = {}
    budgets: Mapping[Slot, int] = {}


class Needs(msgspec.Struct, frozen=True):
    """What a compiled program reads: the settlement loads exactly this, in bulk.

    ``limits`` lists (limit key, window) pairs with window one of day, week, month, year, ever; the start of
    the window that holds a fact is ``engine.windows.window_start(window, local_date, calendar)``.
    ``measures`` lists (ladder key, measure key, window). ``limits`` also holds the program's counters, with
    windows ``last_day`` … ``last_year`` for the window before the one that holds the fact.
    """

    fields: frozenset[str]
    limits: tuple[tuple[str, str], ...]
    ladders: tuple[str, ...]
    measures: tuple[tuple[str, str, str], ...]

"""What the engine must know of a member before it can decide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the member stands on one ladder before the fact."""

    tier: str = ""
    since: date | None = None
    kept_until: date | None = None
    granted_until: date | None = None


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """Values of the catalogue's state fields that this program version reads, and only those.

    ``values`` maps a field name (``member.city``, ``history.purchases`` …) to its value; ``standings`` maps a
    ladder key to where the member stands; ``measures`` maps a ladder key to the measure's value in the
    ladder's window before this fact; ``used`` maps (limit key, window start) to units already given;
    ``balances`` maps a wallet key to available units.
    """

    values: Mapping[str, Any] = {}
    standings: Mapping[str, Standing] = {}
    measures: Mapping[str, int] = {}
    used: Mapping[tuple[str, date], int] = {}
    balances: Mapping[str, int] = {}


class Needs(msgspec.Struct, frozen=True):
    """What a compiled program reads: the settlement loads exactly this, in bulk.

    ``limits`` lists (limit key, window) pairs with window one of day, week, month, year, ever; the start of
    the window that holds a fact is ``engine.windows.window_start(window, local_date, calendar)``.
    ``measures`` lists (ladder key, measure key, window).
    """

    fields: frozenset[str]
    limits: tuple[tuple[str, str], ...]
    ladders: tuple[str, ...]
    measures: tuple[tuple[str, str, str], ...]

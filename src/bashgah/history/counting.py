"""A purchase counted straight to rows, as ``keeping.Book`` counts its member's only fact of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from bashgah.engine.decisions import Used
from bashgah.history.keeping import Rows


def purchase_counted(  # noqa: PLR0917 one purchase, all that is counted of it
    into: Rows,
    owner: tuple[bytes, UUID],
    read: Mapping[str, Sequence[Sequence[Any]]],
    day: date,
    at: int,
    amounts: tuple[int, int, int],
    used: Iterable[Used],
) -> None:
    """Count a purchase on its local day, and what it takes of limits.

    ``owner`` is (the member's bytes, the club), ``read`` the member's rows by part, ``at`` the instant as
    columns take it; ``amounts`` are net, gross and qualifying units.
    """
    (member_id, club_id), (net, gross, qualifying) = owner, amounts
    sums = (net, gross, qualifying, at, at, at, 1, 0, 0)
    if found := read.get("sums"):
        into.sums_placed.append((found[0][1], *sums))
    else:
        into.sums.append((member_id, *sums, club_id))
    for _member, place, known, *_counts in read.get("days", ()):
        if known == day:
            into.days_placed.append((place, net, qualifying, 1, 0))
            break
    else:
        into.days.append((net, qualifying, day, 1, 0, member_id, club_id))
    if used:
        taken: dict[tuple[str, date], int] = {}
        for each in used:
            key = each.limit, each.window_start
            taken[key] = taken.get(key, 0) + each.amount
        into.used.extend(
            [(amount, start, member_id, club_id, limit) for (limit, start), amount in taken.items()]
        )

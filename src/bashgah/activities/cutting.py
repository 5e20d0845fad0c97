"""How a batch is cut into transactions.

A transaction locks its members from beginning to commit, so two of a thousand random members each run one
after the other, whoever settles them. A large batch is therefore cut by member: into parts that never share
one, the same parts for every batch, begun at different places by those at work at once.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from bashgah.activities.drafts import Draft, members_resolved
from bashgah.activities.types import CustomIn, Intake, Outcome, PurchaseIn, VisitIn
from bashgah.clubs.types import ClubInfo
from bashgah.ground.asking import ask, by_lookups
from bashgah.ground.batch import cursor
from bashgah.kit.refusals import Refusal
from bashgah.members.selectors import members_together
from bashgah.programs.selectors import Versions, number_in_force, program_of, versions_asked

WHOLE_MOST = 256
"""A batch of so many facts or fewer is one transaction, and shares what one costs whatever it holds."""
PART_LEAST = 100
PARTS_MOST = 64

_beginnings = itertools.count(random.randrange(PARTS_MOST))  # noqa: S311 two processes seldom begin alike


class Interrupted(Exception):
    """The database failed after some facts of a batch were committed; its cause is the error.

    ``outcomes`` stand in the order of the batch; None is a fact that was not settled, or of which nobody
    knows because the connection broke while it was committed. Its reference makes it safe to tell it again.
    """

    def __init__(self, outcomes: list[Outcome | None]) -> None:
        super().__init__("a batch was interrupted")
        self.outcomes = outcomes


def parts_of(club: ClubInfo, made: list[Draft], now: datetime) -> list[list[Draft]]:
    """Cut a batch into the parts to settle one after the other, each in a transaction of its own.

    A batch of many plain facts is cut by member, which keeps the order of each member's facts (and of theirs
    with whom they share an account, or who gave way to them) but not that between members. All others keep
    their order as it is, and are cut before a fact that names a purchase told earlier in the same part.
    """
    if len(made) <= WHOLE_MOST or connection.in_atomic_block or not _is_plain(made):
        return _by_purchases(made)
    with transaction.atomic(), by_lookups():
        members_resolved(club, made, now, lock_follows=True)
        named = {draft.member_id for draft in made if draft.member_id is not None}
        with cursor() as cur:
            together, versions = ask(cur, members_together(club, named), versions_asked(club))
    if _has_budgets(club, versions, made):
        return _by_purchases(made)
    return _begun_elsewhere(_by_members(made, together))


def _is_plain(made: Sequence[Draft]) -> bool:
    """Say whether no fact but those of the same member bears on another: each may be settled before it.

    Facts that name a purchase, a quote, a coupon or what they were paid with are not, nor is a batch that
    tells a reference twice: the first telling counts.
    """
    return len({draft.key for draft in made}) == len(made) and all(_stands_alone(d.intake) for d in made)


def _stands_alone(intake: Intake) -> bool:
    if isinstance(intake, PurchaseIn):
        return not (intake.quote or intake.paid_with or intake.coupons)
    return isinstance(intake, VisitIn) or (isinstance(intake, CustomIn) and intake.purchase is None)


def _has_budgets(club: ClubInfo, versions: Versions, made: Sequence[Draft]) -> bool:
    """Say whether a program of these facts gives from a budget, of which whoever comes first gets first."""
    try:
        numbers = {number_in_force(versions, draft.intake.occurred_at) for draft in made}
        programs = [program_of(club, versions, number) for number in numbers]
    except Refusal:  # each fact is told so by itself
        return False
    return any(traits.budgeted for each in programs for traits in (each.shadow or each).traits.values())


def _by_members(made: Sequence[Draft], together: Mapping[UUID, UUID]) -> list[list[Draft]]:
    """Cut by the last bits of the member's id, which are random; half as many parts are each two of these."""
    count = 1
    while count < PARTS_MOST and len(made) >= 2 * count * PART_LEAST:
        count *= 2
    parts: list[list[Draft]] = [[] for _ in range(count)]
    for place, draft in enumerate(made):
        id_ = draft.member_id
        number = place if id_ is None else together.get(id_, id_).int
        parts[number % count].append(draft)
    return [part for part in parts if part]


def _begun_elsewhere(parts: list[list[Draft]]) -> list[list[Draft]]:
    """Begin at another part than who is at work already."""
    begin = next(_beginnings) * (len(parts) // 2 + 1) % len(parts)
    return parts[begin:] + parts[:begin]


def _by_purchases(made: Sequence[Draft]) -> list[list[Draft]]:
    """Cut the batch before each fact that names a purchase told earlier in the same part."""
    parts: list[list[Draft]] = [[]]
    told: set[tuple[str, str]] = set()
    for draft in made:
        named = getattr(draft.intake, "purchase", None)
        if named is not None and (named.source or draft.intake.source, named.reference) in told:
            parts.append([])
            told.clear()
        told.add(draft.key)
        parts[-1].append(draft)
    return [part for part in parts if part]

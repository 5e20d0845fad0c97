"""What earlier files brought: purchases that this file's cancellations may take goods back from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from bashgah.activities.selectors import purchases_of
from bashgah.clubs.types import ClubInfo
from bashgah.imports.mapping import PurchaseMapping
from bashgah.imports.matching import Bought
from bashgah.imports.sorting import Sorted
from bashgah.members.identifiers import normalised
from bashgah.members.selectors import members_resolve_bulk
from bashgah.members.types import IdentifierKind

MEMBERS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Earlier:
    """Lines bought before this file, and who those are that only give back in it."""

    bought: list[Bought] = field(default_factory=list)
    owners: Mapping[str, UUID] = field(default_factory=dict)


def earlier_bought(
    club: ClubInfo, found: Sorted, owners: Mapping[str, UUID], mapping: PurchaseMapping
) -> Earlier:
    """Return what is left of earlier purchases of everybody who gives something back in this file.

    Only purchases of the same source count, and none that this file holds itself. What this very file took
    back when it was read before is left out, so that reading it again matches as it did the first time.
    """
    if not found.cancellations:
        return Earlier()
    whose = {key: owners[key] for key in found.returners if key in owners}
    whose |= _resolved(club, found, owners)
    wanted = {one.sku for one in found.cancellations}
    own = {one.invoice for one in found.cancellations}
    members = sorted(set(whose.values()))
    bought = []
    for start in range(0, len(members), MEMBERS_AT_ONCE):
        for each in purchases_of(club, mapping.fact_source, members[start : start + MEMBERS_AT_ONCE]):
            if each.reference.partition("#")[0] in found.purchases:
                continue
            back: dict[int, int] = {}
            for source, reference, lines in each.returns:
                if source == mapping.fact_source and reference.partition(">")[0] in own:
                    continue
                for no, quantity in lines:
                    back[no] = back.get(no, 0) + quantity
            bought += [
                Bought(str(each.member_id), line.sku, each.occurred_at, each.reference, line.no, left)
                for line in each.lines
                if line.sku in wanted and (left := line.quantity - back.get(line.no, 0)) > 0
            ]
    return Earlier(bought, whose)


def _resolved(club: ClubInfo, found: Sorted, owners: Mapping[str, UUID]) -> dict[str, UUID]:
    """Find the members who buy nothing in this file, by the name it knows them under."""
    known: dict[str, UUID] = {}
    kinds: tuple[IdentifierKind, ...] = ("external", "mobile")
    for kind in kinds:
        names = {
            normalised(kind, text): key
            for key, buyer in found.returners.items()
            if key not in owners
            and key not in known
            and (text := buyer.external_id if kind == "external" else buyer.mobile)
        }
        if names:
            answers = members_resolve_bulk(club, kind, list(names))
            known.update({names[text]: id_ for text, id_ in answers.items()})
    return known

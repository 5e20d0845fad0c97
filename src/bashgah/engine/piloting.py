"""Who is in a rule's pilot: a member is assigned by the rule's key and their own id, the same for ever."""

from __future__ import annotations

from hashlib import sha256

from bashgah.engine.criteria.judging import Scene, holds
from bashgah.engine.facts import Fact
from bashgah.engine.program import ReadyPilot
from bashgah.engine.states import State

MEMBER = "member.id"
"""The state field that says who the member is; no criterion can ask for it."""
PARTS = 10_000


def assigned(rule: str, member: str, percent: int) -> bool:
    """Say whether a member is among so many percent of all members for this rule.

    Pure and for ever: the first eight bytes of SHA-256 of "rule:member" lie in one of ten thousand parts, and
    the parts below ``percent`` hundreds are in. Raising the percentage keeps everybody who was in; another
    rule draws anew. A member who is not known is not in.
    """
    if not member:
        return False
    drawn = int.from_bytes(sha256(f"{rule}:{member}".encode()).digest()[:8], "big") % PARTS
    return drawn < percent * (PARTS // 100)


def is_drawn(pilot: ReadyPilot, state: State) -> bool:
    """Say whether the member is in the share of a pilot, whatever group it is for."""
    return pilot.percent == 100 or assigned(pilot.rule, state.values.get(MEMBER) or "", pilot.percent)


def in_pilot(pilot: ReadyPilot, fact: Fact, state: State) -> bool:
    """Say whether a rule in pilot is for the fact's member: the criterion holds now, and they were drawn."""
    return is_drawn(pilot, state) and holds(pilot.when, Scene(fact, state, pilot.calendar))

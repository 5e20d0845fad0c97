"""What a member's activity does to wallets that expire by inactivity: it moves their date, not their lots."""

from __future__ import annotations

from datetime import timedelta

from bashgah.activities.recording import Batch
from bashgah.activities.running import Running
from bashgah.engine import CompiledProgram
from bashgah.engine.facts import Fact
from bashgah.programs.selectors import number_in_force

ACTIVE = frozenset({"purchase", "visit"})
"""What counts as something the member did. A return does not, nor does it undo the purchase's visit."""
ARRIVAL = timedelta(days=7)
"""How long a wallet lives at least after a fact was recorded, so that a till's late facts, or years of old
purchases read from a file, do not expire before the ones after them have arrived."""


def stay_alive(batch: Batch, member: Running, compiled: CompiledProgram, fact: Fact) -> None:
    """Move the lapse of the member's wallets by the terms in force when the fact happened.

    The date never moves back. Where the program in force now has no such term any more, it goes.
    """
    if fact.kind not in ACTIVE:
        return
    wallets = member.points.wallets
    for unit, clock in compiled.clocks.items():
        until = clock.inactive_at(fact.local_at) if clock.lapses else None
        if until is not None:
            member.points.keep_alive(unit, max(until, batch.now + ARRIVAL))
        elif (
            unit in wallets
            and wallets[unit].lapses_at is not None
            and compiled.number == number_in_force(batch.versions, batch.now)
        ):
            member.points.keep_alive(unit, None)

"""Tiers follow at once when what lifted a member comes back: they stand where they would stand without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from bashgah.activities import compact
from bashgah.activities.remembering import Days, Rise, fallen, measured_on
from bashgah.activities.running import Running
from bashgah.engine import CompiledProgram
from bashgah.engine.decisions import TierMove
from bashgah.engine.states import Standing
from bashgah.engine.windows import measure_start
from bashgah.engine.words import tier_name
from bashgah.ground.batch import cursor
from bashgah.history.selectors import days_get
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.ledger.states import Origin
from bashgah.tiers.selectors import rises_since


def fall(
    running: Running,
    compiled: CompiledProgram,
    recorded_at: datetime,
    origin: Origin,
    ids: Sequence[UUID] = (),
) -> tuple[TierMove, ...]:
    """Lower the member where a rise since ``recorded_at`` no longer holds; return the steps down.

    The return is counted already. From the standing before the first rise that the purchase may have had a
    part in, the member's days are gone through again: what they bought apart from it may hold them where they
    are. A tier kept at a review is judged by the next review, not here. ``ids`` are the memberships whose
    facts lift a member who took others in.
    """
    ladders = [key for key in compiled.ladders if key in running.standings]
    if not ladders:
        return ()
    bases = _bases(running, recorded_at, ids or [running.member_id])
    moves = []
    days: Days | None = None
    for key in ladders:
        if key not in bases:
            continue
        if days is None:
            days = running.history.days_with(days_get(running.member_id))
        move = _lowered(running, compiled, key, bases[key], days, origin)
        if move is not None:
            moves.append(move)
            running.step(move, origin)
    return tuple(moves)


def _bases(running: Running, recorded_at: datetime, ids: Sequence[UUID]) -> dict[str, Rise]:
    """Find the first rise on each ladder since then: those written, then those of this batch."""
    bases: dict[str, Rise] = {}
    written = rises_since(running.member_id, recorded_at)
    states = _states(ids, [activity_id for _ladder, activity_id in written])
    for ladder, activity_id in written:
        if activity_id in states:
            day, standings = states[activity_id]
            bases.setdefault(ladder, Rise(ladder, standings.get(ladder), day))
    for rise in running.rises:
        bases.setdefault(rise.ladder, rise)
    return bases


def _states(member_ids: Sequence[UUID], ids: list[UUID]) -> dict[UUID, tuple[date, Mapping[str, Standing]]]:
    if not ids:
        return {}
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT id, business_date, state FROM activities_activity
            WHERE member_id = ANY(%s) AND id = ANY(%s)
            """,
            [list(member_ids), ids],
        ).fetchall()
    return {id_: (day, compact.state_unpack(state).standings) for id_, day, state in rows}


def _lowered(  # noqa: PLR0917 one ladder of one member, judged in one place
    running: Running, compiled: CompiledProgram, key: str, base: Rise, days: Days, origin: Origin
) -> TierMove | None:
    ready, calendar = compiled.ladders[key], compiled.document.calendar
    ladder, today, value = ready.ladder, origin.business_date, measured_on(days, ready)
    before = running.standings[key]
    after = fallen(compiled, base, before, days, today)
    if after.tier == before.tier:
        return None
    running.standings[key] = after
    running.moved.add(key)
    left = value(measure_start(ladder.window, today, calendar), date.fromordinal(today.toordinal() + 1))
    needed = next(tier.threshold for tier in ladder.tiers if tier.key == before.tier)
    said = ready.measure.said
    why = Phrase(
        _("{value} left after what came back; {tier} takes {needed}"),
        {
            "value": said(left, ladder, compiled.document),
            "needed": said(needed, ladder, compiled.document),
            "tier": tier_name(ladder, before.tier),
        },
    )
    return TierMove(key, before.tier, after.tier, "lowered", why)

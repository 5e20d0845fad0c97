"""Tiers follow at once when what lifted a member comes back: they stand where they would stand without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from bashgah.activities import compact
from bashgah.activities.compact import KIND_CODES
from bashgah.activities.remembering import Days, Rise, fallen, measured_on
from bashgah.activities.running import Running
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram
from bashgah.engine.decisions import TierMove
from bashgah.engine.states import Standing
from bashgah.engine.windows import measure_start
from bashgah.engine.words import tier_name
from bashgah.ground.batch import cursor
from bashgah.history.selectors import days_get
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.ledger.reading import local_date
from bashgah.ledger.states import Origin
from bashgah.members.selectors import alias_set
from bashgah.programs.selectors import program_in_force
from bashgah.tiers.selectors import rises_since, stored_standings
from bashgah.tiers.types import RiseInfo


def fall(  # noqa: PLR0917 one return, judged in one place
    club: ClubInfo,
    running: Running,
    compiled: CompiledProgram,
    recorded_at: datetime,
    origin: Origin,
    merged: Running | None = None,
    *,
    is_alone: bool = False,
) -> tuple[TierMove, ...]:
    """Lower the member where a rise since ``recorded_at`` no longer holds; return the steps down.

    The return is counted already. From the standing before the first rise that the purchase may have had a
    part in, also by holding it when something else came back, the member's days are gone through again: what
    they bought apart from it may hold them where they are. A tier kept at a review is judged by the next
    review, not here.

    Who took others in is lifted by their facts too, and never falls below where these stand themselves;
    ``merged`` is the one of them who returns goods, ``is_alone`` says that only the member's own count.
    """
    ladders = [key for key in compiled.ladders if key in running.standings]
    if not ladders:
        return ()
    own = running.member_id
    ids = [own] if is_alone else alias_set(club, own)
    running.judged_from = min(recorded_at, running.judged_from or recorded_at)
    written = rises_since(own, _held_since(ids, running.judged_from))
    bases = _bases(club, ids, written, running.standings)
    for rise in running.rises:
        bases.setdefault(rise.ladder, rise)
    beside = stored_standings(club, ids[1:]) if len(ids) > 1 and bases else {}
    if merged is not None:
        beside[merged.member_id] = merged.standings
    moves = []
    days: Days | None = None
    for key in ladders:
        if key not in bases:
            continue
        if days is None:
            days = running.history.days_with(days_get(own))
        theirs = [standings[key] for standings in beside.values() if key in standings]
        move = _lowered(running, compiled, bases[key], days, origin, theirs)
        if move is not None:
            moves.append(move)
            running.step(move, origin)
    return tuple(moves)


def _held_since(member_ids: Sequence[UUID], since: datetime) -> datetime:
    """Return the first moment whose rises a purchase of ``since`` may hold up.

    What came back after it was recorded had lifted the member perhaps, and this purchase kept them where they
    stood then; and so on, back through what that return had held.
    """
    with cursor() as cur:
        row = cur.execute(
            """
            WITH RECURSIVE held(since) AS (
                SELECT %(since)s::timestamptz
                UNION ALL
                SELECT earlier.since FROM held, LATERAL (
                    SELECT p.recorded_at FROM activities_activity r
                    JOIN activities_activity p ON p.member_id = r.member_id AND p.id = r.about_id
                    WHERE r.member_id = ANY(%(members)s) AND r.kind = %(return)s
                      AND r.recorded_at >= held.since AND p.recorded_at < held.since
                    ORDER BY p.recorded_at LIMIT 1) earlier(since)
            )
            SELECT min(since) FROM held
            """,
            {"since": since, "members": list(member_ids), "return": KIND_CODES["return"]},
        ).fetchone()
    assert row is not None  # noqa: S101 - the first row is there always
    return row[0]  # type: ignore[no-any-return]


def standings_left(
    *,
    club: ClubInfo,
    member_id: UUID,
    standings: Mapping[str, Standing | None],
    since: datetime,
    now: datetime,
) -> dict[str, Standing | None]:
    """Return where a member stood at ``since``, without what they have brought back from then until now.

    For the undo of a merge: standings of before it, of a member whose own goods came back meanwhile.
    """
    with cursor() as cur:
        row = cur.execute(
            """
            SELECT min(p.recorded_at) FROM activities_activity r
            JOIN activities_activity p ON p.member_id = r.member_id AND p.id = r.about_id
            WHERE r.member_id = %s AND r.kind = %s AND r.recorded_at >= %s AND p.recorded_at <= %s
            """,
            [member_id, KIND_CODES["return"], since, since],
        ).fetchone()
    if row is None or row[0] is None:
        return dict(standings)
    compiled, today = program_in_force(club, now), local_date(club.timezone)(now)
    stood = {key: standing for key, standing in standings.items() if standing is not None}
    # what the merge itself lifted was written at its instant, and by no fact
    written = [
        rise
        for rise in rises_since(member_id, row[0])
        if rise.at < since or (rise.at == since and rise.activity_id is not None)
    ]
    bases, days = _bases(club, [member_id], written, stood), days_get(member_id)
    left = dict(standings)
    for key, base in bases.items():
        if key in stood and key in compiled.ladders:
            left[key] = fallen(compiled, base, stood[key], days, today)
    return left


def _bases(
    club: ClubInfo, ids: Sequence[UUID], written: Sequence[RiseInfo], standings: Mapping[str, Standing]
) -> dict[str, Rise]:
    """Return the first of these rises on each ladder.

    One that no fact brought (a merge, a recomputation) is known by its tier alone: the day it was written
    and the present term stand for its dates.
    """
    bases: dict[str, Rise] = {}
    states = _states(ids, [rise.activity_id for rise in written if rise.activity_id is not None])
    date_of = local_date(club.timezone)
    for rise in written:
        if rise.ladder in bases:
            continue
        if rise.activity_id is None:
            kept_until = standings[rise.ladder].kept_until if rise.ladder in standings else None
            day = date_of(rise.at)
            bases[rise.ladder] = Rise(rise.ladder, Standing(rise.before, day, kept_until), day)
        elif rise.activity_id in states:
            day, stood = states[rise.activity_id]
            bases[rise.ladder] = Rise(rise.ladder, stood.get(rise.ladder), day)
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
    running: Running,
    compiled: CompiledProgram,
    base: Rise,
    days: Days,
    origin: Origin,
    beside: Sequence[Standing],
) -> TierMove | None:
    key = base.ladder
    ready, calendar = compiled.ladders[key], compiled.document.calendar
    ladder, today, value = ready.ladder, origin.business_date, measured_on(days, ready)
    before = running.standings[key]
    after = fallen(compiled, base, before, days, today, beside)
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

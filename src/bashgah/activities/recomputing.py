"""Computes again what activities should have given, and puts right what they gave.

A member's whole life is gone through (``activities.living``); what each fact gives then and what the books
say it gave are compared, and the difference is applied as an entry of its own that names the activity.
Applied again it finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from django.db import transaction

from bashgah.activities.compact import KINDS, fact_unpack, outcome_unpack, state_unpack
from bashgah.activities.living import Key, Life, Lived, Told
from bashgah.activities.recomputed import Difference, Recomputed, TierDifference
from bashgah.activities.regranting import (
    GrantDifference,
    counted_held,
    grant_differences,
    grants_put_right,
    windows_of,
)
from bashgah.activities.running import WALLET_KINDS, Running, running_read
from bashgah.activities.undoing import limit_windows, times_freed
from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram
from bashgah.engine.decisions import TierMove
from bashgah.engine.ladders import standing_fallen
from bashgah.engine.states import Standing
from bashgah.engine.words import tier_name
from bashgah.ground import ids
from bashgah.ground.actors import actor_columns
from bashgah.ground.audit import audit_post
from bashgah.ground.batch import RowSet, cursor, write
from bashgah.ground.outbox import NEWS, NewsRow, news_row
from bashgah.ground.types import Actor
from bashgah.history import keeping as history
from bashgah.history.keeping import Tally
from bashgah.history.selectors import used_get
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.ledger import tables as ledger
from bashgah.ledger.reading import credits_of, entries_about, given_by_activities, lots_load
from bashgah.ledger.states import Origin
from bashgah.ledger.types import Cause, WalletKind
from bashgah.members.selectors import alias_set
from bashgah.members.services import members_lock
from bashgah.programs.selectors import (
    number_in_force,
    program_by_number,
    program_in_force,
    versions_in_force,
)
from bashgah.redemption.regranting import grants_held
from bashgah.redemption.types import GrantHeld
from bashgah.tiers.tables import CHANGE, STANDING


@dataclass(slots=True)
class _Found:
    running: Running
    compiled: CompiledProgram
    life: Life
    answer: Recomputed
    today: date
    held: dict[UUID, list[GrantHeld]]


def member_recompute(*, club: ClubInfo, member_id: UUID, since: date, now: datetime) -> Recomputed:
    """Say what the member's activities since a day should have given, and what differs; nothing is changed.

    Facts are taken in the order in which they happened, each under the program in force then; those before
    the day as the books have them. Units that were cancelled or never confirmed stay as they are. Refuses
    ``recompute_merged`` (409) for whom two memberships are one.
    """
    with cursor() as cur:
        return _found(cur, club, member_id, since, now).answer


def member_recompute_apply(
    *, club: ClubInfo, member_id: UUID, since: date, actor: Actor, now: datetime
) -> Recomputed:
    """Put right what ``member_recompute`` finds, under the member's lock; return what it was.

    Each activity gets an entry of its own (cause ``recompute``); limits, qualifying units of the days and
    tiers follow. What was added to limits and counters stands in the audit trail, which proofs count with.
    What must be taken and was spent becomes a debt, as with returns. Applied again it changes nothing.
    """
    with transaction.atomic(), cursor() as cur:
        if member_id not in members_lock(club, [member_id]):
            raise Refusal("member_not_found", Phrase(_("There is no such member.")), status=404)
        found = _found(cur, club, member_id, since, now)
        if found.answer.is_right and not _used_differences(club, found):
            return found.answer
        lots_load(cur, [found.running.points])
        found.running.pass_time(now)
        for each in found.answer.differences:
            _put_right(cur, found, each, _origin(found, each, actor, now))
        news, grants = _grants_put_right(club, found, actor, now)
        counted = _limits_put_right(club, found)
        news += _tiers_put_right(club, found, now)
        _write(cur, club, found, news, now)
        audit_post(
            club_id=club.id,
            actor=actor,
            action="points.recomputed",
            target=public("member", member_id),
            details={
                "since": since.isoformat(),
                "changes": found.answer.changes,
                "activities": len({each.activity_id for each in found.answer.differing}),
                "counted": counted,
                "grants": grants,
            },
            now=now,
        )
    return found.answer


def _found(
    cur: psycopg.Cursor[tuple[object, ...]], club: ClubInfo, member_id: UUID, since: date, now: datetime
) -> _Found:
    if len(alias_set(club, member_id)) > 1:
        raise Refusal(
            "recompute_merged",
            Phrase(_("Two memberships became one here; what each of them earned is not computed again.")),
        )
    compiled = program_in_force(club, now)
    today = now.astimezone(ZoneInfo(club.timezone)).date()
    running = running_read(cur, club, [member_id], compiled.needs, {today})[member_id]
    versions = versions_in_force(club)
    life = Life(lambda at: program_by_number(club, number_in_force(versions, at)), running.about, since)
    held = grants_held(club, member_id)
    told = list(_told(cur, club, member_id, held))
    life.go(told)
    life.seen.review(compiled, today)
    given, untouched = given_by_activities(cur, member_id)
    anew = [lived for lived in life.lived.values() if lived.is_anew and lived.told.id not in untouched]
    for lived in anew:
        life.touched |= _limited(lived, given.get(lived.told.id, {}))
        life.touched |= windows_of(lived, held.get(lived.told.id, ()))
    differences = [each for lived in anew for each in _differences(lived, given.get(lived.told.id, {}))]
    grants = [each for lived in anew for each in grant_differences(lived, held.get(lived.told.id, ()))]
    tiers = tuple(
        TierDifference(key, before.tier, after.tier)
        for key, before, after in _standings(running, life, compiled, today)
    )
    answer = Recomputed(member_id, since, len(anew), tuple(differences), tiers, tuple(grants))
    return _Found(running, compiled, life, answer, today, held)


def _told(
    cur: psycopg.Cursor[tuple[object, ...]],
    club: ClubInfo,
    member_id: UUID,
    held: Mapping[UUID, Sequence[GrantHeld]],
) -> Iterator[Told]:
    rows = cur.execute(
        """
        SELECT a.id, a.kind, a.about_id, a.reference, a.fact, a.state, a.outcome, q.program
        FROM activities_activity a
        LEFT JOIN activities_quote q ON q.member_id = a.member_id AND q.activity_id = a.id
        WHERE a.member_id = %s AND a.club_id = %s
        """,
        [member_id, club.id],
    ).fetchall()
    for id_, kind, about, reference, fact, state, outcome, quoted in rows:
        yield Told(
            id_,
            KINDS[kind],
            about,
            reference,
            fact_unpack(fact),
            state_unpack(state),
            outcome_unpack(outcome),
            None if quoted is None else program_by_number(club, quoted),
            counted_held(held.get(id_, ())),
        )


def _differences(lived: Lived, given: Mapping[Key, int]) -> list[Difference]:
    return [
        Difference(
            lived.told.id,
            lived.told.kind,
            lived.told.reference,
            lived.fact.occurred_at,
            lived.compiled.number,
            gap.unit,
            gap.rule,
            gap.given,
            gap.due,
            gap.reasons,
        )
        for gap in lived.gaps(given)
    ]


def _limited(lived: Lived, given: Mapping[Key, int]) -> set[tuple[str, date]]:
    """Return the windows against which what a fact gave was counted: it may give nothing there any more."""
    day, rules = lived.business_date, {rule for _wallet, rule in given}
    found = {(key, start) for key, start, _times in times_freed(lived.compiled, rules, day)}
    for wallet, rule in given:
        found.update(limit_windows(lived.compiled, rule, wallet, day))
    return found


def _standings(
    running: Running, life: Life, compiled: CompiledProgram, today: date
) -> list[tuple[str, Standing, Standing]]:
    """Return the standings that differ: (ladder, as it is, as it should be)."""
    found = []
    for key, ready in compiled.ladders.items():
        before, lived = running.standings.get(key, Standing()), life.seen.standings.get(key)
        if lived is None or lived.tier == before.tier:
            continue
        keys = [tier.key for tier in ready.ladder.tiers]
        rises = before.tier not in keys or keys.index(lived.tier) > keys.index(before.tier)
        if rises:
            after = Standing(lived.tier, lived.since, lived.kept_until, before.granted_until)
        else:
            after = standing_fallen(ready.ladder, before, lived, today)
        if after.tier != before.tier:
            found.append((key, before, after))
    return found


def _origin(found: _Found, each: Difference | GrantDifference, actor: Actor, now: datetime) -> Origin:
    actor_kind, actor_id = actor_columns(actor)
    return Origin(
        id=ids.fresh(),
        cause=Cause.RECOMPUTE,
        cause_id=each.activity_id,
        occurred_at=each.occurred_at,
        recorded_at=now,
        business_date=found.today,
        actor_kind=actor_kind,
        actor_id=actor_id,
    )


def _grants_put_right(
    club: ClubInfo, found: _Found, actor: Actor, now: datetime
) -> tuple[list[NewsRow], dict[str, list[int]]]:
    """Grant and take back rewards; return the news, and what was given and taken for the audit trail."""
    news: list[NewsRow] = []
    told: dict[str, list[int]] = {}
    for each in found.answer.grants:
        if not each.change:
            continue
        lived, held = found.life.lived[each.activity_id], found.held.get(each.activity_id, ())
        origin = _origin(found, each, actor, now)
        more, counts = grants_put_right(club, found.running, lived, each, held, origin, actor)
        news += more
        told[f"{each.activity_id} {each.rule} {each.reward}"] = list(counts)
    return news, told


def _put_right(
    cur: psycopg.Cursor[tuple[object, ...]], found: _Found, each: Difference, origin: Origin
) -> None:
    lived, running = found.life.lived[each.activity_id], found.running
    wallet = lived.compiled.wallets.get(each.wallet)
    kind = WALLET_KINDS[wallet.kind] if wallet else running.points.wallets[each.wallet].kind
    if each.change > 0:
        credit = next(c for c in lived.credits if (c.wallet, c.rule) == (each.wallet, each.rule))
        running.points.credit(
            origin,
            unit=each.wallet,
            kind=kind,
            amount=each.change,
            rule=each.rule,
            available_from=credit.available_from,
            expires_at=credit.expires_at,
            confirm_by=credit.confirm_by,
        )
    else:
        _take(cur, running, each, origin)
    if kind is WalletKind.STATUS:
        running.history.record(lived.business_date, each.occurred_at, Tally(qualifying=each.change))


def _take(
    cur: psycopg.Cursor[tuple[object, ...]], running: Running, each: Difference, origin: Origin
) -> None:
    more = entries_about(cur, running.member_id, Cause.RECOMPUTE, [each.activity_id])
    entries = [each.activity_id, *more.get(each.activity_id, ())]
    left = -each.change
    for credited in credits_of(cur, running.member_id, entries):
        part = min(left, credited.amount - credited.reversed_total)
        if part > 0 and (credited.unit, credited.rule) == (each.wallet, each.rule):
            running.points.reverse(origin, credited, part)
            left -= part


def _used_differences(club: ClubInfo, found: _Found) -> dict[tuple[str, date], int]:
    """Return what must be added to limits and counters of the windows the activities fell in."""
    stored = used_get(club, found.answer.member_id, found.life.touched)
    used = found.life.seen.history.used
    return {
        key: used.get(key, 0) - stored.get(key, 0)
        for key in sorted(found.life.touched)
        if used.get(key, 0) != stored.get(key, 0)
    }


def _limits_put_right(club: ClubInfo, found: _Found) -> dict[str, int]:
    """Count limits and counters as they should be; return what was added to each window."""
    changes = _used_differences(club, found)
    for (limit, start), amount in changes.items():
        found.running.history.use(limit, start, amount)
    if changes:
        last = max(found.life.lived.values(), key=lambda lived: lived.fact.occurred_at)
        found.running.history.record(last.business_date, last.fact.occurred_at, Tally())
    return {f"{limit} {start.isoformat()}": amount for (limit, start), amount in changes.items()}


def _tiers_put_right(club: ClubInfo, found: _Found, now: datetime) -> list[NewsRow]:
    running, compiled = found.running, found.compiled
    news = []
    for key, before, after in _standings(running, found.life, compiled, found.today):
        ladder = compiled.ladders[key].ladder
        keys = [tier.key for tier in ladder.tiers]
        was = keys.index(before.tier) if before.tier in keys else -1
        rises = keys.index(after.tier) > was
        running.standings[key] = after
        running.moved.add(key)
        why = Phrase(_("Computed again from {day}"), {"day": found.answer.since})
        move = TierMove(key, before.tier, after.tier, "raised" if rises else "lowered", why)
        running.step(move, _standing_origin(found, now))
        name = tier_name(ladder, after.tier)
        news.append(
            news_row(
                club_id=club.id,
                kind=f"tier.{move.direction}",
                member_id=running.member_id,
                payload={
                    "ladder": key,
                    "before": before.tier,
                    "after": after.tier,
                    "name": {"fa": name.fa, "en": name.en},
                },
                now=now,
            )
        )
    return news


def _standing_origin(found: _Found, now: datetime) -> Origin:
    id_ = ids.fresh()
    return Origin(id_, Cause.RECOMPUTE, None, now, now, found.today)  # type: ignore[arg-type]


def _write(
    cur: psycopg.Cursor[tuple[object, ...]], club: ClubInfo, found: _Found, news: list[NewsRow], now: datetime
) -> None:
    running = found.running
    points, past = ledger.Rows(), history.Rows()
    running.points.rows_into(points)
    running.history.rows_into(past)
    told = news_row(
        club_id=club.id,
        kind="points.recomputed",
        member_id=running.member_id,
        payload={"since": found.answer.since.isoformat(), "changes": found.answer.changes},
        now=now,
    )
    write(
        cur,
        [
            *points.rowsets(),
            *past.rowsets(),
            RowSet(STANDING, list(running.standing_rows())),
            RowSet(CHANGE, running.changes),
            RowSet(NEWS, [told, *news]),
        ],
    )

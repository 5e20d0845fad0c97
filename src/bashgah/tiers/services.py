"""Writes of the tiers room outside a settlement: reviews when a period ends, and grants by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.db import transaction

from bashgah.clubs.types import ClubInfo
from bashgah.engine import CompiledProgram
from bashgah.engine.document import Ladder, Program
from bashgah.engine.ladders import better_standing, reviews, standing_after
from bashgah.engine.states import Standing
from bashgah.engine.tiers.measured import MEASURES
from bashgah.engine.windows import measure_start
from bashgah.ground import ids
from bashgah.ground.audit import audit_post
from bashgah.ground.batch import RowSet, cursor, write
from bashgah.ground.outbox import NEWS, news_row
from bashgah.ground.types import Actor
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase, phrase_to_json
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.kit.text import Texts
from bashgah.members.services import members_lock
from bashgah.members.services.standing import member_lock
from bashgah.programs.selectors import program_in_force
from bashgah.tiers import selectors
from bashgah.tiers.tables import CHANGE, STANDING


def tiers_review_run(
    *, club: ClubInfo, now: datetime, limit: int = 1000, after: UUID | None = None
) -> UUID | None:
    """Review up to ``limit`` members whose tier was kept until today or earlier, each in its own transaction.

    Returns the member to go on after, or None when the club is through; that the day's periods are judged is
    then written down. A late run judges every period that ended, in order; run again it changes nothing.
    """
    today = _today(club, now)
    with cursor() as cur:
        due = [
            row[0]
            for row in cur.execute(
                """
                SELECT DISTINCT member_id FROM tiers_standing
                WHERE club_id = %s AND kept_until <= %s AND member_id > %s ORDER BY member_id LIMIT %s
                """,
                [club.id, today, after or UUID(int=0), limit],
            ).fetchall()
        ]
    for member_id in due:
        member_review(club=club, member_id=member_id, now=now)
    if len(due) == limit:
        return due[-1]
    with cursor() as cur:
        cur.execute(
            "INSERT INTO tiers_reviewed (club_id, day, at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [club.id, today, now],
        )
    return None


def member_review(*, club: ClubInfo, member_id: UUID, now: datetime) -> bool:
    """Judge the member's tiers whose period has ended; return whether any standing changed."""
    compiled = program_in_force(club, now)
    with transaction.atomic():
        if member_id not in members_lock(club, [member_id]):
            return False
        stored = selectors.stored_standings(club, [member_id])[member_id]
        changed = False
        for key, standing in stored.items():
            if key in compiled.ladders:
                changed |= _review(club, member_id, compiled, key, standing, now)
    return changed


def tier_grant(
    *,
    club: ClubInfo,
    member_id: UUID,
    ladder: str,
    tier: str,
    until: date,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Put a member on a tier by hand until a day; from then on the ladder's measure decides again.

    Refuses an unknown tier (``tier_unknown``, 422), a day that is not ahead (``until_invalid``, 422) and an
    empty reason (``reason_missing``, 422).
    """
    ready = program_in_force(club, now).ladders.get(ladder)
    if ready is None or tier not in {each.key for each in ready.ladder.tiers}:
        raise _invalid("tier_unknown", _("The program has no such tier."), "/tier")
    if until <= _today(club, now):
        raise _invalid("until_invalid", _("Choose a day that lies ahead."), "/until")
    if not reason.strip():
        raise _invalid("reason_missing", _("Say why."), "/reason")
    with transaction.atomic():
        member_lock(club, member_id)
        before = selectors.stored_standings(club, [member_id])[member_id].get(ladder, Standing())
        after = Standing(tier, _today(club, now), until, until)
        why = Phrase(_("Granted until {until}: {reason}"), {"until": until, "reason": reason.strip()})
        _write(club, member_id, ready.ladder, before, after, why, now)
        audit_post(
            club_id=club.id,
            actor=actor,
            action="tier.granted",
            target=public("member", member_id),
            details={"ladder": ladder, "tier": tier, "until": until.isoformat()},
            now=now,
        )


def standings_join(
    *, club: ClubInfo, survivor_id: UUID, merged_id: UUID, now: datetime
) -> dict[str, Standing | None]:
    """Give the survivor of a merge the better standing on each ladder, then what the joined history reaches.

    A merge never lowers anybody. Both are locked and their history is joined already. Returns the survivor's
    standings as they were, for ``standings_part``.
    """
    compiled, today = program_in_force(club, now), _today(club, now)
    stored = selectors.stored_standings(club, [survivor_id, merged_id])
    before: dict[str, Standing | None] = {}
    for key, ready in compiled.ladders.items():
        own = stored[survivor_id].get(key)
        better = better_standing(ready.ladder, own, stored[merged_id].get(key))
        after = _standing_now(club, survivor_id, ready.ladder, better, today)
        before[key] = own
        if after.tier and after != own:
            why = Phrase(_("Two memberships of one person were merged"))
            _write(club, survivor_id, ready.ladder, own or Standing(), after, why, now)
    return before


def standings_part(
    *,
    club: ClubInfo,
    survivor_id: UUID,
    merged_id: UUID,
    before: Mapping[str, Standing | None],
    now: datetime,
) -> None:
    """Put both where they stood before a merge, or where their own history leads by now.

    What was granted to the survivor by hand since stays theirs.
    """
    compiled, today = program_in_force(club, now), _today(club, now)
    stored = selectors.stored_standings(club, [survivor_id, merged_id])
    why = Phrase(_("The merge of two memberships was undone"))
    for key, standing in before.items():
        ready, now_at = compiled.ladders.get(key), stored[survivor_id].get(key, Standing())
        known = {one.granted_until for one in (standing, stored[merged_id].get(key)) if one is not None}
        if ready is None or (now_at.granted_until and now_at.granted_until not in known):
            continue
        after = _standing_now(club, survivor_id, ready.ladder, standing, today)
        if not after.tier and now_at.tier:
            after = Standing(ready.ladder.tiers[0].key, today)
        if after != now_at:
            _write(club, survivor_id, ready.ladder, now_at, after, why, now)
    for key, ready in compiled.ladders.items():
        own = stored[merged_id].get(key)
        after = _standing_now(club, merged_id, ready.ladder, own, today)
        if after.tier and after != own:
            _write(club, merged_id, ready.ladder, own or Standing(), after, why, now)


def _standing_now(
    club: ClubInfo, member_id: UUID, ladder: Ladder, standing: Standing | None, today: date
) -> Standing:
    start = measure_start(ladder.window, today, club.calendar)
    value = selectors.measured(club, member_id, ladder, start, today + timedelta(days=1))
    if standing is None and not value:
        return Standing()
    return standing_after(ladder, value, standing, today, club.calendar)


def _review(  # noqa: PLR0917 one ladder of one member, judged in one place
    club: ClubInfo, member_id: UUID, compiled: CompiledProgram, key: str, standing: Standing, now: datetime
) -> bool:
    """Judge each period of one ladder that ended by today, in order."""
    program, ladder = compiled.document, compiled.ladders[key].ladder

    def measured(start: date, until: date) -> int:
        return selectors.measured(club, member_id, ladder, start, until)

    changed = False
    for before, after, value in reviews(ladder, standing, _today(club, now), club.calendar, measured):
        _write(club, member_id, ladder, before, after, _why(program, ladder, value, before), now)
        changed = True
    return changed


def _why(program: Program, ladder: Ladder, value: int, standing: Standing) -> Phrase:
    tier = next((each for each in ladder.tiers if each.key == standing.tier), ladder.tiers[0])
    said = MEASURES.get(ladder.measure).said
    return Phrase(
        _("{value} in the period that ended; {needed} keep {tier}"),
        {
            "value": said(value, ladder, program),
            "needed": said(tier.threshold, ladder, program),
            "tier": Texts(tier.name.fa, tier.name.en),
        },
    )


def _write(  # noqa: PLR0917 the one place that writes a standing
    club: ClubInfo,
    member_id: UUID,
    ladder: Ladder,
    before: Standing,
    after: Standing,
    why: Phrase,
    now: datetime,
) -> None:
    """Write a standing, and with a change of tier its step and its news."""
    standing = (
        after.since,
        after.kept_until,
        after.granted_until,
        member_id,
        club.id,
        ladder.key,
        after.tier,
    )
    changes, news = [], []
    if after.tier != before.tier:
        keys = [tier.key for tier in ladder.tiers]
        was = keys.index(before.tier) if before.tier in keys else -1
        direction = 1 if keys.index(after.tier) > was else -1
        packed = msgspec.json.encode(phrase_to_json(why)).decode()
        changes.append(
            (
                now,
                direction,
                member_id,
                ids.fresh(),
                club.id,
                None,
                ladder.key,
                before.tier,
                after.tier,
                packed,
            )
        )
        name = ladder.tiers[keys.index(after.tier)].name
        news.append(
            news_row(
                club_id=club.id,
                kind="tier.raised" if direction > 0 else "tier.lowered",
                member_id=member_id,
                payload={
                    "ladder": ladder.key,
                    "before": before.tier,
                    "after": after.tier,
                    "name": {"fa": name.fa, "en": name.en},
                },
                now=now,
            )
        )
    with cursor() as cur:
        write(cur, [RowSet(STANDING, [standing]), RowSet(CHANGE, changes), RowSet(NEWS, news)])


def _today(club: ClubInfo, now: datetime) -> date:
    return now.astimezone(ZoneInfo(club.timezone)).date()


def _invalid(code: str, msgid: str, at: str) -> Refusal:
    return Refusal(code, Phrase(msgid), status=422, field=at)

"""Computes again all members who did something since a day: a job, with what it found kept beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from bashgah.activities.models import RecomputeRun
from bashgah.activities.recomputing import member_recompute, member_recompute_apply
from bashgah.clubs.types import ClubInfo
from bashgah.engine.document import REWARD_UNIT
from bashgah.ground import ids
from bashgah.ground.actors import actor_columns, actor_of
from bashgah.ground.audit import audit_post
from bashgah.ground.batch import cursor
from bashgah.ground.jobs import job_defer, job_progress
from bashgah.ground.types import Actor
from bashgah.kit.ids import public
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

JOB = "activities.recompute"
TOLD_EVERY = 50
SAMPLES = 50
RUNS_LISTED = 50


@dataclass(frozen=True, slots=True)
class RunInfo:
    """A run over many members: how far it is and what it found, units by wallet.

    ``samples`` are the members that differ most, each with the change of each wallet. Copies of rewards are
    counted beside wallets, in units of their own (``reward:KEY``).
    """

    id: UUID
    since: date
    branch: str
    is_applied: bool
    begun_at: datetime
    ended_at: datetime | None
    members: int
    differing: int
    left_out: int
    changes: dict[str, int]
    done: int = 0
    samples: tuple[tuple[UUID, dict[str, int]], ...] = ()


def recompute_begin(
    *, club: ClubInfo, since: date, branch: str = "", apply: bool = False, actor: Actor, now: datetime
) -> RunInfo:
    """Queue computing again everybody with an activity since a day (at a branch); return the run.

    Without ``apply`` it only counts what differs. With it each member is put right in a transaction of their
    own; killed and run again, it finds the rest.
    """
    actor_kind, actor_id = actor_columns(actor)
    with transaction.atomic():
        row = RecomputeRun.objects.create(
            club_id=club.id,
            id=ids.fresh(),
            since=since,
            branch=branch,
            is_applied=apply,
            begun_at=now,
            actor_kind=actor_kind,
            actor_id=actor_id,
        )
        job_defer(JOB, run_id=str(row.id), club_id=str(club.id))
        audit_post(
            club_id=club.id,
            actor=actor,
            action="recompute.begun",
            target=public("activity", row.id),
            details={"since": since.isoformat(), "branch": branch, "apply": apply},
            now=now,
        )
    return _info(row)


def recompute_get(club: ClubInfo, id: UUID) -> RunInfo:
    """Return a run of the club; ``recompute_not_found`` (404) where there is none."""
    return _info(_row(club, id))


def recompute_list(club: ClubInfo) -> list[RunInfo]:
    """Return the club's runs over many members, newest first."""
    return [_info(row) for row in RecomputeRun.objects.filter(club_id=club.id).order_by("-id")[:RUNS_LISTED]]


def recompute_run(*, club: ClubInfo, id: UUID, now: datetime) -> RunInfo:
    """Do a run that was queued; done again it begins anew and finds what is left."""
    row = _row(club, id)
    actor = actor_of(row.actor_kind, row.actor_id)
    members = _members(club, row.since, row.branch)
    differing, left_out = 0, 0
    changes: dict[str, int] = {}
    samples: list[tuple[UUID, dict[str, int]]] = []
    this = RecomputeRun.objects.filter(club_id=club.id, id=id)
    this.update(members=len(members), done=0)
    for place, member_id in enumerate(members, start=1):
        try:
            if row.is_applied:
                found = member_recompute_apply(
                    club=club, member_id=member_id, since=row.since, actor=actor, now=now
                )
            else:
                found = member_recompute(club=club, member_id=member_id, since=row.since, now=now)
        except Refusal:
            # a merged or vanished member: counted, so that nobody thinks they were looked at
            left_out += 1
            continue
        differing += not found.is_right
        each = found.changes | {f"{REWARD_UNIT}{key}": copies for key, copies in found.rewards.items()}
        for unit, amount in each.items():
            changes[unit] = changes.get(unit, 0) + amount
        if each:
            samples = _largest([*samples, (member_id, each)])
        if place % TOLD_EVERY == 0:
            job_progress(done=place, total=len(members))
            this.update(done=place, differing=differing, left_out=left_out)
    this.update(
        ended_at=now,
        done=len(members),
        differing=differing,
        left_out=left_out,
        changes=changes,
        samples=[[str(member_id), by_unit] for member_id, by_unit in samples],
    )
    return _info(_row(club, id))


def _largest(samples: list[tuple[UUID, dict[str, int]]]) -> list[tuple[UUID, dict[str, int]]]:
    ordered = sorted(samples, key=lambda each: (-max(map(abs, each[1].values())), each[0]))
    return ordered[:SAMPLES]


def _members(club: ClubInfo, since: date, branch: str) -> list[UUID]:
    with cursor() as cur:
        rows = cur.execute(
            """
            SELECT DISTINCT member_id FROM activities_activity
            WHERE club_id = %s AND business_date >= %s AND (%s = '' OR branch = %s) ORDER BY member_id
            """,
            [club.id, since, branch, branch],
        ).fetchall()
    return [row[0] for row in rows]


def _row(club: ClubInfo, id: UUID) -> RecomputeRun:
    row = RecomputeRun.objects.filter(club_id=club.id, id=id).first()
    if row is None:
        raise Refusal("recompute_not_found", Phrase(_("There is no such run.")), status=404)
    return row


def _info(row: RecomputeRun) -> RunInfo:
    return RunInfo(
        row.id,
        row.since,
        row.branch,
        row.is_applied,
        row.begun_at,
        row.ended_at,
        row.members,
        row.differing,
        row.left_out,
        dict(row.changes),
        row.done,
        tuple((UUID(member_id), dict(changes)) for member_id, changes in row.samples),
    )

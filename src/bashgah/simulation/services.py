"""Writes of the simulation room: a backtest is asked for, run by a job, stopped, thrown away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
import structlog
from django.conf import settings

from bashgah.clubs.types import ClubInfo
from bashgah.engine.document import Program
from bashgah.engine.validation import program_check
from bashgah.ground import ids
from bashgah.ground.audit import audit_post
from bashgah.ground.jobs import job_defer, job_progress, job_status
from bashgah.ground.types import Actor
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.lake.services import lake_available, lake_export, lake_unavailable
from bashgah.programs import selectors as programs
from bashgah.simulation import selectors
from bashgah.simulation.models import Backtest
from bashgah.simulation.supposing import as_live, supposed_of
from bashgah.simulation.types import BacktestInfo, Cancelled, Report

if TYPE_CHECKING:
    from bashgah.simulation.spreading import Spread

log = structlog.get_logger("bashgah.simulation")

OPEN = ("waiting", "running")
PERMILLE_LEAST = 1
UNFINISHED = _("The backtest could not be finished. Try again; the log says what happened.")
UNSETTLED = _(
    "The budgets of these programs depend on one another without end. Replay fewer rules with budgets."
)
NO_SPARK = _("Replaying on Spark needs the extra “spark”; ask whoever runs this installation.")
Clock = Callable[[], datetime]


def backtest_start(
    *,
    club: ClubInfo,
    since: date,
    until: date,
    actor: Actor,
    now: datetime,
    tried: int = 0,
    live: int = 0,
    permille: int = 1000,
    name: str = "",
    queue: bool = True,
) -> BacktestInfo:
    """Ask for a backtest over the half-open period of local days; a job of the worker runs it.

    ``tried`` is a version's number, 0 the draft as it stands now; ``live`` the version it is compared with, 0
    the newest one. Rules of what is tried that are in draft, shadow or pilot count as if they were live
    (``Report.supposed``); those of the version compared with count as they do. ``permille`` of the members
    are replayed. Refuses an empty period (``period_empty``, 422),
    a draft that cannot be published (``program_invalid``, 422) and a version that is not there; all of it
    (``lake_unavailable``, 503) where PyArrow is not installed.
    """
    if not lake_available():
        raise lake_unavailable()
    if since >= until:
        raise Refusal(
            "period_empty",
            Phrase(_("The period must end after it begins.")),
            status=422,
            field="/until",
        )
    live = live or programs.version_last(club)
    against = programs.version_get(club, live).program
    program, revision = _tried(club, tried)
    row = Backtest.objects.create(
        id=ids.fresh(),
        club_id=club.id,
        name=name.strip()[:200],
        since=since,
        until=until,
        permille=min(1000, max(PERMILLE_LEAST, permille)),
        live_number=live,
        tried_number=tried,
        tried_revision=revision,
        live_document=against.model_dump(mode="json"),
        tried_document=program.model_dump(mode="json"),
        started_by=actor.name,
        created_at=now,
    )
    audit_post(
        club_id=club.id,
        actor=actor,
        action="backtest.started",
        target=f"backtest/{row.id}",
        details={"since": since.isoformat(), "until": until.isoformat(), "live": live, "tried": tried},
        now=now,
    )
    if queue:
        row.job_id = job_defer("simulation.run", backtest_id=str(row.id))
        row.save(update_fields=["job_id"])
    return selectors.info_of(row)


def backtest_stop(*, club: ClubInfo, id: UUID, actor: Actor, now: datetime) -> BacktestInfo:
    """Ask a backtest to stop: one that waits is stopped at once, one that runs within a second or two.

    One that has ended stays as it ended.
    """
    found = selectors.backtest_get(club, id)
    mine = Backtest.objects.filter(club_id=club.id, id=id)
    if mine.filter(state="waiting").update(state="cancelled", stop_asked=True, ended_at=now) or mine.filter(
        state="running"
    ).update(stop_asked=True):
        audit_post(
            club_id=club.id,
            actor=actor,
            action="backtest.stopped",
            target=f"backtest/{found.id}",
            details={},
            now=now,
        )
    return selectors.backtest_get(club, id)


def backtest_remove(*, club: ClubInfo, id: UUID, actor: Actor, now: datetime) -> None:
    """Throw a saved backtest away; one that still runs must be stopped first (``backtest_open``, 409)."""
    found = selectors.backtest_get(club, id)
    if found.is_open:
        raise Refusal("backtest_open", Phrase(_("Stop this backtest first.")), status=409)
    Backtest.objects.filter(club_id=club.id, id=id).delete()
    audit_post(
        club_id=club.id,
        actor=actor,
        action="backtest.removed",
        target=f"backtest/{id}",
        details={},
        now=now,
    )


def backtest_run(
    *,
    club: ClubInfo,
    id: UUID,
    clock: Clock,
    workers: int | None = None,
    spark: str | None = None,
    watch: Callable[[int, int], None] | None = None,
) -> BacktestInfo:
    """Run a backtest from its beginning to its report; call it outside a transaction.

    Run again after its process was killed it begins anew. Stopped, or failed, it leaves no report. What goes
    wrong is logged and shown as a sentence, never half a result. ``workers`` 0 stays in this process;
    ``spark`` is the address of a cluster that replays instead, usually the installation's
    (``BASHGAH_SPARK``). ``watch`` hears (parts done, parts in all).
    """
    mine = Backtest.objects.filter(club_id=club.id, id=id)
    if not mine.filter(state__in=OPEN).update(state="running", began_at=clock(), done=0, total=0, problem=""):
        return selectors.backtest_get(club, id)

    def stopped() -> bool:
        return mine.filter(stop_asked=True).exists()

    def told(done: int, total: int) -> None:
        mine.update(done=done, total=total)
        job_progress(done=done, total=total)
        if watch is not None:
            watch(done, total)

    try:
        report = _replayed(club, mine.get(), _spread(workers, spark), told, stopped)
    except Cancelled:
        mine.filter(state="running").update(state="cancelled", ended_at=clock())
    except Refusal as refusal:
        _failed(mine, refusal.phrase.msgid, clock)
    except Exception:  # whatever it was: nothing half stays, and whoever waits is told
        log.error("backtest.failed", backtest=str(id), exc_info=True)
        _failed(mine, UNFINISHED, clock)
    else:
        stored = msgspec.to_builtins(report)
        mine.filter(state="running").update(state="done", report=stored, ended_at=clock())
    return selectors.backtest_get(club, id)


def backtests_tidy(*, now: datetime) -> int:
    """Close backtests whose job is gone or failed before it could say so; return how many."""
    closed = 0
    for id_, job_id in Backtest.objects.filter(state__in=OPEN, job_id__isnull=False).values_list(
        "id", "job_id"
    ):
        job = job_status(job_id)
        if job is None or job.state in {"failed", "cancelled", "done"}:
            closed += Backtest.objects.filter(id=id_, state__in=OPEN).update(
                state="failed", problem=UNFINISHED, ended_at=now
            )
    return closed


def _replayed(
    club: ClubInfo,
    row: Backtest,
    spread: Spread,
    told: Callable[[int, int], None],
    stopped: Callable[[], bool],
) -> Report:
    """Bring the lake up to date, replay both programs over it and make the report."""
    lake = lake_export(club=club)
    from bashgah.simulation import reports, sampling, spreading
    from bashgah.simulation.comparing import Plan

    live, tried = (Program.model_validate(each) for each in (row.live_document, row.tried_document))
    supposed = supposed_of(live, tried)
    tried = as_live(tried)
    plan = Plan(
        folder=str(lake.folder),
        since=row.since,
        until=row.until,
        live=_document(row.live_document),
        tried=tried.model_dump_json().encode(),
        currency=club.currency,
        zone=club.timezone,
        permille=row.permille,
    )
    try:
        plan, tally = spreading.replay(plan, spread=spread, told=told, stopped=stopped)
    except spreading.Unsettled:
        raise Refusal("budgets_unsettled", Phrase(UNSETTLED)) from None
    shown = [*reports.extremes(tally, most=True, count=4), *reports.extremes(tally, most=False, count=4)]
    return reports.report_of(tally, live, tried, sampling.samples_of(plan, shown), supposed)


def _spread(workers: int | None, spark: str | None) -> Spread:
    """Return what replays: the cluster that is named, else processes of this machine."""
    if not lake_available():
        raise lake_unavailable()
    from bashgah.simulation import spreading

    master = settings.BASHGAH_SPARK if spark is None else spark
    if not master:
        return spreading.spread_over(spreading.workers_usual() if workers is None else workers)
    from bashgah.simulation.spark import spark_available, spread_by_spark

    if not spark_available():
        raise Refusal("spark_unavailable", Phrase(NO_SPARK), status=503)
    return spread_by_spark(master)


def _document(document: Any) -> bytes:
    return msgspec.json.encode(document)


def _failed(mine: Any, problem: str, clock: Clock) -> None:
    mine.filter(state="running").update(state="failed", problem=problem, ended_at=clock())


def _tried(club: ClubInfo, number: int) -> tuple[Program, int]:
    """Return the program to be tried, and the draft's revision where it is the draft."""
    if number:
        return programs.version_get(club, number).program, 0
    draft = programs.draft_get(club)
    if draft.program is None:
        raise Refusal(
            "draft_unreadable", Phrase(_("The draft cannot be read. Go back to an earlier version."))
        )
    program_check(draft.program)
    return draft.program, draft.revision

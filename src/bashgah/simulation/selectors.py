"""Reads of backtests."""

from __future__ import annotations

from uuid import UUID

import msgspec

from bashgah.clubs.types import ClubInfo
from bashgah.engine.document import Program
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal
from bashgah.simulation.models import Backtest
from bashgah.simulation.types import BacktestInfo, Report

LIST_MOST = 100


def backtest_get(club: ClubInfo, id: UUID) -> BacktestInfo:
    """Return a backtest of the club with its report, or raise ``backtest_not_found`` (404)."""
    row = Backtest.objects.filter(club_id=club.id, id=id).first()
    if row is None:
        raise Refusal("backtest_not_found", Phrase(_("There is no such backtest.")), status=404)
    return info_of(row)


def backtest_report(info: BacktestInfo) -> Report:
    """Return its report, or raise ``backtest_unfinished`` (409) while it has none."""
    if info.report is None:
        raise Refusal("backtest_unfinished", Phrase(_("This backtest has no report yet.")), status=409)
    return info.report


def backtest_list(club: ClubInfo, *, limit: int = LIST_MOST) -> list[BacktestInfo]:
    """Return the club's backtests with their reports, newest first."""
    rows = Backtest.objects.filter(club_id=club.id).order_by("-created_at", "-id")
    rows = rows.defer("live_document", "tried_document")[:limit]
    return [info_of(row) for row in rows]


def backtest_programs(club: ClubInfo, id: UUID) -> tuple[Program, Program]:
    """Return the programs a backtest compares, live and tried, as they were when it was asked for."""
    row = Backtest.objects.filter(club_id=club.id, id=id).values_list("live_document", "tried_document")
    found = row.first()
    if found is None:
        raise Refusal("backtest_not_found", Phrase(_("There is no such backtest.")), status=404)
    live, tried = (Program.model_validate(document) for document in found)
    return live, tried


def info_of(row: Backtest) -> BacktestInfo:
    """Make what is handed out of a row."""
    return BacktestInfo(
        id=row.id,
        club_id=row.club_id,
        name=row.name,
        state=row.state,  # type: ignore[arg-type]
        since=row.since,
        until=row.until,
        permille=row.permille,
        live_number=row.live_number,
        tried_number=row.tried_number,
        tried_revision=row.tried_revision,
        started_by=row.started_by,
        created_at=row.created_at,
        began_at=row.began_at,
        ended_at=row.ended_at,
        done=row.done,
        total=row.total,
        stop_asked=row.stop_asked,
        problem=row.problem,
        report=msgspec.convert(row.report, Report) if row.report is not None else None,
    )

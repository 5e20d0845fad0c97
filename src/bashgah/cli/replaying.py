"""``bashgah backtest`` and ``bashgah lake``: history exported and replayed from the command line."""

from __future__ import annotations

import time
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bashgah.cli.database import console
from bashgah.cli.filling import club_named
from bashgah.ground import clock
from bashgah.ground.types import SYSTEM
from bashgah.kit.jalali import parse_date
from bashgah.lake.services import lake_export
from bashgah.simulation import services
from bashgah.simulation.types import BacktestInfo, Report

USUAL_DAYS = 90


def export(club: str | None) -> None:
    """Bring the club's lake up to date."""
    info = lake_export(club=club_named(club))
    console.print(f"{info.facts:,} facts of {info.members:,} members lie in {info.folder}.")


def backtest(  # noqa: PLR0917 the options of the command
    club: str | None,
    version: int,
    against: int,
    since: str,
    until: str,
    workers: int | None,
    permille: int,
    spark: str,
) -> None:
    """Replay, show how far it is, print what changes and keep the report; status 1 if it was not finished."""
    mine = club_named(club)
    today = clock.now().astimezone(ZoneInfo(mine.timezone)).date()
    end = parse_date(until) if until else today + timedelta(days=1)
    begin = parse_date(since) if since else end - timedelta(days=USUAL_DAYS)
    asked = services.backtest_start(
        club=mine,
        since=begin,
        until=end,
        tried=version,
        live=against,
        permille=permille,
        actor=SYSTEM,
        now=clock.now(),
        queue=False,
    )
    begun = time.perf_counter()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("replaying", total=None)
        ended = services.backtest_run(
            club=mine,
            id=asked.id,
            clock=clock.now,
            workers=workers,
            spark=spark or None,
            watch=lambda done, total: progress.update(task, completed=done, total=total),
        )
    if ended.report is None:
        console.print(ended.problem or "The backtest was stopped.")
        raise typer.Exit(1)
    _print(ended, ended.report, begin, end, time.perf_counter() - begun)


def _print(ended: BacktestInfo, report: Report, since: date, until: date, seconds: float) -> None:
    tried = f"version {ended.tried_number}" if ended.tried_number else f"draft {ended.tried_revision}"
    console.print(
        f"{report.facts:,} facts of {report.members:,} members, {since} to {until - timedelta(days=1)}, "
        f"in {seconds:.1f} s ({report.seconds:.1f} s of computing)."
    )
    for each in report.supposed:
        if each.is_tried:
            console.print(
                f"Rule {each.rule} is in {each.stage}; it was replayed as if it were live for everybody."
            )
        else:
            console.print(
                f"Rule {each.rule} of version {ended.live_number} counted as it does in {each.stage}."
            )
    table = Table("", f"version {ended.live_number}", tried, "difference")
    for label, live, new in (
        ("points", report.live.points, report.tried.points),
        ("what they pay", report.live.money, report.tried.money),
        ("not expired at the end", report.live.open_points, report.tried.open_points),
        ("facts that gave something", report.live.giving, report.tried.giving),
        ("times at a limit", report.live.at_limit, report.tried.at_limit),
    ):
        table.add_row(label, f"{live:,}", f"{new:,}", f"{new - live:+,}")
    console.print(table)
    console.print(
        f"{report.winners:,} members would have got more, {report.losers:,} fewer. "
        f"The report is kept as {ended.id}."
    )

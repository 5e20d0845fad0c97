"""``bashgah import balances``: bring along what members had elsewhere."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from bashgah.cli.database import console, fail
from bashgah.cli.filling import club_named, progress_shown, said


def balances(file: Path, mapping: Path, *, club: str | None, rejects: Path | None) -> None:
    """Import a file of balances and tell what became of every row."""
    from bashgah.ground import clock
    from bashgah.ground.types import SYSTEM
    from bashgah.imports import balances as imports
    from bashgah.kit.refusals import Refusal

    try:
        chosen = club_named(club)
        where = rejects or file.with_name(file.stem + ".rejected.csv")
        with progress_shown() as tell:
            report = imports.balances_import(
                file,
                imports.balance_mapping_read(mapping),
                club=chosen,
                actor=SYSTEM,
                now=clock.now(),
                progress=tell,
                rejects=where,
            )
    except Refusal as refusal:
        fail(said(refusal))
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for what, count in (
        ("rows", report.lines),
        ("opened", report.opened),
        ("units given", report.units),
        ("opened before", report.repeated),
        ("rejected", report.rejected),
        *((f"  {reason}", number) for reason, number in report.rejected_by.items()),
    ):
        table.add_row(what, f"{count:,}")
    console.print(table)
    console.print(f"{report.lines / max(report.seconds, 0.001):,.0f} rows a second.", end=" ")
    console.print(
        f"Rejected rows with their reasons: {where}" if report.rejected else "Nothing was rejected."
    )
    if not report.adds_up:
        fail("the counts do not add up: this is a fault of Bashgah, please report it")

"""``bashgah import balances``: bring along what members had elsewhere."""

from __future__ import annotations

from pathlib import Path

from bashgah.cli.database import fail
from bashgah.cli.filling import club_named, outcome_shown, progress_shown, said


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
    outcome_shown(
        report,
        (
            ("rows", report.lines),
            ("opened", report.opened),
            ("units given", report.units),
            ("opened before", report.repeated),
            ("rejected", report.rejected),
            *((f"  {reason}", number) for reason, number in report.rejected_by.items()),
        ),
        rejects=where,
        one="rows",
    )

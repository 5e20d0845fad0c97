"""``bashgah import balances``: bring along what members had elsewhere."""

from __future__ import annotations

from pathlib import Path

from bashgah.cli.filling import imported, outcome_shown


def balances(file: Path, mapping: Path, *, club: str | None, rejects: Path | None) -> None:
    """Import a file of balances and tell what became of every row."""
    from bashgah.imports import balances as imports

    report, where = imported(
        imports.balances_import,
        lambda: imports.balance_mapping_read(mapping),
        file,
        club=club,
        rejects=rejects,
    )
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

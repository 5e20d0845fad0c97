"""``bashgah verify``: recomputes the books and checks the seals, and names whatever does not hold."""

from __future__ import annotations

from uuid import UUID

import typer
from rich.progress import track

from bashgah.cli.database import console


def prove(club: str | None, *, most: int) -> None:
    """Run every check over one club or all; end with status 1 if anything is wrong."""
    from bashgah.activities.verify import proofs
    from bashgah.clubs import selectors as clubs
    from bashgah.ground import audit
    from bashgah.kit.phrases import say

    club_id: UUID | None = clubs.club_by_slug(club).id if club else None
    found: list[tuple[str, str, str]] = []
    checks = proofs(club_id, most=most)
    for check in track(checks, description="proving the books", console=console, transient=True):
        found += [(one.code, one.where, say(one.phrase, "en")) for one in check()]
    for sign in audit.audit_verify():
        found.append((f"audit_{sign.code}", str(sign.audit_id or sign.seq), "The audit trail was touched."))
    for code, where, sentence in found:
        console.print(f"[bold red]{code}[/bold red] {where}: {sentence}")
    if found:
        raise typer.Exit(1)
    console.print(f"[green]The books hold:[/green] {len(checks)} checks and the audit trail's seals.")

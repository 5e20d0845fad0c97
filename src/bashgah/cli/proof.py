"""``bashgah verify``, ``root``, ``statement``: proves the books, seals days, prints what an auditor keeps."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import typer
from rich.progress import track

from bashgah.cli.database import console, fail

if TYPE_CHECKING:
    from bashgah.clubs.types import ClubInfo

COLUMNS = ("day", "root", "before", "entries", "postings", "allocations", "since", "until")


def prove(club: str | None, *, most: int, kept: Path | None = None) -> None:
    """Run every check over one club or all; end with status 1 if anything is wrong."""
    from bashgah.accounting import liability
    from bashgah.activities.verify import proofs
    from bashgah.ground import audit
    from bashgah.kit.phrases import say
    from bashgah.ledger import roots

    club_id: UUID | None = _club(club).id if club else None
    found: list[tuple[str, str, str]] = []
    checks = [*proofs(club_id, most=most), lambda: liability.verify(club_id, most=most)]
    if kept is not None:
        elsewhere = _kept(kept)
        only = _club(club)
        checks.append(lambda: roots.verify(only.id, most=most, kept=elsewhere))
    for check in track(checks, description="proving the books", console=console, transient=True):
        found += [(one.code, one.where, say(one.phrase, "en")) for one in check()]
    for sign in audit.audit_verify():
        found.append((f"audit_{sign.code}", str(sign.audit_id or sign.seq), "The audit trail was touched."))
    for code, where, sentence in found:
        console.print(f"[bold red]{code}[/bold red] {where}: {sentence}")
    if found:
        raise typer.Exit(1)
    console.print(f"[green]The books hold:[/green] {len(checks)} checks and the audit trail's seals.")


def close(club: str | None) -> None:
    """Seal what is over and say up to when."""
    from bashgah.ground import clock
    from bashgah.ledger import roots

    chosen = _club(club)
    made = roots.days_close(club=chosen, now=clock.now())
    last = roots.roots_list(chosen, limit=1)
    until = f"up to {last[0].day}, root {last[0].root}" if last else "nothing yet"
    console.print(f"{len(made)} days were sealed; {until}.")


def export(club: str | None, *, since: date | None, text: bool) -> None:
    """Write the roots to standard output: CSV, or with ``text`` the lines that each is the hash of."""
    from bashgah.ledger import roots

    chosen = _club(club)
    found = sorted(roots.roots_list(chosen, since=since, limit=100_000), key=lambda root: root.day)
    if text:
        sys.stdout.write("\n".join(roots.root_text(chosen, root) for root in found))
        return
    writer = csv.writer(sys.stdout)
    writer.writerow(COLUMNS)
    for root in found:
        writer.writerow(str(getattr(root, name)) for name in COLUMNS)


def statement(club: str | None, since: date, until: date, *, as_json: bool) -> None:
    """Write the auditor's statement to standard output."""
    from bashgah.kit.phrases import say
    from bashgah.kit.refusals import Refusal
    from bashgah.ledger.statements import auditor_statement

    try:
        found = auditor_statement(_club(club), since, until)
    except Refusal as refusal:
        fail(say(refusal.phrase, "en"))
    if as_json:
        sys.stdout.write(json.dumps(asdict(found), default=str, indent=2) + "\n")
        return
    writer = csv.writer(sys.stdout)
    flows = ("issued", "reversed", "redeemed", "expired", "adjusted", "transferred")
    writer.writerow(("wallet", "opening", *flows, "closing"))
    for line in found.lines:
        moved = (getattr(line.flows, name) for name in flows)
        writer.writerow((line.unit, line.opening, *moved, line.closing))


def _kept(file: Path) -> dict[date, str]:
    with file.open(newline="", encoding="utf-8-sig") as lines:
        try:
            return {date.fromisoformat(row["day"]): row["root"] for row in csv.DictReader(lines)}
        except (KeyError, ValueError):
            fail(f"{file} is no list of roots: it needs the columns day and root")


def _club(slug: str | None) -> ClubInfo:
    from bashgah.clubs import selectors as clubs
    from bashgah.kit.phrases import say
    from bashgah.kit.refusals import Refusal

    if slug:
        try:
            return clubs.club_by_slug(slug)
        except Refusal as refusal:
            fail(say(refusal.phrase, "en"))
    every = clubs.club_list()
    if len(every) != 1:
        fail("there are several clubs: name one with --club" if every else "there is no club yet")
    return every[0]

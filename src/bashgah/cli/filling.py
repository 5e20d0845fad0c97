"""``bashgah demo`` and ``bashgah import``: fill a club, from a seed or from somebody's files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bashgah.cli.database import console, fail

Tell = Callable[[str, int, int], None]
Found = TypeVar("Found")


@contextmanager
def progress_shown() -> Iterator[Tell]:
    """Show one bar for each stage of a long piece of work, as its service tells of it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        stages: dict[str, int] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in stages:
                stages[stage] = bars.add_task(stage, total=total)
            bars.update(stages[stage], completed=done, total=total)  # type: ignore[arg-type]

        yield tell


def demo(*, if_empty: bool) -> None:
    """Print the demo's sign-ins and fill its club, or go on where that was interrupted."""
    from django.conf import settings

    from bashgah.clubs import selectors as clubs
    from bashgah.demo import services as demo_services
    from bashgah.ground import clock
    from bashgah.kit.refusals import Refusal

    if settings.MODE == "production":
        fail("a demo club shows one-time codes to whoever asks: it has no place in production")
    if if_empty and not demo_services.demo_is_wanted():
        if any(club.is_demo for club in clubs.club_list()):
            _sign_ins()
        return
    _sign_ins()
    try:
        with progress_shown() as tell:
            report = demo_services.demo_fill(now=clock.now(), hands=2, progress=tell)
    except Refusal as refusal:
        fail(said(refusal))
    else:
        console.print(
            f"The demo club is full: {report.members:,} members, {report.activities:,} activities"
            f" in {report.seconds:.0f} s."
        )


def purchases(file: Path, mapping: Path, *, club: str | None, rejects: Path | None) -> None:
    """Import a file of invoice lines and tell what became of every line."""
    from bashgah.imports import mapping as mappings
    from bashgah.imports import services as imports

    report, where = imported(
        imports.purchases_import, lambda: mappings.mapping_read(mapping), file, club=club, rejects=rejects
    )
    outcome_shown(
        report,
        (
            ("lines", report.lines),
            ("settled", report.settled),
            ("anonymous", report.anonymous),
            ("returned whole", report.matched_whole),
            ("returned in part", report.matched_part),
            ("rejected", report.rejected),
            *((f"  {reason}", number) for reason, number in report.rejected_by.items()),
            ("members (new)", f"{report.members:,} ({report.members_new:,})"),
            ("told before", report.repeated),
        ),
        rejects=where,
        one="lines",
    )


def imported(
    service: Callable[..., Found],
    mapping_read: Callable[[], object],
    file: Path,
    *,
    club: str | None,
    rejects: Path | None,
) -> tuple[Found, Path]:
    """Run an import of a file with a bar: its report, and where the rejected rows are; a refusal ends the
    command."""
    from bashgah.ground import clock
    from bashgah.ground.types import SYSTEM
    from bashgah.kit.refusals import Refusal

    try:
        chosen = club_named(club)
        where = rejects or file.with_name(file.stem + ".rejected.csv")
        with progress_shown() as tell:
            report = service(
                file, mapping_read(), club=chosen, actor=SYSTEM, now=clock.now(), progress=tell, rejects=where
            )
    except Refusal as refusal:
        fail(said(refusal))
    return report, where


class Report(Protocol):
    """What every report of an import says."""

    @property
    def lines(self) -> int: ...
    @property
    def rejected(self) -> int: ...
    @property
    def seconds(self) -> float: ...
    @property
    def adds_up(self) -> bool: ...


def outcome_shown(
    report: Report, counts: Iterable[tuple[str, int | str]], *, rejects: Path, one: str
) -> None:
    """Tell what became of a file's rows; ends with a failure when the counts do not add up."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for what, count in counts:
        table.add_row(what, f"{count:,}" if isinstance(count, int) else count)
    console.print(table)
    console.print(f"{report.lines / max(report.seconds, 0.001):,.0f} {one} a second.", end=" ")
    console.print(
        f"Rejected {one} with their reasons: {rejects}" if report.rejected else "Nothing was rejected."
    )
    if not report.adds_up:
        fail("the counts do not add up: this is a fault of Bashgah, please report it")


def said(refusal: Exception) -> str:
    """Return a refusal as the sentence an operator reads."""
    from bashgah.kit.phrases import say
    from bashgah.kit.refusals import Refusal

    return say(refusal.phrase, "en") if isinstance(refusal, Refusal) else str(refusal)


def club_named(slug: str | None):  # type: ignore[no-untyped-def]  # ClubInfo, imported only when needed
    """The club of this short name; without one the only club there is."""
    from bashgah.clubs import selectors as clubs

    if slug:
        return clubs.club_by_slug(slug)
    found = clubs.club_list()
    if len(found) == 1:
        return found[0]
    names = ", ".join(club.slug for club in found)
    fail(f"say which club with --club: {names}" if found else "there is no club yet")
    raise typer.Exit(1)


def _sign_ins() -> None:
    from bashgah.demo import services as demo_services

    staff, members = demo_services.sign_ins()
    table = Table(box=None, pad_edge=False, title="Sign in to the demo club", title_justify="left")
    for heading in ("as", "e-mail or mobile", "password"):
        table.add_column(heading)
    for one in staff:
        table.add_row(one.role, one.email, one.password)
    for person in members:
        table.add_row(person.name, person.mobile, "the code on the page")
    console.print(table)

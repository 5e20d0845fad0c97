"""The commands an operator types; each says what it does, shows progress and fails in plain words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bashgah.cli import database
from bashgah.kit.jalali import parse_date

app = typer.Typer(
    name="bashgah",
    help="Bashgah, the customer club: start it, migrate it, fill it, prove its books.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

imports = typer.Typer(help="Bring files in.", no_args_is_help=True)
app.add_typer(imports, name="import")
roots = typer.Typer(help="The daily roots that seal the books.", no_args_is_help=True)
app.add_typer(roots, name="root")

programs = typer.Typer(help="The program as a file: from sandbox to live.", no_args_is_help=True)
app.add_typer(programs, name="program")

clubs = typer.Typer(help="Open a club, and let its owner in.", no_args_is_help=True)
app.add_typer(clubs, name="club")

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]
At = Annotated[str, typer.Option(help="Address people will use, for the link; else BASHGAH_ORIGIN.")]
Club = Annotated[str | None, typer.Option(help="Short name of the club, where there are several.")]


@app.command()
def up(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    demo: Annotated[
        bool, typer.Option("--demo", help="Fill a believable demo club if there is no club yet.")
    ] = False,
) -> None:
    """Run everything: database, migrations, web and worker; Ctrl-C stops it all."""
    from bashgah.cli import together

    together.run(host=host, port=port, demo=demo)


@app.command()
def migrate() -> None:
    """Bring the database's tables to this release (as the owner role)."""
    with database.needed():
        database.migrate()
    database.console.print("The tables are those of this release.")


@app.command()
def web(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not say where it listens.")] = False,
) -> None:
    """Serve pages and API until Ctrl-C."""
    from bashgah.cli import server

    with database.needed():
        database.wait_until_it_answers(30)
        database.tables_needed()
        server.run(host=host, port=port, quiet=quiet)


@app.command()
def worker() -> None:
    """Relay news, deliver it, run jobs and the clock's work; stop with Ctrl-C."""
    with database.needed():
        database.tables_needed_once_it_answers()
        database.set_up()
        from bashgah.jobs import worker as work

        work.run()


@app.command()
def demo(
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Only where there is no club yet, or an unfinished demo.")
    ] = False,
) -> None:
    """Fill a believable Persian club: 12 branches, 2,000 members, 18 months; print its sign-ins."""
    with database.opened():
        from bashgah.cli import filling

        filling.demo(if_empty=if_empty)


@clubs.command("open")
def club_open(  # noqa: PLR0917 options, given by name
    slug: Annotated[str, typer.Option(prompt="Short name (small Latin letters)", help="As in naderi.")],
    name: Annotated[str, typer.Option(prompt="Name in Persian", help="As members read it.")],
    owner: Annotated[str, typer.Option(prompt="The owner's e-mail address", help="Who may do everything.")],
    name_en: Annotated[str, typer.Option(help="Name in English; else the Persian one.")] = "",
    currency: Annotated[str, typer.Option(help="ISO 4217: IRR, EUR …")] = "IRR",
    calendar: Annotated[str, typer.Option(help="jalali or gregorian.")] = "jalali",
    timezone: Annotated[str, typer.Option(help="As in Asia/Tehran.")] = "Asia/Tehran",
    locale: Annotated[str, typer.Option(help="fa or en: what the club speaks first.")] = "fa",
    at: At = "",
) -> None:
    """Open a club with the starter program and print the link by which its owner comes in."""
    with database.opened():
        from bashgah.cli import opening

        choices = {"currency": currency, "calendar": calendar, "timezone": timezone, "locale": locale}
        opening.club_open(slug=slug, name_fa=name, name_en=name_en, owner=owner, choices=choices, at=at)


@clubs.command("invite")
def club_invite(
    owner: Annotated[str, typer.Option(help="The owner's e-mail address.")], club: Club = None, at: At = ""
) -> None:
    """Print a fresh link for an owner, where the first was lost or a password is forgotten by all."""
    with database.opened():
        from bashgah.cli import opening

        opening.owner_invite(club=club, owner=owner, at=at)


@clubs.command("list")
def club_list() -> None:
    """List the clubs of this installation."""
    with database.opened():
        from bashgah.cli import opening

        opening.clubs_tell()


@imports.command("purchases")
def import_purchases(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, XLSX or Parquet.")],
    map: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="YAML: what the columns mean.")],
    club: Annotated[str | None, typer.Option(help="Short name of the club, where there are several.")] = None,
    rejects: Annotated[Path | None, typer.Option(help="Where rejected lines go, as CSV.")] = None,
) -> None:
    """Import invoice lines; run again it goes on where it was, and run twice it changes nothing."""
    with database.opened():
        from bashgah.cli import filling

        filling.purchases(file, map, club=club, rejects=rejects)


@imports.command("balances")
def import_balances(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, XLSX or Parquet.")],
    map: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="YAML: what the columns mean.")],
    club: Annotated[str | None, typer.Option(help="Short name of the club, where there are several.")] = None,
    rejects: Annotated[Path | None, typer.Option(help="Where rejected rows go, as CSV.")] = None,
) -> None:
    """Import opening balances; run again it goes on where it was, and run twice it changes nothing."""
    with database.opened():
        from bashgah.cli import balances

        balances.balances(file, map, club=club, rejects=rejects)


@app.command()
def verify(
    club: Annotated[str | None, typer.Option(help="One club, by its short name; otherwise all.")] = None,
    most: Annotated[int, typer.Option(min=1, help="Name at most so many findings a check.")] = 20,
    roots: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Roots kept elsewhere, as `root export` wrote them."),
    ] = None,
) -> None:
    """Recompute the books from what cannot be changed; status 1 if anything does not hold."""
    with database.opened():
        from bashgah.cli import proof

        proof.prove(club, most=most, kept=roots)


@roots.command("close")
def root_close(club: Club = None) -> None:
    """Seal the days that are over; the worker does it every hour."""
    with database.opened():
        from bashgah.cli import proof

        proof.close(club)


@roots.command("export")
def root_export(
    club: Club = None,
    since: Annotated[str, typer.Option(help="First day, Jalali or Gregorian; else all.")] = "",
    text: Annotated[
        bool, typer.Option("--text", help="Print what each root is the SHA-256 of instead.")
    ] = False,
) -> None:
    """Print the roots as CSV, the earliest first; keep the file where this server cannot reach."""
    with database.opened():
        from bashgah.cli import proof

        proof.export(club, since=parse_date(since) if since else None, text=text)


@app.command()
def statement(
    since: Annotated[str, typer.Option(help="First day, Jalali or Gregorian.")],
    until: Annotated[str, typer.Option(help="Last day, Jalali or Gregorian.")],
    club: Club = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of CSV.")] = False,
) -> None:
    """Print the auditor's statement of closed days: what each wallet opened with, what moved, and roots."""
    with database.opened():
        from bashgah.cli import proof

        proof.statement(club, parse_date(since), parse_date(until), as_json=as_json)


@programs.command("export")
def program_export(
    club: Club = None,
    version: Annotated[int, typer.Option(min=0, help="A version; 0 is the newest.")] = 0,
    draft: Annotated[bool, typer.Option("--draft", help="The draft instead of a version.")] = False,
) -> None:
    """Print the club's program as readable YAML."""
    with database.opened():
        from bashgah.cli import programming

        programming.export(club, version, draft=draft)


@programs.command("plan")
def program_plan(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The program file.")],
    club: Club = None,
    lang: Annotated[str, typer.Option(help="fa or en.")] = "en",
) -> None:
    """Say in words what a program file would change; change nothing. Status 1 if it could not be applied."""
    with database.opened():
        from bashgah.cli import programming

        programming.plan(club, file, lang)


@programs.command("apply")
def program_apply(  # noqa: PLR0917 options, given by name
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The program file.")],
    club: Club = None,
    lang: Annotated[str, typer.Option(help="fa or en.")] = "en",
    note: Annotated[str, typer.Option(help="Why, for the list of versions.")] = "",
    draft: Annotated[bool, typer.Option("--draft", help="Make it the draft and publish nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Show the plan, ask, and publish the file as the club's next version."""
    with database.opened():
        from bashgah.cli import programming

        programming.apply(club, file, lang, note, draft=draft, yes=yes)


@app.command()
def lake(
    club: Annotated[str | None, typer.Option(help="Short name of the club, where there are several.")] = None,
) -> None:
    """Export history as Parquet: what was recorded since the last time."""
    with database.opened():
        from bashgah.cli import replaying

        replaying.export(club)


@app.command()
def backtest(  # noqa: PLR0917 options, given by name
    club: Annotated[str | None, typer.Option(help="Short name of the club, where there are several.")] = None,
    version: Annotated[int, typer.Option(min=0, help="The version to try; 0 is the draft.")] = 0,
    against: Annotated[int, typer.Option(min=0, help="The version to compare with; 0 is the newest.")] = 0,
    since: Annotated[str, typer.Option(help="First day, Jalali or Gregorian; else 90 days back.")] = "",
    until: Annotated[str, typer.Option(help="The day after the last; else tomorrow.")] = "",
    workers: Annotated[int | None, typer.Option(min=0, help="Processes; 0 stays in this one.")] = None,
    permille: Annotated[int, typer.Option(min=1, max=1000, help="How many of 1,000 members.")] = 1000,
    spark: Annotated[str, typer.Option(help="Address of a Spark cluster that replays instead.")] = "",
) -> None:
    """Replay the draft, or a version, over the real past and say what would change."""
    with database.opened():
        from bashgah.cli import replaying

        replaying.backtest(club, version, against, since, until, workers, permille, spark)


@app.command()
def doctor() -> None:
    """Say what this machine and this database have and lack."""
    from bashgah.cli import diagnosis

    with database.needed():
        database.wait_until_it_answers(5)
        database.set_up()
        diagnosis.tell()

"""The commands an operator types; each says what it does, shows progress and fails in plain words."""

from __future__ import annotations

import typer

from bashgah.cli import database

app = typer.Typer(
    name="bashgah",
    help="Bashgah, the customer club: start it, migrate it, prove its books.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def options() -> None:
    """Bashgah, the customer club."""


@app.command()
def migrate() -> None:
    """Bring the database's tables to this release (as the owner role)."""
    database.migrate()

"""``bashgah doctor``: what this machine and this database have and lack, with the way out."""

from __future__ import annotations

import shutil
from importlib.util import find_spec

import typer
from rich.table import Table

from bashgah.cli.database import console


def tell() -> None:
    """Print one line a check; end with status 1 if something must be mended before members may come."""
    findings = [*_database(), *_machine()]
    table = Table(box=None, pad_edge=False)
    for heading in ("", "what", "finding"):
        table.add_column(heading)
    marks = {"ok": "[green]ok[/green]", "mend": "[bold red]mend[/bold red]", "may": "[yellow]may[/yellow]"}
    for state, what, finding in findings:
        table.add_row(marks[state], what, finding)
    console.print(table)
    if any(state == "mend" for state, _, _ in findings):
        raise typer.Exit(1)


def _database() -> list[tuple[str, str, str]]:
    from django.conf import settings
    from django.db import connection

    from bashgah.ground import outbox
    from bashgah.ground.postgres import releases, tuning

    findings = []
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        findings.append(("ok", "PostgreSQL", str(cursor.fetchone()[0])))
        for setting in tuning.DURABLE:
            cursor.execute("SELECT current_setting(%s)", [setting])
            value = cursor.fetchone()[0]
            findings.append(("ok" if value == "on" else "mend", setting, value))
        cursor.execute(
            "SELECT current_user, rolsuper, EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)"
            " FROM pg_roles WHERE rolname = current_user"
        )
        role, is_super, owns = cursor.fetchone()
    free = not (is_super or owns)
    findings.append(
        ("ok", "role", f"{role} can undo nothing it wrote for good")
        if free
        else (
            "mend",
            "role",
            f"{role} owns tables: give DATABASE_URL a role that does not ({settings.DATABASE_APP_ROLE})",
        )
    )
    connection.ensure_connection()
    same = connection.connection is not None and releases.is_migrated(connection.connection)
    findings.append(
        ("ok", "tables", "of this release") if same else ("mend", "tables", "run bashgah migrate")
    )
    if same:
        waiting = outbox.backlog()
        state = "may" if waiting.stuck else "ok"
        findings.append(
            (state, "outbox", f"{waiting.news + waiting.deliveries} waiting, {waiting.stuck} set aside")
        )
    return findings


def _machine() -> list[tuple[str, str, str]]:
    from django.conf import settings

    findings = [
        ("ok" if settings.MODE == "production" else "may", "mode", str(settings.MODE)),
        ("ok", "files", str(settings.VAR_FOLDER)),
    ]
    for what, there, why in (
        ("pyarrow", find_spec("pyarrow") is not None, "needed to import Parquet files"),
        ("chromium", shutil.which("chromium") is not None, "needed by the browser journeys of the tests"),
        ("msgfmt", shutil.which("msgfmt") is not None, "needed to compile translations"),
    ):
        findings.append(("ok" if there else "may", what, "there" if there else f"lacks; {why}"))
    return findings

"""What the commands do to the database before anything else can run."""

from __future__ import annotations

import os

import psycopg
from rich.console import Console

from bashgah.ground.postgres import roles

console = Console(stderr=True)


def migrate() -> None:
    """Migrate as the owner: grants first, then tables, then the list of migrations is closed to the app."""
    os.environ["BASHGAH_DATABASE_AS_OWNER"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bashgah.config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    connection.ensure_connection()
    driver = connection.connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError("Bashgah needs PostgreSQL by psycopg")
    roles.default_privileges(driver, app_role=settings.DATABASE_APP_ROLE)
    call_command("migrate", interactive=False, verbosity=0)
    roles.close_history(driver, app_role=settings.DATABASE_APP_ROLE)

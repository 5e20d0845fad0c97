"""Whether a database's tables are those of this release, told without loading Django."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

import psycopg
from psycopg import sql

PACKAGE = Path(__file__).resolve().parents[2]
TABLES_OF_OTHERS = ("Django", "django-allauth", "django-oauth-toolkit", "procrastinate")


def tables_mark() -> str:
    """Return a hash of everything that shapes the tables: our migrations and the versions of others'."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.glob("*/migrations/*.py")):
        digest.update(f"{path.parts[-3]}/{path.name}".encode() + path.read_bytes())
    for source in ("ground/migrations_support.py", "ground/postgres/roles.py"):
        digest.update((PACKAGE / source).read_bytes())
    for name in TABLES_OF_OTHERS:
        digest.update(f"{name} {version(name)}".encode())
    return digest.hexdigest()[:16]


def is_migrated(connection: psycopg.Connection) -> bool:
    """Whether the database was brought to exactly this release by ``mark_migrated``."""
    row = connection.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    return row is not None and row[0] == _sentence()


def mark_migrated(connection: psycopg.Connection) -> None:
    """Remember, as the database's owner, that its tables are those of this release."""
    connection.execute(
        sql.SQL("COMMENT ON DATABASE {} IS {}").format(
            sql.Identifier(connection.info.dbname), sql.Literal(_sentence())
        )
    )


def _sentence() -> str:
    return f"Bashgah tables {tables_mark()}"

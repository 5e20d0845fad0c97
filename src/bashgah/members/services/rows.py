"""New rows by COPY, the fastest way into PostgreSQL, in the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from django.db import connection, models

from bashgah.ground import batch


def rows_copy(rows: Iterable[models.Model], model: type[models.Model]) -> None:
    """Write new rows of one model; a key that is taken raises Django's ``IntegrityError``."""
    fields = [field for field in model._meta.concrete_fields if field.column is not None]
    listed = ", ".join(field.column for field in fields)
    statement = f"COPY {model._meta.db_table} ({listed}) FROM STDIN"
    with connection.wrap_database_errors, batch.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(_values(row, fields))


def _values(row: models.Model, fields: Sequence[models.Field]) -> list[object]:
    values = row.__dict__
    return [
        json.dumps(values[field.attname]) if isinstance(field, models.JSONField) else values[field.attname]
        for field in fields
    ]

"""After every test that touched points the books must prove themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def books_prove_themselves(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run ``activities.verify`` after each test with a database; it must find nothing.

    A module that breaks the books on purpose says ``BREAKS_THE_BOOKS = True``.
    """
    marker = request.node.get_closest_marker("django_db")
    if marker is None or getattr(request.module, "BREAKS_THE_BOOKS", False):
        yield
        return
    request.getfixturevalue("transactional_db" if marker.kwargs.get("transaction") else "db")
    yield
    from django.db import connection

    from bashgah.activities.verify import verify

    if connection.in_atomic_block and connection.needs_rollback:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM ledger_posting) OR EXISTS (SELECT FROM activities_reference)"
        )
        touched = cursor.fetchone()[0]
    found = verify() if touched else []
    assert not found, found

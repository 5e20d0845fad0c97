"""What must hold of the books after anything that touched points."""

from __future__ import annotations

from bashgah.activities.verify import verify


def books_must_hold() -> None:
    """Recompute everything; anything found fails the test that calls it."""
    found = [f"{finding.code} {finding.where} {finding.phrase.params}" for finding in verify()]
    assert found == []

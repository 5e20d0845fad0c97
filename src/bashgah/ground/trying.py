"""Doing something that may be refused, for a page that then says why beside its field."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

from bashgah.kit.refusals import Refusal

T = TypeVar("T")


def tried(act: Callable[[], T]) -> tuple[T | None, Refusal | None]:
    """Do it, or undo what it began and return why not: inside a savepoint, so the page itself goes on."""
    try:
        with transaction.atomic():
            return act(), None
    except Refusal as refusal:
        return None, refusal

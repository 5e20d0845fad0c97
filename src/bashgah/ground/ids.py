"""Fresh identifiers: UUIDv7, so that rows made together lie together on disk."""

from __future__ import annotations

import uuid

import uuid_utils

from bashgah.kit.ids import uuid_of


def fresh() -> uuid.UUID:
    """Return a new UUIDv7; ids made later sort later, within a process strictly."""
    return uuid_of(uuid_utils.uuid7().int)

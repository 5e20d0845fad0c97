"""What upper rooms keep of a person: each puts its part of a member's own export on this shelf at start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.kit.registry import Registry

Rows = Callable[[ClubInfo, Sequence[UUID], datetime], list[dict[str, Any]]]
"""All that a room keeps of these memberships of one person, in clear; the one that counts now stands first.

Nothing of another member or of the staff belongs in it: neither a name nor an id.
"""


@dataclass(frozen=True, slots=True)
class ExportPart:
    """A room's part; its rows stand under ``key``."""

    key: str
    rows: Rows


PARTS: Registry[ExportPart] = Registry("member export")

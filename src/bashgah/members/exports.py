"""What upper rooms keep of a person: each puts its part of a member's own export on this shelf at start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bashgah.clubs.types import ClubInfo
from bashgah.kit.registry import Registry

Rows = Callable[[ClubInfo, Sequence[UUID]], list[dict[str, Any]]]
"""All that a room keeps of these memberships of one person, in clear."""


@dataclass(frozen=True, slots=True)
class ExportPart:
    """A room's part; its rows stand under ``key``."""

    key: str
    rows: Rows


PARTS: Registry[ExportPart] = Registry("member export")

"""What the lake hands out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class LakeInfo:
    """A club's lake: where it lies and how much is in it."""

    folder: Path
    facts: int
    members: int

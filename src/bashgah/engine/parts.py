"""What every part of the program document is made of."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Base of every part of the document: unknown fields are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

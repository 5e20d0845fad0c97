"""Actors in rows: a small code and an id instead of text, and back again."""

from __future__ import annotations

from uuid import UUID

from bashgah.ground.types import Actor, ActorKind
from bashgah.kit import ids

KINDS: tuple[ActorKind, ...] = ("system", "staff", "key", "member")
"""The place of a kind is its code in rows: new kinds go to the end."""

_CODES = {kind: code for code, kind in enumerate(KINDS)}


def actor_columns(actor: Actor) -> tuple[int, UUID | None]:
    """Return (code of the kind, id) of an actor for a row; the system has no id."""
    if actor.kind == "system" or not actor.id:
        return _CODES[actor.kind], None
    return _CODES[actor.kind], ids.parse(actor.kind, actor.id)


def actor_of(code: int, id: UUID | None) -> Actor:
    """Return the actor a row names; whoever shows it looks its name up."""
    kind = KINDS[code]
    return Actor(kind=kind, id=ids.public(kind, id) if id else "")

"""Fresh identifiers: UUIDv7, so that rows made together lie together on disk."""

from __future__ import annotations

import uuid
from operator import attrgetter

import msgspec
import uuid_utils


def fresh() -> uuid.UUID:
    """Return a new UUIDv7; ids made later sort later, within a process strictly."""
    return _uuid(_SIXTEEN_BYTES + uuid_utils.uuid7().bytes)


def fresh_hex() -> str:
    """Return a new UUIDv7 as 32 hexadecimal digits, for less than making the id itself takes."""
    return uuid_utils.uuid7().hex


def fresh_bytes() -> bytes:
    """Return a new UUIDv7 as its sixteen bytes: what a column takes, where nobody asks for the id itself."""
    return uuid_utils.uuid7().bytes


def of_bytes(sixteen: bytes) -> uuid.UUID:
    """Return the id of these bytes."""
    return _uuid(_SIXTEEN_BYTES + sixteen)


NUMBER = attrgetter("int")
"""The key to sort ids by: the order is theirs, and Python need not be asked for every comparison."""

# MessagePack's head of sixteen bytes: its reader makes an id of them faster than Python can
_SIXTEEN_BYTES = b"\xc4\x10"
_uuid = msgspec.msgpack.Decoder(uuid.UUID).decode

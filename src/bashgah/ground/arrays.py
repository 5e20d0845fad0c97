"""Values and columns in PostgreSQL's binary form, made in one go: what the settlement sends.

The driver adapts lists element by element, in the size of the values at hand, so that the same statement is
prepared again for other sizes; here a column has one type and one pass.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

_NULL = b"\xff\xff\xff\xff"
_ZERO_INSTANT = datetime(2000, 1, 1, tzinfo=UTC)
_ZERO_DAY = date(2000, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)
_LENGTH = struct.Struct("!i").pack
_INT8, _INT4, _INT2 = struct.Struct("!iq").pack, struct.Struct("!ii").pack, struct.Struct("!ih").pack
_HEAD = struct.Struct("!iiIii").pack


_BOOLEANS = {True: b"\x00\x00\x00\x01\x01", False: b"\x00\x00\x00\x01\x00"}


def _sized(raw: bytes) -> bytes:
    return _LENGTH(len(raw)) + raw


def _uuid(value: UUID) -> bytes:
    return b"\x00\x00\x00\x10" + value.int.to_bytes(16, "big")


def _instant(value: datetime) -> bytes:
    return _INT8(8, (value - _ZERO_INSTANT) // _MICROSECOND)


# type: (its oid, its array's oid, one element with its length)
_KINDS: dict[str, tuple[int, int, Callable[[Any], bytes]]] = {
    "uuid": (2950, 2951, _uuid),
    "bigint": (20, 1016, lambda value: _INT8(8, value)),
    "int": (23, 1007, lambda value: _INT4(4, value)),
    "smallint": (21, 1005, lambda value: _INT2(2, value)),
    "boolean": (16, 1000, _BOOLEANS.__getitem__),
    "text": (25, 1009, lambda value: _sized(value.encode())),
    "bytea": (17, 1001, _sized),
    "tid": (27, 1010, _sized),
    "jsonb": (3802, 3807, lambda value: _sized(b"\x01" + value.encode())),
    "timestamptz": (1184, 1185, _instant),
    "date": (1082, 1182, lambda value: _INT4(4, value.toordinal() - _ZERO_DAY)),
}


def column(kind: str, values: Sequence[Any]) -> bytes:
    """Pack a column of one type; None is NULL. A number too large for its type raises ``struct.error``."""
    oid, _array_oid, pack = _KINDS[kind]
    has_null = 0
    if not values or values[0] is not None:
        try:
            body = b"".join(map(pack, values))
        except (AttributeError, KeyError, TypeError, struct.error):
            # no packer takes None, and looking for it first would cost every column that has none
            has_null = 1
    else:
        has_null = 1
    if has_null:
        body = b"".join([_NULL if value is None else pack(value) for value in values])
    return _HEAD(1, has_null, oid, len(values), 1) + body


def packer_of(kind: str) -> Callable[[Any], bytes]:
    """Return what packs a parameter: a value, or a column where the kind is written ``uuid[]``."""
    if kind.endswith("[]"):
        bare = kind[:-2]
        return lambda values: column(bare, values)
    pack = _KINDS[kind][2]
    return lambda value: pack(value)[4:]


def oid_of(kind: str) -> int:
    """Return the number PostgreSQL knows a type by, or that of its array (``uuid[]``)."""
    return _KINDS[kind[:-2]][1] if kind.endswith("[]") else _KINDS[kind][0]

"""Values and columns in PostgreSQL's binary form, made in one go: what the settlement sends.

The driver adapts lists element by element, in the size of the values at hand, so that the same statement is
prepared again for other sizes; here a column has one type and one pass. A pass is a chain of the standard
library's own loops (``map``, ``join``, one ``pack`` a column): a function of ours for each value would cost
five times as much.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

_NULL = b"\xff\xff\xff\xff"
_ZERO_INSTANT = datetime(2000, 1, 1, tzinfo=UTC)
_ZERO_DAY = date(2000, 1, 1).toordinal()
_LENGTH = struct.Struct("!i").pack
_LENGTHS = [_LENGTH(length) for length in range(2048)]
_HEAD = struct.Struct("!iiIii")
_BOOLEANS = {True: b"\x00\x00\x00\x01\x01", False: b"\x00\x00\x00\x01\x00"}
_UUID_LENGTH = _LENGTHS[16]
COUNTS_KNOWN = 2048
FEW = 8

Many = Callable[[Sequence[Any]], bytes]


def _whole_numbers(oid: int, letter: str, size: int) -> Many:
    """Return what packs whole numbers of one size, each with its length before it, in one go."""
    known: dict[int, Callable[..., bytes]] = {}

    def packed(values: Sequence[int]) -> bytes:
        count = len(values)
        pack = known.get(count)
        if pack is None:
            if len(known) >= COUNTS_KNOWN:
                known.clear()
            pack = known[count] = struct.Struct(f"!iiIii{f'i{letter}' * count}").pack
        mixed = [size] * (2 * count)
        mixed[1::2] = values
        return pack(1, 0, oid, count, 1, *mixed)

    return packed


@lru_cache(maxsize=COUNTS_KNOWN)
def _head(oid: int, count: int, has_null: int = 0) -> bytes:
    return _HEAD.pack(1, has_null, oid, count, 1)


def _texts(oid: int, encode: Callable[[Any], bytes] | None = str.encode) -> Many:
    def packed(values: Sequence[Any]) -> bytes:
        count, first = len(values), values[0]
        head = _head(oid, count)
        if values.count(first) == count:  # a batch has its source, its unit, its kind in common
            raw = first if encode is None else encode(first)
            return head + (_LENGTH(len(raw)) + raw) * count
        if encode is str.encode and values[-1] in values[:FEW]:  # units, branches: a few in turn
            distinct = set(values)
            if len(distinct) <= FEW:
                known = {value: _LENGTH(len(raw := value.encode())) + raw for value in distinct}
                return head + b"".join(map(known.__getitem__, values))
        raws = values if encode is None else [*map(encode, values)]
        mixed = [head] * (2 * count + 1)
        try:
            mixed[1::2] = map(_LENGTHS.__getitem__, map(len, raws))
        except IndexError:
            mixed[1::2] = map(_LENGTH, map(len, raws))
        mixed[2::2] = raws
        return b"".join(mixed)

    return packed


def _uuids(values: Sequence[Any]) -> bytes:
    try:
        sixteens = values if type(values[0]) is bytes else [value.int.to_bytes(16, "big") for value in values]
        return _head(2950, len(values)) + _UUID_LENGTH + _UUID_LENGTH.join(sixteens)
    except (AttributeError, TypeError):  # bytes and ids in turn
        sixteens = [value if type(value) is bytes else value.int.to_bytes(16, "big") for value in values]
    return _head(2950, len(values)) + _UUID_LENGTH + _UUID_LENGTH.join(sixteens)


def _booleans(values: Sequence[bool]) -> bytes:
    return _head(16, len(values)) + b"".join(map(_BOOLEANS.__getitem__, values))


def instant(value: datetime) -> int:
    """Return a moment as PostgreSQL counts it; a column of moments takes such numbers too, and faster."""
    since = value - _ZERO_INSTANT
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _instants(values: Sequence[datetime | int]) -> bytes:
    if type(values[0]) is int:
        with suppress(struct.error):  # one of the others is a datetime
            return _eights(values)  # type: ignore[arg-type]
    counted, last, found = [], None, 0
    for value in values:
        if value is not last:
            last, found = value, value if type(value) is int else instant(value)  # type: ignore[arg-type]
        counted.append(found)
    return _eights(counted)


# whole batches share their days
@lru_cache(maxsize=4096)
def _day(value: date) -> int:
    return value.toordinal() - _ZERO_DAY


def _jsonb(value: str) -> bytes:
    return b"\x01" + value.encode()


_eights = _whole_numbers(1184, "q", 8)
_days = _whole_numbers(1082, "i", 4)

# type: (its oid, its array's oid, a value's bytes where all have as many, an array of values)
_KINDS: dict[str, tuple[int, int, int, Many]] = {
    "uuid": (2950, 2951, 16, _uuids),
    "bigint": (20, 1016, 8, _whole_numbers(20, "q", 8)),
    "int": (23, 1007, 4, _whole_numbers(23, "i", 4)),
    "smallint": (21, 1005, 2, _whole_numbers(21, "h", 2)),
    "boolean": (16, 1000, 1, _booleans),
    "text": (25, 1009, 0, _texts(25)),
    "bytea": (17, 1001, 0, _texts(17, None)),
    "tid": (27, 1010, 6, _texts(27, None)),
    "jsonb": (3802, 3807, 0, _texts(3802, _jsonb)),
    "timestamptz": (1184, 1185, 8, _instants),
    "date": (1082, 1182, 4, lambda values: _days([_day(value) for value in values])),
}

_ONE_LONG, _ONE_INT, _ONE_SHORT = (struct.Struct(f"!{letter}").pack for letter in "qih")
# a value by itself
_ONE: dict[str, Callable[[Any], bytes]] = {
    "uuid": lambda value: value if type(value) is bytes else value.bytes,
    "bigint": _ONE_LONG,
    "int": _ONE_INT,
    "smallint": _ONE_SHORT,
    "boolean": struct.Struct("!?").pack,
    "text": str.encode,
    "bytea": bytes,
    "tid": bytes,
    "jsonb": _jsonb,
    "timestamptz": lambda value: _ONE_LONG(value if type(value) is int else instant(value)),
    "date": lambda value: _ONE_INT(_day(value)),
}


def column(kind: str, values: Sequence[Any]) -> bytes:
    """Pack a column of one type; None is NULL. A number too large for its type raises ``struct.error``."""
    return packer_of(f"{kind}[]")(values)


@lru_cache
def packer_of(kind: str) -> Callable[[Any], bytes]:
    """Return what packs a parameter: a value, or a column where the kind is written ``uuid[]``."""
    oid, _array_oid, size, pack = _KINDS[kind.removesuffix("[]")]
    if not kind.endswith("[]"):
        return _ONE[kind]

    def packed(values: Sequence[Any]) -> bytes:
        if not values:
            return _head(oid, 0)
        if values[0] is not None:
            try:
                return pack(values)
            except (AttributeError, KeyError, TypeError, struct.error):
                # nothing packs None, and looking for it first would cost every column that has none
                if not any(value is None for value in values):
                    raise
        return _with_nulls(values, oid, size, pack)

    return packed


def _with_nulls(values: Sequence[Any], oid: int, size: int, pack: Many) -> bytes:
    head = _head(oid, len(values), 1)
    given = [value for value in values if value is not None]
    if not given:
        return head + _NULL * len(values)
    if size:
        packed, step = pack(given), 4 + size
        parts = iter([packed[at : at + step] for at in range(_HEAD.size, len(packed), step)])
    else:
        parts = iter([pack((value,))[_HEAD.size :] for value in given])
    return head + b"".join([_NULL if value is None else next(parts) for value in values])


def oid_of(kind: str) -> int:
    """Return the number PostgreSQL knows a type by, or that of its array (``uuid[]``)."""
    return _KINDS[kind[:-2]][1] if kind.endswith("[]") else _KINDS[kind][0]

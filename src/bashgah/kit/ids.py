"""Ids: UUIDv7 inside, typed text such as ``mbr_01jd…`` outside."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID, SafeUUID

from bashgah.kit.refusals import Refusal
from bashgah.kit.sentence import Phrase
from bashgah.kit.sentence import marked as _

PREFIXES = {
    "club": "clb",
    "branch": "brn",
    "member": "mbr",
    "activity": "act",
    "entry": "ent",
    "posting": "pst",
    "lot": "lot",
    "hold": "hld",
    "reward": "rwd",
    "redemption": "rdm",
    "coupon": "cpn",
    "program": "prg",
    "message": "msg",
    "staff": "stf",
    "key": "key",
    "event": "evt",
    "consent": "cns",
    "transfer": "trf",
    "adjustment": "adj",
    "approval": "apv",
    "merge": "mrg",
    "group_invitation": "inv",
    "backtest": "btt",
    "review": "rev",
    "quote": "qte",
    "grant": "grt",
    "proof": "prf",
}

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 26
_SHAPE = re.compile(f"[0-7][{_CROCKFORD}]{{{_LENGTH - 1}}}")
# Python reads base 32 too, with letters of its own
_PYTHONS = str.maketrans(_CROCKFORD, "0123456789abcdefghijklmnopqrstuv")
# two letters at a time: ids are spelled in every answer
_PAIRS = [first + second for first in _CROCKFORD for second in _CROCKFORD]
_SHIFTS = range(10 * (_LENGTH // 2 - 1), -1, -10)


def uuid7(at: datetime, random_bytes: bytes) -> UUID:
    """Build a UUIDv7 of a moment from ten or more random bytes; later milliseconds sort later."""
    milliseconds = int(at.timestamp() * 1000)
    noise = int.from_bytes(random_bytes[:10], "big")
    high = (milliseconds & 0xFFFF_FFFF_FFFF) << 16 | 0x7000 | (noise >> 62 & 0x0FFF)
    low = 0b10 << 62 | (noise & 0x3FFF_FFFF_FFFF_FFFF)
    return UUID(int=high << 64 | low)


def public(kind: str, id: UUID) -> str:
    """Return the id as the outside sees it: the kind's prefix and 26 letters of Crockford's base32."""
    value = id.int
    return f"{PREFIXES[kind]}_{''.join([_PAIRS[value >> shift & 1023] for shift in _SHIFTS])}"


def parse(kind: str, text: str) -> UUID:
    """Read an id of this kind back; all else, another kind's id included, raises ``id_invalid`` (404)."""
    prefix, _bar, body = text.partition("_")
    body = body.lower()
    if prefix != PREFIXES[kind] or _SHAPE.fullmatch(body) is None:
        raise Refusal("id_invalid", Phrase(_("There is nothing with this id.")), status=404)
    return uuid_of(int(body.translate(_PYTHONS), 32))


def uuid_of(value: int) -> UUID:
    """Return the UUID of a number below 2**128, without the many checks of its own constructor."""
    made = object.__new__(UUID)
    _set(made, "int", value)
    _set(made, "is_safe", SafeUUID.unknown)
    return made


_set = object.__setattr__

"""Ids: UUIDv7 inside, typed text such as ``mbr_01jd…`` outside."""

from __future__ import annotations

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
_BEGINS = {kind: f"{prefix}_" for kind, prefix in PREFIXES.items()}
_BEGIN = 4
_WHOLE = _BEGIN + _LENGTH
# Python reads base 32 too, with letters of its own; what is no letter of ours is none of Python's either
_PYTHONS = bytes(
    b"0123456789abcdefghijklmnopqrstuv"[_CROCKFORD.index(letter)] if letter in _CROCKFORD else 0
    for letter in map(str.lower, map(chr, range(128)))
) + bytes(128)
_MOST = 1 << 128
# three letters at a time, of numbers that are small: ids are spelled in every answer
_PAIRS = [first + second for first in _CROCKFORD for second in _CROCKFORD]
_THREES = [first + pair for first in _CROCKFORD for pair in _PAIRS]
_SIX_LETTERS = (1 << 30) - 1
_THREE_LETTERS = (1 << 15) - 1


def uuid7(at: datetime, random_bytes: bytes) -> UUID:
    """Build a UUIDv7 of a moment from ten or more random bytes; later milliseconds sort later."""
    milliseconds = int(at.timestamp() * 1000)
    noise = int.from_bytes(random_bytes[:10], "big")
    high = (milliseconds & 0xFFFF_FFFF_FFFF) << 16 | 0x7000 | (noise >> 62 & 0x0FFF)
    low = 0b10 << 62 | (noise & 0x3FFF_FFFF_FFFF_FFFF)
    return UUID(int=high << 64 | low)


def public(kind: str, id: UUID) -> str:
    """Return the id as the outside sees it: the kind's prefix and 26 letters of Crockford's base32."""
    value, threes = id.int, _THREES
    a, b, c = value >> 100, value >> 70 & _SIX_LETTERS, value >> 40 & _SIX_LETTERS
    d, e = value >> 10 & _SIX_LETTERS, value & 1023
    return (
        f"{PREFIXES[kind]}_{threes[a >> 15]}{threes[a & _THREE_LETTERS]}{threes[b >> 15]}"
        f"{threes[b & _THREE_LETTERS]}{threes[c >> 15]}{threes[c & _THREE_LETTERS]}"
        f"{threes[d >> 15]}{threes[d & _THREE_LETTERS]}{_PAIRS[e]}"
    )


def parse(kind: str, text: str) -> UUID:
    """Read an id of this kind back; all else, another kind's id included, raises ``id_invalid`` (404)."""
    begins = _BEGINS[kind]
    if len(text) == _WHOLE and text.startswith(begins) and text.isascii():
        try:
            value = int(text[_BEGIN:].encode().translate(_PYTHONS), 32)
        except ValueError:
            value = _MOST
        if value < _MOST:
            return uuid_of(value)
    raise Refusal("id_invalid", Phrase(_("There is nothing with this id.")), status=404)


def uuid_of(value: int) -> UUID:
    """Return the UUID of a number below 2**128, without the many checks of its own constructor."""
    made = _new(UUID)
    _int_set(made, value)
    _is_safe_set(made, _UNKNOWN)
    return made


# its slots by themselves: every id of every row is made here
_new = object.__new__
_int_set, _is_safe_set = UUID.__dict__["int"].__set__, UUID.__dict__["is_safe"].__set__
_UNKNOWN = SafeUUID.unknown

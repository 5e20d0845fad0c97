"""Personal data closed with AES-256-GCM and found again by a keyed digest, each club under keys of its own.

Keys are derived (HKDF-SHA256) from ``settings.SECRET_KEYS``, the current one first. A sealed value names the
key that closed it, so older keys keep opening what they closed. Digests use the *oldest* key of the list: a
new key in front changes no digest, hence breaks no uniqueness; the oldest may go only after every row has
been sealed and digested anew.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_FORM = b"\x01"
_KID_LENGTH = 4
_NONCE_LENGTH = 12
_HEAD_LENGTH = len(_FORM) + _KID_LENGTH + _NONCE_LENGTH


class SealBroken(Exception):
    """A sealed value was altered, moved to another row or column, or its key is gone."""


def encrypt(club_id: UUID, table: str, column: str, row_id: UUID, text: str) -> bytes:
    """Seal a text for one column of one row; the same bytes elsewhere do not open."""
    kid = _kid(settings.SECRET_KEYS[0])
    nonce = os.urandom(_NONCE_LENGTH)
    sealed = _cipher(settings.SECRET_KEYS[0], club_id).encrypt(
        nonce, text.encode(), _place(club_id, table, column, row_id)
    )
    return _FORM + kid + nonce + sealed


def decrypt(club_id: UUID, table: str, column: str, row_id: UUID, sealed: bytes) -> str:
    """Open what ``encrypt`` sealed for the same column and row, or raise ``SealBroken``."""
    sealed = bytes(sealed)
    kid = sealed[len(_FORM) : len(_FORM) + _KID_LENGTH]
    key = next((key for key in settings.SECRET_KEYS if _kid(key) == kid), None)
    if key is None or not sealed.startswith(_FORM) or len(sealed) < _HEAD_LENGTH:
        raise SealBroken(f"{table}.{column}: no key opens this value")
    nonce = sealed[_HEAD_LENGTH - _NONCE_LENGTH : _HEAD_LENGTH]
    try:
        opened = _cipher(key, club_id).decrypt(
            nonce, sealed[_HEAD_LENGTH:], _place(club_id, table, column, row_id)
        )
    except InvalidTag:
        raise SealBroken(f"{table}.{column}: the value was altered or moved") from None
    return opened.decode()


def blind(club_id: UUID, kind: str, value: str) -> bytes:
    """Return the 32-byte digest under which a normalised value is looked up in its club."""
    key = _derived(settings.SECRET_KEYS[-1], b"blind", club_id)
    return hmac.digest(key, f"{kind}\x00{value}".encode(), "sha256")


def signature(club_id: UUID, purpose: str, message: bytes, *, length: int = 32) -> bytes:
    """Sign a short-lived token of a club with the current key; older keys still match."""
    return _sign(settings.SECRET_KEYS[0], club_id, purpose, message)[:length]


def signature_matches(club_id: UUID, purpose: str, message: bytes, given: bytes) -> bool:
    """Say whether one of the keys made this signature, in time that tells nothing."""
    made = [_sign(key, club_id, purpose, message)[: len(given)] for key in settings.SECRET_KEYS]
    return len(given) >= 8 and sum(hmac.compare_digest(one, given) for one in made) > 0


def _sign(key: str, club_id: UUID, purpose: str, message: bytes) -> bytes:
    return hmac.digest(_derived(key, b"sign " + purpose.encode(), club_id), message, "sha256")


def _place(club_id: UUID, table: str, column: str, row_id: UUID) -> bytes:
    return f"{table}\x00{column}\x00".encode() + club_id.bytes + row_id.bytes


@lru_cache(maxsize=64)
def _kid(key: str) -> bytes:
    return hashlib.sha256(b"bashgah kid " + key.encode()).digest()[:_KID_LENGTH]


@lru_cache(maxsize=1024)
def _cipher(key: str, club_id: UUID) -> AESGCM:
    return AESGCM(_derived(key, b"seal", club_id))


@lru_cache(maxsize=4096)
def _derived(key: str, purpose: bytes, club_id: UUID) -> bytes:
    info = b"bashgah " + purpose + b" " + club_id.bytes
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key.encode())

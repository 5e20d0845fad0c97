"""How an API key is written and recognised: ``bsh_`` + visible prefix + secret, stored as a digest."""

from __future__ import annotations

import hashlib
import re
import secrets

ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"
PREFIX_LENGTH = 8
SECRET_LENGTH = 40  # 30 letters to the power of 40: 196 bits
SHAPE = re.compile(rf"bsh_([{ALPHABET}]{{{PREFIX_LENGTH}}})_[{ALPHABET}]{{{SECRET_LENGTH}}}")


def fresh() -> tuple[str, str]:
    """Return a new key and its visible prefix."""
    prefix = _letters(PREFIX_LENGTH)
    return f"bsh_{prefix}_{_letters(SECRET_LENGTH)}", prefix


def looks_right(text: str) -> bool:
    """Say whether the text has a key's shape; anything else needs no look into the database."""
    return SHAPE.fullmatch(text) is not None


def digest(text: str) -> bytes:
    """Return what is stored in place of a secret."""
    return hashlib.sha256(text.encode()).digest()


def _letters(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))

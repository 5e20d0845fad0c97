"""Pictures that strangers send are drawn anew: nothing hidden in a file is ever stored or served."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "WEBP")
PIXELS_MOST = 40_000_000
PICTURE_BYTES = 4 * 1024 * 1024
"""The largest file that is taken, at every door."""
_FACE = 9
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class NoPicture(Exception):
    """These bytes are no picture of a known kind, or one that unpacks into far too many pixels."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture of our own making with its prints: ``print`` of the bytes sent, ``likeness`` of what is seen.

    Two pictures of one likeness look the same when made very small: one of them may be the other, saved anew.
    A picture of one colour has no likeness.
    """

    data: bytes
    print: bytes
    likeness: bytes


def picture_draw(sent: bytes, *, side: int, keeps_clear: bool = False) -> Drawn:
    """Draw a picture anew within a square of this side, upright, without anything but its pixels.

    Its kind is read from its content. PNG keeps transparency where ``keeps_clear``, else it becomes JPEG.
    A file that would unpack into more than ``PIXELS_MOST`` is not unpacked at all; like what is no picture it
    raises ``NoPicture``.
    """
    try:
        opened = Image.open(BytesIO(sent), formats=FORMATS)
        if opened.width * opened.height > PIXELS_MOST:
            raise NoPicture
        if not keeps_clear:
            opened.draft("RGB", (side, side))
        opened.load()
        picture = _upright(opened).convert("RGBA" if keeps_clear else "RGB")
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        struct.error,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise NoPicture from error
    picture.thumbnail((side, side))
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    kept = BytesIO()
    bare.save(kept, "PNG" if keeps_clear else "JPEG", quality=82)
    return Drawn(kept.getvalue(), hashlib.sha256(sent).digest(), _likeness(bare))


def _upright(picture: Image.Image) -> Image.Image:
    """Turn a picture as its camera says; this alone is read of what a file says of itself."""
    turn = _TURNS.get(picture.getexif().get(_ORIENTATION, 1))
    return picture if turn is None else picture.transpose(turn)


def _likeness(picture: Image.Image) -> bytes:
    """Say of 64 small parts whether each is lighter than its neighbour; it outlives saving anew."""
    face = picture.convert("L").resize((_FACE, _FACE - 1))
    greys = list(face.tobytes())
    bits = 0
    for row in range(_FACE - 1):
        for place in range(_FACE - 1):
            at = row * _FACE + place
            bits = bits << 1 | (greys[at] > greys[at + 1])
    return bits.to_bytes((_FACE - 1) ** 2 // 8) if bits else b""

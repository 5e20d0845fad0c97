"""Pictures of strangers: upright as the camera says, and whatever else their files say does no harm."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from PIL import Image

from bashgah.ground.pictures import NoPicture, picture_draw

RED, BLUE = (255, 0, 0), (0, 0, 255)
SHORT, ASCII, RATIONAL = 3, 2, 5
COMPRESSION, DESCRIPTION, ORIENTATION = 0x0103, 0x010E, 0x0112


def exif(*entries: tuple[int, int, int, bytes]) -> bytes:
    """What a camera writes: (tag, type, how many, value or its place)."""
    rows = b"".join(struct.pack("<HHL4s", *entry) for entry in sorted(entries))
    return (
        b"Exif\0\0II*\0" + struct.pack("<LH", 8, len(entries)) + rows + b"\0\0\0\0" + struct.pack("<LL", 1, 1)
    )


def turned(turn: int) -> tuple[int, int, int, bytes]:
    return (ORIENTATION, SHORT, 1, struct.pack("<H", turn))


def sent(about: bytes, *, kind: str = "JPEG") -> bytes:
    """Thirty by twenty, red on the left and blue on the right."""
    drawn = Image.new("RGB", (30, 20), RED)
    drawn.paste(BLUE, (15, 0, 30, 20))
    kept = BytesIO()
    drawn.save(kept, kind, exif=about, **({"quality": 95} if kind == "JPEG" else {}))
    return kept.getvalue()


def corner(data: bytes) -> tuple[tuple[int, int], str]:
    """The size, and what is seen above on the left."""
    drawn = Image.open(BytesIO(data))
    red, _green, blue = drawn.convert("RGB").getpixel((2, 2))
    return drawn.size, "red" if red > blue else "blue"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("turn", "seen"),
    [
        (1, ((30, 20), "red")),
        (2, ((30, 20), "blue")),
        (3, ((30, 20), "blue")),
        (4, ((30, 20), "red")),
        (5, ((20, 30), "red")),
        (6, ((20, 30), "red")),
        (7, ((20, 30), "blue")),
        (8, ((20, 30), "blue")),
        (9, ((30, 20), "red")),
    ],
)
def test_a_picture_stands_upright(kind: str, turn: int, seen: tuple[tuple[int, int], str]) -> None:
    assert corner(picture_draw(sent(exif(turned(turn)), kind=kind), side=100).data) == seen


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    "broken",
    [
        (COMPRESSION, ASCII, 4, b"abc\0"),
        (DESCRIPTION, RATIONAL, 1, struct.pack("<L", 38)),
        (DESCRIPTION, ASCII, 10**9, b"\xff\xff\xff\xff"),
        (COMPRESSION, 99, 1, b"\0\0\0\0"),
    ],
)
@pytest.mark.filterwarnings("ignore:Tag data larger")
def test_what_a_file_says_wrongly_of_itself_does_not_matter(
    kind: str, broken: tuple[int, int, int, bytes]
) -> None:
    drawn = picture_draw(sent(exif(turned(6), broken), kind=kind), side=100)
    assert corner(drawn.data) == ((20, 30), "red")
    assert Image.open(BytesIO(drawn.data)).getexif() == {}


@pytest.mark.parametrize("length", [0, 1, 20, 200, 400])
def test_part_of_a_file_is_no_picture(length: int) -> None:
    with pytest.raises(NoPicture):
        picture_draw(sent(exif(turned(6)))[:length], side=100)

"""The club's icons, drawn on the server; QR codes are drawn by ``ui``."""

from __future__ import annotations

import io
import re
from functools import lru_cache

from PIL import Image, ImageDraw

from bashgah.ui.icons import MARK_HOLE, STAR
from bashgah.ui.qr import qr_svg

__all__ = ["icon_png", "qr_svg"]

ICON_SIZES = (192, 512)
_POINTS = re.compile(r"([\d.]+) ([\d.]+)")


@lru_cache(maxsize=32)
def icon_png(size: int, brand: str, ink: str, maskable: bool) -> bytes:
    """Draw the star of the house on the club's colour; a maskable one keeps it inside the safe circle."""
    scale = 4
    image = Image.new("RGB", (size * scale, size * scale), brand)
    draw = ImageDraw.Draw(image)
    share = 0.52 if maskable else 0.72
    for path, colour in ((STAR, ink), (MARK_HOLE, brand)):
        points = [
            (_place(x, size * scale, share), _place(y, size * scale, share)) for x, y in _POINTS.findall(path)
        ]
        draw.polygon(points, fill=colour)
    out = io.BytesIO()
    image.resize((size, size), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


def _place(coordinate: str, size: int, share: float) -> float:
    return size / 2 + (float(coordinate) - 12) / 11 * size * share / 2

"""QR codes as inline SVG, and the club's icons, drawn on the server."""

from __future__ import annotations

import io
import re
from functools import lru_cache

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from PIL import Image, ImageDraw

from bashgah.ui.icons import MARK_HOLE, STAR

INK = "#10282b"
ICON_SIZES = (192, 512)
_POINTS = re.compile(r"([\d.]+) ([\d.]+)")


def qr_svg(text: str, label: str = "") -> SafeString:
    """Draw a text as a QR that scales with its box; dark on white in every theme, or scanners fail."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=1, dark=INK, light="#ffffff",
        svgclass=None, lineclass=None, nl=False,
    )  # fmt: skip
    drawn = mark_safe(out.getvalue().decode())  # noqa: S308 segno draws paths of numbers only
    if not label:
        return format_html('<span aria-hidden="true" class="b-qr-in">{}</span>', drawn)
    return format_html('<span role="img" aria-label="{}" class="b-qr-in">{}</span>', label, drawn)


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

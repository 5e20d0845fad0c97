"""QR codes as inline SVG, drawn on the server."""

from __future__ import annotations

import io

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

INK = "#10282b"


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

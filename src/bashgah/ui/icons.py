"""Inline SVG: icons of Tabler, the eight-pointed star, the mark."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

STAR = (
    "M12.00 1.00L15.22 4.22L19.78 4.22L19.78 8.78L23.00 12.00L19.78 15.22L19.78 19.78L15.22 19.78L12.00 23.00"
    "L8.78 19.78L4.22 19.78L4.22 15.22L1.00 12.00L4.22 8.78L4.22 4.22L8.78 4.22Z"
)
MARK_HOLE = (
    "M12.00 6.80L13.52 8.32L15.68 8.32L15.68 10.48L17.20 12.00L15.68 13.52L15.68 15.68L13.52 15.68"
    "L12.00 17.20"
    "L10.48 15.68L8.32 15.68L8.32 13.52L6.80 12.00L8.32 10.48L8.32 8.32L10.48 8.32Z"
)
TIER_RING = (
    "M12.00 6.40L13.64 8.04L15.96 8.04L15.96 10.36L17.60 12.00L15.96 13.64L15.96 15.96L13.64 15.96"
    "L12.00 17.60"
    "L10.36 15.96L8.04 15.96L8.04 13.64L6.40 12.00L8.04 10.36L8.04 8.04L10.36 8.04Z"
)
BIG_STAR = (
    '<path d="M48 4L60.89 16.89L79.11 16.89L79.11 35.11L92 48L79.11 60.89L79.11 79.11L60.89 79.11'
    "L48 92L35.11 79.11"
    'L16.89 79.11L16.89 60.89L4 48L16.89 35.11L16.89 16.89L35.11 16.89Z"/>'
    '<path d="M48 18L56.79 26.79L69.21 26.79L69.21 39.21L78 48L69.21 56.79L69.21 69.21L56.79 69.21'
    "L48 78L39.21 69.21"
    'L26.79 69.21L26.79 56.79L18 48L26.79 39.21L26.79 26.79L39.21 26.79Z"/>'
    '<path d="M48 34L52.1 38.1L57.9 38.1L57.9 43.9L62 48L57.9 52.1L57.9 57.9L52.1 57.9L48 62'
    "L43.9 57.9L38.1 57.9"
    'L38.1 52.1L34 48L38.1 43.9L38.1 38.1L43.9 38.1Z" fill="currentColor" stroke="none"/>'
)
# These point somewhere, so they turn round with the script.
DIRECTED = frozenset(
    {
        "chevron-left",
        "chevron-right",
        "arrow-left",
        "arrow-right",
        "arrow-back-up",
        "external-link",
        "send",
        "logout",
        "login",
        "message",
        "message-2",
        "list-details",
        "history",
    }
)


@cache
def _inner() -> dict[str, str]:
    return json.loads(Path(__file__).with_name("icons.json").read_text("utf-8"))


def icon_svg(name: str, cls: str = "", label: str = "", *, turns: bool | None = None) -> SafeString:
    """An icon that inherits the colour of its text; with `label` it is read aloud, without it is hidden.

    Raises KeyError for an icon that has not been vendored (see frontend/icons.txt).
    """
    directed = name in DIRECTED if turns is None else turns
    classes = " ".join(part for part in ("icon", "icon-dir" if directed else "", cls) if part)
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"'
        ' stroke-linecap="round" stroke-linejoin="round" {}>{}</svg>',
        classes,
        spoken,
        mark_safe(_inner()[name]),  # noqa: S308 - our own vendored file
    )


def mark_svg() -> SafeString:
    """The star of Bashgah, in the club's brand colour."""
    return format_html(
        '<svg class="b-mark" viewBox="0 0 24 24" aria-hidden="true"><path d="{}" fill="currentColor"/>'
        '<path d="{}" fill="var(--b-canvas)"/></svg>',
        STAR,
        MARK_HOLE,
    )


def star_svg(cls: str = "") -> SafeString:
    """The large star of empty states and codes."""
    return format_html(
        '<svg class="star {}" viewBox="0 0 96 96" fill="none" stroke="currentColor" stroke-width="1.5"'
        ' aria-hidden="true">{}</svg>',
        cls,
        mark_safe(BIG_STAR),  # noqa: S308 - our own constant
    )


def tier_svg(tone: str) -> SafeString:
    """The emblem of a tier; `tone` is bronze, silver, gold or diamond, or empty for the colour around it."""
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" aria-hidden="true"><path d="{}" fill="currentColor"/>'
        '<path d="{}" fill="none" stroke="var(--b-surface)" stroke-width="1.6"/></svg>',
        f"t-{tone}" if tone else "",
        STAR,
        TIER_RING,
    )

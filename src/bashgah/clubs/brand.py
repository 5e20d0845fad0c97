"""A club's colours: read, measured for contrast, turned into the four variables of its css."""

from __future__ import annotations

import re

from bashgah.clubs.types import Theme
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

LEAST_CONTRAST = 4.5
WHITE = "#ffffff"
INK = "#14181b"

_SHORT = re.compile(r"#([0-9a-f])([0-9a-f])([0-9a-f])")
_LONG = re.compile(r"#[0-9a-f]{6}")
_LOGO = re.compile(r"[A-Za-z0-9_\-./]{0,200}")


def themed(*, brand: str, pass_a: str, pass_b: str, logo: str) -> Theme:
    """Return the theme of these colours.

    Raises ``colour_invalid`` for what is no colour and ``contrast_low`` for a brand that cannot be read on
    white or a card on which white cannot be read (under 4.5 : 1).
    """
    colours = {"brand": brand, "pass_a": pass_a, "pass_b": pass_b}
    read = {name: _readable(colour, f"/theme/{name}") for name, colour in colours.items()}
    if not _LOGO.fullmatch(logo) or ".." in logo or logo.startswith("/"):
        raise Refusal(
            "logo_invalid",
            Phrase(_("This is not the address of a picture.")),
            status=422,
            field="/theme/logo",
        )
    on = max((WHITE, INK), key=lambda ink: contrast(read["brand"], ink))
    return Theme(brand=read["brand"], brand_on=on, pass_a=read["pass_a"], pass_b=read["pass_b"], logo=logo)


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast ratio of two six-digit colours, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def css(theme: Theme) -> str:
    """Return the style sheet that dresses every page of the club."""
    return (
        f":root{{--club-brand:{theme.brand};--club-brand-on:{theme.brand_on};"
        f"--club-pass-a:{theme.pass_a};--club-pass-b:{theme.pass_b}}}\n"
    )


def _readable(colour: str, field: str) -> str:
    colour = colour.strip().lower()
    if short := _SHORT.fullmatch(colour):
        colour = "#" + "".join(digit * 2 for digit in short.groups())
    if not _LONG.fullmatch(colour):
        raise Refusal(
            "colour_invalid",
            Phrase(_("Write a colour as {example}."), {"example": "#0c7572"}),
            status=422,
            field=field,
        )
    ratio = contrast(colour, WHITE)
    if ratio < LEAST_CONTRAST:
        raise Refusal(
            "contrast_low",
            Phrase(
                _("This colour is too light: its contrast with white is {ratio}, and it needs {least}."),
                {"ratio": round(ratio, 2), "least": LEAST_CONTRAST},
            ),
            status=422,
            field=field,
            extra={"ratio": round(ratio, 2)},
        )
    return colour


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

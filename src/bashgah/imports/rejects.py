"""The file of rejected lines, which Excel opens as it is."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from bashgah.imports.types import Rejected
from bashgah.kit.phrases import Phrase, say
from bashgah.kit.phrases import marked as _

HEADINGS = (
    Phrase(_("row of the file")),
    Phrase(_("invoice")),
    Phrase(_("product code")),
    Phrase(_("code")),
    Phrase(_("reason")),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rejects_write(path: Path, rejected: Iterable[Rejected], *, lang: str) -> None:
    """Write one row a rejected line, in UTF-8 with a byte order mark; no cell becomes a formula."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([say(heading, lang) for heading in HEADINGS])
        for one in sorted(rejected, key=lambda each: each.row):
            cells = (one.invoice, one.sku, one.code, say(one.phrase, lang))
            writer.writerow([one.row, *map(_harmless, cells)])


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text

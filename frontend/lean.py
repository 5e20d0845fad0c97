"""Writes the part of Tabler's css that the portal's pages use, so that a first visit is light.

Run `python frontend/lean.py` after changing classes in portal or shared templates, or Tabler itself; a test
compares the files with what this would write.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src" / "bashgah"
TABLER = SOURCE / "ui" / "static" / "ui" / "vendor" / "tabler"
TARGET = SOURCE / "portal" / "static" / "portal" / "vendor"
SHEETS = {"tabler.min.css": "tabler.css", "tabler.rtl.min.css": "tabler.rtl.css"}
HEAD = (
    "/* The part of Tabler 1.6.1 (MIT, ui/vendor/tabler) the portal uses; written by frontend/lean.py. */\n"
)
PAGES = ("ui/templates/ui/base.html", "ui/templates/ui/shell_portal.html", "ui/templates/ui/preferences.html")
FOLDERS = ("ui/templates/ui/c", "portal/templates/portal")
WORDS = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
CLASS = re.compile(r"\.((?:[A-Za-z0-9_-]|\\.)+)")


def words_used() -> frozenset[str]:
    """Every word of the portal's templates: whatever may be a class there, and more does no harm."""
    files = [SOURCE / page for page in PAGES]
    for folder in FOLDERS:
        files += sorted((SOURCE / folder).glob("*.html"))
    files += [SOURCE / "ui" / "icons.py", SOURCE / "ui" / "templatetags" / "ui.py"]
    return frozenset(WORDS.findall(" ".join(file.read_text("utf-8") for file in files)))


def rules(css: str) -> Iterator[tuple[str, str]]:
    """Cut a minified sheet into (what stands before the brace, what stands in it)."""
    place = 0
    while place < len(css):
        if css.startswith("/*", place):
            place = css.index("*/", place) + 2
            continue
        brace, end = css.find("{", place), css.find(";", place)
        if brace < 0:
            return
        if 0 <= end < brace and css[place] == "@":
            yield css[place:end], ""
            place = end + 1
            continue
        depth, stop = 1, brace + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[stop], 0)
            stop += 1
        yield css[place:brace], css[brace + 1 : stop - 1]
        place = stop


def kept(css: str, used: frozenset[str]) -> str:
    """The rules whose classes are all used; elements, variables and media queries around them stay."""
    out = []
    for head, body in rules(css):
        if head.startswith("@charset"):
            out.append(f"{head};")
        elif head.startswith(("@media", "@supports", "@layer")):
            inner = kept(body, used)
            if inner:
                out.append(f"{head}{{{inner}}}")
        elif head.startswith("@"):
            out.append(f"{head}{{{body}}}" if _animation_used(head, used) else "")
        else:
            selectors = [one for one in _selectors(head) if set(CLASS.findall(one)) <= used]
            if selectors:
                out.append(f"{','.join(selectors)}{{{body}}}")
    return "".join(out)


def lean(name: str) -> str:
    """What a sheet comes to for the portal."""
    return HEAD + kept((TABLER / name).read_text("utf-8"), words_used()) + "\n"


def _selectors(head: str) -> list[str]:
    """Split a list of selectors at its own commas, not at those inside ``:is(…)`` or ``[…]``."""
    parts, depth = [""], 0
    for letter in head:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(letter, 0)
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _animation_used(head: str, used: frozenset[str]) -> bool:
    return not head.startswith("@keyframes") or bool(set(WORDS.findall(head)) & {"progress"})


def manifest() -> str:
    """The list of these files with their hashes, as every vendor folder has one."""
    whole = json.loads((TABLER.parent / "manifest.json").read_text("utf-8"))
    version = next(entry["version"] for entry in whole if entry["file"] == "tabler/tabler.min.css")
    licence = "../../../../ui/static/ui/vendor/tabler/LICENSE.txt"
    entries = [
        {
            "file": target,
            "package": "@tabler/core",
            "version": version,
            "licence": "MIT",
            "licence_file": licence,
            "sha256": hashlib.sha256(lean(name).encode()).hexdigest(),
        }
        for name, target in SHEETS.items()
    ]
    return json.dumps(entries, indent=2) + "\n"


if __name__ == "__main__":
    TARGET.mkdir(exist_ok=True)
    for name, target in SHEETS.items():
        (TARGET / target).write_text(lean(name), "utf-8")
    (TARGET / "manifest.json").write_text(manifest(), "utf-8")

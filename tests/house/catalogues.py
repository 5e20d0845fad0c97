"""The rooms' Persian catalogues: extracts marked texts, compiles, lists. ``make messages`` runs this file."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib

from tests.house import plan

DOMAINS = {"django": ["-e", "html,txt,py"], "djangojs": ["-e", "js"]}


def committed() -> list[Path]:
    """Return every catalogue of the package."""
    return sorted(plan.PACKAGE.glob("*/locale/fa/LC_MESSAGES/*.po"))


def marked(scratch: Path) -> dict[tuple[str, str], set[str]]:
    """Return the texts marked in the source, by room and domain, without touching the tree."""
    copy = scratch / "bashgah"
    passed_over = shutil.ignore_patterns("locale", "vendor", "__pycache__", "*.png", "*.woff2")
    shutil.copytree(plan.PACKAGE, copy, ignore=passed_over)
    for room in plan.rooms():
        (copy / room / "locale").mkdir()
    extract(copy)
    return {
        (path.relative_to(copy).parts[0], path.stem): {entry.msgid for entry in polib.pofile(str(path))}
        for path in copy.glob("*/locale/fa/LC_MESSAGES/*.po")
    }


def extract(folder: Path) -> None:
    """Run Django's extraction over the rooms under a folder; each text goes to its room's ``locale``."""
    environment = os.environ | {
        "PYTHONPATH": str(plan.PROJECT / "src"),
        "DJANGO_SETTINGS_MODULE": "bashgah.config.settings",
    }
    for domain, kinds in DOMAINS.items():
        subprocess.run(
            [
                sys.executable, "-P", "-m", "django", "makemessages", "--domain", domain, "--locale", "fa",
                "--no-location", "--no-obsolete", "--no-wrap", "--ignore", "vendor/*",
                "--ignore", "migrations/*", *kinds,
            ],
            cwd=folder, env=environment, check=True, capture_output=True, text=True, timeout=120,
        )  # fmt: skip


def compile_(path: Path) -> str:
    """Compile one catalogue and return what msgfmt says of it."""
    done = subprocess.run(
        ["msgfmt", "--check", "--statistics", "-o", str(path.with_suffix(".mo")), str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr.strip()


def banned_words(glossary: str) -> list[str]:
    """Return the words of the glossary's last column, but those that are right for another thing."""
    words: list[str] = []
    good: set[str] = set()
    for line in glossary.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or len(cells) != 3 or cells[0] in {"fa", "---"}:
            continue
        good |= {word for term in re.split("[،؛,;:/]", cells[0]) for word in term.split()}
        # a word that is wrong only in one place carries its exception in brackets: people judge that one
        words += [word.strip() for word in re.split("[،,]", cells[2]) if word.strip() and "(" not in word]
    return [word for word in words if word not in good]


def main() -> None:
    """Extract and compile every room's catalogues; say what is still untranslated."""
    extract(plan.PACKAGE)
    for path in committed():
        sys.stdout.write(f"{plan.room_of(path)}/{path.stem}: {compile_(path)}\n")


if __name__ == "__main__":
    main()

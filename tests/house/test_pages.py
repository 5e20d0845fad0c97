"""Pages hold under a strict content policy and in both directions; what others made is unchanged."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from tests.house import plan

PHYSICAL = re.compile(
    r"(?<![\w-])(?:margin|padding|border)-(?:left|right)\b|(?<![\w-])(?:left|right)\s*:"
    r"|text-align\s*:\s*(?:left|right)\b|float\s*:\s*(?:left|right)\b|border-(?:top|bottom)-(?:left|right)-radius"
)


def test_styles_are_written_for_both_directions() -> None:
    """What must be the same in both says so on its line: ``/* physical: why */``."""
    wrong = [
        f"{plan.where(path, number)} {line.strip()}"
        for path in plan.stylesheets()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if PHYSICAL.search(line) and "/* physical:" not in line
    ]
    assert wrong == []


def test_no_page_carries_script_or_style_of_its_own() -> None:
    """The content policy would refuse it; letters, which no policy reaches, may style themselves."""
    inline = re.compile(
        r"<style\b|\sstyle=|<script(?![^>]*\bsrc=)(?![^>]*application/(?:json|ld\+json))|\son[a-z]+=", re.I
    )
    wrong = []
    for path in plan.templates():
        if "letters" in path.parts or "email" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        # a tag may run over several lines
        wrong += [
            f"{plan.where(path, text.count(chr(10), 0, found.start()) + 1)} {found[0].strip()[:80]}"
            for found in inline.finditer(text)
        ]
    assert wrong == []


def test_translated_blocks_are_trimmed() -> None:
    wrong = [
        plan.where(path, number)
        for path in plan.templates()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(r"{%\s*blocktrans", line) and "trimmed" not in line
    ]
    assert wrong == []


def test_nothing_is_fetched_from_elsewhere() -> None:
    outside = re.compile(r"""(?:src|href|action)=["'](?:https?:)?//""")
    wrong = [
        plan.where(path, number)
        for path in plan.templates()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if outside.search(line)
    ]
    assert wrong == []


def vendor_manifests() -> list[Path]:
    """Every manifest of files that others made."""
    return sorted(
        path
        for folder in (plan.PACKAGE, plan.PROJECT / "tests")
        for path in folder.rglob("vendor/manifest.json")
    )


@pytest.mark.parametrize("manifest", vendor_manifests(), ids=plan.where)
def test_vendored_files_are_those_of_the_manifest(manifest: Path) -> None:
    listed = {(manifest.parent / entry["file"]).resolve(): entry["sha256"] for entry in entries(manifest)}
    lying = {
        path for path in manifest.parent.rglob("*") if path.is_file() and "LICENSE" not in path.name.upper()
    }
    assert {path.resolve() for path in lying - {manifest}} - listed.keys() == set()
    found = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in listed}
    assert found == listed


@pytest.mark.parametrize("manifest", vendor_manifests(), ids=plan.where)
def test_vendored_files_say_version_and_licence(manifest: Path) -> None:
    bare = [
        entry["file"]
        for entry in entries(manifest)
        if not (entry["version"] and entry["licence"] and (manifest.parent / entry["licence_file"]).is_file())
    ]
    assert bare == []


def entries(manifest: Path) -> list[dict[str, str]]:
    """The files a manifest lists."""
    return list(json.loads(manifest.read_text(encoding="utf-8")))

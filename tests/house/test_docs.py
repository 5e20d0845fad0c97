"""Pages for readers lead where they say, and name nothing of anybody's machine."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.house import plan

PAGES = sorted(
    path
    for path in [
        *plan.PROJECT.glob("*.md"),
        *plan.PROJECT.glob("docs/**/*.md"),
        *plan.PROJECT.glob("tests/*.md"),
    ]
)
INDEX = re.compile(r"--(?:extra-)?index-url|--find-links|registry *= *[\"']?http|^source = .*registry")
CONFLICT = re.compile(r"^(?:<{7} |>{7} |={7}$)", flags=re.M)
MACHINE = re.compile(r"(?<![\w.])/(?:home|root|Users|work)/[A-Za-z0-9_.-]+|/tmp/(?!bashgah)[a-z]+/[a-z]+/")


@pytest.mark.parametrize("page", PAGES, ids=plan.where)
def test_links_lead_somewhere(page: plan.Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    lost = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=plan.where)
def test_files_that_a_page_names_exist(page: plan.Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:src/bashgah|tests|docs)/[A-Za-z0-9_./-]+)`", text)
    assert [name for name in named if not (plan.PROJECT / name).exists()] == []


def test_the_tour_stops_only_at_things_that_exist() -> None:
    tour = (plan.PROJECT / "docs" / "tour.md").read_text(encoding="utf-8")
    stops = re.findall(r"\[`(src/[^:`]+): (\w+)`\]", tour)
    assert len(stops) > 15
    lost = []
    for name, thing in stops:
        path = plan.PROJECT / name
        defined = re.search(
            rf"^(?:async )?(?:def|class) {thing}\b", path.read_text(encoding="utf-8"), flags=re.M
        )
        if not defined:
            lost.append(f"{name}: {thing}")
    assert lost == []


def test_no_file_names_an_index_or_a_folder_of_a_machine() -> None:
    wrong = []
    for name, text in texts():
        if name.startswith("tests/house/"):
            continue
        wrong += [
            f"{name}:{number} {line.strip()[:90]}"
            for number, line in enumerate(text.splitlines(), start=1)
            if MACHINE.search(line) or (INDEX.search(line) and not name.endswith(".py"))
        ]
    assert wrong == []


def test_no_file_was_left_with_both_sides_of_a_conflict() -> None:
    assert [name for name, text in texts() if CONFLICT.search(text)] == []


def texts() -> list[tuple[str, str]]:
    """Every text file that is ours, with what it says."""
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=plan.PROJECT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    found = []
    for name in tracked:
        path = plan.PROJECT / name
        if not name or not path.is_file() or "vendor" in path.parts:
            continue
        try:
            found.append((name, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


@pytest.mark.parametrize("lock", ["run.lock", "dev.lock"])
def test_a_lock_has_a_hash_for_every_package(lock: str) -> None:
    text = (plan.PROJECT / "requirements" / lock).read_text(encoding="utf-8")
    packages = re.findall(r"^([a-z0-9][a-z0-9._-]*)==", text, flags=re.M)
    assert len(packages) > 50
    entries = re.split(r"^(?=[a-z0-9][a-z0-9._-]*==)", text, flags=re.M)[1:]
    assert [entry.split("==")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_decisions_page_lists_every_decision() -> None:
    folder = plan.PROJECT / "docs" / "decisions"
    listed = set(
        re.findall(r"\(([0-9]{4}-[a-z0-9-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))
    )
    assert listed == {path.name for path in folder.glob("[0-9]*.md")}


def test_every_setting_is_explained() -> None:
    page = (plan.PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    source = "".join(
        path.read_text(encoding="utf-8")
        for room in ("config", "cli", "ground")
        for path in sorted((plan.PACKAGE / room).rglob("*.py"))
    )
    read = set(re.findall(r'(?:validation_alias=|environ\.get\(|environ\[)"([A-Z_]+)"', source))
    assert len(read) > 15
    assert {name for name in read if f"`{name}`" not in page} - {"PG_BINDIR", "XDG_RUNTIME_DIR"} == set()

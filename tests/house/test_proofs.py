"""The table of proofs names tests that exist, run where it says, and a planted fault for each."""

from __future__ import annotations

import re

import pytest

from tests.house import plan

PAGE = (plan.PROJECT / "docs" / "proofs.md").read_text(encoding="utf-8")
ROWS = {
    cells[0]: cells
    for line in PAGE.splitlines()
    if (cells := [cell.strip() for cell in line.strip("|").split("|")]) and re.fullmatch(r"Q\d+", cells[0])
}
PROOFS = [*(f"Q{number}" for number in range(1, 12)), "Q16"]
NAMED = re.compile(r"`(tests/[\w/]+\.py|test_\w+)`")


def named_in(row: list[str]) -> list[tuple[str, str]]:
    """The tests that a row names, each with the file named last before it."""
    found, file = [], ""
    for name in NAMED.findall(" ".join(row)):
        if name.startswith("tests/"):
            file = name
        else:
            found.append((file, name))
    return found


def test_every_proof_has_its_row() -> None:
    assert list(ROWS) == PROOFS


@pytest.mark.parametrize("proof", PROOFS)
def test_what_a_row_names_is_there_and_runs_where_it_says(proof: str) -> None:
    row = ROWS[proof]
    named = named_in(row)
    assert named
    for file, name in named:
        text = (plan.PROJECT / file).read_text(encoding="utf-8")
        defined = re.search(rf"((?:^@.*\n)*)^def {name}\(", text, flags=re.M)
        assert defined, f"{file}: {name}"
        whole_file = re.search(r"^pytestmark = .*mark\.prove", text, flags=re.M)
        is_long = bool(whole_file) or "mark.prove" in defined[1]
        assert is_long == ("`make test`" not in row[2]), f"{file}: {name}"
    assert any("planted" in name or "bites" in name for _file, name in named) or proof == "Q9"

"""The portal's own part of Tabler is what its templates need today."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def lean() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lean", PROJECT / "frontend" / "lean.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["tabler.min.css", "tabler.rtl.min.css"])
def test_the_lean_sheet_is_up_to_date(lean: ModuleType, name: str) -> None:
    written = (lean.TARGET / lean.SHEETS[name]).read_text("utf-8")

    assert written == lean.lean(name), "run: python frontend/lean.py"


def test_a_rule_stays_only_if_all_its_classes_are_used(lean: ModuleType) -> None:
    css = ".a{x:1}.a .b{x:2}.a,.c{x:3}body{x:4}@media (min-width:1px){.b{x:5}.a{x:6}}:is(.a,.c) .a{x:7}"

    assert lean.kept(css, frozenset({"a"})) == ".a{x:1}.a{x:3}body{x:4}@media (min-width:1px){.a{x:6}}"

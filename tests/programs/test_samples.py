"""The sample programs are programs: valid, guarded by examples that pass, said in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from bashgah.engine import examples
from bashgah.engine.compiling import compile_program
from bashgah.engine.noticing import notices
from bashgah.engine.sentences import promotion_sentence, rule_sentence
from bashgah.engine.validation import problems
from bashgah.programs.differences import differences
from bashgah.programs.files import file_read, file_text

SAMPLES = sorted((Path(__file__).resolve().parents[2] / "docs" / "programs").glob("*.yaml"))


def test_there_is_a_sample_for_each_kind_of_club() -> None:
    names = [path.stem for path in SAMPLES]
    assert names == ["b2b", "bank", "clothing", "restaurant", "supermarket"]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_valid_and_its_examples_pass(path: Path) -> None:
    program = file_read(path.read_text("utf-8"))
    assert problems(program) == ()
    assert [notice.phrase.msgid for notice in notices(program) if "never" in notice.phrase.msgid] == []
    compile_program(program, number=1)
    for rule in program.rules:
        results = examples.run(program, rule)
        assert results, f"{rule.key} has no example"
        assert [(each.name.en, each.got, each.expected) for each in results if not each.ok] == []


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_said_in_both_languages_and_comes_back_from_a_file(path: Path) -> None:
    program = file_read(path.read_text("utf-8"))
    for lang in ("fa", "en"):
        for rule in program.rules:
            assert "{" not in rule_sentence(rule, program, lang)
        for promotion in program.promotions:
            assert "{" not in promotion_sentence(promotion, program, lang)
        for difference in differences(None, program):
            assert difference.said(lang)[1], difference.at
    assert file_read(file_text(program)) == program

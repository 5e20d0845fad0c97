"""Every fault of a program document is found, with a pointer to it."""

import json
from pathlib import Path
from typing import Any

import pytest

from bashgah.engine.compiling import compile_program
from bashgah.engine.document import Program
from bashgah.engine.schema import program_schema
from bashgah.engine.validation import document_read, problems, program_check
from bashgah.kit.phrases import say
from bashgah.kit.refusals import Refusal
from tests.engine.cases import LADDER, PER_100K, WALLETS, document, rule

PUBLISHED = Path(__file__).resolve().parents[2] / "docs" / "program.schema.json"

PARAMS = "/rules/0/effects/0/params"
REWARD = {"key": "r", "kind": "store_credit", "params": {"amount": 5, "wallet": "points"}, "price": 1}
NINE_DAYS = {"kind": "age_days", "count": 9}
LESS = {"kind": "multiplier", "permille": 900}


def multiplier(**params: Any) -> dict[str, Any]:
    return {"amount": "multiplier", "params": params}


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"currency": "XXX"}, "/currency"),
    ({"wallets": [*WALLETS, WALLETS[0]]}, "/wallets/3/key"),
    ({"wallets": [{**WALLETS[0], "name": {"fa": " "}}, *WALLETS[1:]]}, "/wallets/0/name"),
    ({"wallets": [WALLETS[0], {**WALLETS[1], "pending_days": 1}, WALLETS[2]]}, "/wallets/1/expiry"),
    ({"wallets": [{**WALLETS[0], "expiry": {"kind": "age_days"}}, *WALLETS[1:]]}, "/wallets/0/expiry/count"),
    (
        {"wallets": [{**WALLETS[0], "pending_days": 9, "expiry": NINE_DAYS}, *WALLETS[1:]]},
        "/wallets/0/expiry/count",
    ),
    (
        {"wallets": [{**WALLETS[0], "expiry": {"kind": "on_date"}}, *WALLETS[1:]]},
        "/wallets/0/expiry/last_day",
    ),
    (
        {"wallets": [{**WALLETS[0], "pending_days": 9, "confirmation": {}}, *WALLETS[1:]]},
        "/wallets/0/pending_days",
    ),
    (
        {"wallets": [{**WALLETS[0], "confirmation": {"confirms": "nope"}}, *WALLETS[1:]]},
        "/wallets/0/confirmation/confirms",
    ),
    ({"wallets": [WALLETS[0]]}, "/ladders/0/measure"),
    ({"ladders": [{**LADDER, "measure": "luck"}]}, "/ladders/0/measure"),
    ({"ladders": [{**LADDER, "tiers": LADDER["tiers"][1:]}]}, "/ladders/0/tiers/0/threshold"),
    (
        {"ladders": [{**LADDER, "tiers": [LADDER["tiers"][0], {**LADDER["tiers"][0], "threshold": 9}]}]},
        "/ladders/0/tiers/1/key",
    ),
    (
        {"ladders": [{**LADDER, "tiers": [LADDER["tiers"][0], LADDER["tiers"][2], LADDER["tiers"][1]]}]},
        "/ladders/0/tiers/2/threshold",
    ),
    (
        {"ladders": [{**LADDER, "tiers": [{**LADDER["tiers"][0], "benefits": [LESS]}]}]},
        "/ladders/0/tiers/0/benefits/0/permille",
    ),
    ({"rules": [rule("a"), rule("a")]}, "/rules/1/key"),
    ({"rules": [rule(trigger="birthday")]}, "/rules/0/trigger"),
    ({"rules": [rule(trigger="custom:nope")]}, "/rules/0/trigger"),
    ({"rules": [rule(when={"all": [{"field": "x", "op": "is", "value": 1}]})]}, "/rules/0/when/all/0/field"),
    ({"rules": [rule("a", {**PER_100K, "wallet": "nope"})]}, "/rules/0/effects/0/wallet"),
    ({"rules": [rule("a", {**PER_100K, "amount": "nope"})]}, "/rules/0/effects/0/amount"),
    ({"rules": [rule("a", {**PER_100K, "kind": "nope"})]}, "/rules/0/effects/0/kind"),
    ({"rules": [rule("a", {"amount": "fixed", "params": {"units": 0}})]}, "/rules/0/effects/0/params/units"),
    ({"rules": [rule("a", {"amount": "fixed", "params": {}})]}, "/rules/0/effects/0/params/units"),
    ({"rules": [rule("a", {**PER_100K, "params": {"units": 1, "step": 1, "x": 1}})]}, f"{PARAMS}/x"),
    ({"rules": [rule("a", {**PER_100K, "lines": {"all": []}})]}, "/rules/0/effects/0/lines/all"),
    ({"rules": [rule(basis={"excluded_lines": {"any": []}})]}, "/rules/0/basis/excluded_lines/any"),
    ({"rules": [rule("a", multiplier())]}, "/rules/0/effects/0/params/permille"),
    ({"rules": [rule("a", multiplier(permille=2000, ladder="main"))]}, "/rules/0/effects/0/params/permille"),
    ({"rules": [rule("a", multiplier(ladder="nope"))]}, "/rules/0/effects/0/params/ladder"),
    ({"rules": [rule("a", multiplier(permille=2000, rules=["nope"]))]}, "/rules/0/effects/0/params/rules"),
    ({"rules": [rule("a", multiplier(permille=2000, rules=["a"]))]}, "/rules/0/effects/0/params/rules"),
    (
        {"rules": [rule("a", {"amount": "table_by_tier", "params": {"ladder": "main", "units": {"x": 1}}})]},
        f"{PARAMS}/units",
    ),
    (
        {"rules": [rule("a", {"amount": "table_by_bracket", "params": {"brackets": [
            {"at_least": 5, "units": 1}, {"at_least": 5, "units": 2}]}})]},
        "/rules/0/effects/0/params/brackets",
    ),
    ({"rules": [rule(schedule={"starts_at": "2026-11-21T12:00:00"})]}, "/rules/0/schedule/starts_at"),
    (
        {"rules": [rule(schedule={"starts_at": "2026-11-21T12:00:00Z", "ends_at": "2026-11-21T12:00:00Z"})]},
        "/rules/0/schedule/ends_at",
    ),
    ({"rules": [rule(schedule={"from_hour": "08:00", "to_hour": "08:00"})]}, "/rules/0/schedule/to_hour"),
    ({"rules": [rule(schedule={"weekdays": [1, 1]})]}, "/rules/0/schedule/weekdays"),
    ({"rules": [rule(limits=[{"window": "day", "most": 1}] * 2)]}, "/rules/0/limits/1/window"),
    ({"rules": [rule(stacking={"mode": "best_of"})]}, "/rules/0/stacking/group"),
    ({"rules": [{**rule(), "name": {}}]}, "/rules/0/name"),
    ({"rewards": [{**REWARD, "wallet": "nope"}]}, "/rewards/0/wallet"),
    ({"rewards": [{**REWARD, "wallet": "status"}]}, "/rewards/0/wallet"),
    ({"rewards": [{**REWARD, "channels": []}]}, "/rewards/0/channels"),
    (
        {"rewards": [{**REWARD, "starts_on": "2026-11-22", "ends_on": "2026-11-21"}]},
        "/rewards/0/ends_on",
    ),
    (
        {"rewards": [{**REWARD, "when": {"field": "fact.branch", "op": "is", "value": "x"}}]},
        "/rewards/0/when/field",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("more", "at"), FAULTS)
def test_a_fault_is_found_where_it_is(more: dict[str, Any], at: str) -> None:
    program = document(**{"rules": [], **more}) if "rules" not in more else Program.model_validate(
        {"wallets": WALLETS, "ladders": [LADDER], **more}
    )  # fmt: skip
    found = problems(program)
    assert [problem.at for problem in found] == [at]
    assert say(found[0].phrase, "fa") != say(found[0].phrase, "en")
    with pytest.raises(Refusal) as refused:
        program_check(program)
    assert (refused.value.status, refused.value.field) == (422, at)


def test_a_sound_program_has_no_fault() -> None:
    assert problems(document(rule())) == ()


def test_every_fault_is_listed_at_once() -> None:
    program = document(
        rule(trigger="x"), rule("b", limits=[{"window": "day", "most": 1}] * 2), currency="XXX"
    )
    assert [each.at for each in problems(program)] == [
        "/currency",
        "/rules/0/trigger",
        "/rules/1/limits/1/window",
    ]


def test_a_document_nested_without_end_is_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"all": [deep]}
    with pytest.raises(Refusal, match="program_invalid"):
        document_read({"wallets": WALLETS, "rules": [rule(when=deep)]})


def test_compiling_what_is_not_sound_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        compile_program(document(rule(trigger="x")), number=1)
    assert refused.value.code == "program_invalid"


def test_the_published_schema_is_the_programs() -> None:
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == program_schema()


def test_the_schema_names_every_amount_and_its_parameters() -> None:
    text = json.dumps(program_schema())
    for key in (
        "fixed",
        "per_step",
        "percent",
        "per_unit",
        "table_by_tier",
        "table_by_bracket",
        "multiplier",
    ):
        assert f'"const": "{key}"' in text
    assert "whole_steps" in text

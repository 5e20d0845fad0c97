"""The JSON Schema of the program document, with the parameters of every amount on the shelf."""

from __future__ import annotations

import json
from typing import Any

from bashgah.engine import compiling  # noqa: F401 loads the shelves
from bashgah.engine.catalogue import FIELDS, OPS
from bashgah.engine.document import Program
from bashgah.engine.rules.measured import AMOUNTS

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def program_schema() -> dict[str, Any]:
    """Return the schema that editors of program files use; it is kept in docs/program.schema.json.

    It says the shapes. What spans several parts (known tiers, rising thresholds) is ``validation.problems``'.
    """
    schema = Program.model_json_schema()
    definitions = schema["$defs"]
    definitions["Criteria"] = _criteria()
    definitions["Effect"]["allOf"] = [
        {
            "if": {"properties": {"kind": {"const": "reward"}}, "required": ["kind"]},
            "then": {"required": ["reward"]},
            "else": {"required": ["amount"]},
        },
        *(_amount(key, definitions) for key in sorted(AMOUNTS.keys())),
    ]
    criteria = {"anyOf": [{"$ref": "#/$defs/Criteria"}, {"type": "null"}], "default": None}
    definitions["Rule"]["properties"]["when"] = criteria
    definitions["RewardTerms"]["properties"]["when"] = criteria
    definitions["Effect"]["properties"]["lines"] = criteria
    definitions["Basis"]["properties"]["excluded_lines"] = criteria
    for part, field in (
        ("Pilot", "when"),
        ("Promotion", "when"),
        ("Promotion", "lines"),
        ("BuyGet", "of"),
        ("Counter", "when"),
    ):
        definitions[part]["properties"][field] = criteria
    definitions["Counter"]["properties"]["lines"] = criteria
    return {"$schema": DIALECT, "title": "Bashgah program", **schema}


def program_schema_text() -> str:
    """Return the schema as the file holds it."""
    return json.dumps(program_schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _amount(key: str, definitions: dict[str, Any]) -> dict[str, Any]:
    plugin = AMOUNTS.find(key)
    params = plugin.Params.model_json_schema(ref_template="#/$defs/{model}") if plugin else {}
    definitions.update(params.pop("$defs", {}))
    return {
        "if": {"properties": {"amount": {"const": key}}, "required": ["amount"]},
        "then": {"properties": {"params": params}},
    }


def _criteria() -> dict[str, Any]:
    group = {"type": "array", "items": {"$ref": "#/$defs/Criteria"}, "minItems": 1}
    ops = sorted({op for names in OPS.values() for op in names})
    lines = {
        "type": "object",
        "additionalProperties": False,
        "required": ["measure"],
        "properties": {
            "where": {"anyOf": [{"$ref": "#/$defs/Criteria"}, {"type": "null"}]},
            "measure": {"enum": ["sum", "count", "quantity", "any", "all"]},
            "of": {"enum": ["net", "gross"]},
            "op": {"enum": list(OPS["number"])},
            "value": {},
        },
    }
    test = {
        "type": "object",
        "additionalProperties": False,
        "required": ["field", "op"],
        "properties": {
            "field": {
                "anyOf": [
                    {"enum": list(FIELDS.keys())},
                    {"type": "string", "pattern": r"^(member\.tier|member\.attributes|activity)\..+$"},
                ]
            },
            "op": {"enum": ops},
            "value": {},
        },
    }

    def one(name: str, value: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "additionalProperties": False,
            "required": [name],
            "properties": {name: value},
        }

    return {
        "oneOf": [
            one("all", group),
            one("any", group),
            one("not", {"$ref": "#/$defs/Criteria"}),
            one("lines", lines),
            test,
        ]
    }

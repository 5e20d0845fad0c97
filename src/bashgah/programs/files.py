"""A program as a file: readable YAML out, and in again only what says the same to every reader."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import yaml

from bashgah.engine.document import Program
from bashgah.engine.validation import document_read
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _
from bashgah.kit.refusals import Refusal

LARGEST_FILE = 2_000_000
SCHEMA = "program.schema.json"
"""Published as docs/program.schema.json; editors find it beside the file."""

_WIDTH = 110
_PLAIN = frozenset({"when", "lines", "excluded_lines", "params", "fact", "state"})
_ORDER = {
    name: place
    for place, name in enumerate(
        (
            *("at", "sku", "category", "brand", "tags", "quantity", "gross", "discount"),
            *("where", "measure", "of", "field", "op", "value", "fa", "en"),
            *("ladder", "units", "step", "whole_steps", "at_least", "permille", "amount", "minimum_order"),
        )
    )
}


class _Loader(yaml.SafeLoader):
    """Reads YAML's plain values alone: no dates, no sexagesimal times, no yes, no and on, no aliases."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise _refusal(_("Line {line}: write it out; a program file has no aliases."), mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key, _value in node.value:
            name = self.construct_object(key, deep=True)
            if not isinstance(name, str):
                raise _refusal(_("Line {line}: the name of a value must be text."), key.start_mark)
            if name in seen:
                raise _refusal(_("Line {line}: this name stands here twice."), key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep=deep)


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"true|false", "tf"),
    ("tag:yaml.org,2002:int", r"-?(?:0|[1-9][0-9]*)", "-0123456789"),
    ("tag:yaml.org,2002:float", r"-?(?:0|[1-9][0-9]*)\.[0-9]+", "-0123456789"),
    ("tag:yaml.org,2002:null", r"null|~|", "n~"),
):
    _Loader.add_implicit_resolver(_tag, re.compile(rf"^(?:{_pattern})$"), list(_first))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^$"), [""])


class _Dumper(yaml.SafeDumper):
    """Writes lists under their names, long texts in one piece, short rows of values in one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _mapping(dumper: _Dumper, value: dict[str, Any]) -> yaml.Node:
    flat = len(value) <= 3 and all(isinstance(each, str | int | bool) for each in value.values())
    short = flat and len(str(value)) < _WIDTH - 30
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=short)


def _sequence(dumper: _Dumper, value: list[Any]) -> yaml.Node:
    flat = all(isinstance(each, str | int | bool) for each in value) and len(str(value)) < _WIDTH - 30
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=flat)


_Dumper.add_representer(dict, _mapping)
_Dumper.add_representer(list, _sequence)


def file_text(program: Program, *, number: int = 0) -> str:
    """Return the program as a file without usual values; reading it gives the same program back."""
    # these are said even when they are usual: a file is read far from here
    names = ("schema_version", "calendar", "currency")
    document = {name: getattr(program, name) for name in names}
    document |= _arranged(program.model_dump(mode="json", exclude_defaults=True))
    head = [f"# yaml-language-server: $schema={SCHEMA}"]
    if number:
        head.append(f"# version {number}")
    body = yaml.dump(
        document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH, default_flow_style=False
    )
    return "\n".join([*head, body])


def _arranged(value: Any, *, plain: bool = False) -> Any:
    """Bring plain values (conditions, parameters, cases) into the order in which people read them."""
    if isinstance(value, list):
        return [_arranged(each, plain=plain) for each in value]
    if not isinstance(value, dict):
        return value
    names = sorted(value, key=lambda name: _ORDER.get(name, len(_ORDER))) if plain else list(value)
    return {name: _arranged(value[name], plain=plain or name in _PLAIN) for name in names}


def file_read(text: str) -> Program:
    """Return the program of a file.

    Raises ``program_file_unreadable`` (422) with the line where it is no plain YAML, and ``program_invalid``
    as ``document_read`` does where it is no program.
    """
    if len(text) > LARGEST_FILE:
        raise Refusal("program_too_large", Phrase(_("The program is too large.")), status=422)
    try:
        found = yaml.load(text, Loader=_Loader)  # noqa: S506 a safe loader with fewer types
    except yaml.MarkedYAMLError as error:
        raise _refusal(_("Line {line} cannot be read as YAML."), error.problem_mark) from error
    except yaml.YAMLError as error:
        raise _refusal(_("Line {line} cannot be read as YAML."), None) from error
    if not isinstance(found, dict):
        raise _refusal(_("Line {line}: a program file begins with the names of its parts."), None)
    return document_read(found)


def _refusal(msgid: str, mark: Any) -> Refusal:
    line = mark.line + 1 if mark is not None else 1
    return Refusal("program_file_unreadable", Phrase(msgid, {"line": line}), status=422)

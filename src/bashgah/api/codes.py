"""Every code a problem may carry, read from the source: what the reference page is made of.

``python -m bashgah.api.codes`` prints ``docs/api-codes.md``; a test compares the two.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bashgah.kit.phrases import translated

SOURCE = Path(__file__).resolve().parents[1]
# doors and programs of their own, whose refusals the API never gives
ELSEWHERE = {"cli", "config", "console", "demo", "imports", "insights", "jobs", "portal", "till", "ui"}

HEADER = """\
# Codes of problems

Every refusal of the API is a problem with one of these codes (`code`). Decide by the code and the status;
the sentence is for people and comes in Persian or English by `Accept-Language`. A code that stands twice is
said in more than one way. Made by `python -m bashgah.api.codes`.

| code | status | English | فارسی |
|---|---|---|---|
"""


@dataclass(frozen=True, slots=True, order=True)
class Code:
    """A code with its status and one of its sentences."""

    code: str
    status: int
    msgid: str


def codes() -> list[Code]:
    """Return every code that a room's refusal or the door itself names in the source."""
    found: set[Code] = set()
    for path in sorted(SOURCE.rglob("*.py")):
        if path.relative_to(SOURCE).parts[0] not in ELSEWHERE:
            found |= set(_of(ast.parse(path.read_text(encoding="utf-8"))))
    return sorted(found)


def page() -> str:
    """Return the reference page."""
    rows = [
        f"| `{code.code}` | {code.status} | {_cell(code.msgid)} | {_cell(translated(code.msgid, 'fa'))} |"
        for code in codes()
    ]
    return HEADER + "\n".join(rows) + "\n"


def _of(tree: ast.Module) -> Iterator[Code]:
    for scope in ast.walk(tree):
        if not isinstance(scope, ast.FunctionDef | ast.Module):
            continue
        texts = _named_texts(scope)
        for node in scope.body:
            if isinstance(scope, ast.Module) and isinstance(node, ast.FunctionDef | ast.ClassDef):
                continue
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                    yield from _named(call, call.func.id, texts)


def _named(call: ast.Call, name: str, texts: dict[str, str]) -> Iterator[Code]:
    if name == "Refusal" and len(call.args) >= 2:
        code, phrase = call.args[0], call.args[1]
        status = next((_number(word.value) for word in call.keywords if word.arg == "status"), 409)
    elif name == "Problem" and len(call.args) >= 3:
        status, code, phrase = _number(call.args[0]), call.args[1], call.args[2]
    elif name == "_invalid" and len(call.args) >= 2:  # the rooms' short way to say 422
        code, phrase, status = call.args[0], call.args[1], 422
    else:
        return
    msgid = _msgid(phrase, texts)
    if isinstance(code, ast.Constant) and isinstance(code.value, str) and status and msgid:
        yield Code(code.value, status, msgid)


def _named_texts(scope: ast.FunctionDef | ast.Module) -> dict[str, str]:
    """Return phrases that stand in a variable before the refusal that uses them."""
    named: dict[str, str] = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            msgid = _msgid(node.value, {})
            if msgid:
                named[node.targets[0].id] = msgid
    return named


def _msgid(node: ast.AST, named: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return named.get(node.id, "")
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
        return ""
    if node.func.id == "Phrase":
        return _msgid(node.args[0], named)
    text = node.args[0]
    if node.func.id == "_" and isinstance(text, ast.Constant) and isinstance(text.value, str):
        return text.value
    return ""


def _number(node: ast.AST) -> int:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, int) else 0


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(page())

"""Checks generated source before it is compiled: only the shapes we write, only the names we made."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from types import CodeType
from typing import Any

_NODES = (
    ast.Module,
    ast.FunctionDef,
    ast.arguments,
    ast.arg,
    ast.Return,
    ast.If,
    ast.For,
    ast.Assign,
    ast.AugAssign,
    ast.Expr,
    ast.Continue,
    ast.Name,
    ast.Load,
    ast.Store,
    ast.Constant,
    ast.Attribute,
    ast.Call,
    ast.Compare,
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.UnaryOp,
    ast.Not,
    ast.USub,
    ast.BinOp,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.FloorDiv,
    ast.IfExp,
    ast.Tuple,
    ast.Subscript,
    ast.cmpop,
)
_NAME = re.compile(r"[a-z][a-z_]*[0-9]*|[A-Z][0-9]+|_")
_ATTRIBUTES = frozenset(
    {
        *("occurred_at", "local_at", "branch", "region", "city", "channel", "lines", "lines_known", "gross"),
        *("discount", "tax", "shipping", "paid_by_points", "payment_methods", "coupons", "attributes", "get"),
        *(
            "no",
            "sku",
            "category",
            "brand",
            "tags",
            "quantity",
            "hour",
            "date",
            "append",
            "values",
            "isdisjoint",
        ),
    }
)


class Unsafe(AssertionError):
    """Generated source holds something we never write; a fault of ours, never of a person's input."""


def checked(source: str, constants: Mapping[str, Any]) -> CodeType:
    """Compile the source, or raise ``Unsafe`` where it holds more than sums and tests of known names."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if not isinstance(node, _NODES):
            raise Unsafe(f"a {type(node).__name__} has no place in generated code")
        if isinstance(node, ast.Constant) and type(node.value) not in (int, bool, type(None)):
            raise Unsafe("only whole numbers may stand in generated code")
        if isinstance(node, ast.Attribute) and node.attr not in _ATTRIBUTES:
            raise Unsafe(f"generated code may not reach for {node.attr!r}")
        if isinstance(node, ast.Name | ast.arg):
            name = node.id if isinstance(node, ast.Name) else node.arg
            if not _NAME.fullmatch(name):
                raise Unsafe(f"{name!r} is not a name we make")
    for name in constants:
        if not _NAME.fullmatch(name):
            raise Unsafe(f"{name!r} is not a name we make")
    return compile(tree, "<program>", "exec")

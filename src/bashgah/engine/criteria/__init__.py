"""Criteria: one tree of conditions for rules, rewards and lines, checked, judged, said."""

from __future__ import annotations

from bashgah.engine.criteria.parsing import parse
from bashgah.engine.criteria.tree import Node

__all__ = ["Node", "parse"]

"""Decides: a program, a member's state and a fact go in; effects and reasons come out.

Never: reads a clock, a database, a random source.
"""

from __future__ import annotations

from bashgah.engine.compiling import compile_program
from bashgah.engine.deciding import decide
from bashgah.engine.explaining import explain
from bashgah.engine.program import SEMANTICS, CompiledProgram

__all__ = ["SEMANTICS", "CompiledProgram", "compile_program", "decide", "explain"]

"""Decides: a program, a member's state and a fact go in; effects and reasons come out.

Remembers: nothing but what it has worked out already (compiled programs, days of the calendar).
Promises: the same input always gives the same decision; every fact is decided; ``explain`` equals ``decide``.
Listens to: nobody.
Never: reads a clock, a database, a random source; runs text that people typed.
"""

from __future__ import annotations

from bashgah.engine.compiling import compile_program
from bashgah.engine.deciding import decide
from bashgah.engine.explaining import explain
from bashgah.engine.program import SEMANTICS, CompiledProgram

__all__ = ["SEMANTICS", "CompiledProgram", "compile_program", "decide", "explain"]

"""Generated Python: a program's rules as functions per trigger, held to the interpreter's meaning by a law.

Never: puts what people typed into source text. Names come from counters, whole numbers stand as literals, and
everything else is a constant looked up by name; ``safety`` checks the finished source against a whitelist.
"""

from __future__ import annotations

from bashgah.engine.generating.checking import check_for
from bashgah.engine.generating.running import Earner, earner_for

__all__ = ["Earner", "check_for", "earner_for"]

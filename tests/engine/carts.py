"""Short ways to write carts and promotions, for the engine's tests."""

from __future__ import annotations

from typing import Any

from bashgah.engine import CompiledProgram, compile_program
from bashgah.engine.document import Program
from bashgah.engine.facts import Fact, Line
from bashgah.engine.promotions.quotes import Quote
from bashgah.engine.promotions.quoting import quote
from bashgah.engine.states import State
from bashgah.engine.validation import problems
from tests.engine.cases import LADDER, WALLETS, basket

DAIRY = {"field": "line.category", "op": "under", "value": "dairy"}
BREAD = {"field": "line.sku", "op": "is", "value": "bread"}
WORTH = [{**WALLETS[0], "worth": 10}, *WALLETS[1:]]


def milk(gross: int, pieces: int = 1, **more: Any) -> Line:
    """Dairy."""
    return Line(0, sku="milk", category=("food", "dairy"), quantity=pieces * 1000, gross=gross, **more)


def bread(gross: int, pieces: int = 1, **more: Any) -> Line:
    """Bread."""
    return Line(0, sku="bread", category=("food", "bakery"), quantity=pieces * 1000, gross=gross, **more)


def cart(*lines: Line, **more: Any) -> Fact:
    """A cart of these lines, numbered from 1."""
    numbered = [
        Line(**{name: getattr(line, name) for name in line.__struct_fields__} | {"no": no})
        for no, line in enumerate(lines, 1)
    ]
    return basket(*numbered, **more)


def promotion(key: str, deal: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A promotion of this deal."""
    return {"key": key, "name": {"fa": f"پیشنهاد {key}", "en": f"Offer {key}"}, "deal": deal, **more}


def program(*promotions: dict[str, Any], **more: Any) -> CompiledProgram:
    """A program of these promotions, valid and ready."""
    document = Program.model_validate(
        {"wallets": WORTH, "ladders": [LADDER], "promotions": list(promotions), **more}
    )
    assert problems(document) == ()
    return compile_program(document, number=1)


def quoted(compiled: CompiledProgram, of: Fact, state: State | None = None, **more: Any) -> Quote:
    """A quote, proved to be the same by walking the trees and by generated code."""
    state = state or State()
    found = quote(compiled, state, of, **more)
    assert quote(compiled, state, of, walking=True, **more) == found
    return found


def nets(found: Quote) -> list[int]:
    """What each line costs."""
    return [line.net for line in found.lines]

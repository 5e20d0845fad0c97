"""Reading what comes in without believing it: strict JSON, texts that can be stored, exact types."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Annotated, Any, NoReturn

from django.http import HttpRequest
from ninja import Schema
from ninja.parser import Parser
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr
from pydantic_core import PydanticCustomError

from bashgah.api import problems
from bashgah.ground.pictures import PICTURE_BYTES
from bashgah.kit.phrases import marked as _

DEEPEST = 32
MILLION = 1024 * 1024
BODY_LIMIT = MILLION
PICTURE_LETTERS = -(-PICTURE_BYTES // 3) * 4
LARGER_BODIES = {
    re.compile(r"/api/v1/members/[^/]+/social-tasks/[^/]+/proofs"): PICTURE_LETTERS + 16 * 1024,
}
"""Operations that carry a picture and the longest body of each; all others keep to ``BODY_LIMIT``."""
BIGGEST = 2**53 - 1
FORBIDDEN = "\x00"
INSTANT = _("Write the time as RFC 3339 with an offset, as in 2026-11-21T17:42:00+03:30.")


class Turned(Exception):
    """A problem found while reading a request; answered as it is."""

    def __init__(self, problem: problems.Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class StrictParser(Parser):
    """ninja's parser with the checks JSON itself does not make."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the decoded body; raise ``Turned`` for what is no JSON or no storable text."""
        return decoded(request.body)


def body_take(request: HttpRequest) -> None:
    """Read a body that may be longer than Django's own limit; called once the caller has shown the scope."""
    if (most := body_most(request.path)) > BODY_LIMIT:
        request._body = request.read(most)


def body_most(path: str) -> int:
    """Return how long the body of an operation may be, in bytes."""
    return next((most for way, most in LARGER_BODIES.items() if way.fullmatch(path)), BODY_LIMIT)


def decoded(raw: bytes) -> Any:
    """Decode strict JSON: UTF-8, no NaN, no doubled names, no NUL or lone surrogate, limited depth."""
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_no_doubles)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Turned(problems.malformed()) from error
    _check(value, "", 0)
    return value


def storable(text: str) -> bool:
    """Say whether PostgreSQL can keep the text: no NUL, no half of a surrogate pair."""
    if FORBIDDEN in text:
        return False
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _check(value: Any, pointer: str, depth: int) -> None:
    if depth > DEEPEST:
        raise Turned(problems.malformed())
    if isinstance(value, str):
        if not storable(value):
            raise Turned(problems.text_invalid(pointer or "/"))
    elif isinstance(value, dict):
        for name, item in value.items():
            if not storable(name):
                raise Turned(problems.text_invalid(pointer or "/"))
            _check(item, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}", depth + 1)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            _check(item, f"{pointer}/{place}", depth + 1)


def _no_constant(text: str) -> NoReturn:
    raise ValueError(text)


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _instant(value: Any) -> Any:
    if not isinstance(value, str):
        raise PydanticCustomError("instant", INSTANT)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or "T" not in value.upper():
        raise PydanticCustomError("instant", INSTANT)
    return moment


def plain(text: str) -> str:
    """Return the text, or say that it cannot be stored; a validator for pydantic."""
    if not storable(text):
        raise PydanticCustomError("text_invalid", _("This text holds characters that cannot be stored."))
    return text


class Body(Schema):
    """Base of every body: unknown names are refused."""

    model_config = ConfigDict(extra="forbid")


Instant = Annotated[datetime, BeforeValidator(_instant)]
Text = Annotated[StrictStr, AfterValidator(plain)]
Short = Annotated[Text, Field(max_length=200)]
Whole = Annotated[StrictInt, Field(ge=0, le=BIGGEST)]
Flag = StrictBool
QueryText = Annotated[str, AfterValidator(plain), Field(max_length=200)]

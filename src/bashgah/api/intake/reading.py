"""From the bytes of a request to facts, or to the problem that says where they go wrong."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Annotated, Any, get_args

import msgspec
from msgspec import Meta

from bashgah.activities.types import Form, Intake
from bashgah.api import problems
from bashgah.api.strict import INSTANT, MILLION, Turned, storable
from bashgah.kit.phrases import Phrase
from bashgah.kit.phrases import marked as _

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

SINGLE_LIMIT = MILLION
BATCH_LIMIT = 10 * MILLION
BATCH_MOST = 1000


class BatchIn(Form):
    """Up to 1,000 activities; each is settled or refused by itself.

    With ``explain`` the answers say why and what to print, as those to single activities do.
    """

    activities: Annotated[list[Intake], Meta(min_length=1, max_length=BATCH_MOST)]
    explain: bool = False


class _RawBatch(Form):
    activities: Annotated[list[msgspec.Raw], Meta(min_length=1, max_length=BATCH_MOST)]
    explain: bool = False


_single = msgspec.json.Decoder(Intake)
_batch = msgspec.json.Decoder(BatchIn)
_batch_by_items = msgspec.json.Decoder(_RawBatch)


class ClientGone(Exception):
    """The client hung up before its body was whole."""


async def body(receive: Receive, headers: dict[bytes, bytes], limit: int) -> bytes:
    """Read the body, or turn the request away before more than ``limit`` bytes were kept."""
    if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != b"application/json":
        raise Turned(problems.not_json())
    stated = headers.get(b"content-length", b"")
    if stated.isdigit() and int(stated) > limit:
        raise Turned(problems.too_large(limit))
    message = await receive()
    chunk: bytes = message.get("body", b"")
    if not message.get("more_body") and message["type"] == "http.request":
        if len(chunk) > limit:
            raise Turned(problems.too_large(limit))
        return chunk
    chunks, size = [chunk], len(chunk)
    while True:
        if message["type"] != "http.request":
            raise ClientGone
        if size > limit:
            raise Turned(problems.too_large(limit))
        if not message.get("more_body"):
            return b"".join(chunks)
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        chunks.append(chunk)


def single(raw: bytes) -> Intake:
    """Decode one activity; ``Turned`` says what is wrong and where."""
    return _decoded(raw, _single)  # type: ignore[no-any-return]


def batch(raw: bytes) -> tuple[Sequence[Intake | problems.Problem], bool]:
    """Decode a batch: each activity, or the problem that stands in its place; and whether to explain them.

    A batch without faults is read in one go, which is nearly every batch; one with faults item by item.
    """
    if b"\\u0000" not in raw:
        try:
            whole = _batch.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass  # what is wrong, and where, is said below
        else:
            return whole.activities, whole.explain
    wrapped: _RawBatch = _decoded(raw, _batch_by_items, inside=False)
    items = [_one_of_batch(bytes(item), place) for place, item in enumerate(wrapped.activities)]
    return items, wrapped.explain


def _one_of_batch(raw: bytes, place: int) -> Intake | problems.Problem:
    try:
        return single(raw)
    except Turned as turned:
        problem = turned.problem
        errors = [
            problems.FieldError(f"/activities/{place}{error.pointer}", error.phrase)
            for error in problem.errors
        ]
        return problems.Problem(problem.status, problem.code, problem.phrase, errors)


def _decoded(raw: bytes, decoder: msgspec.json.Decoder[Any], *, inside: bool = True) -> Any:
    try:
        value = decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise Turned(problems.invalid([_field_error(str(error))])) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Turned(problems.malformed()) from error
    # msgspec refuses lone surrogates itself; an escaped NUL passes it and must not reach the database
    if inside and b"\\u0000" in raw:
        _refuse_nul(msgspec.json.decode(raw), "")
    return value


def _refuse_nul(value: Any, pointer: str) -> None:
    if isinstance(value, str) and not storable(value):
        raise Turned(problems.text_invalid(pointer))
    if isinstance(value, dict):
        for name, item in value.items():
            _refuse_nul(name, pointer)
            _refuse_nul(item, f"{pointer}/{name}")
    elif isinstance(value, list):
        for place, item in enumerate(value):
            _refuse_nul(item, f"{pointer}/{place}")


# msgspec's own words are English: the shapes a caller meets are said in both languages
_SAID: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Object contains unknown field `(?P<name>.*)`"), _("This field is not known.")),
    (re.compile(r"Object missing required field `(?P<name>.*)`"), _("This field is needed.")),
    (re.compile(r"Expected `str` of length <= (?P<max_length>\d+)"), _("At most {max_length} characters.")),
    (re.compile(r"Expected `str` of length >= (?P<min_length>\d+)"), _("At least {min_length} characters.")),
    (re.compile(r"Expected `\w+` of length <= (?P<max_length>\d+)"), _("At most {max_length} items.")),
    (re.compile(r"Expected `\w+` of length >= (?P<min_length>\d+)"), _("At least {min_length} items.")),
    (re.compile(r"Expected `int` >= (?P<ge>-?\d+)"), _("This must be {ge} or more.")),
    (re.compile(r"Expected `int` <= (?P<le>-?\d+)"), _("This must be {le} or less.")),
    (re.compile(r"Expected `str` matching regex .*"), _("The text does not have the expected form.")),
    (re.compile(r"Expected `datetime` with a timezone.*"), INSTANT),
    (re.compile(r"Invalid RFC3339.*"), INSTANT),
    (re.compile(r"Expected `str`, got .*"), _("A text is expected.")),
    (re.compile(r"Expected `int`, got .*"), _("A whole number is expected.")),
    (re.compile(r"Expected `bool`, got .*"), _("true or false is expected.")),
    (re.compile(r"Expected `array`, got .*"), _("A list is expected.")),
    (re.compile(r"Expected `object`, got .*"), _("An object is expected.")),
    (re.compile(r"Expected `(?P<wanted>[^`]*)`, got `(?P<got>[^`]*)`"), _("{wanted} expected, got {got}.")),
    (re.compile(r"Invalid value '?(?P<got>[^']*)'?"), _("The value {got} is not one of those known.")),
)
_KINDS = ", ".join(str(each.__struct_config__.tag) for each in get_args(Intake))
_OTHERWISE = _("This value does not fit.")
_PLACE = re.compile(r" - at `(?P<path>.*)`$")


def _field_error(message: str) -> problems.FieldError:
    place = _PLACE.search(message)
    text = message[: place.start()] if place else message
    pointer = _pointer(place["path"]) if place else ""
    for pattern, msgid in _SAID:
        found = pattern.fullmatch(text)
        if found:
            if found.groupdict().get("name"):
                pointer = f"{pointer}/{found['name']}"
            if pointer == "/kind" and "got" in found.groupdict():
                phrase = Phrase(_("One of these is expected: {expected}"), {"expected": _KINDS})
                return problems.FieldError(pointer, phrase)
            values = {name: int(v) if v.lstrip("-").isdigit() else v for name, v in found.groupdict().items()}
            return problems.FieldError(pointer, Phrase(msgid, values))
    return problems.FieldError(pointer, Phrase(_OTHERWISE))


def _pointer(path: str) -> str:
    """Turn msgspec's ``$.lines[0].gross`` into ``/lines/0/gross``."""
    bare = path.removeprefix("key in ").lstrip("$`")
    return re.sub(r"\[(\d+|\.\.\.)\]", r".\1", bare).replace(".", "/")

"""The ASGI application of ``POST /api/v1/activities`` and ``…/batch``."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

import structlog
from prometheus_client import Counter

from bashgah.access.types import Credential
from bashgah.activities.services import settle
from bashgah.activities.types import Intake, Outcome, Refused, Settled
from bashgah.api import language, problems
from bashgah.api.intake import answers, reading
from bashgah.api.intake.identity import Identities, Identity
from bashgah.api.intake.queue import Full, Queue, Work
from bashgah.api.limits import LIMITER, Allowance
from bashgah.api.strict import Turned
from bashgah.api.through import problem_of
from bashgah.ground import clock, ids
from bashgah.ground.requests import ACCEPTED, ANSWERED

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SINGLE = "/api/v1/activities"
BATCH = "/api/v1/activities/batch"
PATHS = frozenset({SINGLE, BATCH})
SCOPE = "activities.write"
KEPT = 202
"""A return that waits for its purchase: kept and acknowledged, not settled."""
DRAIN_SECONDS = 20.0

log = structlog.get_logger("bashgah.intake")


def serves(scope: Scope) -> bool:
    """Say whether a request is the intake's: to read activities, Django is asked at the same address."""
    return scope.get("path") in PATHS and scope.get("method") == "POST"


class State:
    """The queue and the remembered credentials of this process, made at the first need."""

    def __init__(self) -> None:
        self._queue: Queue | None = None
        self._identities: Identities | None = None

    def queue(self) -> Queue:
        """Return the running queue."""
        if self._queue is None:
            self._queue = Queue(settle, clock.now)
        return self._queue

    def identities(self) -> Identities:
        """Return the remembered credentials."""
        if self._identities is None:
            self._identities = Identities()
        return self._identities

    def stop(self) -> bool:
        """Settle what waits and end the threads; say whether all was settled in time."""
        queue, identities = self._queue, self._identities
        self._queue = self._identities = None
        if identities is not None:
            identities.close()
        return queue.close(DRAIN_SECONDS) if queue is not None else True


STATE = State()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve the intake; ``lifespan`` starts the writers and drains them at the end."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    if scope["type"] != "http":
        return
    call = Call(scope)
    try:
        status, raw = await call.handle(receive)
        content_type = "application/json; charset=utf-8"
    except reading.ClientGone:
        return
    except Exception as error:
        problem = _problem_of(error)
        call.headers += [
            (name.lower().encode(), value.encode("latin-1")) for name, value in problem.headers.items()
        ]
        status, raw, content_type = problem.status, call.said(problem), problems.MEDIA_TYPE
    await _send(send, status, raw, content_type, call)


class Call:
    """One request: who asks, in which language, and what is answered."""

    def __init__(self, scope: Scope) -> None:
        self.path: str = scope["path"]
        self.query: bytes = scope.get("query_string", b"")
        self.given: dict[bytes, bytes] = dict(scope["headers"])
        wished = self.given.get(b"x-request-id", b"").decode("latin-1")
        self.request_id = wished if wished and ACCEPTED.fullmatch(wished) else ids.fresh_hex()
        self.caller: tuple[str, int] | None = scope.get("client")
        self.headers: list[tuple[bytes, bytes]] = []
        self.identity: Identity | None = None
        self._lang: language.Lang | None = None

    @property
    def lang(self) -> language.Lang:
        """The language of the answer: the header's, else the club's own, else English."""
        if self._lang is not None:
            return self._lang
        header = self.given.get(b"accept-language")
        wished = header.decode("latin-1") if header else ""
        if self.identity is None:
            return language.chosen(wished)
        self._lang = language.chosen(wished, self.identity.club.locale)
        return self._lang

    async def handle(self, receive: Receive) -> tuple[int, bytes]:
        """Authenticate, decode, settle, and return status and body."""
        now = clock.now()
        self.identity = identity = await _identified(self.given, now)
        self._count(identity.credential)
        if SCOPE not in identity.credential.scopes:
            raise Turned(problems.scope_missing(SCOPE))
        if self.query and (names := parse_qs(self.query.decode("latin-1"), keep_blank_values=True)):
            raise Turned(problems.parameter_unknown(list(names), ()))
        if self.path == BATCH:
            return await self._batch(receive, identity)
        fact = reading.single(await reading.body(receive, self.given, reading.SINGLE_LIMIT))
        (outcome,) = await _settled([fact], identity, self.caller)
        if isinstance(outcome, Refused):
            if outcome.refusal.status == KEPT:
                return KEPT, self.said(problems.from_refusal(outcome.refusal))
            raise outcome.refusal
        return 200 if outcome.repeated else 201, answers.encoder.encode(self._answer(outcome, identity))

    async def _batch(self, receive: Receive, identity: Identity) -> tuple[int, bytes]:
        items, explain = reading.batch(await reading.body(receive, self.given, reading.BATCH_LIMIT))
        facts = [item for item in items if not isinstance(item, problems.Problem)]
        outcomes = iter(await _settled(facts, identity, self.caller) if facts else ())
        results = [
            self._result(item if isinstance(item, problems.Problem) else next(outcomes), identity, explain)
            for item in items
        ]
        answer = answers.BatchAnswer(
            settled=sum(result.status == 201 for result in results),
            repeated=sum(result.status == 200 for result in results),
            waiting=sum(result.status == KEPT for result in results),
            refused=sum(result.status >= 400 for result in results),
            results=results,
        )
        return 200, answers.encoder.encode(answer)

    def _result(
        self, outcome: Outcome | problems.Problem, identity: Identity, explain: bool
    ) -> answers.BatchResult:
        if isinstance(outcome, Settled):
            status = 200 if outcome.repeated else 201
            answer = self._answer(outcome, identity, explain=explain)
            return answers.BatchResult(status=status, activity=answer)
        problem = problems.from_refusal(outcome.refusal) if isinstance(outcome, Refused) else outcome
        said = problems.document(problem, lang=self.lang, request_id=self.request_id, instance=self.path)
        return answers.BatchResult(status=problem.status, problem=said)

    def _answer(
        self, outcome: Settled, identity: Identity, *, explain: bool = True
    ) -> answers.ActivityAnswer:
        return answers.activity(
            outcome, club=identity.club, wording=identity.wording, lang=self.lang, explain=explain
        )

    def said(self, problem: problems.Problem) -> bytes:
        """Return the problem's bytes in the caller's language."""
        return problems.body(problem, lang=self.lang, request_id=self.request_id, instance=self.path)

    def _count(self, credential: Credential) -> None:
        allowance: Allowance = LIMITER.take(credential.id, credential.limit_per_minute, time.monotonic())
        self.headers += allowance.raw_headers()
        if allowance.exceeded:
            raise Turned(problems.too_many(allowance.resets_in))


_BEARER = re.compile(rb"[Bb]earer ([!-~]{1,512})")


@lru_cache(maxsize=1024)
def _token(header: bytes) -> str | None:
    given = _BEARER.fullmatch(header)
    return given[1].decode("ascii") if given else None


async def _identified(headers: dict[bytes, bytes], now: datetime) -> Identity:
    header = headers.get(b"authorization", b"")
    token = _token(header)
    if token is None:
        kind, _space, given = header.partition(b" ")
        is_bearer = kind.lower() == b"bearer" and given.strip()
        raise Turned(problems.credential_refused() if is_bearer else problems.credential_missing())
    identities = STATE.identities()
    identity = identities.at_hand(token, now) or await identities.find(token, now)
    if identity is None:
        raise Turned(problems.credential_refused())
    return identity


async def _settled(
    facts: Sequence[Intake], identity: Identity, caller: tuple[str, int] | None
) -> list[Outcome]:
    loop = asyncio.get_running_loop()
    work = Work(facts, identity.club, identity.actor, loop.create_future(), loop, caller)
    STATE.queue().put(work)
    return await work.future


def _problem_of(error: Exception) -> problems.Problem:
    if isinstance(error, Full):
        return problems.unavailable(1)
    return problem_of(error)


async def _send(send: Send, status: int, raw: bytes, content_type: str, call: Call) -> None:
    headers = [
        _content_type(content_type),
        (b"content-length", b"%d" % len(raw)),
        *_ALWAYS,
        (b"x-request-id", call.request_id.encode()),
        *call.headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": raw})
    _counted(status).inc()


_ALWAYS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))


@lru_cache(maxsize=8)
def _content_type(named: str) -> tuple[bytes, bytes]:
    return b"content-type", named.encode()


@lru_cache(maxsize=64)
def _counted(status: int) -> Counter:
    return ANSWERED.labels("POST", status)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            STATE.queue()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            drained = await asyncio.to_thread(STATE.stop)
            if not drained:
                log.error("intake.not_drained", seconds=DRAIN_SECONDS)
            await send({"type": "lifespan.shutdown.complete"})
            return

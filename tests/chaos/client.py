"""A till's client: posts a fact and, when no answer comes, posts the same fact again until one does."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

PATIENCE_SECONDS = 20.0
AGAIN_AFTER_SECONDS = 0.1
SETTLED = (200, 201)


class Lost(Exception):
    """No answer came: whether the fact was settled is unknown."""


@dataclass(slots=True)
class Client:
    """Posts to whichever of the ports answers; counts what it was answered."""

    key: str
    ports: Sequence[int]
    statuses: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    _turn: int = 0

    async def post(self, fact: Mapping[str, Any], port: int) -> tuple[int, dict[str, Any]]:
        """Post once, on a connection of its own; raise ``Lost`` where no whole answer comes."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                status, answer = await self._post(fact, port)
        except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError, IndexError) as error:
            self.lost += 1
            raise Lost(type(error).__name__) from error
        self.statuses[status] += 1
        return status, answer

    async def insist(
        self, fact: Mapping[str, Any], *, renamed: Callable[[int], str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Post until it is settled; return the last status and the answer.

        ``renamed`` makes a careless client: it gives every new try a new reference.
        """
        tries = 0
        while True:
            tries += 1
            told = fact if renamed is None else {**fact, "reference": renamed(tries)}
            self._turn += 1
            try:
                status, answer = await self.post(told, self.ports[self._turn % len(self.ports)])
            except Lost:
                await asyncio.sleep(AGAIN_AFTER_SECONDS)
                continue
            if status in SETTLED:
                return status, answer
            if status not in {429, 503}:
                raise AssertionError(f"{status} {answer} for {told}")
            await asyncio.sleep(AGAIN_AFTER_SECONDS)

    async def _post(self, fact: Mapping[str, Any], port: int) -> tuple[int, dict[str, Any]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            body = json.dumps(fact).encode()
            writer.write(
                (
                    "POST /api/v1/activities HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                    f"Authorization: Bearer {self.key}\r\nContent-Type: application/json\r\n"
                    f"Accept-Language: en\r\nContent-Length: {len(body)}\r\n\r\n"
                ).encode()
                + body
            )
            await writer.drain()
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(head.split("content-length:")[1].split("\r\n")[0])
            return int(head.split(" ")[1]), json.loads(await reader.readexactly(length))
        finally:
            writer.close()


def moved(answer: Mapping[str, Any]) -> dict[str, int]:
    """Return what an answer says was earned or taken back, by wallet."""
    sums: dict[str, int] = {}
    for credit in answer["earned"]:
        sums[credit["wallet"]] = sums.get(credit["wallet"], 0) + credit["amount"]
    return sums

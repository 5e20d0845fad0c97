"""Purchases sent at a fixed rate whatever the answers take: what a till feels of a busy server."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections import deque

from bench.load import MEMBERS, TOKEN, Seen, purchase
from bench.stage import DATA, Stage

CONNECTIONS = 64
DRAIN_SECONDS = 30


class Line(asyncio.Protocol):
    """One kept connection; an answer is timed from when its purchase was due, not from when it was sent."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.transport: asyncio.Transport | None = None
        self.due = 0.0
        self.kept = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be ready to send."""
        if isinstance(transport, asyncio.Transport):
            self.transport = transport
            self.pace.idle.append(self)

    def send(self, due: float, request: bytes) -> None:
        """Send what was due at ``due``."""
        self.due = due
        if self.transport is not None:
            self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Count an answer once it is whole, and take up what waits."""
        self.kept += data
        head, end, body = self.kept.partition(b"\r\n\r\n")
        if not end:
            return
        length = next(
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length")
        )
        if len(body) < length:
            return
        self.kept = b""
        self.pace.answered(time.perf_counter() - self.due, head.startswith(b"HTTP/1.1 2"))
        self.pace.next(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Count what was lost with the connection."""
        self.pace.lost += error is not None


class Pace:
    """A schedule of purchases over a few connections; what finds none free waits, and its time runs."""

    def __init__(self) -> None:
        self.idle: deque[Line] = deque()
        self.waiting: deque[tuple[float, bytes]] = deque()
        self.times: list[float] = []
        self.refused = 0
        self.lost = 0

    def answered(self, seconds: float, good: bool) -> None:
        """Keep the time of one answer."""
        self.times.append(seconds)
        self.refused += not good

    def next(self, line: Line) -> None:
        """Send what waits the longest, or rest."""
        if self.waiting:
            line.send(*self.waiting.popleft())
        else:
            self.idle.append(line)

    def put(self, due: float, request: bytes) -> None:
        """Send by a free connection, or let it wait for one."""
        if self.idle:
            self.idle.popleft().send(due, request)
        else:
            self.waiting.append((due, request))


def run(stage: Stage, port: int, *, rate: float, seconds: int) -> Seen:
    """Send ``rate`` purchases a second and return what was seen; any failure ends the measurement."""
    _ = stage.club_url
    return asyncio.run(_run(port, rate, seconds))


async def _run(port: int, rate: float, seconds: int) -> Seen:
    members = (DATA / MEMBERS).read_text(encoding="ascii").split()
    token = (DATA / TOKEN).read_text(encoding="ascii")
    mark, count = uuid.uuid4().hex[:8], int(rate * seconds)
    requests = [_request(f"{mark}-{n}", random.choice(members), token) for n in range(count)]
    pace = Pace()
    loop = asyncio.get_running_loop()
    lines = [
        (await loop.create_connection(lambda: Line(pace), "127.0.0.1", port))[1] for _ in range(CONNECTIONS)
    ]
    begun = time.perf_counter()
    for number, request in enumerate(requests):
        due = begun + number / rate
        while (ahead := due - time.perf_counter()) > 0:
            await asyncio.sleep(ahead)
        pace.put(due, request)
        if number % 16 == 0:
            await asyncio.sleep(0)
    until = time.perf_counter() + DRAIN_SECONDS
    while len(pace.times) < count and time.perf_counter() < until:
        await asyncio.sleep(0.01)
    for line in lines:
        if line.transport is not None:
            line.transport.close()
    if pace.refused or len(pace.times) < count:
        raise RuntimeError(f"{pace.refused} refused, {count - len(pace.times)} unanswered of {count}")
    times = sorted(pace.times)
    return Seen(rate, times[count // 2] * 1000, times[count * 99 // 100] * 1000)


def _request(reference: str, member: str, token: str) -> bytes:
    body = purchase(reference, member, 1).encode()
    head = (
        "POST /api/v1/activities HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body

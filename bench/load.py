"""Loads the intake with purchases: by wrk where it is installed, else by a small loader of our own."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import subprocess
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.stage import DATA, Stage

SCRIPT = Path(__file__).with_name("purchases.lua")
MEMBERS = "members.txt"
TOKEN = "token.txt"  # noqa: S105 the name of a file


@dataclass(frozen=True, slots=True)
class Seen:
    """What a load run saw: requests a second and their times."""

    per_second: float
    p50_ms: float
    p99_ms: float


def run(stage: Stage, port: int, *, connections: int, seconds: int, batch: int = 0, lines: int = 1) -> Seen:
    """Send purchases of random members, each with a reference of its own, and return what was seen.

    Any answer but 2xx, and any broken connection, ends the measurement: a fast refusal is no figure.
    """
    _ = stage.club_url
    token = (DATA / TOKEN).read_text(encoding="ascii")
    if shutil.which("wrk") is None:
        return asyncio.run(_own(port, token, connections, seconds, batch, lines))
    done = subprocess.run(
        [
            "wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(SCRIPT),
            f"http://127.0.0.1:{port}", "--", str(DATA / MEMBERS), token, uuid.uuid4().hex[:8],
            str(batch), str(lines),
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            return _read(json.loads(line))
    raise RuntimeError(f"wrk said nothing: {done.stdout[-500:]} {done.stderr[-500:]}")


def _read(said: dict[str, float]) -> Seen:
    if said["errors"] or not said["requests"]:
        raise RuntimeError(f"{said['errors']:.0f} of {said['requests']:.0f} requests failed")
    return Seen(said["requests"] / said["seconds"], said["p50_ms"], said["p99_ms"])


async def _own(  # noqa: PLR0917 the same as run's
    port: int, token: str, connections: int, seconds: int, batch: int, lines: int
) -> Seen:
    members = (DATA / MEMBERS).read_text(encoding="ascii").split()
    mark = uuid.uuid4().hex[:8]
    until = time.perf_counter() + seconds
    times: list[float] = []
    errors = 0

    async def client(number: int) -> None:
        nonlocal errors
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        serial = 0
        while time.perf_counter() < until:
            items = [
                purchase(f"{mark}-{number}-{serial + place}", random.choice(members), lines)
                for place in range(batch or 1)
            ]
            serial += len(items)
            body = (f'{{"activities":[{",".join(items)}]}}' if batch else items[0]).encode()
            path = "/api/v1/activities/batch" if batch else "/api/v1/activities"
            head = (
                f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            begun = time.perf_counter()
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1])
                for line in answer.lower().split(b"\r\n")
                if line.startswith(b"content-length")
            )
            await reader.readexactly(length)
            times.append(time.perf_counter() - begun)
            errors += not answer.startswith(b"HTTP/1.1 2")
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(connections)))
    spent = time.perf_counter() - begun
    times.sort()
    return _read(
        {
            "requests": len(times),
            "errors": errors,
            "seconds": spent,
            "p50_ms": times[len(times) // 2] * 1000 if times else 0.0,
            "p99_ms": times[len(times) * 99 // 100] * 1000 if times else 0.0,
        }
    )


def purchase(reference: str, member: str, lines: int) -> str:
    """Return one purchase as JSON, of the same shape as the wrk script's."""
    gross = random.randint(500, 5000) * 1000
    return json.dumps(
        {
            "kind": "purchase",
            "source": "bench",
            "reference": reference,
            "occurred_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "member": {"id": member},
            "branch": "b1",
            "lines": [{"sku": f"S{number}", "gross": gross} for number in range(1, lines + 1)],
        }
    )

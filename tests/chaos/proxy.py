"""Loopback proxies that cut the line between a commit and its answer."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

CHUNK = 65536


class Aside:
    """An event loop in a thread of its own, so that lines stay open while the test waits."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def do(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine over there and wait for it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    def close(self) -> None:
        """End whatever still runs there."""
        self.do(self._cancelled())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()

    async def _cancelled(self) -> None:
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class AnswerCutter:
    """Between a client and the web: hands the request on, waits for the whole answer, and may keep it."""

    def __init__(self, port: int) -> None:
        self._to = port
        self.port = 0
        self.cutting = False
        self.kept: list[bytes] = []

    async def open(self) -> asyncio.Server:
        """Listen on a port of this machine."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        cutting = self.cutting
        web_reader, web_writer = await asyncio.open_connection("127.0.0.1", self._to)
        onward = asyncio.create_task(_pump(reader, web_writer))
        try:
            # the client asks for one answer a connection, so the web closes after it
            answer = await web_reader.read()
            if cutting:
                self.kept.append(answer)
                writer.transport.abort()
            else:
                writer.write(answer)
                await writer.drain()
        finally:
            onward.cancel()
            web_writer.close()
            writer.close()


class CommitCutter:
    """Between the app and PostgreSQL: lets commits through, and keeps the server's word on some of them."""

    def __init__(self, to: Path, folder: Path, rng: random.Random) -> None:
        self._to, self.folder, self._rng = to, folder, rng
        self.share = 0.0
        self.cuts = 0

    async def open(self) -> asyncio.Server:
        """Listen on a socket where the driver looks for one."""
        return await asyncio.start_unix_server(self._serve, self.folder / self._to.name)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            base_reader, base_writer = await asyncio.open_unix_connection(self._to)
        except OSError:
            writer.transport.abort()
            return
        line = _Line()
        there = asyncio.create_task(self._there(reader, base_writer, line))
        try:
            while data := await base_reader.read(CHUNK):
                if line.cut:
                    self.cuts += 1
                    break
                writer.write(data)
                await writer.drain()
        finally:
            there.cancel()
            base_writer.transport.abort()
            writer.transport.abort()

    async def _there(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: _Line) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                # a commit is sent alone and waited for; facts of the proofs never contain the word
                if b"COMMIT" in data and self._rng.random() < self.share:
                    line.cut = True
                writer.write(data)
                await writer.drain()
        writer.close()


class _Line:
    """One connection: whether the server's next word is kept from the app."""

    def __init__(self) -> None:
        self.cut = False


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()


@contextmanager
def opened(cutter: AnswerCutter | CommitCutter) -> Iterator[None]:
    """Keep a proxy open for as long as the block lasts."""
    aside = Aside()
    server = aside.do(cutter.open())
    try:
        yield
    finally:
        aside.loop.call_soon_threadsafe(server.close)
        aside.close()

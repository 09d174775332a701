"""The load generator, a process of its own: ``python -m load.bench.generator``.

It reads one slice of load a line as JSON from standard input and answers each with a line.
"""

from __future__ import annotations

import asyncio
import json
import selectors
import sys
import time
from collections import deque
from typing import Any, cast

import uvloop

from load.bench.questions import Questions
from load.bench.times import due, percentiles_ms

PATIENCE = 30.0
"""Seconds to wait for what was asked before a slice ended."""


class Line(asyncio.Protocol):
    """One connection that is kept: one request at a time, its answer counted when it is whole."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._buffer = b""
        self._began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write to."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class

    def send(self, began: float) -> None:
        """Ask the next question; its time counts from ``began``."""
        self._began = began
        self._transport.write(self._load.question())

    def close(self) -> None:
        """Leave; nothing is awaited any more."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Count the answer once its last byte is there."""
        self._buffer = self._buffer + data if self._buffer else data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        at = self._buffer.lower().index(b"content-length:", 0, head) + 15
        length = int(self._buffer[at : self._buffer.index(b"\r\n", at)])
        if len(self._buffer) < head + 4 + length:
            return
        good = self._buffer.startswith(b"HTTP/1.1 200 ")
        self._buffer = b""
        self._load.answered(self, self._began, good=good)

    def connection_lost(self, error: Exception | None) -> None:
        """Whether that is a failure depends on whether an answer was awaited."""
        self._load.lost(self)


class Load:
    """One slice: ``rate`` requests a second by the clock, or without it as fast as answered."""

    def __init__(self, questions: Questions, told: dict[str, Any]) -> None:
        self._ask = getattr(questions, told["stream"])
        self._next: int = told["first"]
        self._told = told
        self._seconds: list[float] = []
        self._failures = 0
        self._last = 0.0
        self._waiting: deque[float] = deque()
        self._lines: set[Line] = set()
        self._idle: list[Line] = []
        self._closing = False

    def question(self) -> bytes:
        """The next of the stream."""
        self._next += 1
        asked: bytes = self._ask(self._next - 1)
        return asked

    def answered(self, line: Line, began: float, *, good: bool) -> None:
        """An answer is whole; the connection is free for the next."""
        now = time.perf_counter()
        self._seconds.append(now - began)
        self._failures += not good
        self._last = now
        if self._waiting:
            line.send(self._waiting.popleft())
        elif self._told["rate"] is None and now < self._end:
            line.send(now)
        else:
            self._idle.append(line)

    def lost(self, line: Line) -> None:
        """A connection is gone. A server may close one that rests, as most do after some seconds;
        one that closes it while an answer is awaited failed.
        """
        self._lines.discard(line)
        if line in self._idle:
            self._idle.remove(line)
        else:
            self._failures += not self._closing

    async def run(self) -> dict[str, Any]:
        """What came of it; ``rps`` is all answers over the time until the last: what was under way
        at a slice's end counts, or the first wave of questions would be charged twice.
        """
        told = self._told
        for _ in range(told["connections"]):
            await self._open()
        cpu, began = time.process_time(), time.perf_counter()
        self._end = began + told["seconds"]
        if told["rate"] is None:
            for line in self._idle.copy():
                self._idle.remove(line)
                line.send(time.perf_counter())
        else:
            await self._by_the_clock(began, told["rate"])
        await asyncio.sleep(max(0.0, self._end - time.perf_counter()))
        while len(self._idle) < len(self._lines) and time.perf_counter() < self._end + PATIENCE:
            await asyncio.sleep(0.005)
        cpu = time.process_time() - cpu
        self._closing = True
        for line in self._lines:
            line.close()
        return {
            "requests": len(self._seconds),
            "failures": self._failures + len(self._lines) - len(self._idle),
            "rps": len(self._seconds) / (self._last - began),
            "cpu_ms": 1000 * cpu / len(self._seconds),
            "next": self._next,
            **percentiles_ms(self._seconds),
        }

    async def _open(self) -> None:
        loop, told = asyncio.get_running_loop(), self._told
        _, line = await loop.create_connection(lambda: Line(self), told["host"], told["port"])
        self._lines.add(line)
        self._idle.append(line)

    async def _by_the_clock(self, began: float, rate: float) -> None:
        i = 0
        while (moment := due(began, rate, i)) < self._end:
            early = moment - time.perf_counter()
            if early > 0:
                await asyncio.sleep(early)
            if not self._idle and len(self._lines) < self._told["connections"]:
                await self._open()
            if self._idle:
                self._idle.pop().send(moment)
            else:
                self._waiting.append(moment)
            i += 1


def precise() -> asyncio.AbstractEventLoop:
    """A loop whose clock is finer than the millisecond of epoll's and libuv's."""
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


def main() -> None:
    """Serve slices until standard input ends."""
    about = json.loads(sys.stdin.readline())
    names = {name: tuple(about[name]) for name in ("learners", "roles")}
    questions = Questions(about["host"], about["key"], **names)
    for row in sys.stdin:
        told = json.loads(row)
        factory = uvloop.new_event_loop if told["rate"] is None else precise
        with asyncio.Runner(loop_factory=factory) as runner:
            print(json.dumps(runner.run(Load(questions, told).run())), flush=True)


if __name__ == "__main__":
    main()

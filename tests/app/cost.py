"""What one request costs the service: memory, the longest pause of its event loop, the answer."""

import asyncio
import ctypes
import gc
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings

MB = 2**20

# What is allowed is 50 MB and 50 ms. A test that is to hold on a busy machine allows more time.
MOST_GROWTH = 50 * MB
MOST_ANSWER = 16 * MB
MOST_PAUSE = 0.25


@dataclass(frozen=True)
class Cost:
    """What it took to answer, several requests at once as one sum."""

    statuses: list[int]
    grown: int  # bytes: the peak of the process's memory above what it had before
    pause: float  # seconds during which the event loop did nothing else
    seconds: float
    answers: list[bytes]

    @property
    def status(self) -> int:
        return self.statuses[0]

    def __str__(self) -> str:
        return (
            f"status {self.status}, +{self.grown / MB:.0f} MB, pause {1e3 * self.pause:.0f} ms, "
            f"{self.seconds:.2f} s, answer {max(map(len, self.answers)):,} bytes"
        )


@dataclass(frozen=True)
class Call:
    """A request as the server hands it to the application."""

    path: str
    body: bytes = b""
    kind: str = "application/json"
    query: str = ""
    method: str = "POST"


def cost_of(directory: Path, *calls: Call, warm: Sequence[Call] = ()) -> Cost:
    """Start a service of its own, send it the calls at once, and measure what that takes.

    `warm` are sent before, one after the other, and not measured.
    """
    return asyncio.run(_cost(create_app(Settings(data_dir=directory)), calls, warm))


async def _cost(app: FastAPI, calls: Sequence[Call], warm: Sequence[Call]) -> Cost:
    async with app.router.lifespan_context(app):
        for call in warm:
            await _answer(app, call)
        return await measured(app, calls)


async def measured(app: FastAPI, calls: Sequence[Call], *, keep: bool = True) -> Cost:
    """Send the calls at once to a service that has started, and measure what that takes.

    Without `keep`, the answers are let go as they come, as by clients who are not of this process.
    """
    _settle_memory()
    before, start = _kilobytes("VmRSS"), time.perf_counter()
    stop = asyncio.Event()
    watch = asyncio.create_task(_longest_pause(stop))
    await asyncio.sleep(0.05)
    answers = await asyncio.gather(*(_answer(app, call, keep) for call in calls))
    seconds = time.perf_counter() - start
    peak = _kilobytes("VmHWM")
    stop.set()
    return Cost(
        statuses=[status for status, _ in answers],
        grown=1024 * (peak - before),
        pause=await watch,
        seconds=seconds,
        answers=[body for _, body in answers],
    )


async def _answer(app: FastAPI, call: Call, keep: bool = True) -> tuple[int, bytes]:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": call.method,
        "scheme": "http",
        "path": call.path,
        "raw_path": call.path.encode(),
        "query_string": call.query.encode(),
        "root_path": "",
        "headers": [
            (b"host", b"localhost"),
            (b"content-type", call.kind.encode()),
            (b"content-length", str(len(call.body)).encode()),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
    sent: list[Any] = []
    bodies = [{"type": "http.request", "body": call.body, "more_body": False}]

    async def receive() -> Any:
        if not bodies:
            await asyncio.Event().wait()
        return bodies.pop()

    async def send(message: Any) -> None:
        if keep or not sent:
            sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


async def _longest_pause(stop: asyncio.Event) -> float:
    """The longest time between two turns of the loop in which this process was at work.

    A busy machine stops the clock of the process, but not the one on the wall; with threads at work
    it is the other way round. The smaller of the two is the fault of nobody else.
    """
    longest = 0.0
    wall, cpu = time.perf_counter(), time.process_time()
    while not stop.is_set():
        await asyncio.sleep(0.001)
        last, wall = wall, time.perf_counter()
        last_cpu, cpu = cpu, time.process_time()
        longest = max(longest, min(wall - last, cpu - last_cpu))
    return longest


def _settle_memory() -> None:
    """Give freed memory back, and let the kernel count the peak anew."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")


def _kilobytes(field: str) -> int:
    found = re.search(rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1])

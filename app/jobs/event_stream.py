"""Streams of the events of jobs; one poll of the store serves all streams of a process."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from app.store import events, jobs
from app.store.engine import Database, StoreError
from app.store.tables import FINISHED

__all__ = ["EventStream", "StreamEvent"]

POLL_SECONDS = 0.2  # between polls of the store


class StreamEvent(NamedTuple):
    """An event as a stream sends it, with its sentences in the language in use."""

    id: int
    kind: str
    data: dict[str, Any]


class EventStream:
    """Lets coroutines follow jobs: each sleeps until the poll finds new events of its job.

    At shutdown the server waits for open responses, and a stream has no end of its own. So `close`
    ends all streams, and is called by the signal that stops the server.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watched: Counter[str] = Counter()
        self._heads: dict[str, tuple[int, str]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._poller: asyncio.Task[None] | None = None
        self._tick = asyncio.Event()
        self._closed = threading.Event()
        self._handlers: dict[int, Any] = {}

    async def follow(self, job: str, last_event: int) -> AsyncIterator[StreamEvent]:
        """Yield the events of a job after number `last_event`, until its end or `close`."""
        with self._watching(job):
            while not self._closed.is_set():
                tick = self._tick
                for event in await self._next(job, last_event):
                    yield event
                    last_event = event.id
                    if event.kind == "end":
                        return
                while not self._closed.is_set():
                    newest, state = self._heads.get(job, (0, "queued"))
                    if newest > last_event:
                        break
                    if state in FINISHED:
                        return
                    await tick.wait()
                    tick = self._tick

    def close(self) -> None:
        """End all streams. Safe to call in a signal handler, from any thread, and twice."""
        self._closed.set()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def catch_signals(self) -> None:
        """Install signal handlers that call `close`, then the server's own handlers."""
        if threading.current_thread() is not threading.main_thread():
            return  # embedded in a program that handles signals itself
        for number in (signal.SIGINT, signal.SIGTERM):
            before = self._handlers[number] = signal.getsignal(number)
            if callable(before):

                def handle(number: int, frame: Any, before: Any = before) -> None:
                    self.close()
                    before(number, frame)

                signal.signal(number, handle)

    def release_signals(self) -> None:
        """Restore the previous signal handlers."""
        for number, before in self._handlers.items():
            if callable(before):
                signal.signal(number, before)
        self._handlers.clear()

    async def _next(self, job: str, last_event: int) -> list[StreamEvent]:
        """The events after number `last_event` by now; while the store is away, it waits."""
        while True:
            try:
                return await asyncio.to_thread(self._read, job, last_event)
            except StoreError:
                if self._closed.is_set():
                    return []
                await asyncio.sleep(POLL_SECONDS)

    def _read(self, job: str, last_event: int) -> list[StreamEvent]:
        with self._database.read() as session:
            found = events.after(session, job, last_event)
            if not found:
                self._heads.update(self._ask_heads([job]))
            return [StreamEvent(event.id, event.kind, events.api_data(event)) for event in found]

    @contextlib.contextmanager
    def _watching(self, job: str) -> Any:
        self._watched[job] += 1
        self._loop = asyncio.get_running_loop()
        if self._poller is None or self._poller.done():
            self._poller = self._loop.create_task(self._poll(), name="poll for events")
        try:
            yield
        finally:
            self._watched[job] -= 1
            if not self._watched[job]:
                del self._watched[job]
                self._heads.pop(job, None)

    async def _poll(self) -> None:
        while self._watched and not self._closed.is_set():
            with contextlib.suppress(StoreError):  # while the store is away, streams wait
                self._heads = await asyncio.to_thread(self._ask_heads, list(self._watched))
                self._wake()
            await asyncio.sleep(POLL_SECONDS)
        self._wake()

    def _ask_heads(self, ids: list[str]) -> dict[str, tuple[int, str]]:
        with self._database.read() as session:
            found = jobs.heads(session, ids)
        # A job that was pruned in the meantime has no more events.
        return {id: found.get(id, (0, "failed")) for id in ids}

    def _wake(self) -> None:
        self._tick.set()
        self._tick = asyncio.Event()

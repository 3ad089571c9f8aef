"""Streams of the events of jobs; one poll of the store serves all streams of a process.

What many streams ask for is read and written down once: a page of events, as the bytes to send.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import threading
from collections import OrderedDict
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from app.pools import JOBS
from app.store import events, jobs
from app.store.engine import Database, Session, StoreError
from app.store.events import StoredEvent
from app.store.tables import FINISHED

__all__ = ["PING", "EventStream", "Page"]

POLL_SECONDS = 0.2  # between polls of the store
PING_SECONDS = 15.0  # of silence; then a comment is sent, so that proxies keep the connection
PING = b": ping\n\n"
PAGE = 32  # events that are read and sent at once: each stream may hold so many that nobody reads
KEPT = 128  # full pages that are kept, for streams that are a little behind


class Page(NamedTuple):
    """The next events of a stream as bytes; none, where there are none by now."""

    text: bytes
    last_event: int
    over: bool  # nothing follows


@dataclass
class _Watched:
    """A job that streams follow. `turn` counts what the poll found, `tick` is set with the next."""

    streams: int = 0
    turn: int = 0
    head: tuple[int, str] | None = None
    tick: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        self.turn += 1
        self.tick.set()
        self.tick = asyncio.Event()


class EventStream:
    """Lets coroutines follow jobs: each sleeps until the poll finds new events of its job.

    At shutdown the server waits for open responses, and a stream has no end of its own. So `close`
    ends all streams, and is called by the signal that stops the server.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watched: dict[str, _Watched] = {}
        self._reading: dict[tuple[str, int, int], asyncio.Task[Page]] = {}  # job, event, turn
        self._kept: OrderedDict[tuple[str, int], Page] = OrderedDict()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._poller: asyncio.Task[None] | None = None
        self._closed = threading.Event()
        self._handlers: dict[int, Any] = {}

    async def follow(self, job: str, last_event: int) -> AsyncGenerator[bytes]:
        """Yield the events of a job after number `last_event`, until its end or `close`.

        As the text of a stream of Server-Sent Events, some at a time.
        """
        with self._watching(job) as watched:
            while not self._closed.is_set():
                tick = watched.tick  # before it is read: what comes after that sets it
                page = await self._next(job, last_event, watched.turn)
                if page.text:
                    yield page.text
                    last_event = page.last_event
                if page.over:
                    return
                while not (page.text or tick.is_set() or self._closed.is_set()):
                    try:
                        async with asyncio.timeout(PING_SECONDS):
                            await tick.wait()
                    except TimeoutError:
                        yield PING

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

    async def _next(self, job: str, last_event: int, turn: int) -> Page:
        """The events after number `last_event` by now; who asks meanwhile shares what is read."""
        if (kept := self._kept.get((job, last_event))) is not None:
            return kept
        place = (job, last_event, turn)
        if place not in self._reading:
            task = asyncio.create_task(self._read(job, last_event), name="read events")
            self._reading[place] = task
            task.add_done_callback(lambda done: self._reading.pop(place))
        return await asyncio.shield(self._reading[place])

    async def _read(self, job: str, last_event: int) -> Page:
        """Read a page; while the store is away, it waits."""
        while not self._closed.is_set() and job in self._watched:
            try:
                page, full = await JOBS.wait(self._page, job, last_event)
            except StoreError:
                await asyncio.sleep(POLL_SECONDS)
                continue
            if full:  # it will never be another one
                self._kept[job, last_event] = page
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            return page
        return Page(b"", last_event, over=True)

    def _page(self, job: str, last_event: int) -> tuple[Page, bool]:
        """The next page, and whether it is a full one."""
        with self._database.read() as session:
            head = self._heads(session, [job])[job]  # first: nothing follows the end that it tells
            found = events.after(session, job, last_event, PAGE)
        if not found:
            return Page(b"", last_event, over=head[1] in FINISHED), False
        text = b"".join(map(_frame, found))
        page = Page(text, found[-1].id, over=any(event.kind == "end" for event in found))
        return page, len(found) == PAGE

    @contextlib.contextmanager
    def _watching(self, job: str) -> Iterator[_Watched]:
        watched = self._watched.setdefault(job, _Watched())
        watched.streams += 1
        self._loop = asyncio.get_running_loop()
        if self._poller is None or self._poller.done():
            self._poller = self._loop.create_task(self._poll(), name="poll for events")
        try:
            yield watched
        finally:
            watched.streams -= 1
            if not watched.streams:
                del self._watched[job]

    async def _poll(self) -> None:
        while self._watched and not self._closed.is_set():
            with contextlib.suppress(StoreError):  # while the store is away, streams wait
                for job, head in (await asyncio.to_thread(self._ask, list(self._watched))).items():
                    watched = self._watched.get(job)
                    if watched is not None and watched.head != head:
                        watched.head = head
                        watched.wake()
            await asyncio.sleep(POLL_SECONDS)
        self._wake()

    def _ask(self, ids: list[str]) -> dict[str, tuple[int, str]]:
        with self._database.read() as session:
            return self._heads(session, ids)

    def _heads(self, session: Session, ids: list[str]) -> dict[str, tuple[int, str]]:
        found = jobs.heads(session, ids)
        # A job that was pruned in the meantime has no more events.
        return {id: found.get(id, (0, "failed")) for id in ids}

    def _wake(self) -> None:
        for watched in self._watched.values():
            watched.wake()


def _frame(event: StoredEvent) -> bytes:
    """An event as a stream sends it, with its sentences in the language in use."""
    data = events.api_data(event)
    try:
        text = json.dumps(data, allow_nan=False)
    except ValueError:  # NaN and infinity, which JSON cannot say, become null
        text = json.dumps(orjson.loads(orjson.dumps(data)))
    return f"event: {event.kind}\ndata: {text}\nid: {event.id}\n\n".encode()

"""Threads for work that is longer than the event loop may pause: a pool for each kind of it.

The kinds are kept apart, so that slow work of one holds up nobody who asks for another, and each
pool has a bounded queue. Work whose client has gone is not begun, or ends at its next `heed`. What
waits for the store has asyncio's own threads to itself.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from functools import partial
from typing import Any, ParamSpec, TypeVar

from app.errors import ClientGone, TooMany

__all__ = [
    "BATCHES",
    "BODIES",
    "CHECKS",
    "CORES",
    "DATASETS",
    "DIAGNOSES",
    "EVALUATIONS",
    "EXERCISES",
    "GRADIENTS",
    "JOBS",
    "PICTURES",
    "UPLOADS",
    "WORKSHEETS",
    "Pool",
    "Receive",
    "heed",
]

RETRY_AFTER_SECONDS = 2
TURN_SECONDS = 0.05  # until work that has to wait for room asks for it again

P = ParamSpec("P")
Result = TypeVar("Result")
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

_unwanted: ContextVar[threading.Event | None] = ContextVar("unwanted", default=None)


def heed() -> None:
    """Raise ClientGone if nobody wants what this thread works on any more: long work calls it."""
    unwanted = _unwanted.get()
    if unwanted is not None and unwanted.is_set():
        raise ClientGone("service.client_gone")


class Pool:
    """At most `threads` pieces of work at a time, and at most `waiting` that wait for a thread."""

    def __init__(self, kind: str, threads: int, waiting: int) -> None:
        self._most = threads + waiting
        self._under_way = 0
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(threads, f"byhand {kind}")

    async def run(
        self, receive: Receive | None, work: Callable[P, Result], *args: P.args, **kwargs: P.kwargs
    ) -> Result:
        """Do the work in a thread. `receive` is the request's, whose whole body has been read.

        Raises TooMany if too much waits already, and ClientGone if the client goes meanwhile;
        without `receive`, that is not noticed.
        """
        unwanted, context = threading.Event(), copy_context()
        context.run(_unwanted.set, unwanted)
        todo: list[Callable[[], Result]] = [partial(context.run, work, *args, **kwargs)]
        future = self._submit(todo)
        result = asyncio.wrap_future(future)
        leaving = asyncio.ensure_future(_left(receive)) if receive is not None else None
        try:
            if leaving is not None:
                first: list[asyncio.Future[Any]] = [result, leaving]
                await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
                if not result.done():
                    raise ClientGone("service.client_gone")
            return await result
        finally:
            unwanted.set()
            if future.cancel():  # it waited: what it would have worked on is not kept
                todo.clear()
            result.cancel()
            if leaving is not None:
                leaving.cancel()

    async def wait(self, work: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        """The same for a part of an answer that has begun: it waits where `run` refuses."""
        while True:
            try:
                return await self.run(None, work, *args, **kwargs)
            except TooMany:
                await asyncio.sleep(TURN_SECONDS)

    def _submit(self, todo: list[Callable[[], Result]]) -> Future[Result]:
        with self._lock:
            if self._under_way >= self._most:
                raise TooMany("service.busy", retry_after=RETRY_AFTER_SECONDS)
            self._under_way += 1
        future = self._threads.submit(lambda: todo.pop()())
        future.add_done_callback(self._done)
        return future

    def _done(self, future: Future[Any]) -> None:
        with self._lock:
            self._under_way -= 1


async def _left(receive: Receive) -> None:
    """Wait until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


CORES = min(max(2, os.cpu_count() or 1), 8)

BODIES = Pool("bodies", 2, 64)  # parsing of long ones
PICTURES = Pool("pictures", CORES, 64)
BATCHES = Pool("batches", 1, 32)  # two at once would evict each other from the processor's cache
GRADIENTS = Pool("gradients", CORES, 32)
CHECKS = Pool("checks", CORES, 16)  # of gradients, each about a second
EXERCISES = Pool("exercises", 2, 64)
DIAGNOSES = Pool("diagnoses", 1, 16)  # of answers to exercises: a hard one takes seconds
WORKSHEETS = Pool("worksheets", 1, 16)
EVALUATIONS = Pool("evaluations", 1, 16)
DATASETS = Pool("datasets", 1, 2)  # each holds all of its bytes
UPLOADS = Pool("uploads", 1, 16)
JOBS = Pool("jobs", 2, 64)  # reading them and their events, a part of an answer at a time

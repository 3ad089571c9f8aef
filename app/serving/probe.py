"""Asks the store one question for whoever probes the service, and waits no longer than they do."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from app.errors import StoreError
from app.logs import log

__all__ = ["Probe"]

PATIENCE = 0.8  # seconds: probes of an orchestrator often give up after one

Answer = TypeVar("Answer")


class Probe(Generic[Answer]):
    """One question to the store, asked in a thread of its own.

    Whoever asks while an answer is awaited shares it. So a store that is silent takes one thread,
    however often it is probed, and none of those that other requests wait for.
    """

    def __init__(self, question: Callable[[], Answer]) -> None:
        self._question = question
        self._pending: Future[Answer | None] | None = None

    async def ask(self) -> Answer | None:
        """The answer; None when the store is away, or silent for too long."""
        if self._pending is None or self._pending.done():
            self._pending = Future()
            threading.Thread(
                target=self._run, args=(self._pending,), name="probe the store", daemon=True
            ).start()
        answer = asyncio.wrap_future(self._pending)
        done, _ = await asyncio.wait([answer], timeout=PATIENCE)
        return answer.result() if done else None

    def _run(self, pending: Future[Answer | None]) -> None:
        try:
            pending.set_result(self._question())
        except Exception as error:  # whatever the cause, it is no answer
            cause = error.cause if isinstance(error, StoreError) else error
            log.warning("the store does not answer a probe", error=str(cause))
            pending.set_result(None)

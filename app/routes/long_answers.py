"""Answers that are sent in parts, each made when the client has taken the one before it.

So an answer costs the memory of a part, however long it is and however slowly it is read. How many
may be under way at once is bounded all the same: a client may take none of it, and stay.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.errors import TooMany

__all__ = ["DOCUMENTS", "STREAMS", "LongAnswer", "Places"]

RETRY_AFTER_SECONDS = 5


class Places:
    """At most so many answers of a kind at once, in this process. For the event loop only."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.taken = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Take a place. Raises TooMany if there is none."""
        if self.taken >= self.most:
            raise TooMany("service.no_place", most=self.most, retry_after=RETRY_AFTER_SECONDS)
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1


# One that nobody reads holds up to 200 KB: what the connection buffers, and a part or two.
STREAMS = Places(200)  # of the events of jobs
DOCUMENTS = Places(32)  # jobs and lists of jobs that are longer than one part


class LongAnswer(StreamingResponse):
    """A response in parts, which is begun if there is a place. A client that goes is no fault."""

    def __init__(self, parts: AsyncGenerator[bytes], places: Places, **more: Any) -> None:
        super().__init__(parts, **more)
        self._parts = parts
        self._places = places

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it. Raises TooMany, with nothing sent, if too many are under way."""
        with self._places.one():
            try:
                await super().__call__(scope, receive, send)
            except ClientDisconnect:
                return
            finally:
                await self._parts.aclose()

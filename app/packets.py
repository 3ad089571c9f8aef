"""Answers in one piece: what a connection is given in one turn of the event loop leaves as one.

uvicorn writes an answer's head and then its body, and uvloop sends each at once: two system calls,
two packets, and a client that wakes up for a head. Gathering them makes a small answer a tenth
cheaper (docs/decisions/0007-quick-predictions.md).
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["WholeAnswers"]

MOST_BYTES = 64 * 1024  # more do not wait: they are several packets in any case


class WholeAnswers(HttpToolsProtocol):
    """uvicorn's side of a connection, which writes through `_Gathered`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to talk to a client."""
        super().connection_made(cast("asyncio.Transport", _Gathered(transport, self.loop)))


class _Gathered:
    """A transport that waits until the turn is over, or MOST_BYTES are there, and writes once."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._waiting: list[bytes] = []
        self._bytes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send bytes, in the order of the calls."""
        if not self._waiting:
            self._loop.call_soon(self._send)
        self._waiting.append(data)
        self._bytes += len(data)
        if self._bytes > MOST_BYTES:  # the transport has to know when its client is too slow
            self._send()

    def close(self) -> None:
        """Send what waits, then close."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        if waiting and not self._transport.is_closing():  # closing: the client has gone
            self._transport.write(b"".join(waiting))

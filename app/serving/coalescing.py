"""Answers in one piece, and those of many clients one after the other.

uvicorn writes an answer's head and then its body, and uvloop sends each at once: two system calls,
two packets, and a client that wakes up for a head. Here they leave together. While many requests
are under way, they also wait until the turn of the event loop is over: sixteen clients whose
answers come right after each other get a fifth more of them a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sized
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["FEW", "MOST_BYTES", "CoalescingProtocol"]

FEW = 2  # requests under way: for so few, waiting until the turn is over gains nothing
MOST_BYTES = 64 * 1024  # more do not wait: they are several packets in any case


class CoalescingProtocol(HttpToolsProtocol):
    """uvicorn's side of a connection, which writes through `_CoalescingTransport`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to talk to a client."""
        gathered = _CoalescingTransport(transport, self.loop, self.tasks)
        super().connection_made(cast("asyncio.Transport", gathered))


class _CoalescingTransport:
    """A transport that writes what it is given in one turn of the loop at once."""

    def __init__(
        self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, under_way: Sized
    ) -> None:
        self._transport = transport
        self._loop = loop
        self._under_way = under_way
        self._waiting: list[bytes] = []
        self._bytes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send bytes, in the order of the calls: at the turn's end, or when they are enough."""
        if not self._waiting:
            self._loop.call_soon(self._send)
        self._waiting.append(data)
        self._bytes += len(data)
        head_and_body = len(self._waiting) > 1
        # The transport has to know when its client takes in less than it is given.
        if self._bytes > MOST_BYTES or (head_and_body and len(self._under_way) <= FEW):
            self._send()

    def close(self) -> None:
        """Send what waits, then close."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        if waiting and not self._transport.is_closing():  # closing: the client has gone
            self._transport.write(b"".join(waiting))

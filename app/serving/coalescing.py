"""A transport that coalesces writes, so that a response leaves in one system call.

uvicorn writes a response's headers and then its body, and uvloop sends each at once: two system
calls, two packets, and a client that wakes up twice. Here they are sent together. While many
requests are in flight, responses also wait for the end of the event loop's iteration: sixteen
clients that are answered one right after the other then get a fifth more responses a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sized
from typing import Any, cast

__all__ = ["FEW", "MOST_BYTES", "coalescing"]

FEW = 2  # requests in flight; with so few, waiting for the iteration's end gains nothing
MOST_BYTES = 64 * 1024  # more is sent at once: it takes several packets in any case


def coalescing(
    transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, under_way: Sized
) -> asyncio.Transport:
    """Wrap the transport of a new connection; `under_way` are the requests of all connections."""
    return cast("asyncio.Transport", _CoalescingTransport(transport, loop, under_way))


class _CoalescingTransport:
    """A transport that joins the writes of one iteration of the event loop into one."""

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
        """Buffer bytes; send them at the iteration's end, or now if waiting gains nothing."""
        if not self._waiting:
            self._loop.call_soon(self._send)
        self._waiting.append(data)
        self._bytes += len(data)
        head_and_body = len(self._waiting) > 1
        # Much data is passed on at once, for the transport's flow control to see.
        if self._bytes > MOST_BYTES or (head_and_body and len(self._under_way) <= FEW):
            self._send()

    def close(self) -> None:
        """Send what is buffered, then close."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        if waiting and not self._transport.is_closing():  # closing: the client has gone
            self._transport.write(b"".join(waiting))

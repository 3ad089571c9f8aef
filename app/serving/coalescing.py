"""A transport that coalesces writes, so that a response leaves in one system call.

uvicorn writes a response's headers and then its body, and uvloop sends each at once: two system
calls, two packets, and a client that wakes up twice. Here they are sent together. While many
requests are in flight, responses also wait for the end of the event loop's iteration: sixteen
clients that are answered one right after the other then get a fifth more responses a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sized
from typing import Any

__all__ = ["FEW", "MOST_BYTES", "CoalescingTransport"]

FEW = 2  # requests in flight; with so few, waiting for the iteration's end gains nothing
MOST_BYTES = 64 * 1024  # more is sent at once: it takes several packets in any case


class CoalescingTransport:
    """The transport of a connection, with the writes of one iteration of the event loop joined.

    `under_way` are the requests of all connections; `written` counts the bytes passed on.
    """

    def __init__(
        self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, under_way: Sized
    ) -> None:
        self._transport = transport
        self._loop = loop
        self._under_way = under_way
        self._waiting: list[bytes] = []
        self._bytes = 0
        self.written = 0

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

    def unsent(self) -> int:
        """The bytes that were passed on and that the client has not taken yet."""
        return self._transport.get_write_buffer_size()

    def _send(self) -> None:
        waiting, size = self._waiting, self._bytes
        self._waiting, self._bytes = [], 0
        if not waiting or self._transport.is_closing():  # closing: the client has gone
            return
        self.written += size
        if len(waiting[-1]) <= MOST_BYTES:
            self._transport.write(b"".join(waiting))
            return
        for data in waiting:  # not joined, which would copy a large body
            self._transport.write(data)

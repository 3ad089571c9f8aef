"""Puts the bodies of requests together, within a budget of bytes for all that a process holds.

A body that comes in one piece needs no room here. Any other takes room for all that it announces
before more of it is read, and keeps it until its answer begins. So those that have room can always
become whole, and nothing is read of those that wait for some. Smaller ones go first: whoever holds
the room with large bodies does not keep out small ones.
"""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import Mapping
from itertools import count
from typing import TYPE_CHECKING

from app.errors import TooLarge, TooSlow, Unavailable

if TYPE_CHECKING:
    from starlette.types import Message, Receive

__all__ = [
    "MOST_BYTES",
    "SLOWEST_BODY",
    "Bodies",
    "ClientDisconnected",
    "Share",
    "announced",
    "replayed",
]

MOST_BYTES = 64 * 2**20  # for all bodies of a process
MOST_WAITING = 32  # bodies; each of them holds up to half a megabyte that was read before
ROOM_SECONDS = 8.0  # to wait for room
RETRY_AFTER_SECONDS = 5
SLOWEST_BODY = 30.0  # seconds until a slow body is refused, so that it cannot hold a connection
LOOK_SECONDS = 2.0  # between looks at how bodies grow, while others wait


class ClientDisconnected(Exception):  # noqa: N818
    """The client disconnected before it had sent its whole request."""


class Share:
    """The room of one body, of `amount` bytes."""

    def __init__(self, bodies: Bodies, amount: int) -> None:
        self._bodies, self._amount = bodies, amount
        self._size = 0
        self._seen: int | None = None  # the size at the last look, once there was one
        self._limit: asyncio.Timeout | None = None
        self._in_the_way = False

    async def fill(self, start: bytes, receive: Receive, most: int) -> bytes:
        """Receive the rest of a body that begins with `start`.

        Raises TooLarge, TooSlow or ClientDisconnected, and gives the room back then.
        """
        try:
            async with asyncio.timeout(SLOWEST_BODY) as self._limit:
                self._bodies.growing.add(self)
                try:
                    return await self._rest(start, receive, most)
                finally:
                    self._bodies.growing.discard(self)
        except BaseException as error:
            self.give_back()
            if not isinstance(error, TimeoutError):
                raise
        if self._in_the_way:
            raise TooSlow("security.stalled_body", seconds=LOOK_SECONDS)
        raise TooSlow("security.slow_body", seconds=SLOWEST_BODY)

    def give_back(self) -> None:
        """Give the room to others; more than once does no harm."""
        amount, self._amount = self._amount, 0
        self._bodies.give_back(amount)

    def watch(self) -> None:
        """Begin to look how fast the body grows."""
        self._seen = self._size

    def look(self) -> None:
        """Give the body up if it grew at less than half the pace that it needs to be in time."""
        needed = self._amount * LOOK_SECONDS / SLOWEST_BODY / 2
        seen, self._seen = self._seen, self._size
        if seen is None or self._size - seen >= needed or self._limit is None:
            return
        if not self._limit.expired():
            self._in_the_way = True
            self._limit.reschedule(asyncio.get_running_loop().time())

    async def _rest(self, start: bytes, receive: Receive, most: int) -> bytes:
        chunks, self._size, more = [start], len(start), True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnected
            chunks.append(message.get("body", b""))
            self._size += len(chunks[-1])
            if self._size > most:
                raise TooLarge("security.body_grows", most=most)
            more = message.get("more_body", False)
        return b"".join(chunks)


class Bodies:
    """The budget, used in the event loop alone. Whoever wants more than all has all to itself."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = self._left = most
        self._numbers = count()
        self._waiting: list[tuple[int, int, asyncio.Future[bool]]] = []  # each wants over `_left`
        self.growing: set[Share] = set()  # those whose bodies are arriving
        self._look_again: asyncio.TimerHandle | None = None

    async def share(self, amount: int) -> Share:
        """Wait for so many bytes. Raises Unavailable if there are none in time."""
        amount = min(amount, self._most)
        if amount > self._left:
            await self._wait(amount)
        else:
            self._left -= amount
        return Share(self, amount)

    def give_back(self, amount: int) -> None:
        """Add to what is left, and let the smallest go on that have enough now."""
        self._left += amount
        while self._waiting and self._waiting[0][0] <= self._left:
            wanted, _, turn = self._waiting.pop(0)
            self._left -= wanted
            turn.set_result(True)

    async def _wait(self, amount: int) -> None:
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[bool] = loop.create_future()
        place = (amount, next(self._numbers), turn)
        insort(self._waiting, place)
        if len(self._waiting) > MOST_WAITING:
            self._waiting.pop()[2].set_result(False)
        if self._look_again is None:
            for share in self.growing:
                share.watch()
            self._look_again = loop.call_later(LOOK_SECONDS, self._look)
        try:
            await asyncio.wait([turn], timeout=ROOM_SECONDS)
        except asyncio.CancelledError:
            if turn.done() and turn.result():
                self.give_back(amount)
            raise
        finally:
            if not turn.done():
                self._waiting.remove(place)
        if not (turn.done() and turn.result()):
            raise Unavailable("security.no_room", retry_after=RETRY_AFTER_SECONDS)

    def _look(self) -> None:
        """Look at the bodies under way, again and again as long as others wait for their room."""
        for share in tuple(self.growing):
            share.look()
        self._look_again = None
        if self._waiting:
            loop = asyncio.get_running_loop()
            self._look_again = loop.call_later(LOOK_SECONDS, self._look)


def replayed(message: Message, receive: Receive) -> Receive:
    """A `receive` that gives the message first, and does not keep it."""
    messages = [message]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


def announced(headers: Mapping[bytes, bytes]) -> tuple[bytes, int]:
    """The Content-Type, and the Content-Length or 0."""
    digits = headers.get(b"content-length", b"").lstrip(b"0")[:20]  # more than any file system has
    return headers.get(b"content-type", b"").lower(), int(digits) if digits.isdigit() else 0

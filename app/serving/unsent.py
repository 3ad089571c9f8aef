"""Answers that their clients do not read: how long they are kept, and how many bytes in all.

What a client does not take stays in this process until the connection ends. uvicorn waits for
clients without end, also when it closes a connection.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from app.serving.coalescing import CoalescingTransport

__all__ = ["ANSWER_SECONDS", "MOST_UNSENT", "Debt", "Debtor", "in_excess"]

ANSWER_SECONDS = 30.0  # for a client to take anything of what is there for it
MOST_UNSENT = 64 * 2**20  # bytes, for all connections of a process
STILL_SECONDS = 1.0  # who took nothing for so long goes before those who read


class Debt:
    """What one connection has yet to send, and since when its client has taken nothing of it."""

    def __init__(self, transport: CoalescingTransport, now: float) -> None:
        self._transport = transport
        self._taken, self._since = 0, now
        self.unsent = 0  # bytes, at the last look

    def look(self, now: float) -> int:
        """The unsent bytes by now."""
        self.unsent = unsent = self._transport.unsent()
        taken = self._transport.written - unsent
        if not unsent or taken != self._taken:
            self._taken, self._since = taken, now
        return unsent

    def still(self, now: float) -> float:
        """Seconds for which nothing was taken of what was unsent, at the last look."""
        return now - self._since


class Debtor(Protocol):
    """A connection, as far as it matters here."""

    debt: Debt


Connection = TypeVar("Connection", bound=Debtor)


def in_excess(connections: Iterable[Connection], now: float) -> list[Connection]:
    """Which connections to close so that the rest have no more than MOST_UNSENT bytes unsent.

    The most indebted first, and before all those whose clients read nothing.
    """
    owed = [(each.debt.look(now), each) for each in connections]
    left = sum(unsent for unsent, _ in owed) - MOST_UNSENT
    if left <= 0:
        return []
    owed.sort(key=lambda pair: (pair[1].debt.still(now) >= STILL_SECONDS, pair[0]), reverse=True)
    closed = []
    for unsent, each in owed:
        if left <= 0:
            break
        closed.append(each)
        left -= unsent
    return closed

"""The memory for all pictures that a process decodes at once: what does not fit waits its turn."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from app.errors import TooMany

__all__ = ["Budget", "Share"]

MOST_WAITING = 64
RETRY_AFTER_SECONDS = 2

P = ParamSpec("P")
Result = TypeVar("Result")


class Share:
    """A part of the budget; it is kept until the work is done, even if nobody waits for that."""

    def __init__(self, budget: Budget, amount: int) -> None:
        self._budget, self._amount = budget, amount
        self._loop = asyncio.get_running_loop()
        self._begun = False

    def during(self, work: Callable[P, Result]) -> Callable[P, Result]:
        """The same work, for a thread, which gives the share back at its end."""

        def done(*args: P.args, **kwargs: P.kwargs) -> Result:
            self._begun = True
            try:
                return work(*args, **kwargs)
            finally:
                self._loop.call_soon_threadsafe(self._give_back)

        return done

    def give_back_unless_begun(self) -> None:
        """Give the share back if the work was never begun."""
        if not self._begun:
            self._give_back()

    def _give_back(self) -> None:
        amount, self._amount = self._amount, 0
        self._budget.give_back(amount)


class Budget:
    """So many bytes at once, given first come, first served; used in the event loop alone."""

    def __init__(self, most: int) -> None:
        self._most = self._left = most
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def take(self, amount: int) -> Share:
        """Wait until so many bytes are left. What asks for more than all has all to itself.

        Raises TooMany if too many wait already.
        """
        amount = min(amount, self._most)
        if self._waiting or amount > self._left:
            if len(self._waiting) >= MOST_WAITING:
                raise TooMany("service.busy", retry_after=RETRY_AFTER_SECONDS)
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append((amount, turn))
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self.give_back(amount)
                raise
        else:
            self._left -= amount
        return Share(self, amount)

    def give_back(self, amount: int) -> None:
        """Add to what is left, and let those go on who come first and have enough now."""
        self._left += amount
        while self._waiting and (self._waiting[0][1].done() or self._waiting[0][0] <= self._left):
            wanted, turn = self._waiting.popleft()
            if not turn.done():  # done: its request was cancelled
                self._left -= wanted
                turn.set_result(None)

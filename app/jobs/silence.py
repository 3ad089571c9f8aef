"""How long the processes that train have shown no sign of life: which of them hang."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from typing import Any

__all__ = ["Silence"]

LONGEST_STEP = 2.0  # seconds that one look counts for at most
START_SECONDS = 60.0  # a process may take so long until it has begun its job
LEASES = 2.0  # and so many leases until its next heartbeat


class Silence:
    """Adds up, for each run, the time since its last sign of life.

    A sign of life is a heartbeat that differs from the one before. Only time in which somebody
    listened counts: while the machine sleeps, the server is stopped or the store is away, no
    process can be heard.
    """

    def __init__(self, lease_seconds: float) -> None:
        self._lease_seconds = lease_seconds
        self._listened = time.monotonic()
        self._heard: dict[Future[str], tuple[Any, float]] = {}  # the last sign, and silence since

    def listen(
        self, running: Mapping[Future[str], str], signs: Mapping[str, Any]
    ) -> Iterable[Future[str]]:
        """The runs that have been silent for too long. `signs` has the last of each job, if any."""
        now = time.monotonic()
        passed, self._listened = min(now - self._listened, LONGEST_STEP), now
        heard = {}
        for future, job in running.items():
            sign = signs.get(job)
            before, silent = self._heard.get(future, (None, 0.0))
            # One that holds its job no longer gives no sign, and has to end as well.
            alive = future not in self._heard or (sign is not None and sign != before)
            heard[future] = (sign or before, 0.0 if alive else silent + passed)
        self._heard = heard
        return [future for future, (sign, silent) in heard.items() if silent > self._most(sign)]

    def _most(self, sign: Any) -> float:
        seconds = LEASES * self._lease_seconds
        return seconds if sign is not None else max(seconds, START_SECONDS)

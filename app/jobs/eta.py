"""The clock of a training run: when to report, durations and the estimated time left."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["REPORT_SECONDS", "ProgressClock"]

REPORT_SECONDS = 0.25  # between progress reports


class ProgressClock:
    """Measures a training run; `model.training` itself reads no clock."""

    def __init__(self) -> None:
        self.reported = self.lap_began = self.began = time.monotonic()
        self.first_step: int | None = None

    def report_is_due(self) -> bool:
        """Whether it is time for the next report; if so, the interval starts anew."""
        now = time.monotonic()
        if now - self.reported < REPORT_SECONDS:
            return False
        self.reported = now
        return True

    def epoch_seconds(self) -> float:
        """Seconds since the last call, which is the duration of an epoch if called at its end."""
        now = time.monotonic()
        seconds, self.lap_began = now - self.lap_began, now
        return round(seconds, 3)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Leave what is done meanwhile out of the epoch's seconds."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.lap_began += time.monotonic() - began

    def seconds_left(self, step: int, steps: int) -> float | None:
        """The time left at the mean speed since this attempt's first report; None before that."""
        if self.first_step is None:
            self.first_step, self.began = step, time.monotonic()
        if step == self.first_step:
            return None if step < steps else 0.0
        seconds_per_step = (time.monotonic() - self.began) / (step - self.first_step)
        return round(seconds_per_step * (steps - step), 2)

"""The time of a training run: the model itself knows no clock."""

from __future__ import annotations

import time

__all__ = ["REPORT_SECONDS", "ProgressClock"]

REPORT_SECONDS = 0.25


class ProgressClock:
    """When to report, how long an epoch took, and how long the rest will take."""

    def __init__(self) -> None:
        self.reported = self.lap_began = self.began = time.monotonic()
        self.first_step: int | None = None

    def report_is_due(self) -> bool:
        """Whether it is time for the next report; if so, it counts as made."""
        now = time.monotonic()
        if now - self.reported < REPORT_SECONDS:
            return False
        self.reported = now
        return True

    def epoch_seconds(self) -> float:
        """Seconds since the last call: at an epoch's end, what the epoch took."""
        now = time.monotonic()
        seconds, self.lap_began = now - self.lap_began, now
        return round(seconds, 3)

    def seconds_left(self, step: int, steps: int) -> float | None:
        """By the pace since this attempt's first report."""
        if self.first_step is None:
            self.first_step, self.began = step, time.monotonic()
        if step == self.first_step:
            return None if step < steps else 0.0
        pace = (time.monotonic() - self.began) / (step - self.first_step)
        return round(pace * (steps - step), 2)

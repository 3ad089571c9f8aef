"""What leases promise, in plain objects: no SQL, no numbered attempts, no transactions.

A job remembers whom it was given to last; nobody else may write to it. That is all there is to a
lease, and app/store/leases.py must come to the same by its numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

LEASE = 30.0  # seconds of silence after which a worker is taken for dead
ATTEMPTS = 3  # that fail in a row, with no epoch finished between them
LONGEST_OFFER = 60.0
ENDS = ("succeeded", "failed", "cancelled")


class Holder:
    """Somebody to whom a job was given: two of them are never the same."""


@dataclass
class PlainJob:
    """A job as the model sees it; each method is what one call of the store has to come to."""

    id: str
    state: str = "queued"
    paused: bool = False
    cancel_requested: bool = False
    pause_after: int | None = None
    failures: int = 0
    holder: Holder | None = None
    owner: str | None = None
    heartbeat: float = 0.0
    offered_until: float = 0.0
    started: float | None = None
    finished: float | None = None
    model: str | None = None
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    checkpoint: tuple[int, bytes] | None = None

    @property
    def ended(self) -> bool:
        return self.state in ENDS

    def silent(self, now: float) -> bool:
        return self.state == "running" and self.heartbeat < now - LEASE

    def claimable(self, now: float) -> bool:
        return (self.state == "queued" and not self.paused) or self.silent(now)

    def offerable(self, now: float) -> bool:
        return self.claimable(now) and not now <= self.offered_until <= now + LONGEST_OFFER

    def beat_in_the_future(self, now: float) -> bool:
        """The clock was set back: whether the worker lives is known a lease from now."""
        return self.state == "running" and self.heartbeat > now + 1

    def obeys(self, holder: Holder | None, seen: int) -> bool:
        """Whether a write succeeds of one who has seen so many of the events."""
        return not self.ended and self.holder is holder and len(self.events) == seen

    def claim(self, now: float, owner: str) -> Holder | None:
        if not self.claimable(now):
            return None
        if self.state == "running" and self.fail(now):
            return None
        self.state, self.owner, self.heartbeat, self.offered_until = "running", owner, now, 0.0
        self.started = now if self.started is None else self.started
        self.holder = Holder()
        return self.holder

    def write(
        self,
        now: float,
        events: list[tuple[str, dict[str, Any]]],
        checkpoint: tuple[int, bytes] | None = None,
    ) -> None:
        self.heartbeat = now
        self.events += events
        if checkpoint:
            self.checkpoint, self.failures = checkpoint, 0

    def leave(self, now: float, how: str) -> None:
        """The worker has ended the job, gives it back, pauses as it was asked to, or has raised."""
        if how in ENDS:
            self.end(now, how)
        elif how == "raise":
            self.fail(now)
        else:
            self.give_back()
            if how == "pause":
                self.paused, self.pause_after = True, None

    def end(self, now: float, state: str) -> None:
        self.write(now, [("end", {"state": state})])
        self.state, self.finished, self.checkpoint = state, now, None

    def give_back(self) -> None:
        self.state, self.owner, self.holder, self.offered_until = "queued", None, None, 0.0

    def fail(self, now: float) -> bool:
        self.failures += 1
        if self.failures == ATTEMPTS:
            self.end(now, "failed")
            self.model = "kept"
        else:
            self.give_back()
        return self.ended

    def ask_to_pause(self) -> None:
        if self.state == "queued":
            self.paused = True
        elif self.state == "running":
            self.pause_after = 0

    def resume(self, epochs: int | None) -> None:
        if not self.ended:
            finished = self.checkpoint[0] if self.checkpoint else 0
            self.paused = False
            self.pause_after = None if epochs is None else finished + epochs

    def cancel(self, now: float) -> Holder | None:
        """Who may end the job now; None where its worker will, or where it has ended."""
        if self.ended:
            return None
        self.cancel_requested, self.paused = True, False
        if not self.claimable(now):
            return None
        self.holder = Holder()
        return self.holder

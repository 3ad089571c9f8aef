"""Who may work on a job, and what a worker writes. Each function is part of one transaction.

    queued ──claim──> running ──finish──> succeeded | failed | cancelled
       ^                 │
       └── release (the server stops), fail_attempt (raised, or its process or machine was lost)

A claim raises the job's `attempt`, and every write of a worker names the attempt it holds. So one
that was taken for dead, and is not, finds its lease lost and can spoil nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from app.store import events as store_events
from app.store.clock import now
from app.store.events import Event
from app.store.tables import ACTIVE, CheckpointRow, JobRow
from model.messages import Message

__all__ = [
    "ATTEMPTS",
    "Lease",
    "LeaseLostError",
    "anything_free",
    "beat",
    "checkpoint",
    "claim",
    "fail_attempt",
    "finish",
    "free",
    "held_by",
    "keep_offers",
    "offer",
    "release",
    "save_checkpoint",
    "was_written",
    "write",
]

ATTEMPTS = 3


class LeaseLostError(Exception):
    """Another worker has taken the job up, or it has ended: whoever sees this stops writing."""


@dataclass(frozen=True)
class Lease:
    """The right to write to a job, and how many events it has by now."""

    job: str
    attempt: int
    last_event: int
    cancel_requested: bool = False


def free(lease_seconds: float) -> ColumnElement[bool]:
    """Queued, or running under a worker that has not been heard of for the lease."""
    silent = and_(JobRow.state == "running", JobRow.heartbeat_at < now() - lease_seconds)
    return or_(JobRow.state == "queued", silent)


def offer(session: Session, *, limit: int, lease_seconds: float, seconds: float) -> list[str]:
    """Take the oldest jobs that need a worker, and keep other replicas off them for `seconds`.

    An offer is a courtesy that keeps replicas from sending the same job to a worker; what makes a
    job run once is `claim`.
    """
    oldest = (
        select(JobRow.id)
        .where(free(lease_seconds), JobRow.offered_until < now())
        .order_by(JobRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.scalars(oldest))
    taken = update(JobRow).where(JobRow.id.in_(ids)).values(offered_until=now() + seconds)
    session.execute(taken)
    return ids


def keep_offers(session: Session, ids: Collection[str], seconds: float) -> None:
    """Keep other replicas off these jobs for `seconds` from now, unless they run by then.

    A running job speaks for itself, by its heartbeat.
    """
    if ids:
        waiting = update(JobRow).where(JobRow.id.in_(ids), JobRow.state == "queued")
        session.execute(waiting.values(offered_until=now() + seconds))


def anything_free(session: Session, lease_seconds: float) -> bool:
    """Tell whether `offer` may find a job, without the write lock that it takes."""
    query = select(JobRow.id).where(free(lease_seconds), JobRow.offered_until < now())
    return session.scalar(query.limit(1)) is not None


def claim(
    session: Session, id: str, *, owner: str, lease_seconds: float
) -> tuple[Lease, JobRow] | None:
    """Take a job to work on it; None when it is not free, or has no attempt left."""
    query = select(JobRow).where(JobRow.id == id, free(lease_seconds)).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        return None
    if row.state == "running":
        values = {"seconds": lease_seconds, "epoch": row.epoch, "epochs": row.epochs}
        before = Lease(row.id, row.attempt, row.last_event)
        if fail_attempt(session, before, Message("job.worker_silent", values)):
            return None
        session.refresh(row)
    row.state, row.owner, row.offered_until = "running", owner, 0.0
    row.attempt += 1
    row.heartbeat_at = now()
    row.started_at = row.started_at or now()
    session.flush()
    session.refresh(row)
    return Lease(row.id, row.attempt, row.last_event, row.cancel_requested), row


def beat(session: Session, lease: Lease) -> bool:
    """Beat the heartbeat of a worker that has nothing to report; False when its lease is lost."""
    held = update(JobRow).where(
        JobRow.id == lease.job, JobRow.attempt == lease.attempt, JobRow.state == "running"
    )
    query = held.values(heartbeat_at=now()).returning(JobRow.id)
    return session.execute(query).one_or_none() is not None


def write(session: Session, lease: Lease, events: Sequence[Event] = (), **values: Any) -> Lease:
    """Report: beat the heartbeat, append events, set columns. Raises LeaseLostError."""
    query = (
        update(JobRow)
        .where(
            JobRow.id == lease.job,
            JobRow.attempt == lease.attempt,
            JobRow.last_event == lease.last_event,
            JobRow.state.in_(ACTIVE),
        )
        .values(heartbeat_at=now(), last_event=lease.last_event + len(events), **values)
        .returning(JobRow.cancel_requested)
        .execution_options(synchronize_session=False)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise LeaseLostError(lease.job)
    store_events.append(session, lease.job, lease.last_event, events)
    return replace(
        lease, last_event=lease.last_event + len(events), cancel_requested=row.cancel_requested
    )


def was_written(session: Session, lease: Lease, events: int) -> bool:
    """Tell whether a `write` went through whose answer was lost with the connection."""
    query = select(JobRow.attempt, JobRow.last_event).where(JobRow.id == lease.job)
    found = session.execute(query).one_or_none()
    return events > 0 and found == (lease.attempt, lease.last_event + events)


def save_checkpoint(session: Session, job: str, epoch: int, state: bytes) -> None:
    """Keep where a job goes on from. Belongs into the transaction of a `write`, which fences it."""
    session.merge(CheckpointRow(job=job, epoch=epoch, state=state))
    session.flush()


def checkpoint(session: Session, job: str) -> bytes | None:
    """Where a job goes on from; None before its first whole epoch."""
    return session.scalar(select(CheckpointRow.state).where(CheckpointRow.job == job))


def finish(
    session: Session,
    lease: Lease,
    state: str,
    *,
    model: str | None = None,
    test_accuracy: float | None = None,
    error: Message | None = None,
) -> Lease:
    """End a job: its last event, its state, and no checkpoint any more. Raises LeaseLostError."""
    end = {"state": state, "model": model, "test_accuracy": test_accuracy}
    event = ("end", {**end, "error": None if error is None else error.to_json()})
    lease = write(session, lease, [event], finished_at=now(), eta_seconds=None, error=error, **end)
    session.execute(delete(CheckpointRow).where(CheckpointRow.job == lease.job))
    return lease


def release(session: Session, lease: Lease) -> None:
    """Give a job back, to be taken up from its last checkpoint. It costs no attempt."""
    _give_back(session, lease)


def fail_attempt(session: Session, lease: Lease, reason: Message) -> bool:
    """Count an attempt that failed: the job is queued again, or after the third it has failed.

    Returns whether the job has ended. Raises LeaseLostError.
    """
    failures = 1 + (session.scalar(select(JobRow.failures).where(JobRow.id == lease.job)) or 0)
    values = {"attempt": failures, "attempts": ATTEMPTS, "reason": reason}
    error = Message("job.attempt_failed", values)
    if failures < ATTEMPTS:
        _give_back(session, lease, failures=failures, error=error)
        return False
    session.execute(update(JobRow).where(JobRow.id == lease.job).values(failures=failures))
    finish(session, lease, "failed", error=error)
    return True


def _give_back(session: Session, lease: Lease, **values: Any) -> None:
    # The next attempt's number is used up, so that the worker cannot give the job back twice.
    values |= {"state": "queued", "attempt": lease.attempt + 1, "owner": None}
    write(session, lease, offered_until=0.0, eta_seconds=None, **values)


def held_by(session: Session, id: str, owner: str) -> Lease | None:
    """The lease that a dead worker of this owner has left behind, if it has."""
    query = select(JobRow).where(JobRow.id == id, JobRow.state == "running", JobRow.owner == owner)
    row = session.scalar(query.with_for_update())
    return Lease(row.id, row.attempt, row.last_event) if row else None

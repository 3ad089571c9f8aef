"""Leases: which worker may write to a job, and its writes, all within the caller's transaction.

    queued ──claim──> running ──finish──> succeeded | failed | cancelled
       ^                 │
       ├── release (the server stops), fail_attempt (raised, or its process or machine was lost)
       └── pause: queued as well, but not to be claimed until it is resumed (jobs.py)

A claim increments the job's `attempt`, and every write of a worker is conditional on the attempt it
holds (optimistic locking). So a worker that was presumed dead, and is not, loses its lease and
cannot write any more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from app.store import events as store_events
from app.store import sample_sets
from app.store.clock import now
from app.store.events import Event
from app.store.tables import ACTIVE, CheckpointRow, JobRow
from model.messages import Message

__all__ = [
    "ATTEMPTS",
    "Keep",
    "Lease",
    "LeaseLostError",
    "any_claimable",
    "checkpoint",
    "claim",
    "claimable",
    "fail_attempt",
    "finish",
    "held_by",
    "last_beats",
    "offer",
    "pause",
    "release",
    "renew_heartbeat",
    "renew_offers",
    "save_checkpoint",
    "was_written",
    "write",
]

ATTEMPTS = 3  # failed attempts, with no epoch finished between them, after which a job has failed
LONGEST_OFFER = 60.0  # seconds; one that ends later was made before the clock was set back

Keep = Callable[[Session, str], str | None]
"""Stores the best epoch of a job, given by its id, as a model; the model's id, or None."""


class LeaseLostError(Exception):
    """Another worker has claimed the job, or it has ended: the worker must stop writing."""


@dataclass(frozen=True)
class Lease:
    """The right to write to a job: its attempt, and its number of events by now."""

    job: str
    attempt: int
    last_event: int
    cancel_requested: bool = False
    pause_after_epoch: int | None = None  # 0: at once


def claimable(lease_seconds: float) -> ColumnElement[bool]:
    """The condition that a job can be claimed: queued and not paused, or its lease has expired."""
    expired = and_(JobRow.state == "running", JobRow.heartbeat_at < now() - lease_seconds)
    return or_(and_(JobRow.state == "queued", ~JobRow.paused), expired)


def _from_the_future() -> ColumnElement[bool]:
    """The condition that a heartbeat was beaten before the clock was set back."""
    return and_(JobRow.state == "running", JobRow.heartbeat_at > now() + 1)


def _not_offered() -> ColumnElement[bool]:
    return or_(JobRow.offered_until < now(), JobRow.offered_until > now() + LONGEST_OFFER)


def offer(
    session: Session,
    *,
    limit: int,
    lease_seconds: float,
    seconds: float,
    but: Collection[str] = (),
) -> list[str]:
    """Reserve the oldest claimable jobs for this replica's workers for `seconds`; gives their ids.

    Not those in `but`: the replica's workers still have them.

    Offers only keep replicas from sending the same job to two workers. What makes a job run once is
    `claim`.

    Where the clock was set back, leases begin anew: a worker that lives beats within its lease.
    """
    beaten_now = update(JobRow).where(_from_the_future()).values(heartbeat_at=now())
    session.execute(beaten_now.execution_options(synchronize_session=False))
    oldest = (
        select(JobRow.id)
        .where(claimable(lease_seconds), _not_offered(), JobRow.id.not_in(but))
        .order_by(JobRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.scalars(oldest))
    taken = update(JobRow).where(JobRow.id.in_(ids)).values(offered_until=now() + seconds)
    session.execute(taken)
    return ids


def renew_offers(session: Session, ids: Collection[str], seconds: float) -> None:
    """Renew the offers of these jobs for `seconds` from now, except for those that run already.

    A running job is kept by its heartbeat.
    """
    if ids:
        waiting = update(JobRow).where(JobRow.id.in_(ids), JobRow.state == "queued")
        session.execute(waiting.values(offered_until=now() + seconds))


def any_claimable(session: Session, lease_seconds: float) -> bool:
    """Whether `offer` may find a job; it takes no write lock, unlike `offer`."""
    query = select(JobRow.id).where(
        or_(and_(claimable(lease_seconds), _not_offered()), _from_the_future())
    )
    return session.scalar(query.limit(1)) is not None


def claim(
    session: Session, id: str, *, owner: str, lease_seconds: float, keep: Keep | None = None
) -> tuple[Lease, JobRow] | None:
    """Take the lease of a job and set it running, atomically.

    None when the job is not claimable, or when its expired lease was its last attempt: then `keep`
    keeps its best epoch.
    """
    query = select(JobRow).where(JobRow.id == id, claimable(lease_seconds)).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        return None
    if row.state == "running":
        values = {"seconds": lease_seconds, "epoch": row.epoch, "epochs": row.epochs}
        before = Lease(row.id, row.attempt, row.last_event)
        if fail_attempt(session, before, Message("job.worker_silent", values), keep):
            return None
        session.refresh(row)
    row.state, row.owner, row.offered_until = "running", owner, 0.0
    row.attempt += 1
    row.heartbeat_at = now()
    row.started_at = row.started_at or now()
    session.flush()
    session.refresh(row)
    lease = Lease(row.id, row.attempt, row.last_event, row.cancel_requested, row.pause_after_epoch)
    return lease, row


def renew_heartbeat(session: Session, lease: Lease) -> bool:
    """Renew the heartbeat of a worker with nothing to report; False when its lease is lost."""
    held = update(JobRow).where(
        JobRow.id == lease.job, JobRow.attempt == lease.attempt, JobRow.state == "running"
    )
    query = held.values(heartbeat_at=now()).returning(JobRow.id)
    return session.execute(query).one_or_none() is not None


def write(session: Session, lease: Lease, events: Sequence[Event] = (), **values: Any) -> Lease:
    """Renew the heartbeat, append events and set columns in one atomic update.

    Raises LeaseLostError. The lease that it returns is the one for the next write.
    """
    query = (
        update(JobRow)
        .where(
            JobRow.id == lease.job,
            JobRow.attempt == lease.attempt,
            JobRow.last_event == lease.last_event,
            JobRow.state.in_(ACTIVE),
        )
        .values(heartbeat_at=now(), last_event=lease.last_event + len(events), **values)
        .returning(JobRow.cancel_requested, JobRow.pause_after_epoch)
        .execution_options(synchronize_session=False)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise LeaseLostError(lease.job)
    store_events.append(session, lease.job, lease.last_event, events)
    return replace(
        lease,
        last_event=lease.last_event + len(events),
        cancel_requested=row.cancel_requested,
        pause_after_epoch=row.pause_after_epoch,
    )


def was_written(session: Session, lease: Lease, events: int) -> bool:
    """Whether a `write` of so many events was committed although the connection broke."""
    query = select(JobRow.attempt, JobRow.last_event).where(JobRow.id == lease.job)
    found = session.execute(query).one_or_none()
    return events > 0 and found == (lease.attempt, lease.last_event + events)


def save_checkpoint(session: Session, job: str, epoch: int, state: bytes) -> None:
    """Store the checkpoint of a job, in the transaction of a `write`, which checks the lease.

    The job has made progress, so the attempts that failed before count no more.
    """
    progress = update(JobRow).where(JobRow.id == job, JobRow.failures > 0).values(failures=0)
    session.execute(progress)
    session.merge(CheckpointRow(job=job, epoch=epoch, state=state))
    session.flush()


def checkpoint(session: Session, job: str) -> bytes | None:
    """The last checkpoint of a job; None before the end of its first epoch."""
    return session.scalar(select(CheckpointRow.state).where(CheckpointRow.job == job))


def finish(
    session: Session,
    lease: Lease,
    state: str,
    *,
    model: str | None = None,
    test_accuracy: float | None = None,
    error: Message | None = None,
    stopped_early: Message | None = None,
) -> Lease:
    """End a job: append its last event, set its state, delete its checkpoint and its samples.

    Raises LeaseLostError.
    """
    end = {"state": state, "model": model, "test_accuracy": test_accuracy}
    said = None if error is None else str(error)
    event = store_events.end_event({**end, "error": said}, error, stopped_early)
    lease = write(session, lease, [event], finished_at=now(), eta_seconds=None, error=said, **end)
    session.execute(delete(CheckpointRow).where(CheckpointRow.job == lease.job))
    sample_sets.drop_after(session, lease.job)
    return lease


def release(session: Session, lease: Lease) -> None:
    """Return a job to the queue, to be resumed from its checkpoint; no attempt counts as failed."""
    _requeue(session, lease)


def pause(session: Session, lease: Lease) -> None:
    """Return a job to the queue, where it stays until it is resumed; no attempt has failed."""
    _requeue(session, lease, paused=True, pause_after_epoch=None)


def fail_attempt(session: Session, lease: Lease, reason: Message, keep: Keep | None = None) -> bool:
    """Count a failed attempt: the job is queued again, or has failed after the third in a row.

    In a row: with no epoch finished between them. `keep` keeps the best epoch of a job that has
    failed. Returns whether the job has ended. Raises LeaseLostError.
    """
    failures = 1 + (session.scalar(select(JobRow.failures).where(JobRow.id == lease.job)) or 0)
    values = {"attempt": failures, "attempts": ATTEMPTS, "reason": reason}
    error = Message("job.attempt_failed", values)
    if failures < ATTEMPTS:
        _requeue(session, lease, failures=failures, error=str(error))
        return False
    session.execute(update(JobRow).where(JobRow.id == lease.job).values(failures=failures))
    finish(session, lease, "failed", error=error, model=keep(session, lease.job) if keep else None)
    return True


def _requeue(session: Session, lease: Lease, **values: Any) -> None:
    # Incrementing the attempt ends this lease, so that a job cannot be returned twice.
    values |= {"state": "queued", "attempt": lease.attempt + 1, "owner": None}
    write(session, lease, offered_until=0.0, eta_seconds=None, **values)


def held_by(session: Session, id: str, owner: str) -> Lease | None:
    """The lease that a worker of this owner left behind when it died, or None."""
    query = select(JobRow).where(JobRow.id == id, JobRow.state == "running", JobRow.owner == owner)
    row = session.scalar(query.with_for_update())
    return Lease(row.id, row.attempt, row.last_event) if row else None


def last_beats(session: Session, ids: Collection[str], owner: str) -> dict[str, tuple[int, float]]:
    """The attempt and the last heartbeat of each of these jobs that this owner's workers hold."""
    query = select(JobRow.id, JobRow.attempt, JobRow.heartbeat_at)
    held = query.where(JobRow.id.in_(ids), JobRow.state == "running", JobRow.owner == owner)
    return {id: (attempt, beat) for id, attempt, beat in session.execute(held)}

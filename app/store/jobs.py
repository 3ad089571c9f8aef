"""Jobs as the API needs them: submission, listing, cancellation, pruning. For workers: leases.py.

Each function is part of a transaction that the caller opens.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.store.clock import now
from app.store.engine import lock
from app.store.leases import Lease, claimable
from app.store.tables import FINISHED, STATES, EventRow, JobRow

__all__ = [
    "add",
    "by_key",
    "count_by_state",
    "get",
    "heads",
    "lock_queue",
    "of_sweep",
    "page",
    "prune",
    "take_for_cancel",
    "waiting",
]


def get(session: Session, id: str) -> JobRow:
    """The job with this id. Raises NotFound."""
    row = session.get(JobRow, id)
    if row is None:
        raise NotFound("job.not_found", id=id)
    return row


def page(
    session: Session,
    *,
    limit: int,
    cursor: str | None = None,
    state: str | None = None,
    sweep: str | None = None,
) -> tuple[Sequence[JobRow], str | None]:
    """Jobs from the newest to the oldest, and the cursor of the next page if there is one."""
    query = select(JobRow).order_by(JobRow.id.desc()).limit(limit + 1)
    if cursor is not None:
        query = query.where(JobRow.id < cursor)
    if state is not None:
        query = query.where(JobRow.state == state)
    if sweep is not None:
        query = query.where(JobRow.sweep == sweep)
    rows = session.scalars(query).all()
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def of_sweep(session: Session, sweep: str) -> Sequence[JobRow]:
    """All jobs of a sweep, in the order of their submission. Raises NotFound."""
    rows = session.scalars(select(JobRow).where(JobRow.sweep == sweep).order_by(JobRow.id)).all()
    if not rows:
        raise NotFound("job.no_sweep", sweep=sweep)
    return rows


def heads(session: Session, ids: Collection[str]) -> dict[str, tuple[int, str]]:
    """The number of events and the state of each of these jobs, for those that exist."""
    query = select(JobRow.id, JobRow.last_event, JobRow.state).where(JobRow.id.in_(ids))
    return {id: (last_event, state) for id, last_event, state in session.execute(query)}


def waiting(session: Session) -> int:
    """The number of queued jobs."""
    query = select(func.count()).select_from(JobRow).where(JobRow.state == "queued")
    return session.scalar(query) or 0


def count_by_state(session: Session) -> dict[str, int]:
    """The number of jobs in each state, 0 included."""
    query = select(JobRow.state, func.count()).group_by(JobRow.state)
    counts = dict.fromkeys(STATES, 0)
    for state, count in session.execute(query):
        counts[state] = count
    return counts


def by_key(session: Session, idempotency_key: str) -> JobRow | None:
    """The job that was submitted with this idempotency key, or None."""
    return session.scalar(select(JobRow).where(JobRow.idempotency_key == idempotency_key))


def lock_queue(session: Session) -> None:
    """Serialise submissions, so that counting the queue and adding to it is atomic."""
    lock(session, "queue")


def add(
    session: Session,
    *,
    id: str,
    name: str,
    request: dict[str, Any],
    epochs: int,
    sweep: str | None = None,
    idempotency_key: str | None = None,
) -> JobRow:
    """Insert a queued job."""
    row = JobRow(
        id=id,
        name=name,
        request=request,
        epochs=epochs,
        sweep=sweep,
        idempotency_key=idempotency_key,
        created_at=now(),
    )
    session.add(row)
    session.flush()
    session.refresh(row)
    return row


def take_for_cancel(session: Session, id: str, lease_seconds: float) -> tuple[JobRow, Lease | None]:
    """Request a job's cancellation; its worker sees the request at its next write.

    If no worker holds the job, the lease that comes with it lets the caller end it. Raises
    NotFound.
    """
    query = select(JobRow).where(JobRow.id == id).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound("job.not_found", id=id)
    if row.state in FINISHED:
        return row, None
    row.cancel_requested = True
    session.flush()
    if session.scalar(select(JobRow.id).where(JobRow.id == id, claimable(lease_seconds))) is None:
        return row, None
    row.attempt += 1  # a worker whose lease has expired cannot write any more
    session.flush()
    return row, Lease(row.id, row.attempt, row.last_event, cancel_requested=True)


def prune(session: Session, older_than_seconds: float, limit: int = 100) -> int:
    """Delete jobs that ended long ago and their events, but no models. Returns how many."""
    old = select(JobRow.id).where(
        JobRow.state.in_(FINISHED), JobRow.finished_at < now() - older_than_seconds
    )
    ids = session.scalars(old.limit(limit)).all()
    session.execute(delete(EventRow).where(EventRow.job.in_(ids)))
    session.execute(delete(JobRow).where(JobRow.id.in_(ids)))
    return len(ids)

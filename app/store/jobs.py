"""Jobs as the API sees them: submitted, listed, cancelled, pruned. Who works on them: leases.py.

Each function is part of one transaction, which the caller opens.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.store.clock import now
from app.store.engine import lock
from app.store.leases import Lease, free
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
    """One job. Raises NotFound."""
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
    """Every job of a sweep, in the order they were asked for. Raises NotFound."""
    rows = session.scalars(select(JobRow).where(JobRow.sweep == sweep).order_by(JobRow.id)).all()
    if not rows:
        raise NotFound("job.no_sweep", sweep=sweep)
    return rows


def heads(session: Session, ids: Collection[str]) -> dict[str, tuple[int, str]]:
    """For each of these jobs, how many events it has and its state."""
    query = select(JobRow.id, JobRow.last_event, JobRow.state).where(JobRow.id.in_(ids))
    return {id: (last_event, state) for id, last_event, state in session.execute(query)}


def waiting(session: Session) -> int:
    """How many jobs are queued."""
    query = select(func.count()).select_from(JobRow).where(JobRow.state == "queued")
    return session.scalar(query) or 0


def count_by_state(session: Session) -> dict[str, int]:
    """How many jobs are in each state, 0 included."""
    query = select(JobRow.state, func.count()).group_by(JobRow.state)
    counts = dict.fromkeys(STATES, 0)
    for state, count in session.execute(query):
        counts[state] = count
    return counts


def by_key(session: Session, idempotency_key: str) -> JobRow | None:
    """The job that was made under an Idempotency-Key."""
    return session.scalar(select(JobRow).where(JobRow.idempotency_key == idempotency_key))


def lock_queue(session: Session) -> None:
    """Let one submission count and add at a time."""
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
    """Queue a job."""
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
    """Ask a job's worker to stop. A job that no worker holds is taken: the caller ends it."""
    query = select(JobRow).where(JobRow.id == id).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound("job.not_found", id=id)
    if row.state in FINISHED:
        return row, None
    row.cancel_requested = True
    session.flush()
    if session.scalar(select(JobRow.id).where(JobRow.id == id, free(lease_seconds))) is None:
        return row, None
    row.attempt += 1  # a worker that is on its way to the job finds it taken
    session.flush()
    return row, Lease(row.id, row.attempt, row.last_event, cancel_requested=True)


def prune(session: Session, older_than_seconds: float, limit: int = 100) -> int:
    """Delete jobs that ended long ago, with their events; models stay. Returns how many."""
    old = select(JobRow.id).where(
        JobRow.state.in_(FINISHED), JobRow.finished_at < now() - older_than_seconds
    )
    ids = session.scalars(old.limit(limit)).all()
    session.execute(delete(EventRow).where(EventRow.job.in_(ids)))
    session.execute(delete(JobRow).where(JobRow.id.in_(ids)))
    return len(ids)

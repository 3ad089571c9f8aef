"""Jobs as the API needs them: submission, listing, cancellation, pruning. For workers: leases.py.

Each function is part of a transaction that the caller opens.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Collection, Sequence
from itertools import accumulate
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.store.clock import now
from app.store.engine import lock
from app.store.leases import Lease, claimable
from app.store.tables import FINISHED, STATES, CheckpointRow, EventRow, JobRow, SnapshotRow

__all__ = [
    "MOST_EPOCHS",
    "add",
    "by_key",
    "check_known",
    "count_by_state",
    "fitting",
    "get",
    "heads",
    "lock_queue",
    "of_sweep",
    "page",
    "pause",
    "prune",
    "resume",
    "state_of",
    "take_for_cancel",
    "waiting",
]


PAUSED = "paused"  # the state of a queued job with `paused`
AT_ONCE = 0  # as `pause_after_epoch`
MOST_EPOCHS = 10_000  # of jobs that are shown together; one job alone may have as many


def get(session: Session, id: str) -> JobRow:
    """The job with this id. Raises NotFound."""
    row = session.get(JobRow, id)
    if row is None:
        raise NotFound("job.not_found", id=id)
    return row


def check_known(session: Session, id: str) -> None:
    """Raise NotFound if there is no job with this id."""
    if session.scalar(select(JobRow.id).where(JobRow.id == id)) is None:
        raise NotFound("job.not_found", id=id)


def page(
    session: Session,
    *,
    limit: int,
    cursor: str | None = None,
    state: str | None = None,
    sweep: str | None = None,
) -> tuple[Sequence[JobRow], str | None]:
    """Jobs from the newest to the oldest, and the cursor of the next page if there is one.

    A page ends before its limit where the epochs of its jobs, each with its metrics, would be more
    than MOST_EPOCHS together.
    """
    query = select(JobRow).order_by(JobRow.id.desc()).limit(limit + 1)
    if cursor is not None:
        query = query.where(JobRow.id < cursor)
    if state is not None:
        query = query.where(_in_state(state))
    if sweep is not None:
        query = query.where(JobRow.sweep == sweep)
    rows = session.scalars(query).all()
    shown = min(limit, fitting(rows))
    return rows[:shown], rows[shown - 1].id if len(rows) > shown else None


def fitting(rows: Sequence[JobRow]) -> int:
    """How many of these jobs, one at least, have at most MOST_EPOCHS together."""
    counts = (row.epoch if isinstance(row.epoch, int) else 0 for row in rows)  # or damaged
    epochs = list(accumulate(counts))
    return max(1, bisect(epochs, MOST_EPOCHS))


def of_sweep(session: Session, sweep: str) -> Sequence[JobRow]:
    """All jobs of a sweep, in the order of their submission. Raises NotFound."""
    rows = session.scalars(select(JobRow).where(JobRow.sweep == sweep).order_by(JobRow.id)).all()
    if not rows:
        raise NotFound("job.no_sweep", sweep=sweep)
    return rows


def heads(session: Session, ids: Collection[str]) -> dict[str, tuple[int, str]]:
    """The number of events and the stored state of each of these jobs, for those that exist."""
    query = select(JobRow.id, JobRow.last_event, JobRow.state).where(JobRow.id.in_(ids))
    return {id: (last_event, state) for id, last_event, state in session.execute(query)}


def waiting(session: Session) -> int:
    """The number of queued jobs, paused ones included: they take room, too."""
    query = select(func.count()).select_from(JobRow).where(JobRow.state == "queued")
    return session.scalar(query) or 0


def count_by_state(session: Session) -> dict[str, int]:
    """The number of jobs in each state, 0 included."""
    query = select(JobRow.state, JobRow.paused, func.count()).group_by(JobRow.state, JobRow.paused)
    counts = dict.fromkeys((*STATES, PAUSED), 0)
    for state, paused, count in session.execute(query):
        if (shown := _shown(state, paused)) in counts:  # else its row is damaged
            counts[shown] += count
    return counts


def state_of(row: JobRow) -> str:
    """The state of a job as the API shows it: one of STATES, or `paused`."""
    return _shown(row.state, row.paused)


def _shown(state: str, paused: bool) -> str:
    return PAUSED if state == "queued" and paused else state


def _in_state(state: str) -> ColumnElement[bool]:
    """The condition that a job is in this state, as `state_of` gives it."""
    if state not in ("queued", PAUSED):
        return JobRow.state == state
    return and_(JobRow.state == "queued", JobRow.paused == (state == PAUSED))


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
    snapshots: int = 0,
    samples: str | None = None,
    sweep: str | None = None,
    idempotency_key: str | None = None,
) -> JobRow:
    """Insert a queued job, which is to learn this set of samples and keep so many snapshots."""
    row = JobRow(
        id=id,
        name=name,
        request=request,
        dataset=request.get("dataset"),
        epochs=epochs,
        snapshots=snapshots,
        samples=samples,
        sweep=sweep,
        idempotency_key=idempotency_key,
        created_at=now(),
    )
    session.add(row)
    session.flush()
    session.refresh(row)
    return row


def pause(session: Session, id: str) -> JobRow:
    """Pause a job: at once if it waits, else its worker does so at its next write.

    Raises NotFound. A job that has ended is given back as it is.
    """
    row = _locked(session, id)
    if row.state == "queued":
        row.paused = True
    elif row.state == "running":
        row.pause_after_epoch = AT_ONCE
    session.flush()
    return row


def resume(session: Session, id: str, epochs: int | None = None) -> JobRow:
    """Let a paused job go on, or withdraw the wish that it pause; with `epochs`, for so many more.

    Raises NotFound. A job that has ended is given back as it is.
    """
    row = _locked(session, id)
    if row.state not in FINISHED:
        finished = _finished_epochs(session, id)
        row.paused = False
        row.pause_after_epoch = None if epochs is None else finished + epochs
        session.flush()
    return row


def _finished_epochs(session: Session, id: str) -> int:
    return session.scalar(select(CheckpointRow.epoch).where(CheckpointRow.job == id)) or 0


def _locked(session: Session, id: str) -> JobRow:
    query = select(JobRow).where(JobRow.id == id).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound("job.not_found", id=id)
    return row


def take_for_cancel(session: Session, id: str, lease_seconds: float) -> tuple[JobRow, Lease | None]:
    """Request a job's cancellation; its worker sees the request at its next write.

    If no worker holds the job, the lease that comes with it lets the caller end it. Raises
    NotFound.
    """
    row = _locked(session, id)
    if row.state in FINISHED:
        return row, None
    row.cancel_requested = True
    row.paused = False  # nobody would take up its end otherwise
    session.flush()
    if session.scalar(select(JobRow.id).where(JobRow.id == id, claimable(lease_seconds))) is None:
        return row, None
    row.attempt += 1  # a worker whose lease has expired cannot write any more
    session.flush()
    return row, Lease(row.id, row.attempt, row.last_event, cancel_requested=True)


def prune(session: Session, older_than_seconds: float, limit: int = 100) -> int:
    """Delete jobs that ended long ago, their events and snapshots, but no models.

    Returns how many.
    """
    old = select(JobRow.id).where(
        JobRow.state.in_(FINISHED), JobRow.finished_at < now() - older_than_seconds
    )
    ids = session.scalars(old.limit(limit)).all()
    session.execute(delete(EventRow).where(EventRow.job.in_(ids)))
    session.execute(delete(SnapshotRow).where(SnapshotRow.job.in_(ids)))
    session.execute(delete(JobRow).where(JobRow.id.in_(ids)))
    return len(ids)

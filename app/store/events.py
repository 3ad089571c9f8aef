"""What happened to a job, in order. Only whoever holds the job's row writes its events."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.store.tables import EventRow

__all__ = ["Event", "after", "append", "of_jobs"]

Event = tuple[str, Mapping[str, Any]]  # kind, data


def append(session: Session, job: str, last_event: int, events: Sequence[Event]) -> None:
    """Write the events that follow number `last_event`. The caller raises the job's own count."""
    if events:
        rows = [
            {"job": job, "id": number, "kind": kind, "data": dict(data)}
            for number, (kind, data) in enumerate(events, last_event + 1)
        ]
        session.execute(insert(EventRow), rows)


def after(session: Session, job: str, last_event: int, limit: int = 500) -> Sequence[EventRow]:
    """The next events of a job after number `last_event`, at most `limit`."""
    query = select(EventRow).where(EventRow.job == job, EventRow.id > last_event)
    return session.scalars(query.order_by(EventRow.id).limit(limit)).all()


def of_jobs(
    session: Session, jobs: Collection[str], kinds: Collection[str]
) -> dict[str, list[EventRow]]:
    """Give every event of these kinds, in order, for each of these jobs."""
    found: dict[str, list[EventRow]] = {job: [] for job in jobs}
    query = select(EventRow).where(EventRow.job.in_(jobs), EventRow.kind.in_(kinds))
    for event in session.scalars(query.order_by(EventRow.job, EventRow.id)):
        found[event.job].append(event)
    return found

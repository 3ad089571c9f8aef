"""What happened to a job, in order. Only whoever holds the job's row writes its events."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.store.tables import EventRow
from model.messages import Message, read

__all__ = ["Event", "after", "append", "hint", "hint_event", "of_jobs", "shown"]

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


def hint_event(hint: Message) -> Event:
    """The event that tells a hint: its code and values, and for earlier versions its sentence."""
    return "hint", {"message": str(hint), **hint.to_dict()}


def hint(event: EventRow) -> Message | str:
    """The hint that an event tells; the sentence alone where no code that we know goes with it."""
    stored = dict(event.data)
    sentence: str = stored.pop("message")
    found = read(stored)
    return found if isinstance(found, Message) else sentence


def shown(event: EventRow) -> dict[str, Any]:
    """An event's data as the API tells it: what is stored as codes is put into words."""
    match event.kind:
        case "hint":
            return {**event.data, "message": str(hint(event))}
        case "end" if event.data.get("error") is not None:
            return {**event.data, "error": str(read(event.data["error"]))}
    return dict(event.data)

"""The events of jobs, numbered from 1. Only the holder of a job's lease writes its events."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.store.tables import EventRow
from model.messages import Message, read

__all__ = ["Event", "after", "api_data", "append", "hint_event", "of_jobs", "stored_hint"]

Event = tuple[str, Mapping[str, Any]]  # kind, data


def append(session: Session, job: str, last_event: int, events: Sequence[Event]) -> None:
    """Insert the events that follow number `last_event`; the caller updates the job's own count."""
    if events:
        rows = [
            {"job": job, "id": number, "kind": kind, "data": dict(data)}
            for number, (kind, data) in enumerate(events, last_event + 1)
        ]
        session.execute(insert(EventRow), rows)


def after(session: Session, job: str, last_event: int, limit: int = 500) -> Sequence[EventRow]:
    """The events of a job after number `last_event`, at most `limit`."""
    query = select(EventRow).where(EventRow.job == job, EventRow.id > last_event)
    return session.scalars(query.order_by(EventRow.id).limit(limit)).all()


def of_jobs(
    session: Session, jobs: Collection[str], kinds: Collection[str]
) -> dict[str, list[EventRow]]:
    """All events of these kinds, in order, for each of these jobs."""
    found: dict[str, list[EventRow]] = {job: [] for job in jobs}
    query = select(EventRow).where(EventRow.job.in_(jobs), EventRow.kind.in_(kinds))
    for event in session.scalars(query.order_by(EventRow.job, EventRow.id)):
        found[event.job].append(event)
    return found


def hint_event(hint: Message) -> Event:
    """The event for a hint: code and values, and the sentence for readers of earlier versions."""
    return "hint", {"message": str(hint), **hint.to_dict()}


def stored_hint(event: EventRow) -> Message | str:
    """The hint of an event; only its sentence when the code is unknown here."""
    stored = dict(event.data)
    sentence: str = stored.pop("message")
    found = read(stored)
    return found if isinstance(found, Message) else sentence


def api_data(event: EventRow) -> dict[str, Any]:
    """An event's data as the API returns it, with sentences in place of codes."""
    match event.kind:
        case "hint":
            return {**event.data, "message": str(stored_hint(event))}
        case "end" if event.data.get("error") is not None:
            return {**event.data, "error": str(read(event.data["error"]))}
    return dict(event.data)

"""The events of jobs, numbered from 1. Only the holder of a job's lease writes its events."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.store.tables import EventRow
from model.messages import Message, read

__all__ = [
    "Event",
    "StoredEvent",
    "after",
    "api_data",
    "append",
    "end_event",
    "hint_event",
    "of_jobs",
    "stopped_early",
    "stored_diagnosis",
    "stored_error",
    "stored_hint",
]

Event = tuple[str, Mapping[str, Any]]  # kind, data


class StoredEvent(NamedTuple):
    """An event as it was read: a run may have 10,000, and a row of the table takes far more."""

    id: int
    kind: str
    data: dict[str, Any]


def append(session: Session, job: str, last_event: int, events: Sequence[Event]) -> None:
    """Insert the events that follow number `last_event`; the caller updates the job's own count."""
    if events:
        rows = [
            {"job": job, "id": number, "kind": kind, "data": dict(data)}
            for number, (kind, data) in enumerate(events, last_event + 1)
        ]
        session.execute(insert(EventRow), rows)


def after(
    session: Session, job: str, last_event: int, limit: int = 500, *, kind: str | None = None
) -> Sequence[StoredEvent]:
    """The events of a job after number `last_event`, at most `limit`; all kinds, or one."""
    query = select(EventRow.id, EventRow.kind, EventRow.data)
    query = query.where(EventRow.job == job, EventRow.id > last_event)
    if kind is not None:
        query = query.where(EventRow.kind == kind)
    return [StoredEvent(*row) for row in session.execute(query.order_by(EventRow.id).limit(limit))]


def of_jobs(
    session: Session, jobs: Collection[str], kinds: Collection[str]
) -> dict[str, list[StoredEvent]]:
    """All events of these kinds, in order, for each of these jobs."""
    found: dict[str, list[StoredEvent]] = {job: [] for job in jobs}
    query = select(EventRow.job, EventRow.id, EventRow.kind, EventRow.data)
    query = query.where(EventRow.job.in_(jobs), EventRow.kind.in_(kinds))
    for job, *event in session.execute(query.order_by(EventRow.job, EventRow.id)):
        found[job].append(StoredEvent(*event))
    return found


# Code and values stand beside the sentence, which earlier versions read: replicas of both may share
# one store while they are upgraded.


def hint_event(hint: Message, change: Mapping[str, Any] | None = None) -> Event:
    """The event for a hint: its sentence, its code, its values, and the change that cures it."""
    cured = {} if change is None else {"change": dict(change)}
    return "hint", {"message": str(hint), **hint.to_dict(), **cured}


def end_event(
    end: Mapping[str, Any], error: Message | None, stopped_early: Message | None = None
) -> Event:
    """The event for a job's end, with the code and the values of its error, if it has one.

    A job that stopped early has the message of that under `stopped_early`.
    """
    stopped = {} if stopped_early is None else {"stopped_early": stopped_early.to_dict()}
    return "end", {**end, **(error.to_dict() if error is not None else {}), **stopped}


def stored_hint(event: StoredEvent) -> Message | str:
    """The hint of an event; only its sentence when the code is unknown here."""
    return _message(event) or str(event.data.get("message", ""))


def stored_error(event: StoredEvent) -> str | None:
    """The error of an `end` event in the language in use; as it was stored if it has no code."""
    message = _message(event)
    return str(message) if message is not None else event.data.get("error")


def stored_diagnosis(event: StoredEvent) -> Message | None:
    """The message of a hint, or that of the error in an `end` event, if its code is known here."""
    return _message(event)


def stopped_early(event: StoredEvent) -> dict[str, Any] | None:
    """What an `end` event tells of early stopping: the epochs and a sentence; None if nothing."""
    said = read(event.data["stopped_early"]) if "stopped_early" in event.data else None
    if not isinstance(said, Message):
        return None
    return {"epoch": said.values["epoch"], "best_epoch": said.values["best"], "message": str(said)}


def api_data(event: StoredEvent) -> dict[str, Any]:
    """An event's data as the API returns it, with sentences in the language in use."""
    match event.kind:
        case "hint":
            return {**event.data, "message": str(stored_hint(event))}
        case "end":
            stopped = stopped_early(event)
            told = {**event.data, "error": stored_error(event)}
            return told if stopped is None else {**told, "stopped_early": stopped}
    return dict(event.data)


def _message(event: StoredEvent) -> Message | None:
    found = read({key: event.data[key] for key in ("code", "values") if key in event.data})
    return found if isinstance(found, Message) else None

"""Jobs as JSON, in parts: a job of 10,000 epochs is read and written a hundred of them at a time.

A part is made when the one before it has been sent, so an answer costs no more memory than a part.
The parts together are the bytes that pydantic would make of the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, TypeAdapter

from app.jobs.damaged import damaged
from app.logs import log
from app.schemas.training import EpochMetrics, Job, JobPage, Sweep
from app.store import events
from app.store.engine import Database
from model.messages import say

__all__ = ["parts_of"]

EPOCHS = 100  # that are read and written at once
PART_BYTES = 32 * 1024  # that a part has at least, but for the last one

_METRICS = TypeAdapter(list[EpochMetrics])


def parts_of(database: Database, answer: Job | JobPage | Sweep) -> Iterator[bytes]:
    """The JSON of the answer with the metrics of its jobs, which have none yet."""
    whole = bytearray()
    for piece in _pieces(database, answer):
        whole += piece
        if len(whole) >= PART_BYTES:
            yield bytes(whole)
            whole.clear()
    if whole:
        yield bytes(whole)


def _pieces(database: Database, answer: Job | JobPage | Sweep) -> Iterator[bytes]:
    if isinstance(answer, Job):
        yield from _job(database, answer)
        return
    listed = "items" if isinstance(answer, JobPage) else "jobs"
    jobs: list[Job] = getattr(answer, listed)
    yield _before(answer, listed)
    for number, job in enumerate(jobs):
        yield b"," if number else b""
        yield from _job(database, job)
    yield _behind(answer, listed)


def _job(database: Database, job: Job) -> Iterator[bytes]:
    """One job; of one with a damaged epoch, what comes before that, and that it is damaged."""
    metrics = _metrics(database, job)
    try:
        piece = next(metrics, b"")
    except ValueError:
        job = damaged(job.id, job.name, job.state)
        piece, metrics = b"", iter(())
    yield _before(job, "metrics")
    while piece:
        yield piece
        try:
            piece = next(metrics, b"")
        except ValueError:
            job.error = say("job.damaged")
            break
        yield b"," if piece else b""
    yield _behind(job, "metrics")


def _metrics(database: Database, job: Job) -> Iterator[bytes]:
    """The metrics of a job's epochs, some at a time, between commas. Raises ValueError."""
    last = 0
    while last < job._last_event:
        with database.read() as session:
            found = events.after(session, job.id, last, EPOCHS, kind="epoch")
        told = [event.data for event in found if event.id <= job._last_event]
        if told:
            yield _written(job.id, told)
        if len(told) < EPOCHS:
            return
        last = found[-1].id


def _written(job: str, told: list[dict[str, Any]]) -> bytes:
    try:
        return _METRICS.dump_json(_METRICS.validate_python(told))[1:-1]
    except ValueError as error:
        log.error("a job is damaged in the store", job=job, error=str(error)[:200])
        raise


def _before(model: BaseModel, listed: str) -> bytes:
    """The JSON of a model up to the beginning of the list in this field."""
    names = list(type(model).model_fields)
    fields = model.model_dump_json(include=set(names[: names.index(listed)])).encode()[:-1]
    return fields + (b"," if len(fields) > 1 else b"") + b'"' + listed.encode() + b'":['


def _behind(model: BaseModel, listed: str) -> bytes:
    """The JSON of a model from the end of the list in this field on."""
    names = list(type(model).model_fields)
    fields = model.model_dump_json(include=set(names[names.index(listed) + 1 :])).encode()[1:]
    return b"]" + (b"," if len(fields) > 1 else b"") + fields

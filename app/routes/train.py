"""/train: training jobs, their event streams, and sweeps over hyperparameters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.errors import Invalid
from app.jobs.service import JobService
from app.routes.documents import problems
from app.schemas.models import Snapshot, Snapshots
from app.schemas.training import Job, JobPage, State, Sweep, SweepRequest, TrainRequest
from app.security import KeyNeeded, LimitedRoute, VisitorNeeded
from model.messages import say

__all__ = ["router"]


def _job_service(request: Request) -> JobService:
    service: JobService = request.app.state.jobs
    return service


JobServiceNeeded = Annotated[JobService, Depends(_job_service)]
SweepId = Annotated[str, Query(max_length=32, description="The id of a sweep.")]


router = APIRouter(
    prefix="/train",
    route_class=LimitedRoute,
    tags=["Train"],
    responses=problems(422, 429, 503),
)


@router.post(
    "",
    status_code=202,
    dependencies=[KeyNeeded],
    responses=problems(400, 401, 403, 404, 409, 413, 415, 507),
)
def submit(
    service: JobServiceNeeded,
    visitor: VisitorNeeded,
    response: Response,
    request: TrainRequest | None = None,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=255,
            description="Any text: a repeated request with the same text returns the first job.",
        ),
    ] = None,
) -> Job:
    """Queue a training job. It runs in another process; its state is at the Location given."""
    job = service.submit(request or TrainRequest(), idempotency_key, visitor)
    response.headers["Location"] = f"/train/{job.id}"
    return job


@router.post(
    "/sweep",
    status_code=202,
    dependencies=[KeyNeeded],
    responses=problems(400, 401, 403, 404, 413, 415, 507),
)
def sweep(
    service: JobServiceNeeded, visitor: VisitorNeeded, response: Response, request: SweepRequest
) -> Sweep:
    """Queue one job for each combination of the listed values, all with the same seed."""
    made = service.sweep(request, visitor)
    response.headers["Location"] = f"/train?sweep={made.id}"
    return made


@router.get("", responses=problems(404))
def page(
    service: JobServiceNeeded,
    state: State | None = None,
    sweep: SweepId | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> JobPage:
    """List jobs, the newest first."""
    return service.page(limit=limit, cursor=cursor, state=state, sweep=sweep)


@router.delete("", status_code=202, dependencies=[KeyNeeded], responses=problems(401, 404))
def cancel_sweep(service: JobServiceNeeded, sweep: SweepId) -> Sweep:
    """Cancel every job of a sweep that has not ended."""
    return service.cancel_sweep(sweep)


@router.get("/{id}", responses=problems(404))
def job(service: JobServiceNeeded, id: str) -> Job:
    """Show one job."""
    return service.job(id)


@router.delete(
    "/{id}", status_code=202, dependencies=[KeyNeeded], responses=problems(401, 404, 409)
)
def cancel(service: JobServiceNeeded, id: str) -> Job:
    """Cancel a job: within a second it stops, and its best epoch so far becomes a model.

    A job that is cancelled already stays so (202); one that has succeeded or failed is a 409.
    """
    return service.cancel(id)


@router.post(
    "/{id}/pause", status_code=202, dependencies=[KeyNeeded], responses=problems(401, 404, 409)
)
def pause(service: JobServiceNeeded, id: str) -> Job:
    """Pause a job: within a second it stops, and its worker is free for others.

    It stays paused, also when the server starts anew, until it is resumed: then the epoch that was
    interrupted is done again from its start, and the result is the same as without the pause.
    """
    return service.pause(id)


@router.post(
    "/{id}/resume", status_code=202, dependencies=[KeyNeeded], responses=problems(401, 404, 409)
)
def resume(
    service: JobServiceNeeded,
    id: str,
    epochs: Annotated[
        int | None,
        Query(ge=1, le=10_000, description="Pause again after so many epochs; left out: go on."),
    ] = None,
) -> Job:
    """Let a paused job go on; of one that runs, withdraw the wish to pause."""
    return service.resume(id, epochs)


@router.get("/{id}/snapshots", response_model_exclude_none=True, responses=problems(404))
def snapshots(service: JobServiceNeeded, id: str) -> Snapshots:
    """The job's network as it was after some steps: each id goes wherever a model's id does."""
    return Snapshots(items=[Snapshot.of(model, line) for model, line in service.snapshots(id)])


def _followed(service: JobServiceNeeded, id: str) -> str:
    return service.job(id).id


def _last_event(
    last_event_id: Annotated[
        str | None, Header(description="Send only the events after this id; left out: all of them.")
    ] = None,
) -> int:
    text = last_event_id or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        message = say("request.event_id", found=text)
        raise Invalid(
            "request.last_event_id",
            message=message,
            errors=[{"field": "last-event-id", "message": message}],
        )
    return int(text)


@router.get("/{id}/events", response_class=EventSourceResponse, responses=problems(404))
async def events(
    service: JobServiceNeeded,
    job: Annotated[str, Depends(_followed)],
    last_event: Annotated[int, Depends(_last_event)],
) -> AsyncIterator[ServerSentEvent]:
    """Follow a job as Server-Sent Events: progress, epoch, hint and, last, end.

    Ids count from 1 without a gap. The stream ends with the job. It also ends when the server
    stops: then connect again with Last-Event-ID.
    """
    async for event in service.event_stream.follow(job, last_event):
        yield ServerSentEvent(event=event.kind, id=str(event.id), data=event.data)

"""/train: training jobs, their event streams, and sweeps over hyperparameters."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from functools import partial
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from app.errors import Invalid
from app.jobs.service import JobService
from app.pools import JOBS
from app.routes.documents import EVENTS, problems
from app.routes.long_answers import DOCUMENTS, STREAMS, LongAnswer
from app.schemas.models import Snapshot, Snapshots
from app.schemas.training import Job, JobPage, State, Sweep, SweepRequest, TrainRequest
from app.security import KeyNeeded, LimitedRoute, VisitorNeeded
from model.messages import say

__all__ = ["router"]

JSON, EVENT_STREAM = "application/json", "text/event-stream"


def _job_service(request: Request) -> JobService:
    service: JobService = request.app.state.jobs
    return service


JobServiceNeeded = Annotated[JobService, Depends(_job_service)]


async def _answer(
    service: JobService,
    asked: Callable[[], Job | JobPage | Sweep],
    status: int = 200,
    location: str | None = None,
) -> Response:
    """Do what is asked, and answer with its outcome as JSON, in parts where it is a long one.

    `location` is that of the outcome, with {id}.
    """

    def begin() -> tuple[dict[str, str], list[bytes], Iterator[bytes]]:
        outcome = asked()
        headers = {}
        if location is not None and not isinstance(outcome, JobPage):
            headers["Location"] = location.format(id=outcome.id)
        parts = service.parts_of(outcome)
        return headers, list(islice(parts, 2)), parts

    headers, ready, parts = await JOBS.run(None, begin)
    if len(ready) == 1:
        return Response(ready[0], status, headers, JSON)
    return LongAnswer(
        _in_turn(ready, parts), DOCUMENTS, status_code=status, headers=headers, media_type=JSON
    )


async def _in_turn(ready: list[bytes], parts: Iterator[bytes]) -> AsyncGenerator[bytes]:
    while ready:
        yield ready.pop(0)
    while (part := await JOBS.wait(next, parts, None)) is not None:
        yield part


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
    response_model=Job,
    dependencies=[KeyNeeded],
    responses=problems(400, 401, 403, 404, 409, 413, 415, 507),
)
async def submit(
    service: JobServiceNeeded,
    visitor: VisitorNeeded,
    request: TrainRequest | None = None,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=255,
            description="Any text: a repeated request with the same text returns the first job.",
        ),
    ] = None,
) -> Response:
    """Queue a training job. It runs in another process; its state is at the Location given."""
    work = partial(service.submit, request or TrainRequest(), idempotency_key, visitor)
    return await _answer(service, work, 202, "/train/{id}")


@router.post(
    "/sweep",
    status_code=202,
    response_model=Sweep,
    dependencies=[KeyNeeded],
    responses=problems(400, 401, 403, 404, 413, 415, 507),
)
async def sweep(
    service: JobServiceNeeded, visitor: VisitorNeeded, request: SweepRequest
) -> Response:
    """Queue one job for each combination of the listed values, all with the same seed."""
    work = partial(service.sweep, request, visitor)
    return await _answer(service, work, 202, "/train?sweep={id}")


@router.get("", response_model=JobPage, responses=problems(404))
async def page(
    service: JobServiceNeeded,
    state: State | None = None,
    sweep: SweepId | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """List jobs, the newest first."""
    work = partial(service.page, limit=limit, cursor=cursor, state=state, sweep=sweep)
    return await _answer(service, work)


@router.delete(
    "",
    status_code=202,
    response_model=Sweep,
    dependencies=[KeyNeeded],
    responses=problems(401, 404),
)
async def cancel_sweep(service: JobServiceNeeded, sweep: SweepId) -> Response:
    """Cancel every job of a sweep that has not ended."""
    return await _answer(service, partial(service.cancel_sweep, sweep), 202)


@router.get("/{id}", response_model=Job, responses=problems(404))
async def job(service: JobServiceNeeded, id: str) -> Response:
    """Show one job."""
    return await _answer(service, partial(service.job, id))


@router.delete(
    "/{id}",
    status_code=202,
    response_model=Job,
    dependencies=[KeyNeeded],
    responses=problems(401, 404, 409),
)
async def cancel(service: JobServiceNeeded, id: str) -> Response:
    """Cancel a job: within a second it stops, and its best epoch so far becomes a model.

    A job that is cancelled already stays so (202); one that has succeeded or failed is a 409.
    """
    return await _answer(service, partial(service.cancel, id), 202)


@router.post(
    "/{id}/pause",
    status_code=202,
    response_model=Job,
    dependencies=[KeyNeeded],
    responses=problems(401, 404, 409),
)
async def pause(service: JobServiceNeeded, id: str) -> Response:
    """Pause a job: within a second it stops, and its worker is free for others.

    It stays paused, also when the server starts anew, until it is resumed: then the epoch that was
    interrupted is done again from its start, and the result is the same as without the pause.
    """
    return await _answer(service, partial(service.pause, id), 202)


@router.post(
    "/{id}/resume",
    status_code=202,
    response_model=Job,
    dependencies=[KeyNeeded],
    responses=problems(401, 404, 409),
)
async def resume(
    service: JobServiceNeeded,
    id: str,
    epochs: Annotated[
        int | None,
        Query(ge=1, le=10_000, description="Pause again after so many epochs; left out: go on."),
    ] = None,
) -> Response:
    """Let a paused job go on; of one that runs, withdraw the wish to pause."""
    return await _answer(service, partial(service.resume, id, epochs), 202)


@router.get("/{id}/snapshots", response_model_exclude_none=True, responses=problems(404))
def snapshots(service: JobServiceNeeded, id: str) -> Snapshots:
    """The job's network as it was after some steps: each id goes wherever a model's id does."""
    return Snapshots(items=[Snapshot.of(model, line) for model, line in service.snapshots(id)])


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


@router.get(
    "/{id}/events",
    response_class=Response,
    responses={200: {"content": EVENTS}, **problems(404)},
)
async def events(
    service: JobServiceNeeded, id: str, last_event: Annotated[int, Depends(_last_event)]
) -> Response:
    """Follow a job as Server-Sent Events: progress, epoch, hint and, last, end.

    Ids count from 1 without a gap. The stream ends with the job. It also ends when the server
    stops: then connect again with Last-Event-ID.
    """
    await JOBS.run(None, service.check_known, id)
    # The second header is for nginx, which would wait for more of a stream before it sends it.
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    parts = service.event_stream.follow(id, last_event)
    return LongAnswer(parts, STREAMS, headers=headers, media_type=EVENT_STREAM)

"""/healthz and /readyz for an orchestrator's probes, /metrics for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.errors import Unavailable
from app.routes import documents
from app.schemas.common import Health
from app.security import OpenRoute

__all__ = ["router"]

router = APIRouter(route_class=OpenRoute, tags=["Health"])


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> Health:
    """Liveness: answers as long as the event loop runs; checks nothing else."""
    return Health(status="ok")


@router.get("/readyz", summary="Can it do its work?", responses=documents.problems(503))
async def readyz(request: Request) -> Health:
    """Readiness: a model is loaded and the store answers; otherwise 503. Within a second."""
    inference = request.app.state.inference
    model = inference.active.id
    if not await request.app.state.store_probe.ask():
        raise Unavailable("service.store_unreachable")
    notice = str(inference.notice) if inference.notice else None
    trouble = request.app.state.jobs.trouble()  # no reason to take the replica out: it predicts
    return Health(
        status="ok", model=model, notice=notice, training=str(trouble) if trouble else None
    )


@router.get(
    "/metrics",
    summary="Counters for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    """Requests and their durations by route, images predicted, training jobs by state.

    While the store is away, `byhand_store_up` is 0 and the jobs are left out; the rest is there.
    """
    state = request.app.state
    text = state.metrics.render(await state.jobs_probe.ask())
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

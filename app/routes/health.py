"""/healthz and /readyz for an orchestrator's probes, /metrics for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.errors import Unavailable
from app.routes import documents
from app.schemas.common import Health
from app.security import OpenRoute
from app.store.engine import StoreError

__all__ = ["router"]

router = APIRouter(route_class=OpenRoute, tags=["Health"])


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> Health:
    """Liveness: answers as long as the event loop runs; checks nothing else."""
    return Health(status="ok")


@router.get("/readyz", summary="Can it do its work?", responses=documents.problems(503))
def readyz(request: Request) -> Health:
    """Readiness: a model is loaded and the store can be reached; otherwise 503."""
    model = request.app.state.inference.active.id
    try:
        request.app.state.database.ping()
    except StoreError as error:
        raise Unavailable("service.store_unreachable") from error
    return Health(status="ok", model=model)


@router.get(
    "/metrics",
    summary="Counters for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request) -> Response:
    """Requests and their durations by route, images predicted, training jobs by state."""
    text = request.app.state.metrics.render()
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

"""Builds the service: its routes, its middleware, and what is opened at start, closed at stop."""

from __future__ import annotations

import asyncio
import ctypes
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import metadata
from typing import Any

import numpy as np
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.imaging.budget import Budget
from app.imaging.header import MOST_MEMORY
from app.jobs.service import JobService
from app.logs import configure_logging
from app.problems import install_handlers
from app.routes import (
    datasets,
    digits,
    evaluation,
    exercises,
    gradients,
    health,
    models,
    pages,
    predict,
    presets,
    samples,
    train,
    worksheets,
)
from app.routes.raw import FastPath
from app.schemas.common import Problem
from app.security import Guard, check_declared
from app.serving.evaluation import Evaluator
from app.serving.inference import Inference
from app.serving.probe import Probe
from app.serving.watchdog import stop_with_parent
from app.settings import Settings
from app.stderr import flush
from app.store import engine
from app.store import jobs as jobs_store
from app.store import models as models_store
from app.telemetry import Metrics, Telemetry
from app.visitors import Visitors
from model import messages
from model.once import once
from model.serialization.checkpoint import BUNDLED, bundled

__all__ = ["create_app"]

RESOURCES = (
    predict,
    gradients,
    exercises,
    worksheets,
    train,
    presets,
    models,
    samples,
    evaluation,
    datasets,
    digits,
    health,
)

M_ARENA_MAX = -8  # malloc.h

DESCRIPTION = """
Recognises handwritten digits with one small network, and shows backpropagation at work in it.

* **Predict**: a picture or 28x28 pixels in, a digit out.
* **Explain**: the loss and the gradient of every weight for your digit.
* **Exercises**: derive the gradients yourself, and be told what went wrong.
* **Train**: jobs in the background, with live events.
* **Samples**: drawings of your own, for a network that is to learn your hand.
* **Models**: download, upload, activate.
"""


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the ASGI application; without `settings`, they are read from the environment."""
    settings = settings or Settings()
    messages.use(settings.language)
    configure_logging(settings.log_level)
    app = FastAPI(
        title="byhand",
        version=metadata.version("byhand"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # served by `pages`, which makes it in a thread
        lifespan=_lifespan,
        # FastAPI's OpenTelemetry hooks cost time at each request, even when nothing is exported.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.settings = settings
    app.state.metrics = metrics = Metrics()
    app.state.evaluator = Evaluator()
    app.state.visitors = Visitors(settings)
    app.state.pictures = Budget(MOST_MEMORY)  # for all that are decoded at once
    install_handlers(app)
    app.openapi = once(lambda: _openapi(app))  # type: ignore[method-assign]
    for module in RESOURCES:
        # Not include_router, which matches every request twice: too slow for predictions.
        app.routes.extend(module.router.routes)
    pages.add_docs(app)
    app.routes.extend(pages.routes)
    check_declared(app.routes)
    # The middleware that is added last is the outermost.
    app.add_middleware(FastPath, routes=app.routes)
    app.add_middleware(Guard, settings=settings, routes=app.routes)
    app.add_middleware(Telemetry, metrics=metrics, log_level=settings.log_level)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    stop_with_parent()
    _share_arenas()
    settings: Settings = app.state.settings
    database = engine.connect(settings.store_url)
    app.state.database = database
    app.state.inference = inference = Inference(database)
    app.state.store_probe = Probe(lambda: _answers(database))
    app.state.jobs_probe = Probe(lambda: _count_jobs(database))
    await asyncio.to_thread(_prepare_store, app)
    app.state.jobs = service = JobService(settings, database)
    service.start()
    inference.start()
    # All objects that exist now stay alive: freeze them, so that collections skip them.
    _keep_freed_memory()
    gc.freeze()
    gc.enable()  # `byhand serve` disables it for the start
    try:
        yield
    finally:
        service.event_stream.release_signals()  # here, because only the main thread may do it
        await inference.stop()
        await asyncio.to_thread(service.stop)
        database.close()
        await asyncio.to_thread(flush)


def _share_arenas() -> None:
    """Make all threads share two of glibc's arenas.

    Each arena keeps what was freed in it: by default there are up to eight a core, and a service of
    many threads grows for hours until the largest picture has been in each.
    """
    with suppress(AttributeError, OSError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def _keep_freed_memory() -> None:
    """Make glibc keep up to 16 MB of freed memory for the next arrays.

    By default it returns all but 128 KB to the kernel, which then maps it again page by page for
    every batch. Freeing a block raises that limit to twice its size (mallopt(3),
    M_MMAP_THRESHOLD); a block that is never written to takes no memory.
    """
    np.empty(8 * 2**20, np.uint8)


def _prepare_store(app: FastAPI) -> None:
    """Create tables, store the bundled models, load the active one, before the first request."""
    database: engine.Database = app.state.database
    engine.migrate(database)
    networks = {name: bundled(name) for name in BUNDLED}
    with database.begin() as session:
        models_store.put_bundled(session, networks)
    app.state.inference.refresh()


def _answers(database: engine.Database) -> bool:
    database.ping()
    return True


def _count_jobs(database: engine.Database) -> dict[str, int]:
    with database.read() as session:
        return jobs_store.count_by_state(session)


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI schema, with the problem document that error responses refer to."""
    schema = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schema["components"]["schemas"] |= problem.pop("$defs") | {"Problem": problem}
    return schema

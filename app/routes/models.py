"""/models: list, show, download, upload, activate and delete trained networks."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AfterValidator
from starlette.responses import StreamingResponse

from app.errors import Invalid, NotFound, UnsupportedMedia
from app.pools import UPLOADS
from app.routes import documents, options
from app.routes.bodies import FORM, OCTETS
from app.routes.forms import read_form
from app.schemas.common import Page
from app.schemas.models import Activate, Model, ModelForm, Snapshot, Snapshots
from app.security import KeyNeeded, LimitedRoute, VisitorNeeded
from app.serving.inference import check_servable
from app.store import models, snapshots
from app.store.engine import Database
from app.store.quotas import Quotas, make_room
from app.visitors import Visitor
from model.messages import Message
from model.serialization.checkpoint import load_model

__all__ = ["router"]

router = APIRouter(
    route_class=LimitedRoute, tags=["Models"], responses=documents.problems(422, 429, 503)
)

MOST_NAME = 200  # characters
READ_BYTES = 2**20  # of a file, at a time
SENT_BYTES = 64 * 1024
FREE_BYTES = 8 * 2**20  # a file may unpack to so much, a large one to twice its own size


def _known_shape(id: str) -> str:
    # Every id has this form: others are refused here, and no odd character reaches the store.
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}(@\d{1,10})?", id):
        raise NotFound("model.not_found", id=id[:64])
    return id


ModelId = Annotated[
    str,
    AfterValidator(_known_shape),
    Path(description="The model's id, as in GET /models, or MODEL@STEP: it after that step."),
]


@router.get("/models", summary="List the models")
def list_models(
    request: Request,
    limit: Annotated[
        int, Query(ge=1, le=200, description="The largest number of items in a page.")
    ] = 50,
    cursor: Annotated[str | None, Query(description="`next` of the previous page.")] = None,
) -> Page[Model]:
    """Models in the store, from the newest to the oldest, a page at a time."""
    with _store(request).read() as session:
        rows, after = models.page(session, limit, cursor)
        active = models.active(session)
    return Page(items=[Model.of(row, active) for row in rows], next=after)


@router.get("/models/{id}", summary="Show a model", responses=documents.problems(404))
def get_model(request: Request, id: ModelId) -> Model:
    """A model's shape, accuracy and origin; its weights are at /models/{id}/weights."""
    with _store(request).read() as session:
        return Model.of(models.get(session, id), models.active(session))


@router.get(
    "/models/{id}/weights",
    summary="Download a model",
    response_class=Response,
    responses={
        200: {
            "content": {OCTETS: documents.octets("float32 arrays W1 b1 W2 b2 …, and meta")},
            "description": "The .npz file; its ETag is the model's sha256.",
        },
        304: {"description": "The client's copy is the current one."},
        **documents.problems(404),
    },
    openapi_extra={
        "parameters": [options.parameter("format", "Only npz is offered.", {"enum": ["npz"]})]
    },
)
def get_weights(request: Request, id: ModelId) -> Response:
    """A file that `numpy.load` opens and POST /models takes."""
    options.choice(request, "format", "npz")
    with _store(request).read() as session:
        sha256, size = models.file(session, id)
    headers = {"ETag": f'"{sha256}"', "Cache-Control": "no-cache"}
    if options.unchanged(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="byhand-{id}.npz"'
    headers["Content-Length"] = str(size)
    pieces = _pieces(_store(request), id, size)
    return StreamingResponse(pieces, media_type=OCTETS, headers=headers)


@router.get(
    "/models/{id}/snapshots",
    summary="List a model's snapshots",
    response_model_exclude_none=True,
    responses=documents.problems(404),
)
def get_snapshots(request: Request, id: ModelId) -> Snapshots:
    """The model as it was after some steps of its training; each id goes wherever a model's does.

    A job's id will do as well, before its model is there. Uploaded models and those of earlier
    versions have none.
    """
    with _store(request).read() as session:
        lines = snapshots.lines(session, id)
    return Snapshots(items=[Snapshot.of(f"{id}@{line.step}", line) for line in lines])


@router.post(
    "/models",
    summary="Upload a model",
    status_code=201,
    dependencies=[KeyNeeded],
    responses=documents.problems(400, 401, 413, 415, 507),
    openapi_extra={"requestBody": documents.body(form=ModelForm)},
)
async def post_model(request: Request, visitor: VisitorNeeded, response: Response) -> Model:
    """Send `weights`, an .npz, as a form. A file that does not fit is refused with the reason."""
    content_type = request.headers.get("content-type", "")
    if not content_type.lower().startswith(FORM):
        found = content_type[:80] or Message("request.none")
        raise UnsupportedMedia("request.send_weights", expected=FORM, found=found)
    form = read_form(content_type, await request.body())
    data = form.parts.get("weights")
    if data is None:
        raise Invalid("request.no_weights")
    name = _checked((form.text("name") or "").strip())
    quotas = Quotas.of(request.app.state.settings)
    # Whoever goes meanwhile has sent it all: it is added.
    model = await UPLOADS.run(None, _add, _store(request), quotas, visitor, data, name)
    response.headers["Location"] = f"/models/{model.id}"
    return model


@router.put(
    "/models/active",
    summary="Choose the model that predicts",
    dependencies=[KeyNeeded],
    responses=documents.problems(400, 401, 404, 413, 415),
)
def activate(request: Request, body: Activate) -> Model:
    """/predict uses it from now on, on every replica within two seconds."""
    id = _known_shape(body.model)
    with _store(request).begin() as session:
        models.activate(session, id)
        model = Model.of(models.get(session, id), models.active(session))
    request.app.state.inference.refresh()
    return model


@router.delete(
    "/models/{id}",
    summary="Delete a model",
    status_code=204,
    response_class=Response,  # a 204 has no body, so no Content-Type
    dependencies=[KeyNeeded],
    responses=documents.problems(401, 404, 409),
)
def delete(request: Request, id: ModelId) -> None:
    """Its snapshots go with it. The active model and the bundled ones cannot be deleted: 409."""
    _store(request).free(lambda session: models.delete(session, id))
    request.app.state.inference.refresh()


def _store(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def _pieces(database: Database, id: str, size: int) -> AsyncIterator[bytes]:
    """A file's bytes, read as they leave: each in a transaction of its own, as a client is slow."""
    for start in range(0, size, READ_BYTES):
        part = await asyncio.to_thread(_read, database, id, start)
        for at in range(0, len(part), SENT_BYTES):
            yield part[at : at + SENT_BYTES]


def _read(database: Database, id: str, start: int) -> bytes:
    with database.read() as session:
        return models.piece(session, id, start, READ_BYTES)


def _checked(name: str) -> str:
    """The name, from a form or a file. Raises Invalid if it is long or cannot be shown."""
    if len(name) > MOST_NAME or not name.isprintable():
        raise Invalid("request.model_name", most=MOST_NAME, found=len(name))
    return name


def _add(database: Database, quotas: Quotas, visitor: Visitor, data: bytes, name: str) -> Model:
    classifier = load_model(data, max(FREE_BYTES, 2 * len(data)))
    check_servable(classifier)
    name = name or _checked(classifier.name.strip()) or "Uploaded"
    with database.begin() as session:
        make_room(session, quotas, 1, len(data))
        visitor.spend(models=1, bytes=len(data))
        row = models.add(session, classifier=classifier, weights=data, name=name)
        return Model.of(row, models.active(session))

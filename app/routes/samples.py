"""/samples: drawings of the readers' own with what they were meant to be, for POST /train."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from app.errors import Forbidden
from app.pools import UPLOADS
from app.routes import documents, options
from app.routes.bodies import FORM, JSON, OCTETS, body_of, json_of
from app.routes.sample_bodies import sample_of_json, samples_of_body
from app.schemas.samples import Imported, NewSample, Sample, SamplePage, SamplesFile
from app.security import KeyNeeded, LimitedRoute, VisitorNeeded
from app.settings import Settings
from app.store import samples
from app.store.engine import Database, Session
from app.store.quotas import Quotas, make_room
from app.store.tables import SampleRow
from app.visitors import Visitor
from model.data.samples import Samples
from model.serialization.samples import dump_samples

__all__ = ["router"]


def _expect_on(request: Request) -> None:
    if not request.app.state.settings.samples:
        raise Forbidden("samples.off")


router = APIRouter(
    route_class=LimitedRoute,
    tags=["Samples"],
    dependencies=[Depends(_expect_on)],
    responses=documents.problems(403, 422, 429, 503),
)

SampleId = Annotated[str, Path(max_length=64, description="The sample's id, as in GET /samples.")]


@router.get(
    "/samples",
    summary="List the samples, or download them",
    response_model=SamplePage,
    responses={
        200: {
            "content": {OCTETS: documents.octets("the arrays pixels, labels, and the strokes")},
            "description": "A page of them; with format=npz the file of all.",
        }
    },
    openapi_extra={
        "parameters": [
            options.parameter(
                "format",
                "npz: all samples in one file, which POST /samples takes.",
                {"type": "string", "enum": ["json", "npz"], "default": "json"},
            )
        ]
    },
)
def list_samples(
    request: Request,
    limit: Annotated[
        int, Query(ge=1, le=200, description="The largest number of items in a page.")
    ] = 50,
    cursor: Annotated[
        str | None, Query(max_length=64, description="`next` of the previous page.")
    ] = None,
) -> Response:
    """Samples from the newest to the oldest, a page at a time; the file has the oldest first."""
    as_file = options.choice(request, "format", "json", "npz") == "npz"
    with _store(request).read() as session:
        if as_file:
            headers = {"Content-Disposition": 'attachment; filename="byhand-samples.npz"'}
            file = dump_samples(samples.everything(session))
            return Response(file, media_type=OCTETS, headers=headers)
        rows, after = samples.page(session, limit, cursor)
        count = samples.count(session)
    return _json({"items": [samples.api_data(row) for row in rows], "next": after, "count": count})


@router.get(
    "/samples/{id}",
    summary="Show a sample",
    response_model=Sample,
    responses=documents.problems(404),
)
def get_sample(request: Request, id: SampleId) -> Response:
    """One drawing, its label and its strokes."""
    with _store(request).read() as session:
        return _json(samples.api_data(samples.get(session, id)))


@router.post(
    "/samples",
    summary="Store a drawing with what it was meant to be, or a file of them",
    status_code=201,
    response_model=Sample | Imported,
    dependencies=[KeyNeeded],
    responses={
        200: {"model": Sample, "description": "It was stored already."},
        **documents.problems(400, 401, 409, 413, 415, 507),
    },
    openapi_extra={
        "requestBody": documents.body(json=NewSample, form=SamplesFile, octets=None),
    },
)
async def post_samples(request: Request, visitor: VisitorNeeded) -> Response:
    """Send JSON, or an .npz as a form or as the body. Of a file that is refused, nothing is kept.

    The same drawing with another label is a 409: delete the first.
    """
    kind, body, content_type = await body_of(request, JSON, FORM, OCTETS)
    if kind == JSON:
        one = sample_of_json(await json_of(body))
        return await UPLOADS.run(None, _add_one, request, visitor, one)
    return await UPLOADS.run(None, _add_file, request, visitor, content_type, body)


@router.delete(
    "/samples/{id}",
    summary="Delete a sample",
    status_code=204,
    response_class=Response,
    dependencies=[KeyNeeded],
    responses=documents.problems(401, 404),
)
def delete_sample(request: Request, id: SampleId) -> None:
    """Jobs that have been submitted learn it nevertheless: they keep their samples to their end."""
    _store(request).free(lambda session: samples.delete_one(session, id))


@router.delete(
    "/samples",
    summary="Delete all samples",
    status_code=204,
    response_class=Response,
    dependencies=[KeyNeeded],
    responses=documents.problems(401),
)
def delete_samples(request: Request) -> None:
    """What jobs have learnt or are going to learn stays with them."""
    _store(request).free(samples.delete_all)


def _store(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _add_one(request: Request, visitor: Visitor, one: Samples) -> Response:
    with _store(request).begin() as session:
        rows = _add(session, request, visitor, one)
        row = rows[0] if rows else samples.by_pixels(session, one.images[0])
        shown = samples.api_data(row)
    return _json(shown, 201 if rows else 200, {"Location": f"/samples/{shown['id']}"})


def _add_file(request: Request, visitor: Visitor, content_type: str, body: bytes) -> Response:
    given = samples_of_body(content_type, body, request.app.state.settings.max_samples)
    with _store(request).begin() as session:
        added = len(_add(session, request, visitor, given))
    return _json({"added": added, "known": len(given) - added}, 201)


def _add(
    session: Session, request: Request, visitor: Visitor, given: Samples
) -> Sequence[SampleRow]:
    """Store those that are not there yet, if there is room for all of them; give their rows."""
    settings: Settings = request.app.state.settings
    new = samples.unknown(session, given)
    rows = samples.add(session, new, settings.max_samples)
    size = sum(len(row.pixels) + len(row.points or b"") for row in rows)
    if rows:
        make_room(session, Quotas.of(settings), size=size)
        visitor.spend(samples=len(rows), bytes=size)
    return rows


def _json(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Encoded here, in this route's thread: FastAPI would do so on the event loop."""
    return Response(orjson.dumps(content), status, headers, media_type=JSON)

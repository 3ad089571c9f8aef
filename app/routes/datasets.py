"""/datasets: bring data of one's own, list, show and delete it."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.errors import Invalid, UnsupportedMedia
from app.imaging.own_data import read_own_data
from app.pools import DATASETS
from app.routes import documents
from app.routes.bodies import FORM
from app.routes.forms import Form, read_form
from app.schemas.common import Page
from app.schemas.datasets import DatasetForm, DatasetInfo, DatasetWithPictures
from app.security import KeyNeeded, LimitedRoute, VisitorNeeded
from app.store import datasets
from app.store.engine import Database, Session
from app.store.quotas import Quotas, make_room
from app.visitors import Visitor
from model.data.files import Files, Parts, Zip
from model.data.own import ORIENTATIONS, Orientation
from model.messages import Message

__all__ = ["router"]

router = APIRouter(
    prefix="/datasets",
    route_class=LimitedRoute,
    tags=["Train"],
    responses=documents.problems(422, 429, 503),
)

MOST_NAME = 200  # characters
IDX = ("train_images", "train_labels", "test_images", "test_labels")


@router.post(
    "",
    summary="Bring data of your own",
    status_code=201,
    dependencies=[KeyNeeded],
    responses=documents.problems(400, 401, 413, 415, 507),
    openapi_extra={"requestBody": documents.body(form=DatasetForm)},
)
async def post_dataset(
    request: Request, visitor: VisitorNeeded, response: Response
) -> DatasetWithPictures:
    """Send a `zip` or IDX files as a form. What was found and done is said in `notices`."""
    content_type = request.headers.get("content-type", "")
    if not content_type.lower().startswith(FORM):
        found = content_type[:80] or Message("request.none")
        raise UnsupportedMedia("dataset.send", expected=FORM, found=found)
    form = read_form(content_type, await request.body())
    quotas = Quotas.of(request.app.state.settings)
    made = await DATASETS.run(request.receive, _add, _store(request), quotas, visitor, form)
    response.headers["Location"] = f"/datasets/{made.id}"
    return made


@router.get("", summary="List the data sets")
def list_datasets(
    request: Request,
    limit: Annotated[
        int, Query(ge=1, le=200, description="The largest number of items in a page.")
    ] = 50,
    cursor: Annotated[
        str | None, Query(max_length=64, description="`next` of the previous page.")
    ] = None,
) -> Page[DatasetInfo]:
    """Data sets in the store, from the newest to the oldest, a page at a time; MNIST is not one."""
    with _store(request).read() as session:
        rows, after = datasets.page(session, limit, cursor)
    return Page(items=[DatasetInfo(**DatasetInfo.fields_of(row)) for row in rows], next=after)


@router.get("/{id}", summary="Show a data set", responses=documents.problems(404))
def get_dataset(request: Request, id: str) -> DatasetWithPictures:
    """What was found in it, and a few of its pictures of each class."""
    with _store(request).read() as session:
        return _shown(session, id)


@router.delete(
    "/{id}",
    summary="Delete a data set",
    status_code=204,
    response_class=Response,  # a 204 has no body, so no Content-Type
    dependencies=[KeyNeeded],
    responses=documents.problems(401, 404, 409),
)
def delete_dataset(request: Request, id: str) -> None:
    """A job that has not ended keeps it: 409. Its models stay, but can no longer be evaluated."""
    _store(request).free(lambda session: datasets.delete(session, id))


def _store(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _add(database: Database, quotas: Quotas, visitor: Visitor, form: Form) -> DatasetWithPictures:
    files, name = _files(form), (form.text("name") or "").strip() or _file_name(form)
    if len(name) > MOST_NAME or not name.isprintable():
        raise Invalid("dataset.name", most=MOST_NAME, found=len(name))
    names = [name.strip() for name in (form.text("classes") or "").split(",") if name.strip()]
    own = read_own_data(files, names, _orientation(form))
    packed = datasets.pack(own.dataset)
    with database.begin() as session:
        make_room(session, quotas, 0, packed.size)
        visitor.spend(bytes=packed.size)
        row = datasets.add(session, name=name or "Own data", own=own, packed=packed)
        return _shown(session, row.id)


def _file_name(form: Form) -> str:
    """What the zip or the training images are called where they were sent from, if that is said."""
    said = (form.files.get(part, "") for part in ("zip", "train_images"))
    name = PurePosixPath(next(filter(None, said), "").replace("\\", "/")).stem.strip()
    return name[:MOST_NAME] if name.isprintable() else ""


def _files(form: Form) -> Files:
    if twice := [part for part in ("zip", *IDX) if part in form.repeated]:
        raise Invalid("dataset.twice", part=twice[0])
    given = {part: form.parts[part] for part in IDX if form.parts.get(part)}
    packed = form.parts.get("zip")
    if packed and given:
        raise Invalid("dataset.both")
    if packed:
        return Zip(packed)
    if not given:
        raise Invalid("dataset.no_files")
    return Parts(given)


def _orientation(form: Form) -> Orientation:
    text = form.text("orientation") or "auto"
    for each in ORIENTATIONS:
        if each == text:
            return each
    raise Invalid("dataset.orientation", allowed=list(ORIENTATIONS), found=text[:40])


def _shown(session: Session, id: str) -> DatasetWithPictures:
    row = datasets.get(session, id)
    images, labels = datasets.pictures(session, id)
    pictures = [
        {
            "label": label,
            "class": row.classes[label] if label < len(row.classes) else None,
            "pixels": pixels,
        }
        for label, pixels in zip(labels.tolist(), images.tolist(), strict=True)
    ]
    return DatasetWithPictures.model_validate({**DatasetInfo.fields_of(row), "pictures": pictures})

"""Models: their weights as bytes, and which of them is active, that is, used by /predict.

A large model takes three times its file while it is read. So one is read at a time, and a file that
only leaves is read in pieces.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256

from sqlalchemy import delete as sql_delete
from sqlalchemy import func, select, tuple_, update
from sqlalchemy.orm import Session

from app.errors import Conflict, Invalid, NotFound
from app.store import snapshots
from app.store.clock import new_id, now
from app.store.engine import lock
from app.store.pieces import piece_of
from app.store.tables import ActiveModelRow, JobRow, ModelRow
from model.classifier import Classifier
from model.errors import CheckpointError
from model.messages import say
from model.serialization.checkpoint import BUNDLED, dump_model, load_model

__all__ = [
    "activate",
    "active",
    "add",
    "current",
    "delete",
    "file",
    "get",
    "load",
    "page",
    "piece",
    "put_bundled",
    "weights",
]

NAMES = {"pretrained": "model.bundled", "pixels": "model.bundled_pixels"}  # codes, by id
_reading = threading.Lock()  # by the one thread that reads a file
PRETRAINED = "pretrained"  # the one that is active unless another is made so


def add(
    session: Session,
    *,
    classifier: Classifier,
    weights: bytes,
    name: str,
    job: str | None = None,
    id: str | None = None,
) -> ModelRow:
    """Insert a model; `weights` are the bytes of its .npz."""
    row = ModelRow(id=id or new_id(), created_at=now(), job=job)
    _fill(row, classifier, weights, name)
    session.add(row)
    session.flush()
    session.refresh(row, ["created_at"])
    return row


def get(session: Session, id: str) -> ModelRow:
    """The model with this id, which may be MODEL@STEP, without its weights. Raises NotFound."""
    if snapshots.is_snapshot(id):
        return _as_model(session, id)
    row = session.get(ModelRow, id)
    if row is None:
        raise NotFound("model.not_found", id=id)
    return row


def page(session: Session, limit: int, cursor: str | None) -> tuple[Sequence[ModelRow], str | None]:
    """Models from the newest to the oldest, and the cursor of the next page if there is one."""
    order = tuple_(ModelRow.created_at, ModelRow.id)
    query = select(ModelRow).order_by(ModelRow.created_at.desc(), ModelRow.id.desc())
    if cursor is not None:
        query = query.where(order < tuple_(*_read_cursor(cursor)))
    rows = session.scalars(query.limit(limit + 1)).all()
    more = len(rows) > limit
    last = rows[limit - 1] if more else None
    return rows[:limit], f"{last.created_at!r}_{last.id}" if last else None


def weights(session: Session, id: str) -> bytes:
    """The .npz of a model, whose id may be MODEL@STEP. Raises NotFound."""
    if snapshots.is_snapshot(id):
        return snapshots.load(session, id).weights
    data = session.scalar(select(ModelRow.weights).where(ModelRow.id == id))
    if data is None:
        raise NotFound("model.not_found", id=id)
    return data


def file(session: Session, id: str) -> tuple[str, int]:
    """The SHA-256 of a model's file and its bytes, which are not read. Raises NotFound."""
    if snapshots.is_snapshot(id):
        return snapshots.file(session, id)
    query = select(ModelRow.sha256, func.length(ModelRow.weights)).where(ModelRow.id == id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("model.not_found", id=id)
    return row[0], row[1]


def piece(session: Session, id: str, start: int, length: int) -> bytes:
    """So many bytes of a model's file from `start` on. Raises NotFound."""
    if snapshots.is_snapshot(id):
        return snapshots.piece(session, id, start, length)
    found = piece_of(session, ModelRow.weights, ModelRow.id == id, start, length)
    if found is None:
        raise NotFound("model.not_found", id=id)
    return found


def load(session: Session, id: str) -> tuple[Classifier, str]:
    """The network of a model, whose id may be MODEL@STEP, and the SHA-256 of its file.

    Raises NotFound, and CheckpointError for a file that is not as it was stored.
    """
    with _reading:
        return _load(session, id)


def _load(session: Session, id: str) -> tuple[Classifier, str]:
    if snapshots.is_snapshot(id):
        snapshot = snapshots.load(session, id)
        data, digest = snapshot.weights, snapshot.sha256
    else:
        query = select(ModelRow.weights, ModelRow.sha256).where(ModelRow.id == id)
        row = session.execute(query).one_or_none()
        if row is None:
            raise NotFound("model.not_found", id=id)
        data, digest = row
    if sha256(data).hexdigest() != digest:
        raise CheckpointError("model.damaged", id=id)
    return load_model(data), digest


def activate(session: Session, id: str) -> None:
    """Make this the active model of all replicas.

    Raises NotFound, Conflict for a snapshot, CheckpointError for a model that is damaged.
    """
    _expect_no_snapshot(id)
    # Locked against deletion until the commit.
    if session.get(ModelRow, id, with_for_update=True) is None:
        raise NotFound("model.not_found", id=id)
    load(session, id)
    session.merge(ActiveModelRow(slot=1, model=id))
    session.flush()


def active(session: Session) -> tuple[str, str] | None:
    """The id and SHA-256 of the active model; None before the first start."""
    query = select(ModelRow.id, ModelRow.sha256).join(
        ActiveModelRow, ActiveModelRow.model == ModelRow.id
    )
    row = session.execute(query).one_or_none()
    return (row[0], row[1]) if row else None


def current(session: Session, ids: Collection[str]) -> dict[str, str | None]:
    """The SHA-256 of each of these models that are there; None for snapshots, which do not change.

    One query for all models and two for all snapshots.
    """
    ages = {id for id in ids if snapshots.is_snapshot(id)}
    found: dict[str, str | None] = dict.fromkeys(snapshots.existing(session, ages) if ages else ())
    plain = [id for id in ids if id not in ages]
    if plain:
        query = select(ModelRow.id, ModelRow.sha256).where(ModelRow.id.in_(plain))
        found |= {row.id: row.sha256 for row in session.execute(query)}
    return found


def delete(session: Session, id: str) -> None:
    """Delete a model with its snapshots.

    Raises NotFound, or Conflict for the active one, the bundled ones and for a snapshot.
    """
    _expect_no_snapshot(id)
    # Locked against activation until the commit.
    row = session.scalar(select(ModelRow).where(ModelRow.id == id).with_for_update())
    if row is None:
        raise NotFound("model.not_found", id=id)
    current = active(session)
    if current is not None and current[0] == id:
        raise Conflict("model.is_active", id=id)
    if id in BUNDLED:
        raise Conflict("model.bundled_stays")
    if row.job is not None:
        snapshots.delete_of(session, row.job)
    session.execute(update(JobRow).where(JobRow.model == id).values(model=None))
    session.execute(sql_delete(ModelRow).where(ModelRow.id == id))


def put_bundled(session: Session, networks: Mapping[str, Classifier]) -> None:
    """Insert or update the bundled networks, by id; `pretrained` is active if no other is."""
    lock(session, "bundled model")
    for id, classifier in networks.items():
        weights = dump_model(classifier)
        row = session.get(ModelRow, id)
        if row is None:
            name = say(NAMES[id])
            row = add(session, classifier=classifier, weights=weights, name=name, id=id)
        elif row.weights != weights:  # of an earlier version, or damaged
            _fill(row, classifier, weights, row.name)
    session.flush()
    if active(session) is None:
        activate(session, PRETRAINED)


def _expect_no_snapshot(id: str) -> None:
    if snapshots.is_snapshot(id):
        raise Conflict("model.is_snapshot", id=id[:80])


def _as_model(session: Session, id: str) -> ModelRow:
    """A snapshot as a model's row, which is not stored."""
    with _reading:
        found = snapshots.load(session, id)
        classifier = load_model(found.weights)
    base = session.get(ModelRow, id.partition("@")[0])
    created_at = found.created_at or (base.created_at if base else 0.0)
    row = ModelRow(id=id, created_at=created_at, job=found.job)
    _fill(row, classifier, found.weights, classifier.name or id)
    return row


def _fill(row: ModelRow, classifier: Classifier, weights: bytes, name: str) -> None:
    row.name = name
    row.layers = list(classifier.parameters.layers)
    row.activation = classifier.parameters.activation
    row.deskew = classifier.deskew
    row.features = classifier.features
    row.parameters = classifier.parameters.count
    row.test_accuracy = classifier.test_accuracy
    row.dataset = classifier.dataset or None
    row.classes = list(classifier.classes) or None
    row.sha256 = sha256(weights).hexdigest()
    row.weights = weights


def _read_cursor(cursor: str) -> tuple[float, str]:
    created_at, _, id = cursor.partition("_")
    try:
        return float(created_at), id
    except ValueError:
        raise Invalid("model.cursor", found=cursor) from None

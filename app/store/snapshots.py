"""Snapshots of networks: MODEL@STEP, the network after that step of the run that made it.

Those of a job are rows; those of the bundled network `pixels` come with the package. Before the @
may stand a model's id or a job's, whose model is not there yet while it runs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import and_, delete, func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.store.clock import now
from app.store.pieces import piece_of
from app.store.tables import JobRow, ModelRow, SnapshotRow
from model.classifier import Classifier
from model.serialization.checkpoint import dump_model
from model.serialization.snapshots import SnapshotLine, bundled_snapshots
from model.training.snapshots import Snapshot

__all__ = [
    "BUNDLED",
    "StoredSnapshot",
    "add",
    "delete_of",
    "existing",
    "file",
    "is_snapshot",
    "lines",
    "load",
    "piece",
]

BUNDLED = "pixels"  # the bundled network that comes with snapshots


class _Id(NamedTuple):
    base: str  # of a model or a job
    step: int


@dataclass(frozen=True, slots=True)
class StoredSnapshot:
    """A snapshot's file; `created_at` is in seconds since 1970, None for a bundled one."""

    weights: bytes  # the .npz
    sha256: str
    job: str | None
    created_at: float | None


def is_snapshot(id: str) -> bool:
    """Whether an id is that of a snapshot, MODEL@STEP."""
    return "@" in id


def add(session: Session, job: str, snapshot: Snapshot, classifier: Classifier) -> None:
    """Store a snapshot of a job, as this classifier; one that is there already is the same."""
    if session.get(SnapshotRow, (job, snapshot.step)) is not None:
        return
    weights = dump_model(classifier)
    session.add(
        SnapshotRow(
            job=job,
            step=snapshot.step,
            epoch=snapshot.epoch,
            train_loss=snapshot.train_loss,
            validation_accuracy=snapshot.validation_accuracy,
            created_at=now(),
            sha256=sha256(weights).hexdigest(),
            weights=weights,
        )
    )
    session.flush()


def lines(session: Session, base: str) -> Sequence[SnapshotLine]:
    """The snapshots of a model or a job, by step. Raises NotFound for an unknown id."""
    if base == BUNDLED:
        return list(bundled_snapshots().lines.values())
    job = _job(session, base)
    query = select(
        SnapshotRow.step,
        SnapshotRow.epoch,
        SnapshotRow.train_loss,
        SnapshotRow.validation_accuracy,
    )
    found = session.execute(query.where(SnapshotRow.job == job).order_by(SnapshotRow.step))
    return [SnapshotLine(*row) for row in found]


def load(session: Session, id: str) -> StoredSnapshot:
    """The snapshot with the id MODEL@STEP. Raises NotFound, which names the steps there are."""
    base, step = _parse(id)
    if base == BUNDLED:
        return _bundled(session, id, step)
    job = _job(session, base)
    row = session.get(SnapshotRow, (job, step)) if job else None
    if row is None:
        raise _no_step(session, base, step)
    return StoredSnapshot(row.weights, row.sha256, job, row.created_at)


def file(session: Session, id: str) -> tuple[str, int]:
    """The SHA-256 of a snapshot's file and its bytes, which are not read. Raises NotFound."""
    base, step = _parse(id)
    if base == BUNDLED:
        found = _bundled(session, id, step)
        return found.sha256, len(found.weights)
    query = select(SnapshotRow.sha256, func.length(SnapshotRow.weights))
    job = _job(session, base)
    row = session.execute(query.where(SnapshotRow.job == job, SnapshotRow.step == step)).first()
    if row is None:
        raise _no_step(session, base, step)
    return row[0], row[1]


def piece(session: Session, id: str, start: int, length: int) -> bytes:
    """So many bytes of a snapshot's file. Raises NotFound."""
    base, step = _parse(id)
    if base == BUNDLED:
        return _bundled(session, id, step).weights[start : start + length]
    mine = and_(SnapshotRow.job == _job(session, base), SnapshotRow.step == step)
    found = piece_of(session, SnapshotRow.weights, mine, start, length)
    if found is None:
        raise _no_step(session, base, step)
    return found


def existing(session: Session, ids: Collection[str]) -> set[str]:
    """Those of the ids of snapshots whose model or job is still there."""
    bases = {id.partition("@")[0] for id in ids}
    there = set(session.scalars(select(ModelRow.id).where(ModelRow.id.in_(bases))))
    there |= set(session.scalars(select(JobRow.id).where(JobRow.id.in_(bases))))
    return {id for id in ids if id.partition("@")[0] in there}


def delete_of(session: Session, job: str) -> None:
    """Delete all snapshots of a job, as its model is deleted."""
    session.execute(delete(SnapshotRow).where(SnapshotRow.job == job))


def _parse(id: str) -> _Id:
    base, _, step = id.partition("@")
    if not re.fullmatch(r"0|[1-9]\d{0,8}", step):  # what an integer column holds
        raise NotFound("model.no_step", id=id[:64])
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", base):
        raise NotFound("model.not_found", id=base[:64])
    return _Id(base, int(step))


def _job(session: Session, base: str) -> str | None:
    """The job that a model's or a job's id stands for; None for a model without one."""
    model = session.execute(select(ModelRow.job).where(ModelRow.id == base)).one_or_none()
    if model is not None:
        job: str | None = model[0]
        return job
    if session.scalar(select(JobRow.id).where(JobRow.id == base)) is None:
        raise NotFound("model.not_found", id=base[:64])
    return base


def _bundled(session: Session, id: str, step: int) -> StoredSnapshot:
    file = bundled_snapshots()
    if step not in file.lines:
        raise _no_step(session, BUNDLED, step)
    weights = dump_model(file.load(step))
    return StoredSnapshot(weights, sha256(weights).hexdigest(), None, None)


def _no_step(session: Session, base: str, step: int) -> NotFound:
    steps = [line.step for line in lines(session, base)]
    if not steps:
        return NotFound("model.no_snapshots", id=base[:64])
    return NotFound("model.other_steps", id=base[:64], step=step, steps=steps)

"""The samples that a job learns, as they were when it was submitted.

So a job that is resumed, or begun anew by another worker, learns the same ones to the same bits,
whatever was added or deleted meanwhile. The jobs of a sweep share a set. It goes when the last of
its jobs has ended: like a checkpoint, nobody needs it any more.
"""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.store.clock import new_id
from app.store.tables import ACTIVE, JobRow, SampleSetRow
from model.data.samples import Samples
from model.errors import CheckpointError, DatasetError
from model.serialization.samples import load_samples

__all__ = ["add", "drop_after", "load"]


def add(session: Session, file: bytes) -> str:
    """Keep samples, given as their .npz, and return the id of the set."""
    row = SampleSetRow(id=new_id(), file=file)
    session.add(row)
    session.flush()
    return row.id


def load(session: Session, id: str) -> Samples:
    """The samples of a set. Raises NotFound where it is gone or damaged."""
    file = session.scalar(select(SampleSetRow.file).where(SampleSetRow.id == id))
    try:
        if file is not None:
            return load_samples(file)
    except (CheckpointError, DatasetError):
        pass
    raise NotFound("samples.set_lost")


def drop_after(session: Session, job: str) -> None:
    """Drop the set of a job that has ended, unless another job is still to learn it."""
    mine = select(JobRow.samples).where(JobRow.id == job).scalar_subquery()
    # Locked, so that of two jobs that end together the later one sees that the other has ended.
    found = select(SampleSetRow.id).where(SampleSetRow.id == mine).with_for_update()
    id = session.scalar(found)
    if id is None:
        return
    going = select(JobRow.id).where(JobRow.state.in_(ACTIVE), JobRow.samples == id)
    if session.scalar(going.limit(1)) is None:
        session.execute(delete(SampleSetRow).where(SampleSetRow.id == id))

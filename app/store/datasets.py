"""Data sets of one's own: their images as bytes, what was noticed about them, and who needs them.

Each function is part of a transaction that the caller opens.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import delete as sql_delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.store.clock import new_id, now
from app.store.jobs import lock_queue
from app.store.tables import ACTIVE, DatasetRow, JobRow
from model.data.idx import SIDE, Dataset, split
from model.data.own import OwnData
from model.errors import DatasetError

__all__ = ["Packed", "add", "delete", "get", "load", "pack", "page", "pictures", "test_part"]

Bytes = npt.NDArray[np.uint8]
LabelledImages = tuple[Bytes, Bytes]

QUICK = 1  # of zlib's levels: images shrink hardly less than at the slowest
SHOWN = 3  # pictures of each class that are shown


class Packed(NamedTuple):
    """A data set's parts as the store keeps them; made outside of a transaction, as it takes time.

    A part is its labels (n,) and then its images (n, 784), compressed.
    """

    train: bytes
    test: bytes
    pictures: bytes

    @property
    def size(self) -> int:
        """The bytes of all together."""
        return len(self.train) + len(self.test) + len(self.pictures)


def pack(data: Dataset) -> Packed:
    """The parts of a data set, and a few of its pictures of each class."""
    labels = data.train_labels
    rows = [np.flatnonzero(labels == label)[:SHOWN] for label in np.unique(labels)]
    some = np.concatenate(rows)
    return Packed(
        _pack(data.train_images, labels),
        _pack(data.test_images, data.test_labels),
        _pack(data.train_images[some], labels[some]),
    )


def add(session: Session, *, name: str, own: OwnData, packed: Packed) -> DatasetRow:
    """Insert a data set. Raises DatasetError where too little of it is left to train on."""
    data = own.dataset
    parts = split(data)
    row = DatasetRow(
        id=new_id(),
        name=_told_apart(session, name),
        created_at=now(),
        classes=list(data.classes),
        counts=np.bincount(data.train_labels, minlength=len(data.classes)).tolist(),
        train_examples=len(parts.train_labels),
        validation_examples=len(parts.validation_labels),
        test_examples=len(data.test_labels),
        orientation=own.orientation,
        notices=[notice.to_dict() for notice in own.notices],
        size=packed.size,
        train=packed.train,
        test=packed.test,
        pictures=packed.pictures,
    )
    session.add(row)
    session.flush()
    session.refresh(row, ["created_at"])
    return row


def _told_apart(session: Session, name: str) -> str:
    """The name, with a number behind it where there is a data set of this name already."""
    query = select(DatasetRow.name).where(DatasetRow.name.startswith(name, autoescape=True))
    taken = set(session.scalars(query))
    numbered = (f"{name} ({number})" for number in count(2))
    return name if name not in taken else next(each for each in numbered if each not in taken)


def get(session: Session, id: str) -> DatasetRow:
    """The data set with this id, without its images. Raises NotFound."""
    row = session.get(DatasetRow, id)
    if row is None:
        raise NotFound("dataset.not_found", id=id[:64])
    return row


def page(
    session: Session, limit: int, cursor: str | None
) -> tuple[Sequence[DatasetRow], str | None]:
    """Data sets from the newest to the oldest, and the cursor of the next page if there is one."""
    query = select(DatasetRow).order_by(DatasetRow.id.desc()).limit(limit + 1)
    if cursor is not None:
        query = query.where(DatasetRow.id < cursor)
    rows = session.scalars(query).all()
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def load(session: Session, id: str) -> Dataset:
    """The whole data set. Raises NotFound, and DatasetError for one that is damaged."""
    row = get(session, id)
    return Dataset(*_unpack(id, row.train), *_unpack(id, row.test), tuple(row.classes))


def test_part(session: Session, id: str) -> LabelledImages:
    """Its test images (n, 784) and labels (n,). Raises as `load` does."""
    return _unpack(id, get(session, id).test)


def pictures(session: Session, id: str) -> LabelledImages:
    """A few of its pictures of each class. Raises as `load` does."""
    return _unpack(id, get(session, id).pictures)


def delete(session: Session, id: str) -> None:
    """Delete a data set. Raises NotFound, or Conflict while a job that has not ended needs it."""
    lock_queue(session)  # no job is submitted meanwhile
    get(session, id)
    needed = select(JobRow.id).where(JobRow.dataset == id, JobRow.state.in_(ACTIVE))
    jobs = session.scalars(needed.order_by(JobRow.id)).all()
    if jobs:
        raise Conflict("dataset.in_use", id=id, count=len(jobs), job=jobs[0])
    session.execute(sql_delete(DatasetRow).where(DatasetRow.id == id))


def _pack(images: Bytes, labels: Bytes) -> bytes:
    packer = zlib.compressobj(QUICK)
    return b"".join(
        [packer.compress(np.ascontiguousarray(each).data) for each in (labels, images)]
        + [packer.flush()]
    )


def _unpack(id: str, content: bytes) -> LabelledImages:
    try:
        values = np.frombuffer(zlib.decompress(content), np.uint8)
        count, rest = divmod(len(values), 1 + SIDE * SIDE)
        if rest:
            raise ValueError(rest)
    except (zlib.error, ValueError, TypeError) as error:
        raise DatasetError("dataset.damaged", id=id) from error
    return values[count:].reshape(count, SIDE * SIDE), values[:count]

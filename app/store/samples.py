"""Samples: drawings of the readers' own hand, each with its label. Two are one if pixels agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.errors import Conflict, InsufficientStorage, NotFound
from app.logs import log
from app.store.clock import new_id, now
from app.store.engine import lock
from app.store.tables import SampleRow
from model.data.samples import Samples, Stroke
from model.messages import Message
from model.preprocessing.normalize import SIDE

__all__ = [
    "add",
    "api_data",
    "by_pixels",
    "count",
    "delete_all",
    "delete_one",
    "everything",
    "get",
    "page",
    "unknown",
]

DECIMALS = 4  # of a stroke's points: a twentieth of a pixel on the largest pad
AT_ONCE = 500  # parameters of one query


def get(session: Session, id: str) -> SampleRow:
    """The sample with this id. Raises NotFound."""
    row = session.get(SampleRow, id)
    if row is None:
        raise NotFound("samples.not_found", id=id[:64])
    return row


def by_pixels(session: Session, image: NDArray[np.uint8]) -> SampleRow:
    """The sample with these pixels (784,). Raises NotFound."""
    row = session.scalar(select(SampleRow).where(SampleRow.sha256 == _digest(image)))
    if row is None:
        raise NotFound("samples.not_found", id=_digest(image))
    return row


def count(session: Session) -> int:
    """The number of samples."""
    return session.scalar(select(func.count()).select_from(SampleRow)) or 0


def page(
    session: Session, limit: int, cursor: str | None
) -> tuple[Sequence[SampleRow], str | None]:
    """Samples from the newest to the oldest, and the cursor of the next page if there is one."""
    query = select(SampleRow).order_by(SampleRow.id.desc()).limit(limit + 1)
    if cursor is not None:
        query = query.where(SampleRow.id < cursor)
    rows = session.scalars(query).all()
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def everything(session: Session) -> Samples:
    """All samples, the oldest first; without those whose rows are damaged."""
    columns = SampleRow.id, SampleRow.pixels, SampleRow.label, SampleRow.points
    query = select(*columns, SampleRow.stroke_ends, SampleRow.sha256).order_by(SampleRow.id)
    rows = [row for row in session.execute(query) if _is_whole(row)]
    pixels = np.frombuffer(b"".join(row.pixels for row in rows), np.uint8)
    return Samples(
        images=pixels.reshape(len(rows), SIDE * SIDE),
        labels=np.array([row.label for row in rows], np.uint8),
        strokes=tuple(_strokes_of(row.points, row.stroke_ends) or () for row in rows),
    )


def unknown(session: Session, given: Samples) -> Samples:
    """Those of the samples that are not stored yet, each once.

    Until the commit, nobody else adds any. Raises Conflict where the same drawing has another
    label, in the store or in what is given.
    """
    lock(session, "samples")
    digests = [_digest(image) for image in given.images]
    stored = _stored(session, digests)
    first: dict[str, int] = {}
    for index, (digest, label) in enumerate(zip(digests, given.labels.tolist(), strict=True)):
        if digest in stored:
            id, other = stored[digest]
            if other != label:
                name = _name(index, given)
                raise Conflict("samples.other_label", sample=name, id=id, label=other, asked=label)
            continue
        earlier = first.setdefault(digest, index)
        if given.labels[earlier] != label:
            before = int(given.labels[earlier])
            raise Conflict(
                "samples.two_labels",
                earlier=earlier + 1,
                index=index + 1,
                before=before,
                label=label,
            )
    chosen = list(first.values())
    strokes = tuple(given.strokes[index] for index in chosen) if given.strokes else ()
    return Samples(given.images[chosen], given.labels[chosen], strokes)


def add(session: Session, new: Samples, most: int) -> Sequence[SampleRow]:
    """Insert samples, none of which is there. Raises InsufficientStorage for more than `most`."""
    there = count(session)
    if len(new) and there + len(new) > most:
        raise InsufficientStorage("store.most_samples", there=there, more=len(new), most=most)
    ids = sorted(new_id() for _ in range(len(new)))  # they sort as what was given
    rows = [
        SampleRow(
            id=id,
            created_at=now(),
            label=int(new.labels[index]),
            sha256=_digest(new.images[index]),
            pixels=new.images[index].tobytes(),
            **_packed(new.strokes[index] if new.strokes else ()),
        )
        for index, id in enumerate(ids)
    ]
    session.add_all(rows)
    session.flush()
    return rows


def delete_one(session: Session, id: str) -> None:
    """Delete a sample; jobs that were given it keep theirs. Raises NotFound."""
    gone = session.execute(delete(SampleRow).where(SampleRow.id == id).returning(SampleRow.id))
    if gone.one_or_none() is None:
        raise NotFound("samples.not_found", id=id[:64])


def delete_all(session: Session) -> None:
    """Delete all samples."""
    session.execute(delete(SampleRow))


def api_data(row: SampleRow) -> dict[str, Any]:
    """A sample as the API shows it; points have the decimals with which they were stored.

    Of a row that is damaged, the id is shown: it can be deleted, and others are listed beside it.
    """
    if not _is_whole(row):
        blank = {"label": 0, "pixels": [0] * SIDE * SIDE, "strokes": None}
        return {"id": str(row.id), **blank, "created_at": "1970-01-01T00:00:00Z"}
    strokes = _strokes_of(row.points, row.stroke_ends)
    if strokes is not None:
        strokes = [np.round(stroke.astype(np.float64), DECIMALS).tolist() for stroke in strokes]
    made = datetime.fromtimestamp(row.created_at, UTC)
    return {
        "id": row.id,
        "label": row.label,
        "pixels": list(row.pixels),
        "strokes": strokes,
        "created_at": made.isoformat().replace("+00:00", "Z"),
    }


def _is_whole(row: Any) -> bool:
    """Whether a row is as it was stored, as far as it matters."""
    try:
        datetime.fromtimestamp(getattr(row, "created_at", 0.0), UTC)
        _strokes_of(row.points, row.stroke_ends)
        whole = row.label in range(10) and sha256(row.pixels).hexdigest() == row.sha256
    except (TypeError, ValueError, OverflowError, OSError):
        whole = False
    if not whole:
        log.error("a sample is damaged in the store", sample=str(row.id))
    return whole


def _strokes_of(points: bytes | None, ends: list[int] | None) -> list[Any] | None:
    """The strokes, each (p, 2), of these columns of a sample; None where they were not kept."""
    if points is None or ends is None:
        return None
    found = np.frombuffer(points, "<f4").reshape(-1, 2)
    return [found[start:end] for start, end in pairwise([0, *ends])]


def _packed(strokes: Sequence[Stroke]) -> dict[str, Any]:
    """The columns of a sample's strokes; none is as good as not kept."""
    if not len(strokes):
        return {"points": None, "stroke_ends": None}
    parts = [np.asarray(stroke, np.float64).reshape(-1, 2) for stroke in strokes]
    points = np.round(np.concatenate(parts), DECIMALS).astype("<f4")
    return {"points": points.tobytes(), "stroke_ends": np.cumsum([*map(len, parts)]).tolist()}


def _stored(session: Session, digests: Sequence[str]) -> dict[str, tuple[str, int]]:
    """The id and label of those that are stored, by digest."""
    columns = select(SampleRow.sha256, SampleRow.id, SampleRow.label)
    return {
        row.sha256: (row.id, row.label)
        for start in range(0, len(digests), AT_ONCE)
        for row in session.execute(
            columns.where(SampleRow.sha256.in_(digests[start : start + AT_ONCE]))
        )
    }


def _name(index: int, given: Samples) -> Message:
    """What a sentence calls a sample: by its place where several were given."""
    return (
        Message("samples.nth", {"index": index + 1}) if len(given) > 1 else Message("samples.one")
    )


def _digest(image: NDArray[np.uint8]) -> str:
    return sha256(image.tobytes()).hexdigest()

"""The tables. Times are seconds since 1970 by the database's clock, not by the replicas' clocks.

jobs ──< events          numbered 1, 2, 3 … without a gap
  │ ├──< snapshots       the network after some of the job's steps
  │ ├──  checkpoints     at most one for each job, from which it is resumed
  │ └──  sample_sets     the samples that a job learns, or a whole sweep, until it has ended
  ├────  models ──  active_model   weights as bytes; the one row names the model that predicts
  └────  datasets    images of one's own; no key of jobs, whose rows outlive them
samples                  drawings of the readers' own, each with its label
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

__all__ = [
    "ACTIVE",
    "FINISHED",
    "STATES",
    "ActiveModelRow",
    "Base",
    "CheckpointRow",
    "DatasetRow",
    "EventRow",
    "JobRow",
    "ModelRow",
    "SampleRow",
    "SampleSetRow",
    "SnapshotRow",
]

#: As they are stored. A paused job is a queued one that nobody may claim: `JobRow.paused`.
STATES = ("queued", "running", "succeeded", "failed", "cancelled")
ACTIVE = ("queued", "running")
FINISHED = ("succeeded", "failed", "cancelled")


class Id(TypeDecorator[str]):
    """An id; one that no database can hold, with NUL or half a character, is that of nothing."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        """Write an odd character as a mark that no id of ours has."""
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return value.replace("\0", "?").encode(errors="replace").decode()


class Base(DeclarativeBase):
    """The base class of tables; constraint names are fixed, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class JobRow(Base):
    """A training job: the request, its progress, its lease, its result."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES!r}", name="state"),
        Index("ix_jobs_state_id", "state", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16), default="queued")
    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    sweep: Mapped[str | None] = mapped_column(Id, index=True)
    dataset: Mapped[str | None] = mapped_column(Id, index=True)  # None: MNIST
    idempotency_key: Mapped[str | None] = mapped_column(String(255), unique=True)

    # Progress. `last_event` is also the number of events.
    last_event: Mapped[int] = mapped_column(default=0)
    epoch: Mapped[int] = mapped_column(default=0)
    epochs: Mapped[int] = mapped_column(default=0)
    step: Mapped[int] = mapped_column(default=0)
    steps: Mapped[int] = mapped_column(default=0)
    eta_seconds: Mapped[float | None] = mapped_column(Double)

    # The lease: the worker with the newest `attempt` may write (leases.py).
    attempt: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str | None] = mapped_column(String(100))
    heartbeat_at: Mapped[float] = mapped_column(Double, default=0.0)
    offered_until: Mapped[float] = mapped_column(Double, default=0.0)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    paused: Mapped[bool] = mapped_column(default=False, server_default=false())
    # The epoch after which to pause; 0: at once, in the middle of one.
    pause_after_epoch: Mapped[int | None] = mapped_column()
    snapshots: Mapped[int] = mapped_column(default=0, server_default="0")  # how many to keep
    samples: Mapped[str | None] = mapped_column(Id)  # the set that it learns

    # The result.
    model: Mapped[str | None] = mapped_column(Id)
    validation_accuracy: Mapped[float | None] = mapped_column(Double)
    test_accuracy: Mapped[float | None] = mapped_column(Double)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[float] = mapped_column(Double)
    started_at: Mapped[float | None] = mapped_column(Double)
    finished_at: Mapped[float | None] = mapped_column(Double)


class EventRow(Base):
    """An event of a job, as its stream sends it."""

    __tablename__ = "events"

    job: Mapped[str] = mapped_column(
        Id, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class CheckpointRow(Base):
    """The training state at the end of a job's last finished epoch, deleted when the job ends."""

    __tablename__ = "checkpoints"

    job: Mapped[str] = mapped_column(
        Id, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True
    )
    epoch: Mapped[int] = mapped_column()
    state: Mapped[bytes] = mapped_column(LargeBinary)


class SnapshotRow(Base):
    """A job's network after `step` steps, as an .npz that is loaded only on access."""

    __tablename__ = "snapshots"

    job: Mapped[str] = mapped_column(
        Id, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True
    )
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    epoch: Mapped[int] = mapped_column()
    train_loss: Mapped[float | None] = mapped_column(Double)
    validation_accuracy: Mapped[float | None] = mapped_column(Double)
    created_at: Mapped[float] = mapped_column(Double)
    sha256: Mapped[str] = mapped_column(String(64))
    weights: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class ModelRow(Base):
    """A model, whose weights are loaded only on access."""

    __tablename__ = "models"
    __table_args__ = (Index("ix_models_created_at_id", "created_at", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[float] = mapped_column(Double)
    layers: Mapped[list[int]] = mapped_column(JSON)
    activation: Mapped[str] = mapped_column(String(16))
    deskew: Mapped[bool] = mapped_column()
    features: Mapped[str] = mapped_column(String(16), server_default="pixels")
    parameters: Mapped[int] = mapped_column()
    test_accuracy: Mapped[float | None] = mapped_column(Double)
    job: Mapped[str | None] = mapped_column(Id)
    dataset: Mapped[str | None] = mapped_column(Id)  # what it learnt, unless that was MNIST
    classes: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    sha256: Mapped[str] = mapped_column(String(64))
    weights: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class DatasetRow(Base):
    """A data set, whose images are loaded only on access; `counts` are those of its classes."""

    __tablename__ = "datasets"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[float] = mapped_column(Double)
    classes: Mapped[list[str]] = mapped_column(JSON)
    counts: Mapped[list[int]] = mapped_column(JSON)
    train_examples: Mapped[int] = mapped_column()  # besides those for validation
    validation_examples: Mapped[int] = mapped_column()
    test_examples: Mapped[int] = mapped_column()
    orientation: Mapped[str] = mapped_column(String(16))
    notices: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    size: Mapped[int] = mapped_column()
    train: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    test: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    pictures: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class ActiveModelRow(Base):
    """One row at most: the active model, whose foreign key prevents its deletion."""

    __tablename__ = "active_model"
    __table_args__ = (CheckConstraint("slot = 1", name="one_row"),)

    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    model: Mapped[str] = mapped_column(Id, ForeignKey("models.id"))


class SampleRow(Base):
    """A drawing of one's own with its label; no two have the same pixels.

    The strokes, where they were kept, are their `points` (P, 2) as little-endian float32, and
    the places in them where strokes end.
    """

    __tablename__ = "samples"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    created_at: Mapped[float] = mapped_column(Double)
    label: Mapped[int] = mapped_column()
    sha256: Mapped[str] = mapped_column(String(64), unique=True)  # of the pixels
    pixels: Mapped[bytes] = mapped_column(LargeBinary)  # 784, white on black
    points: Mapped[bytes | None] = mapped_column(LargeBinary)
    stroke_ends: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))


class SampleSetRow(Base):
    """The samples as they were when a job or a sweep was submitted, as their .npz."""

    __tablename__ = "sample_sets"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    file: Mapped[bytes] = mapped_column(LargeBinary)

"""Request and response bodies of /models."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from model.preprocessing.pipeline import FEATURES
from model.serialization.checkpoint import BUNDLED
from model.serialization.snapshots import SnapshotLine

__all__ = ["Activate", "Model", "ModelForm", "Snapshot", "Snapshots"]

EXAMPLE: dict[str, Any] = {
    "id": "pretrained",
    "name": "Edges, reads best",
    "created_at": "2026-01-05T09:30:00Z",
    "layers": [784, 128, 10],
    "activation": "sigmoid",
    "test_accuracy": 0.994,
    "deskew": True,
    "features": "edges",
    "parameters": 101_770,
    "job": None,
    "dataset": None,
    "classes": None,
    "bundled": True,
    "active": True,
    "sha256": "9f2c6b0e5a7d4c1f8e3b2a1908f7e6d5c4b3a29180f7e6d5c4b3a29180f7e6d5",
}

#: What is shown of a model whose row is damaged, beside its id, name and sha256.
NOTHING: dict[str, Any] = {
    "created_at": 0.0,
    "layers": [],
    "activation": "",
    "deskew": False,
    "features": "pixels",
    "test_accuracy": None,
    "parameters": 0,
    "job": None,
    "dataset": None,
    "classes": None,
}


class Model(BaseModel):
    """A trained network in the store."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"example": EXAMPLE})

    id: str
    name: str
    created_at: datetime
    layers: list[int] = Field(description="Units of each layer, input and output included.")
    activation: str = Field(description="Of the hidden layers; the last is a softmax.")
    deskew: bool = Field(description="Whether it first deskews digits and scales them to one size.")
    features: str = Field(
        description="What its 784 inputs represent: pixels or edges.",
        json_schema_extra={"enum": list(FEATURES)},
    )
    test_accuracy: float | None = Field(description="On the 10,000 test images, 0..1, if known.")
    parameters: int = Field(description="How many weights and biases it has.")
    job: str | None = Field(description="The training job that made it.")
    dataset: str | None = Field(description="The data set it learnt; null: MNIST.")
    classes: list[str] | None = Field(description="What its outputs are called; null: 0 to 9.")
    bundled: bool = Field(description="Whether it comes with byhand, and cannot be deleted.")
    active: bool = Field(description="Whether /predict uses it when no other is named.")
    sha256: str = Field(description="Of the .npz file; also its ETag.")

    @classmethod
    def of(cls, row: Any, active: tuple[str, str] | None) -> Model:
        """Make it from a row of the store; `active` is the active model's id and sha256.

        Of a row that is damaged, its id and name are shown: others are listed beside it.
        """
        try:
            return cls._of(row, active)
        except (TypeError, ValueError, OverflowError):
            known = {"id": str(row.id), "name": str(row.name), "sha256": str(row.sha256)}
            return cls._of(SimpleNamespace(**NOTHING | known), active)

    @classmethod
    def _of(cls, row: Any, active: tuple[str, str] | None) -> Model:
        return cls(
            id=row.id,
            name=row.name,
            created_at=datetime.fromtimestamp(row.created_at, UTC),
            layers=row.layers,
            activation=row.activation,
            deskew=row.deskew,
            features=row.features,
            test_accuracy=row.test_accuracy,
            parameters=row.parameters,
            job=row.job,
            dataset=row.dataset,
            classes=row.classes,
            bundled=row.id.partition("@")[0] in BUNDLED,
            active=active is not None and row.id == active[0],
            sha256=row.sha256,
        )


class Snapshot(BaseModel):
    """A network as it was after a step of its training."""

    model: str = Field(description="The id to use: MODEL@STEP.", examples=["pixels@300"])
    step: int = Field(description="How many gradient steps it had taken; 0: random.")
    epoch: int = Field(description="The epoch of that step.")
    train_loss: float | None = Field(
        None, description="The loss of the step's batch, or the mean of the epoch that it ended."
    )
    validation_accuracy: float | None = Field(
        None,
        description="On the last 5,000 training images, 0..1; on 1,000 of them within an epoch.",
    )

    @classmethod
    def of(cls, model: str, line: SnapshotLine) -> Snapshot:
        """The snapshot with this id."""
        return cls(model=model, **asdict(line))


class Snapshots(BaseModel):
    """The snapshots of a run or a model, by step."""

    items: list[Snapshot]


class Activate(BaseModel):
    """Names the model that /predict uses from now on."""

    model_config = ConfigDict(extra="forbid")

    model: str = Field(description="Its id, as in GET /models.", examples=["pretrained"])


class ModelForm(BaseModel):
    """A form that uploads a trained network."""

    weights: bytes = Field(
        description="An .npz with float32 arrays W1 b1 W2 b2 …; never pickled objects.",
        json_schema_extra={"format": "binary"},
    )
    name: str = Field("", max_length=200, description="What to call it.", examples=["My network"])

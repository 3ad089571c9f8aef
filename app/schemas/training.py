"""Bodies of /train. The ranges of hyperparameters are in model/training/recipe.py."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    create_model,
    field_validator,
    model_validator,
)

from app.schemas.hyperparameters import optional_fields
from model.messages import say
from model.training.recipe import PRESETS

__all__ = [
    "Cure",
    "EpochMetrics",
    "Job",
    "JobPage",
    "JobProgress",
    "State",
    "StoppedEarly",
    "Sweep",
    "SweepRequest",
    "TrainRequest",
]

State = Literal["queued", "running", "paused", "succeeded", "failed", "cancelled"]

MOST_JOBS = 64  # in one sweep
WITH_DEFAULTS = ("preset", "samples", "activate")
NOT_SWEPT = ("name", "activate", "values")


class _RunRequest(BaseModel):
    """A training run. Every field is optional; what is left out comes from the preset."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"preset": "fast", "name": "My first run", "epochs": 3, "seed": 1}]
        },
    )

    preset: str = Field(
        "fast",
        description="blog: the text's own; fast: 98 % in seconds; best; hand: for samples of one's "
        "own, from a base model on.",
    )
    name: str | None = Field(None, max_length=200, description="For people; need not be unique.")
    base_model: str | None = Field(
        None,
        max_length=64,
        description="Go on from this model's weights. Layers, activation, deskew and features "
        "are its own unless they are given.",
    )
    dataset: str | None = Field(
        None, max_length=64, description="The data set to learn, as in GET /datasets; null: MNIST."
    )
    samples: bool = Field(
        False,
        description="Learn the samples of one's own hand, too (POST /samples), as they are now. "
        "Without a preset that is named, it is `hand` then.",
    )
    activate: bool = Field(False, description="Make the new model the active one when it is done.")

    @model_validator(mode="before")
    @classmethod
    def _null_is_left_out(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {n: v for n, v in given.items() if v is not None or n not in WITH_DEFAULTS}

    @field_validator("name")
    @classmethod
    def _printable(cls, name: str | None) -> str | None:
        if name is not None and "\0" in name:
            raise ValueError(say("field.null_character"))
        return name.strip() or None if name else None


if TYPE_CHECKING:

    class TrainRequest(_RunRequest):
        """A run request with a field for each hyperparameter that is offered."""

else:
    _preset = (Literal[tuple(PRESETS)], _RunRequest.model_fields["preset"])
    TrainRequest = create_model(
        "TrainRequest",
        __base__=_RunRequest,
        __doc__=_RunRequest.__doc__,
        preset=_preset,
        **optional_fields(),
    )


class SweepRequest(TrainRequest):
    """A training run, and for some fields several values: one job for each combination."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "epochs": 2,
                    "train_examples": 5000,
                    "values": {"learning_rate": [0.05, 0.2], "activation": ["sigmoid", "relu"]},
                }
            ]
        },
    )

    values: dict[str, Annotated[list[Any], Field(min_length=1, max_length=MOST_JOBS)]] = Field(
        min_length=1,
        description=f"A list of values for each field to vary; at most {MOST_JOBS} combinations.",
    )

    @model_validator(mode="after")
    def _sweeps_known_fields(self) -> SweepRequest:
        count = 1
        for field, values in self.values.items():
            if field not in TrainRequest.model_fields or field in NOT_SWEPT:
                swept = [name for name in TrainRequest.model_fields if name not in NOT_SWEPT]
                raise ValueError(say("field.swept_field", field=field, allowed=swept))
            count *= len(values)
        if count > MOST_JOBS:
            raise ValueError(say("field.swept_jobs", count=count, most=MOST_JOBS))
        return self


class JobProgress(BaseModel):
    """A job's progress; `step` of `steps` counts batches over the whole run."""

    epoch: int
    epochs: int
    step: int
    steps: int = Field(description="0 until the job has started.")
    eta_seconds: float | None = Field(description="Estimated seconds left, by the speed so far.")


class EpochMetrics(BaseModel):
    """The metrics of one epoch. Losses are mean cross-entropies in nats."""

    epoch: int
    train_loss: float
    validation_loss: float
    validation_accuracy: float = Field(description="On the training images held back, 0..1.")
    test_accuracy: float | None = Field(
        None,
        exclude_if=lambda value: value is None,
        description="On the test images, 0..1, with `test_each_epoch`: for looking, never "
        "for choosing. Left out otherwise.",
    )
    seconds: float
    gradient_norms: list[float] = Field(description="The norm of each layer's gradient.")
    saturation: list[float] = Field(
        description="The share of saturated units in each hidden layer."
    )
    dead_units: list[int] = Field(
        [],
        description="How many units of each hidden layer were saturated on every one of 1,000 "
        "validation digits.",
    )


class Cure(BaseModel):
    """What cures a diagnosis: the same run with this one change."""

    hint: str = Field(description="The code of the diagnosis, such as hint.too_slow.")
    text: str = Field(description="Its sentence: one of `hints`, or the error of a run.")
    change: dict[str, Any] = Field(description="Values for fields of POST /train.")


class StoppedEarly(BaseModel):
    """Where and why a run with `early_stopping` ended before its last epoch."""

    epoch: int = Field(description="The last epoch that was run.")
    best_epoch: int = Field(description="The epoch with the lowest validation loss.")
    message: str


class Job(BaseModel):
    """A training job."""

    _last_event: int = PrivateAttr(0)  # the number of its events when it was read

    id: str
    name: str
    state: State
    waits_for: str | None = Field(
        None,
        exclude_if=lambda value: value is None,
        description="What a queued job waits for besides its turn: a scheduler that is away, say. "
        "Left out where that is nothing.",
    )
    request: dict[str, Any] = Field(description="Every hyperparameter, the preset's included.")
    progress: JobProgress
    metrics: list[EpochMetrics] = Field(description="One entry for each finished epoch.")
    hints: list[str] = Field(description="What seems wrong with the run, and what to do.")
    cures: list[Cure] = Field(description="For each hint that has one, its cure as a change.")
    stopped_early: StoppedEarly | None = Field(
        None,
        exclude_if=lambda value: value is None,
        description="Left out unless the run stopped early.",
    )
    model: str | None = Field(
        description="The id of the resulting model: the best epoch's weights."
    )
    validation_accuracy: float | None = Field(description="Of the best epoch so far, 0..1.")
    test_accuracy: float | None = Field(description="Of its model, on the test images.")
    error: str | None = Field(description="Why it failed, or why its last attempt did.")
    sweep: str | None = Field(description="The sweep that it belongs to.")
    cancel_requested: bool = Field(
        description="Whether it was cancelled; it stops within a second."
    )
    pause_requested: bool = Field(
        False, description="Whether it is going to pause: within a second, or after some epochs."
    )
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class JobPage(BaseModel):
    """One page of the list of jobs, the newest first."""

    items: list[Job]
    next: str | None = Field(description="Pass it as `cursor` to get the next; null at the end.")
    best: str | None = Field(
        None,
        description="With `sweep`: its job with the highest validation accuracy so far.",
    )


class Sweep(BaseModel):
    """The jobs of one sweep."""

    id: str
    jobs: list[Job]
    best: str | None = Field(description="The job with the highest validation accuracy so far.")

"""What a training run tells of itself: its state at an epoch's end, and its progress between."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from model.network import Array, Parameters
from model.preprocessing.deskew import FORMER_LEAST_SCALE
from model.training.history import EpochMetrics
from model.training.snapshots import Snapshot

__all__ = ["Progress", "TrainingState"]


@dataclass(frozen=True, slots=True)
class TrainingState:
    """A run at the end of an epoch: what resuming it needs, and the best parameters so far."""

    epoch: int
    parameters: Parameters
    optimizer: str  # its name in OPTIMIZERS
    optimizer_state: dict[str, Array]  # `Optimizer.state`
    #: Of the highest validation accuracy, the latest epoch in a tie; with samples, of the latest.
    best: Parameters
    best_accuracy: float = -1.0
    history: list[EpochMetrics] = field(default_factory=list)
    least_scale: float = FORMER_LEAST_SCALE  # of the deskewing that it is trained with


@dataclass(frozen=True, slots=True)
class Progress:
    """A progress report of a run.

    `step` of `steps` is counted over the whole run, `train_loss` is the mean over the batches
    since the last report, None before the first step. `metrics` and `state` are set at an epoch's
    end only. `snapshots` are those that were due since the last report.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    train_loss: float | None
    metrics: EpochMetrics | None = None
    state: TrainingState | None = None
    snapshots: Sequence[Snapshot] = ()

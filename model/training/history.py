"""The history of a training run: the metrics of each epoch."""

from dataclasses import dataclass, field

__all__ = ["EpochMetrics"]


@dataclass(frozen=True, slots=True)
class EpochMetrics:
    """The metrics of one epoch.

    Losses are mean cross-entropies in nats; train_loss is the mean over the epoch's batches, each
    taken before its own step. gradient_norms has one ‖(dW_l, db_l)‖ for each layer. For each hidden
    layer, saturation has the share of saturated activations and dead_units the number of units
    saturated on every image. All three are measured on the same validation images each time.
    """

    epoch: int
    train_loss: float
    validation_loss: float
    validation_accuracy: float
    gradient_norms: list[float]
    saturation: list[float]
    dead_units: list[int] = field(default_factory=list)  # empty in runs of earlier versions

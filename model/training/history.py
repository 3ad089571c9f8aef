"""A training run's history: what each of its epochs came to."""

from dataclasses import dataclass, field

__all__ = ["EpochMetrics"]


@dataclass(frozen=True, slots=True)
class EpochMetrics:
    """What one epoch came to.

    Losses are mean cross-entropies in nats; train_loss is the mean over the epoch's batches, each
    taken before its own step. gradient_norms has one ‖(dW_l, db_l)‖ a layer, saturation the share
    of saturated units a hidden layer, dead_units how many were saturated on every image, all on the
    same validation images each time.
    """

    epoch: int
    train_loss: float
    validation_loss: float
    validation_accuracy: float
    gradient_norms: list[float]
    saturation: list[float]
    dead_units: list[int] = field(default_factory=list)  # empty in runs of earlier versions

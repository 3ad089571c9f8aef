"""Early stopping: a run ends once the validation loss has reached no new low for some epochs.

The loss decides, not the accuracy. It says with every digit how sure the network is of the right
answer, and so still falls where the accuracy, that of 5,000 digits, stands still by chance for some
epochs. Measured with three epochs of patience on plain descent at 0.3, three seeds: by the accuracy
runs stop after 17 to 21 epochs, where the best so far reads 97.8 to 97.9 %; by the loss after 29 to
36, at 98.1 to 98.3 %; 50 epochs give 98.2 to 98.4 %. The epoch that is kept is in either case the
one with the highest validation accuracy.
"""

from collections.abc import Sequence

from model.messages import Message
from model.training.history import EpochMetrics
from model.training.recipe import Recipe

__all__ = ["stopped_early"]


def stopped_early(history: Sequence[EpochMetrics], recipe: Recipe) -> Message | None:
    """Why a run of this recipe ends after the epochs of `history`; None where it does not.

    It depends on the history alone, which is part of a run's state: a resumed run stops at the same
    epoch. A run that has reached its last epoch ends there anyway, and has not stopped early. The
    message's values are `epoch`, the last one; `best`, that of the lowest validation loss; and
    `patience`, the number of epochs since then.
    """
    patience = recipe.early_stopping
    if patience is None or not history or history[-1].epoch >= recipe.epochs:
        return None
    best = min(history, key=lambda epoch: epoch.validation_loss)  # the first of equals
    if history[-1].epoch - best.epoch < patience:
        return None
    values = {
        "epoch": history[-1].epoch,
        "epochs": recipe.epochs,
        "best": best.epoch,
        "loss": best.validation_loss,
        "patience": history[-1].epoch - best.epoch,
    }
    return Message("training.stopped_early", values)

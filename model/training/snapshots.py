"""Snapshots: a network as it was after some of the steps of its training, from random to finished.

Learning is quickest at first, so the steps lie ever further apart: a few counted steps, then ends
of epochs. All of them are known before the run begins, so a resumed run takes the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from model.network import Parameters

__all__ = ["MOST", "MOST_BYTES", "Snapshot", "most_snapshots", "snapshot_steps"]

MOST = 24  # snapshots of a run, unless another number is wanted
MOST_BYTES = 32 * 2**20  # of all snapshots of a run: large networks keep fewer
EARLY = (0, 1, 3, 10, 30, 100, 300)  # steps


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The parameters after `step` steps of a run, the last of them in epoch `epoch`, from 1.

    `train_loss` is that of the step's batch, or the mean of the epoch that it ends; None before the
    first step. `validation_accuracy` is 0..1, of all validation images at an epoch's end and of the
    first 1,000 before.
    """

    step: int
    epoch: int
    parameters: Parameters
    train_loss: float | None
    validation_accuracy: float


def snapshot_steps(
    epochs: int, steps_per_epoch: int, parameters: int, most: int
) -> tuple[int, ...]:
    """The steps after which a run keeps a snapshot, at most `most`, 0 standing for its beginning.

    `parameters` is the number of weights and biases, of 4 bytes each; all snapshots of a run take
    at most MOST_BYTES. There are the EARLY steps and then ends of epochs, each about as many times
    later than the one before; the last step of the run is always among them.
    """
    room = _room(parameters, most)
    if room <= 0:
        return ()
    total = epochs * steps_per_epoch
    early = [step for step in EARLY if step < total]
    # Of so few that none is left for the epochs, those in the middle go first.
    early = _spread(early, room - 1) if len(early) >= room else early
    ends = [epoch * steps_per_epoch for epoch in _geometric(epochs, room - len(early))]
    return tuple(sorted({*early, *ends}))


def most_snapshots(epochs: int, parameters: int, most: int) -> int:
    """How many snapshots a run of so many epochs keeps at most, however long its epochs are."""
    return max(0, min(_room(parameters, most), len(EARLY) + epochs))


def _room(parameters: int, most: int) -> int:
    return min(most, MOST_BYTES // (4 * parameters))


def _spread(steps: Sequence[int], count: int) -> list[int]:
    """So many of the steps, evenly chosen from the first on."""
    return [steps[place * len(steps) // count] for place in range(count)]


def _geometric(last: int, count: int) -> list[int]:
    """`count` different whole numbers from 1 to `last`, in about equal ratios; `last` is one."""
    chosen, number = [], 1
    for left in range(min(count, last) - 1, 0, -1):
        chosen.append(number)
        number = max(number + 1, round(number * (last / number) ** (1 / left)))
    return [*chosen, last]

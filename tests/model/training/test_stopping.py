from dataclasses import replace

import numpy as np
import pytest

from model.data.idx import Split, load_mnist, split
from model.serialization.checkpoint import dump_state, load_state
from model.training.history import EpochMetrics
from model.training.loop import train
from model.training.recipe import Recipe, recipe
from model.training.state import TrainingState
from model.training.stopping import stopped_early

PATIENT = recipe("fast", epochs=20, early_stopping=3)


def history(*losses: float) -> list[EpochMetrics]:
    return [
        EpochMetrics(epoch, 0.1, loss, 0.9, [0.1, 0.1], [0.2])
        for epoch, loss in enumerate(losses, start=1)
    ]


@pytest.mark.parametrize(
    "losses",
    [
        [],
        [0.5],
        [0.5, 0.4, 0.6, 0.6],  # two epochs since the best
        [0.5, 0.6, 0.6, 0.49, 0.6, 0.6],  # a new low in time
    ],
)
def test_a_run_goes_on_while_its_patience_lasts(losses: list[float]) -> None:
    assert stopped_early(history(*losses), PATIENT) is None


def test_it_stops_after_so_many_epochs_without_a_new_low_and_says_where_the_low_was() -> None:
    reason = stopped_early(history(0.5, 0.4, 0.4, 0.6, 0.45), PATIENT)
    assert reason is not None
    assert (reason.values["epoch"], reason.values["best"]) == (5, 2)
    assert str(reason) == (
        "Stopped early, after epoch 5 of 20: the validation loss has reached no new low for "
        "3 epochs, since epoch 2 (0.4000)."
    )


def test_without_patience_or_in_the_last_epoch_nothing_stops_early() -> None:
    rising = history(0.1, 0.2, 0.3, 0.4, 0.5)
    assert stopped_early(rising, recipe("fast", epochs=20)) is None
    assert stopped_early(rising, replace(PATIENT, epochs=5)) is None


OVERFITTING = Recipe(
    epochs=60, learning_rate=0.3, momentum=0.9, train_examples=200, early_stopping=2
)


@pytest.fixture(scope="module")
def few_digits() -> Split:
    return split(load_mnist(), train_examples=200)


def last_state(
    used: Recipe, digits: Split, state: TrainingState | None = None, epochs: int = 10_000
) -> TrainingState:
    """The state after the run, or after so many of its epochs."""
    for progress in train(used, digits, state):
        if progress.state is not None:
            state = progress.state
            if state.epoch == epochs:
                break
    assert state is not None
    return state


def test_training_stops_where_the_history_says_so(few_digits: Split) -> None:
    end = last_state(OVERFITTING, few_digits)
    assert end.epoch < 60
    assert stopped_early(end.history, OVERFITTING) is not None
    assert stopped_early(end.history[:-1], OVERFITTING) is None
    assert list(train(OVERFITTING, few_digits, end)) == []  # it is over, and stays so


def test_it_changes_no_bit_of_the_epochs_that_are_run(few_digits: Split) -> None:
    end = last_state(OVERFITTING, few_digits)
    without = last_state(replace(OVERFITTING, early_stopping=None), few_digits, epochs=end.epoch)
    assert np.array_equal(end.parameters.vector, without.parameters.vector)


def test_a_resumed_run_stops_at_the_same_epoch_with_the_same_bits(few_digits: Split) -> None:
    whole = last_state(OVERFITTING, few_digits)
    half = last_state(OVERFITTING, few_digits, epochs=whole.epoch - 1)
    resumed = last_state(OVERFITTING, few_digits, load_state(dump_state(half)))
    assert resumed.epoch == whole.epoch
    assert np.array_equal(resumed.parameters.vector, whole.parameters.vector)
    assert np.array_equal(resumed.best.vector, whole.best.vector)

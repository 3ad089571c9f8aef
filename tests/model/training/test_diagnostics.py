import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from model.messages import Message
from model.network import Gradients, Parameters, Trace, forward, initialize
from model.training.diagnostics import (
    dead_units,
    gradient_norms,
    hints,
    preactivation_bounds,
    saturation,
    update_ratio,
)
from model.training.history import EpochMetrics
from model.training.recipe import Recipe, recipe

FAST = recipe("fast", epochs=10)


def test_gradient_norms_take_weights_and_biases_of_a_layer_together() -> None:
    gradients = Gradients(Parameters((2, 2, 1)), examples=1)
    gradients.weights[0][:] = [[1, 2], [3, 1]]
    gradients.biases[0][:] = [1, 3]  # 1 + 4 + 9 + 1 + 1 + 9 = 25
    gradients.weights[1][:] = [[2], [3]]
    gradients.biases[1][:] = [6]  # 4 + 9 + 36 = 49
    assert gradient_norms(gradients) == pytest.approx([5, 7])


def hidden_trace(activation: str, z: Sequence[Sequence[float]]) -> Trace:
    """A trace whose hidden layer has exactly these z, through weights that pass x on."""
    size = len(z[0])
    parameters = Parameters((size, size, 2), activation, dtype=np.float64)
    parameters.weights[0][:] = np.eye(size)
    return forward(parameters, np.array(z, np.float64))


@pytest.mark.parametrize(
    ("activation", "edge"),
    [
        ("sigmoid", 4.3566),  # a(1 − a) = 0.05/4
        ("tanh", 2.1783),  # 1 − a² = 0.05
    ],
)
def test_saturation_begins_where_the_slope_is_below_a_twentieth(
    activation: str, edge: float
) -> None:
    inside, outside = edge - 1e-3, edge + 1e-3
    trace = hidden_trace(activation, [[0, inside, -inside, outside], [outside, -outside, 50, -50]])
    assert saturation(trace, activation) == [5 / 8]


@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
def test_a_relu_is_saturated_where_it_is_off(activation: str) -> None:
    trace = hidden_trace(activation, [[-1, 0, 1e-3, 100]])
    assert saturation(trace, activation) == [2 / 4]


def test_saturation_has_one_share_a_hidden_layer() -> None:
    parameters = Parameters((2, 3, 4, 2), "relu")
    assert saturation(forward(parameters, np.ones((1, 2), np.float32)), "relu") == [1, 1]


def test_a_unit_is_dead_when_no_example_of_the_batch_reaches_it() -> None:
    trace = hidden_trace("relu", [[-1, -1, 2], [-3, 1, 2]])
    assert dead_units(trace, "relu") == [1]


def test_update_ratio_compares_a_layers_change_with_its_size() -> None:
    before = Parameters((2, 2, 2, 2), dtype=np.float64)
    before.weights[0][:] = [[3, 0], [0, 4]]  # norm 5
    after = before.copy()
    after.weights[0][1, 0] = 0.01
    after.biases[0][:] = 9  # biases do not count
    after.weights[1][0, 0] = 1  # from a layer of zeros
    assert update_ratio(before, after) == [pytest.approx(0.002), math.inf, 0.0]


def test_preactivation_bounds_are_those_worked_by_hand() -> None:
    parameters = Parameters((2, 2, 1), "relu", dtype=np.float64)
    parameters.weights[0][:] = [[1, -2], [3, -4]]
    parameters.biases[0][:] = [-5, 0.5]  # |1| + |3| + |−5| = 9, |−2| + |−4| + 0.5 = 6.5
    parameters.weights[1][:] = [[1], [-1]]
    parameters.biases[1][:] = [2]  # relu: (1 + 1)·9 + 2; sigmoid: (1 + 1)·1 + 2
    assert preactivation_bounds(parameters) == [9, 20]
    assert preactivation_bounds(Parameters((2, 2, 1), "sigmoid", parameters.vector)) == [9, 4]


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "leaky_relu"])
def test_no_sum_exceeds_its_bound(activation: str) -> None:
    rng = np.random.default_rng(0)
    parameters = initialize((9, 7, 5, 3), activation, rng, "blog")
    trace = forward(parameters, rng.integers(0, 2, (500, 9)).astype(np.float32))
    for z, bound in zip(trace.z, preactivation_bounds(parameters), strict=True):
        assert np.abs(z).max() <= bound
    assert np.abs(trace.z[0]).max() > 0.3 * preactivation_bounds(parameters)[0]


def run(train: Sequence[float], validation: Sequence[float], **last: Any) -> list[EpochMetrics]:
    """A history with these losses; `last` changes the last epoch."""
    history = [
        EpochMetrics(epoch, one, other, 0.9, [0.1, 0.1], [0.2])
        for epoch, (one, other) in enumerate(zip(train, validation, strict=True), start=1)
    ]
    return [*history[:-1], replace(history[-1], **last)]


HEALTHY = [0.5, 0.3, 0.2, 0.15, 0.14], [0.4, 0.3, 0.25, 0.24, 0.239]


def test_a_healthy_run_gets_no_hint() -> None:
    assert hints([], FAST) == []
    for epochs in range(1, 6):
        assert hints(run(*(losses[:epochs] for losses in HEALTHY)), FAST) == []
    assert hints(run(*HEALTHY), replace(FAST, epochs=5)) == []


TROUBLE: dict[str, tuple[list[EpochMetrics], Recipe, str, str]] = {
    "nan": (
        run([0.5, math.nan], [0.5, 0.5]),
        replace(FAST, learning_rate=10),
        "hint.not_a_number",
        "no longer a number .* tenfold, from 10 to 1",
    ),
    "infinite": (
        run([0.5, 0.5], [0.5, math.inf]),
        replace(FAST, learning_rate=10),
        "hint.not_a_number",
        "no longer a number .* tenfold, from 10 to 1",
    ),
    "rises": (
        run([0.5, 0.3, 0.33], [0.5, 0.4, 0.4]),
        replace(FAST, learning_rate=0.5),
        "hint.loss_rises",
        "training loss rises.* Halve the learning rate, from 0.5 to 0.25",
    ),
    "rises, and so does the validation loss": (
        run([0.5, 0.2, 0.25, 0.3], [0.5, 0.3, 0.33, 0.35]),
        replace(FAST, learning_rate=0.5),
        "hint.loss_rises",
        "training loss rises",
    ),
    "saturated sigmoid": (
        run([0.5], [0.5], saturation=[0.8]),
        replace(FAST, learning_rate=5),
        "hint.saturated",
        "In hidden layer 1 over 60% of the units are saturated, where sigmoid is flat.* 5 to 0.5",
    ),
    "saturated second layer": (
        run([0.5], [0.5], saturation=[0.1, 0.8]),
        replace(FAST, activation="tanh"),
        "hint.saturated",
        "hidden layer 2 .* saturated, where tanh is flat",
    ),
    "saturated everywhere": (
        run([0.5], [0.5], saturation=[0.8, 0.1, 0.9]),
        FAST,
        "hint.saturated",
        "In hidden layers 1 and 3 over 60% of the units are saturated",
    ),
    "saturated from the start": (
        run([0.5], [0.5], saturation=[0.65]),
        replace(FAST, initialization="standard_normal"),
        "hint.saturated_by_start",
        r"from the start, as weights from N\(0, 1\)",
    ),
    "saturated by pixels, whatever the start": (
        run([0.5], [0.5], saturation=[0.95]),
        replace(FAST, rescale=False, initialization="standard_normal"),
        "hint.saturated_by_pixels",
        "Divide them by 255",
    ),
    "relu off": (
        run([0.5], [0.5], saturation=[0.95]),
        replace(FAST, activation="relu", learning_rate=1),
        "hint.units_off",
        "hidden layer 1 over 90% of the units are off .* from 1 to 0.1",
    ),
    "dead relu units": (
        run([0.5], [0.5], saturation=[0.5, 0.5], dead_units=[12, 7]),
        replace(FAST, activation="relu", hidden_layers=(128, 64), learning_rate=0.3),
        "hint.dead_units",
        "hidden layer 2 over 10% of the units are dead.* from 0.3 to 0.03, or with leaky_relu",
    ),
    "vanishing": (
        run([2.3], [2.3], gradient_norms=[0.001, 0.01, 0.1]),
        FAST,
        "hint.vanishing_gradient",
        "gradient vanishes.* fewer hidden layers, or relu",
    ),
    "vanishing relu": (
        run([2.3], [2.3], gradient_norms=[0.001, 0.01, 0.1]),
        replace(FAST, activation="relu"),
        "hint.vanishing_gradient",
        "gradient vanishes.* Use fewer hidden layers.$",
    ),
    "too slow": (
        run([2.3, 2.2, 2.1], [2.3, 2.2, 2.1]),
        replace(FAST, learning_rate=1e-4),
        "hint.too_slow",
        "very slowly.* Raise the learning rate tenfold, from 0.0001 to 0.001",
    ),
    "overfits": (
        run([0.5, 0.2, 0.1, 0.05], [0.5, 0.3, 0.32, 0.35]),
        FAST,
        "hint.overfits",
        "overfits since epoch 2.* Train with Distortions set to full, with more weight decay .* or",
    ),
    "overfits few images": (
        run([0.5, 0.2, 0.1, 0.05], [0.5, 0.3, 0.32, 0.35]),
        replace(FAST, train_examples=500, augment="full", weight_decay=1e-4),
        "hint.overfits",
        r"Train on more training digits, with more weight decay \(0.001\) or with early stopping",
    ),
    "a gap opens": (
        run([0.5, 0.3, 0.15], [0.5, 0.35, 0.34]),
        replace(FAST, train_examples=5000, early_stopping=3, augment="full"),
        "hint.gap",
        r"0.15 on the training digits, 0.34 .* Dropout.* not built in here; train on more",
    ),
    "dead units, which are off as well": (
        run([0.5], [0.5], saturation=[0.99], dead_units=[120]),
        replace(FAST, activation="relu", learning_rate=2),
        "hint.dead_units",
        "from 2 to 0.2",
    ),
    "rises twice, on distorted images": (
        run([0.3, 0.31, 0.33], [0.3, 0.3, 0.3]),
        replace(FAST, augment="full"),
        "hint.loss_rises",
        "training loss rises",
    ),
    "still falling": (
        run([2.0, 1.0, 0.5], [1.5, 0.8, 0.5]),
        replace(FAST, epochs=3, learning_rate=0.01, schedule="constant"),
        "hint.still_falling",
        r"still falling.* more epochs \(6, say\) or double .* from 0.01 to 0.02",
    ),
    "steps shrank too early": (
        run([2.0, 1.0, 0.9], [1.5, 0.8, 0.7]),
        replace(FAST, epochs=3, schedule="cosine"),
        "hint.schedule_ended_early",
        r"shrank to 0 by plan before .* more epochs \(6, say\)",
    ),
}


@pytest.mark.parametrize("name", TROUBLE)
def test_each_trouble_gets_its_own_hint_alone(name: str) -> None:
    history, used, code, expected = TROUBLE[name]
    (hint,) = hints(history, used)
    assert hint.code == code
    assert re.search(expected, str(hint)), str(hint)


@pytest.mark.parametrize("name", TROUBLE)
def test_a_hint_that_was_stored_is_equal_to_the_one_found_again(name: str) -> None:
    history, used, _, _ = TROUBLE[name]
    (hint,) = hints(history, used)
    assert Message.from_json(hint.to_json()) == hint


CLEAR: dict[str, Callable[[], tuple[list[EpochMetrics], Recipe]]] = {
    "a tiny loss that wobbles": lambda: (run([0.5, 0.1, 0.012, 0.02], [0.1] * 4), FAST),
    "half of a relu layer off": lambda: (
        run([0.5], [0.5], saturation=[0.6]),
        replace(FAST, activation="relu"),
    ),
    "one worse validation epoch": lambda: (
        run([0.5, 0.3, 0.2], [0.5, 0.3, 0.35]),
        FAST,
    ),
    "a gap that hardly matters": lambda: (run([0.5, 0.1, 0.01], [0.3, 0.1, 0.099]), FAST),
    "a gap before the network has learnt much": lambda: (run([1.0, 0.2], [0.9, 0.5]), FAST),
    "a worse validation loss as high as the training loss": lambda: (
        run([0.9, 0.3, 0.29, 0.28], [0.4, 0.3, 0.32, 0.33]),
        FAST,
    ),
    "one rise, on distorted images": lambda: (
        run([0.5, 0.3, 0.33], [0.5, 0.3, 0.3]),
        replace(FAST, augment="full"),
    ),
    "a single epoch, on distorted images": lambda: (
        run([0.5], [0.5]),
        replace(FAST, augment="full"),
    ),
    "a rise, on distorted images alone": lambda: (
        run([0.5, 0.3, 0.33, 0.4], [0.5, 0.3, 0.25, 0.2]),
        replace(FAST, augment="full"),
    ),
    "still falling in the middle of a run": lambda: (run([2.0, 1.0], [1.5, 0.8]), FAST),
    "falling to the end because the steps shrink": lambda: (
        run([0.5, 0.2, 0.1], [0.3, 0.2, 0.1], validation_accuracy=0.98),
        replace(FAST, epochs=3, schedule="cosine"),
    ),
    "leaky units that are off": lambda: (
        run([0.5], [0.5], saturation=[0.5], dead_units=[60]),
        replace(FAST, activation="leaky_relu"),
    ),
    "chance, while distorted images are the harder ones": lambda: (
        run([0.3, 0.2, 0.15, 0.12], [0.05, 0.03, 0.04, 0.04]),
        replace(FAST, augment="full"),
    ),
    "slow, on hard images, at 98 %": lambda: (
        run([0.3, 0.2, 0.17], [0.06, 0.06, 0.06], validation_accuracy=0.98),
        replace(FAST, augment="full"),
    ),
    "no gradient at all": lambda: (run([0.5], [0.5], gradient_norms=[0.0, 0.0]), FAST),
}


@pytest.mark.parametrize("name", CLEAR)
def test_no_hint_cries_wolf(name: str) -> None:
    assert hints(*CLEAR[name]()) == []


def test_a_hint_stays_equal_while_it_holds() -> None:
    slow = [2.3, 2.2, 2.1, 2.0, 1.9]
    found = [hints(run(slow[:n], slow[:n]), FAST) for n in (3, 4, 5)]
    assert [hint.code for hint in found[0]] == ["hint.too_slow"]
    assert found[0] == found[1] == found[2]

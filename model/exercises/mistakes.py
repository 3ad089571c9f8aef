"""The mistakes of hand-written backpropagation, each as the steps that it puts in wrongly.

One row of the table is one kind of mistake, numbered as docs/mistakes.md explains them; a kind has
one or more forms. A form replaces steps of `model.exercises.steps`, or multiplies the gradients by
factors, or both leave it a value of its own (a learning rate, a weight decay) that is read off what
was submitted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from model.exercises import wrong_steps as wrong
from model.exercises.steps import RIGHT, Grads, Steps
from model.messages import Message
from model.network import Array, Parameters

__all__ = ["KINDS", "MISTAKES", "Factors", "Mistake", "mistake", "steps_with", "wrong_gradients"]

KINDS = 40

Factors = dict[str, float]  # by gradient: how many times too large it comes out


@dataclass(frozen=True, slots=True)
class Mistake:
    """One form of a mistake.

    `number` is its row, 1..40, `form` tells the forms of a row apart. `changes` replaces steps;
    `factors(m, k)` tells how many times too large each gradient comes out, for m examples in k
    classes. `changes_at(value)` replaces steps where the mistake has a value of its own, which is
    `typical` until it is known; it is `linear` if the gradients are linear in it.
    """

    number: int
    form: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    factors: Callable[[int, int], Factors] | None = None
    changes_at: Callable[[float], Mapping[str, Any]] | None = None
    typical: float = 0.0
    linear: bool = False

    @property
    def name(self) -> str:
        """What it is called, in a few words."""
        return str(Message(f"mistake.{self.number}.name", {}))

    @property
    def hint(self) -> str:
        """Where to look, without the answer."""
        return str(Message(f"mistake.{self.number}.hint", {}))

    def at(self, value: float | None = None) -> Mapping[str, Any]:
        """The steps that it replaces, where it has a value with this one or the typical one."""
        if self.changes_at:
            return self.changes_at(self.typical if value is None else value)
        if self.factors:
            return {"finish": (wrong.multiply(self.factors),)}
        return self.changes


def _all(factor: float) -> Factors:
    return _layers(factor, factor)


def _layers(output: float, hidden: float) -> Factors:
    return {"dW2": output, "db2": output, "dW1": hidden, "db1": hidden}


def _kinds(weights: float, biases: float) -> Factors:
    return {"dW2": weights, "db2": biases, "dW1": weights, "db1": biases}


def _scaled(number: int, form: str, factors: Callable[[int, int], Factors]) -> Mistake:
    return Mistake(number, form, factors=factors)


def _fitted(
    number: int,
    form: str,
    changes_at: Callable[[float], Mapping[str, Any]],
    typical: float,
    linear: bool = False,
) -> Mistake:
    return Mistake(number, form, changes_at=changes_at, typical=typical, linear=linear)


def _steps(number: int, form: str, **changes: Any) -> Mistake:
    return Mistake(number, form, changes=changes)


MISTAKES: tuple[Mistake, ...] = (
    # The factor in front
    _scaled(1, "no_mean", lambda m, k: _all(m)),
    _steps(1, "mean_for_targets_only", output_delta=lambda P, Y: len(P) * P - Y),
    _scaled(2, "mean_twice", lambda m, k: _all(1 / m)),
    _scaled(2, "mean_over_classes", lambda m, k: _all(1 / k)),
    _scaled(2, "twice_over_classes", lambda m, k: _all(2 / k)),
    _scaled(2, "classes_for_examples", lambda m, k: _all(m / k)),
    _scaled(2, "examples_but_one", lambda m, k: _all(m / (m - 1) if m > 1 else 1)),
    _scaled(3, "mean_for_weights_only", lambda m, k: _kinds(1, m)),
    _scaled(3, "mean_for_biases_only", lambda m, k: _kinds(m, 1)),
    _scaled(4, "hidden_mean_twice", lambda m, k: _layers(1, 1 / m)),
    _scaled(4, "hidden_without_mean", lambda m, k: _layers(1, m)),
    _scaled(5, "factor_2", lambda m, k: _all(2)),
    _scaled(5, "factor_half", lambda m, k: _all(0.5)),
    _scaled(6, "sign", lambda m, k: _all(-1)),
    _scaled(7, "log10", lambda m, k: _all(float(1 / np.log(10)))),
    _scaled(7, "log2", lambda m, k: _all(float(1 / np.log(2)))),
    _fitted(8, "step", lambda alpha: {"finish": (wrong.times(alpha),)}, 0.1),
    _fitted(8, "new_parameters", lambda a: {"finish": (wrong.updated(a),)}, 0.1, linear=True),
    _scaled(9, "accumulated", lambda m, k: _all(2)),
    _steps(10, "normalised", finish=(wrong.normalised,)),
    _steps(10, "normalised_each", finish=(wrong.normalised_each,)),
    _fitted(10, "clipped_values", lambda most: {"finish": (wrong.clipped(most),)}, 0.01),
    # The output's delta
    _steps(11, "output_slope", output_delta=wrong.output_slope),
    _steps(12, "softmax_diagonal", output_delta=wrong.softmax_diagonal),
    _steps(13, "softmax_sign", output_delta=wrong.softmax_sign),
    _steps(14, "no_jacobian", output_delta=lambda P, Y: -Y / P),
    _steps(15, "squared_error", output_delta=wrong.squared_error),
    _steps(16, "targets_left_out", output_delta=lambda P, Y: P),
    _steps(17, "argmax", output_delta=wrong.argmax_for_probabilities),
    _steps(18, "softmax_over_batch", output=lambda Z2: wrong.softmax_over(Z2, axis=0)),
    _steps(18, "softmax_over_array", output=lambda Z2: wrong.softmax_over(Z2, axis=None)),
    _steps(19, "softmax_twice", output=wrong.softmax_twice),
    _steps(20, "sigmoid_outputs", output=wrong.sigmoid_outputs),
    _steps(21, "classes_up", targets=lambda Y: np.roll(Y, 1, axis=1)),
    _steps(21, "classes_down", targets=lambda Y: np.roll(Y, -1, axis=1)),
    _steps(22, "rows_down", targets=lambda Y: np.roll(Y, 1, axis=0)),
    _steps(22, "rows_up", targets=lambda Y: np.roll(Y, -1, axis=0)),
    _steps(22, "rows_reversed", targets=lambda Y: Y[::-1]),
    _steps(23, "labels_for_targets", output_delta=wrong.labels_for_targets),
    _steps(23, "transposed", finish=(wrong.transposed,)),
    _steps(23, "biases_not_summed", output_sum=lambda D2: D2, hidden_sum=lambda D1, back: D1),
    _steps(
        23,
        "biases_summed_along_units",
        output_sum=lambda D2: D2.sum(axis=1),
        hidden_sum=lambda D1, back: D1.sum(axis=1),
    ),
    # The output layer's gradients
    _steps(24, "logits_for_activations", output_left=lambda H, Z1: Z1.T),
    _steps(24, "ones_for_activations", output_left=lambda H, Z1: np.ones_like(H.T)),
    _steps(25, "activations_reshaped", output_left=lambda H, Z1: H.reshape(H.T.shape)),
    _steps(25, "inputs_reshaped", hidden_left=lambda X: X.reshape(X.T.shape)),
    _steps(25, "weights_reshaped", way_back=lambda W2, dW2: W2.reshape(W2.T.shape)),
    _steps(26, "sum_over_all", output_sum=wrong.sum_over_all, hidden_sum=wrong.sum_over_all),
    _steps(26, "output_sum_over_all", output_sum=wrong.sum_over_all),
    _steps(26, "hidden_sum_over_all", hidden_sum=wrong.sum_over_all),
    _scaled(27, "mean_for_sum", lambda m, k: _kinds(1, 1 / m)),
    _scaled(27, "output_mean_for_sum", lambda m, k: _kinds(1, 1) | {"db2": 1 / m}),
    _scaled(27, "hidden_mean_for_sum", lambda m, k: _kinds(1, 1) | {"db1": 1 / m}),
    _steps(28, "no_biases", output_sum=wrong.no_sum, hidden_sum=wrong.no_sum),
    _steps(28, "no_output_biases", output_sum=wrong.no_sum),
    _steps(28, "no_hidden_biases", hidden_sum=wrong.no_sum),
    _steps(29, "last_example", output_delta=lambda P, Y: wrong.only(P - Y, -1)),
    _steps(29, "first_example", output_delta=lambda P, Y: wrong.only(P - Y, 0)),
    _steps(29, "last_in_output_weights", output_left=lambda H, Z1: wrong.only(H, -1).T),
    _steps(29, "last_in_hidden_weights", hidden_left=lambda X: wrong.only(X, -1).T),
    _steps(29, "last_in_output_biases", output_sum=lambda D2: D2[-1]),
    _steps(29, "last_in_hidden_biases", hidden_sum=lambda D1, back: D1[-1]),
    # The hidden layer's delta
    _steps(30, "no_slope", slope=lambda H, Z1: np.ones_like(H)),
    _steps(30, "no_slope_in_biases", hidden_sum=lambda D1, back: back.sum(axis=0)),
    _steps(30, "no_slope_in_weights", hidden_used=lambda D1, back: back),
    _steps(31, "slope_at_activation", slope=wrong.slope_at_activation),
    _steps(32, "formula_at_logit", slope=lambda H, Z1: Z1 * (1 - Z1)),
    _steps(33, "tanh_slope_of_activation", slope=lambda H, Z1: 1 - H**2),
    _steps(33, "tanh_slope", slope=lambda H, Z1: 1 - np.tanh(Z1) ** 2),
    _steps(33, "relu_slope", slope=lambda H, Z1: (Z1 > 0).astype(H.dtype)),
    _steps(33, "activation", slope=lambda H, Z1: H),
    _steps(33, "one_minus_activation", slope=lambda H, Z1: 1 - H),
    _steps(33, "slope_squared", slope=lambda H, Z1: (H * (1 - H)) ** 2),
    _steps(33, "slope_negative", slope=lambda H, Z1: H * (H - 1)),
    _steps(
        33,
        "no_brackets",
        slope=lambda H, Z1: H,
        hidden_delta=lambda back, slope: back * slope * 1 - slope,
    ),
    _steps(34, "mask_by_gradient", hidden_delta=lambda back, slope: np.maximum(back, 0)),
    _steps(
        34, "mask_by_gradient_too", hidden_delta=lambda back, slope: np.maximum(back, 0) * slope
    ),
    _steps(34, "slope_in_place", hidden_delta=lambda back, slope: slope),
    _steps(
        34,
        "mask_in_place",
        slope=lambda H, Z1: (Z1 > 0).astype(H.dtype),
        hidden_delta=lambda back, slope: slope,
    ),
    _fitted(
        35,
        "updated_weights",
        lambda alpha: {"way_back": lambda W2, dW2: (W2 - alpha * dW2).T},
        0.1,
        linear=True,
    ),
    _steps(36, "weights_left_out", way_back=lambda W2, dW2: np.ones_like(W2.T)),
    _steps(36, "weights_negative", way_back=lambda W2, dW2: -W2.T),
    _steps(36, "weights_absolute", way_back=lambda W2, dW2: np.abs(W2).T),
    # Inputs, biases, numbers
    _steps(37, "bytes_backward", pixels_back=lambda X: X * 255),
    _steps(37, "bytes_throughout", pixels=lambda X: X * 255),
    _steps(38, "no_hidden_bias", hidden_bias=np.zeros_like),
    _steps(38, "no_output_bias", output_bias=np.zeros_like),
    _steps(38, "no_bias", hidden_bias=np.zeros_like, output_bias=np.zeros_like),
    _steps(38, "other_rows", pixels=wrong.other_rows, pixels_back=wrong.other_rows_back),
    _fitted(39, "decay", lambda c: {"finish": (wrong.decayed(c, "W"),)}, 0.01, linear=True),
    _fitted(39, "decay_of_all", lambda c: {"finish": (wrong.decayed(c, "Wb"),)}, 0.01, linear=True),
    _steps(40, "whole_numbers", finish=(wrong.rounded_to(np.int64),)),
    _steps(40, "float16", finish=(wrong.rounded_to(np.float16),)),
    _fitted(40, "clipped_probabilities", wrong.clipped_probabilities, 0.1),
)


def mistake(name: int | str) -> Mistake:
    """The first form of a row by its number, or a form by its name. Raises KeyError."""
    for each in MISTAKES:
        if name in (each.number, each.form):
            return each
    raise KeyError(name)


def steps_with(*made: Mistake) -> Steps:
    """The steps with these mistakes in them, the later over the earlier."""
    steps = RIGHT
    for each in made:
        steps = steps.changed(each.at())
    return steps


def wrong_gradients(parameters: Parameters, X: Array, Y: Array, *made: Mistake) -> Grads:
    """The gradients dW1 db1 dW2 db2 that somebody gets who makes these mistakes.

    X (m, n_0) are inputs, Y (m, k) one-hot targets; the network has one hidden layer of sigmoids.
    """
    return steps_with(*made).run(parameters, X, Y).grads

"""Gradient steps that skip inputs which are 0 in the whole batch, by smaller matrix products.

Four in five of MNIST's pixels are 0, and in a batch of 64 images some 290 of the 784 inputs are 0
in all of them. Such a column of X adds nothing to Z_1 = X W_1, and its row of dW_1 = Xᵀ D_1 is 0.
Plain SGD does not change a parameter whose gradient is 0, so the step can be computed on the
network of the other inputs: it saves a third of the arithmetic, and only the order of summation
differs. (Momentum and weight decay change every parameter: then `gradient_step` chooses
`DenseStep`.)

Gathering rows of W_1 for every batch would cost half of what this saves. So inputs are sorted by
how often they are nonzero. The common ones stay in place at the end of W_1 and are never skipped;
only the rare ones that a batch needs are copied to just before them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.network import Array, Gradients, Parameters, Trace
from model.optimizer import Optimizer
from model.training.mistaken_step import MistakenStep
from model.training.step import DenseStep, GradientStep, Workspace, scale_into

__all__ = ["InputOrder", "SparseStep", "gradient_step", "input_order"]

OFTEN_BLANK = 0.15  # share of batches above which copying weights costs less than multiplying by 0

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class InputOrder:
    """The inputs sorted by how often they are nonzero, the rarest first."""

    inputs: NDArray[np.intp]  # (n_0,)
    rare: int  # how many of the first are skipped in batches where they are 0


def input_order(images: Bytes, batch_size: int) -> InputOrder:
    """Sort the inputs of these images (n, n_0) for batches of `batch_size`.

    An input that is nonzero in a share p of the images is 0 throughout a batch of m with
    probability (1 − p)^m; it counts as rare where this exceeds OFTEN_BLANK.
    """
    nonzero = np.count_nonzero(images, axis=0) / max(len(images), 1)  # shares p (n_0,)
    rare = int(((1 - nonzero) ** batch_size > OFTEN_BLANK).sum())
    # One input is never skipped: a network needs at least one.
    return InputOrder(np.argsort(nonzero, kind="stable"), min(rare, images.shape[1] - 1))


def gradient_step(
    parameters: Parameters,
    optimizer: Optimizer,
    images: Bytes | None,
    batch_size: int,
    mistake: int | None = None,
) -> GradientStep:
    """The step to train with, from a copy of `parameters`.

    `images` (n, n_0) are the training images, or None where every epoch augments them anew. The
    sparse step is chosen where it equals the dense one: when `optimizer` leaves parameters of
    gradient 0 unchanged and it is known in advance how often each input is 0. With a `mistake` the
    step is that of somebody who makes it.
    """
    if mistake is not None:
        return MistakenStep(parameters.copy(), optimizer, mistake)
    if images is not None and optimizer.ignores_zero_gradients:
        return SparseStep(parameters, optimizer, input_order(images, batch_size))
    return DenseStep(parameters.copy(), optimizer)


class SparseStep:
    """The step on the inputs that are nonzero in a batch; columns of images are in `order`."""

    def __init__(self, parameters: Parameters, optimizer: Optimizer, order: InputOrder) -> None:
        self.optimizer = optimizer
        self.input_order = order.inputs
        self._order = order
        self._network = parameters.copy()  # its rows of rare inputs are scratch
        W1 = self._network.weights[0]
        W1[:] = parameters.weights[0][order.inputs]
        self._rare_weights = W1[: order.rare].copy()
        self._rare_rows, self._rows = _as_items(self._rare_weights), _as_items(W1)
        self._work: dict[tuple[int, int], Workspace] = {}  # by m and the number of inputs used
        self._arrays: dict[int, Workspace] = {}  # by m: the memory that all of these share

    @property
    def parameters(self) -> Parameters:
        """A copy of the current parameters, with the inputs in their original order."""
        parameters = self._network.copy()
        rare, common = np.split(self._order.inputs, [self._order.rare])
        parameters.weights[0][rare] = self._rare_weights
        parameters.weights[0][common] = self._network.weights[0][self._order.rare :]
        return parameters

    def step(self, images: NDArray[Any], y: Array, learning_rate: float) -> Array:
        """Take one step, as `GradientStep.step`, on uint8 images, 0..255."""
        rare, common = images[:, : self._order.rare], images[:, self._order.rare :]
        used = rare.max(axis=0).nonzero()[0]
        count = len(used)
        work = self._work_for(len(images), count + common.shape[1])
        scale_into(work.x[:, :count], rare.take(used, axis=1, mode="clip"))
        scale_into(work.x[:, count:], common)
        rows = self._rows[self._order.rare - count : self._order.rare]
        self._rare_rows.take(used, out=rows, mode="clip")
        logits = work.step(work.x, y, self.optimizer, learning_rate)
        self._rare_rows[used] = rows
        return logits

    def _work_for(self, examples: int, inputs: int) -> Workspace:
        """Views into the arrays for all inputs, which stay in the cache; new ones would not."""
        if (examples, inputs) not in self._work:
            if examples not in self._arrays:
                self._arrays[examples] = Workspace.empty(self._network, examples)
            arrays = self._arrays[examples]
            all_inputs, *sizes = self._network.layers
            layers, unused = (inputs, *sizes), (all_inputs - inputs) * sizes[0]
            network = Parameters(layers, self._network.activation, self._network.vector[unused:])
            grads = Gradients(network, examples, arrays.grads.vector[unused:])
            grads.deltas = arrays.grads.deltas
            x = arrays.x.ravel()[: examples * inputs].reshape(examples, inputs)
            trace = Trace(arrays.trace.z, list(arrays.trace.a))
            self._work[examples, inputs] = Workspace(network, x, trace, grads)
        return self._work[examples, inputs]


def _as_items(weights: Array) -> NDArray[np.void]:
    """The rows of a matrix as single items (n,), which NumPy copies faster than rows of floats."""
    return weights.view(f"V{weights.shape[1] * weights.itemsize}").ravel()

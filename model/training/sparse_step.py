"""Gradient steps that leave out what is blank: the same steps by smaller products.

Four pixels of five in MNIST are 0, and in a batch of 64 images some 290 of the 784 are 0 in every
one. Such a column of X adds nothing to Z_1 = X W_1, and its row of dW_1 = Xᵀ D_1 is 0. Plain SGD
leaves a parameter alone whose gradient is 0, so the step may as well be taken by the smaller
network of the inputs in use: a third of the arithmetic is saved, and only the order in which
numbers are added differs. (Momentum and weight decay move every parameter: there `DenseStep` is
taken; `gradient_step` chooses.)

Choosing rows of W_1 anew for every batch would cost half of what it saves. So inputs are put in
order, the rarest first: those that hardly any batch lacks stay where they are, at the end of W_1,
and the few others that a batch needs are copied to just before them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.network import Array, Gradients, Parameters, Trace
from model.optimizer import Optimizer
from model.training.step import DenseStep, GradientStep, Work, scale_into

__all__ = ["InputOrder", "SparseStep", "gradient_step", "input_order"]

OFTEN_BLANK = 0.15  # of the batches: then copying weights costs less than multiplying by 0

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class InputOrder:
    """The inputs by how often they are inked, the rarest first."""

    inputs: NDArray[np.intp]  # (n_0,)
    rare: int  # so many of the first are left out of batches in which they are blank


def input_order(images: Bytes, batch_size: int) -> InputOrder:
    """The order of inputs for batches of `batch_size` of these images (n, n_0).

    An input that is inked in a share p of the images is blank in a batch of m with probability
    (1 − p)^m.
    """
    inked = np.count_nonzero(images, axis=0) / max(len(images), 1)
    rare = int(((1 - inked) ** batch_size > OFTEN_BLANK).sum())
    # There is no network without inputs: one stays in all products.
    return InputOrder(np.argsort(inked, kind="stable"), min(rare, images.shape[1] - 1))


def gradient_step(
    parameters: Parameters, optimizer: Optimizer, images: Bytes | None, batch_size: int
) -> GradientStep:
    """The step to learn with from `images` (n, n_0), None where they are never the same twice.

    It is the sparse one where that is the same step: `optimizer` leaves parameters alone whose
    gradient is 0, and which pixels are blank is known beforehand. It starts from a copy of
    `parameters`.
    """
    if images is not None and optimizer.ignores_zero_gradients:
        return SparseStep(parameters, optimizer, input_order(images, batch_size))
    return DenseStep(parameters.copy(), optimizer)


class SparseStep:
    """The step on the inputs that have ink in the batch, of images whose columns are in `order`."""

    def __init__(self, parameters: Parameters, optimizer: Optimizer, order: InputOrder) -> None:
        self.optimizer = optimizer
        self.input_order = order.inputs
        self._order = order
        self._network = parameters.copy()  # but for its rows of rare inputs, which come and go
        W1 = self._network.weights[0]
        W1[:] = parameters.weights[0][order.inputs]
        self._rare_weights = W1[: order.rare].copy()
        self._rare_rows, self._rows = _as_items(self._rare_weights), _as_items(W1)
        self._work: dict[tuple[int, int], Work] = {}  # by m and n_0
        self._arrays: dict[int, Work] = {}  # by m: the memory of all these

    @property
    def parameters(self) -> Parameters:
        """A copy of what has been learnt so far, inputs in their usual order."""
        parameters = self._network.copy()
        rare, common = np.split(self._order.inputs, [self._order.rare])
        parameters.weights[0][rare] = self._rare_weights
        parameters.weights[0][common] = self._network.weights[0][self._order.rare :]
        return parameters

    def step(self, images: NDArray[Any], y: Array, learning_rate: float) -> Array:
        """One step, as `GradientStep.step`, on images in bytes, 0..255."""
        rare, common = images[:, : self._order.rare], images[:, self._order.rare :]
        inked = rare.max(axis=0).nonzero()[0]
        count = len(inked)
        work = self._work_for(len(images), count + common.shape[1])
        scale_into(work.x[:, :count], rare.take(inked, axis=1, mode="clip"))
        scale_into(work.x[:, count:], common)
        rows = self._rows[self._order.rare - count : self._order.rare]
        self._rare_rows.take(inked, out=rows, mode="clip")
        logits = work.step(work.x, y, self.optimizer, learning_rate)
        self._rare_rows[inked] = rows
        return logits

    def _work_for(self, examples: int, inputs: int) -> Work:
        """Views into the arrays for all inputs: fresh ones would not be in the cache."""
        if (examples, inputs) not in self._work:
            if examples not in self._arrays:
                self._arrays[examples] = Work.empty(self._network, examples)
            arrays = self._arrays[examples]
            all_inputs, *sizes = self._network.layers
            layers, unused = (inputs, *sizes), (all_inputs - inputs) * sizes[0]
            network = Parameters(layers, self._network.activation, self._network.vector[unused:])
            grads = Gradients(network, examples, arrays.grads.vector[unused:])
            grads.deltas = arrays.grads.deltas
            x = arrays.x.ravel()[: examples * inputs].reshape(examples, inputs)
            trace = Trace(arrays.trace.z, list(arrays.trace.a))
            self._work[examples, inputs] = Work(network, x, trace, grads)
        return self._work[examples, inputs]


def _as_items(weights: Array) -> NDArray[np.void]:
    """A row an item (n,): NumPy copies these faster than rows of floats."""
    return weights.view(f"V{weights.shape[1] * weights.itemsize}").ravel()

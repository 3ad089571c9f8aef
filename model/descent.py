"""One gradient step after another on the same parameters, on work arrays that are made once.

Four pixels of five in MNIST are 0, and in a batch of 64 images some 290 of the 784 are 0 in every
one. Such a column of X adds nothing to Z_1 = X W_1, and its row of dW_1 = Xᵀ D_1 is 0. Plain SGD
leaves a parameter alone whose gradient is 0, so the step may as well be taken by the smaller
network of the pixels in use: a third of the arithmetic is saved, and only the order in which
numbers are added differs. Momentum and weight decay move every parameter: with them all stay.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.network import Array, Gradients, Parameters, Trace, backward, forward
from model.optimizer import SGD

__all__ = ["Descent"]

_SCALE = np.float32(1 / 255)  # a product of bytes and a float32 takes a third of a quotient's time


@dataclass(frozen=True, slots=True)
class _Work:
    """A network and the arrays for a step of m examples on its n_0 inputs."""

    network: Parameters
    rows: NDArray[
        np.void
    ]  # (n_0,): W1, a row an item; NumPy moves these faster than rows of floats
    rest: Array  # b1 W2 b2 …
    pixels: NDArray[np.uint8]  # (m, n_0)
    x: Array  # (m, n_0)
    trace: Trace
    grads: Gradients


class Descent:
    """Changes `parameters` in place, one batch at a time."""

    def __init__(self, parameters: Parameters, optimizer: SGD) -> None:
        self.parameters = parameters
        self.optimizer = optimizer
        self._whole: dict[int, _Work] = {}  # by m
        self._small: dict[tuple[int, int], _Work] = {}  # by m, n_0
        self._small_vector = np.empty_like(parameters.vector)

    def step(self, images: NDArray[Any], y: Array, learning_rate: float) -> Array:
        """One step on `images` (m, n_0), uint8 0..255 or floats 0..1; returns the logits (m, k).

        The logits are those before the step; the next step overwrites them.
        """
        work = self._for_all_inputs(len(images))
        if images.dtype != np.uint8:
            return self._descend(work, images, y, learning_rate)
        if self.optimizer.moves_every_parameter:
            return self._descend(work, np.multiply(images, _SCALE, out=work.x), y, learning_rate)
        return self._descend_where_inked(work, images, y, learning_rate)

    def _descend(self, work: _Work, x: Array, y: Array, learning_rate: float) -> Array:
        forward(work.network, x, out=work.trace)
        backward(work.network, work.trace, y, out=work.grads)
        self.optimizer.step(work.network, work.grads, learning_rate)
        return work.trace.z[-1]

    def _descend_where_inked(
        self, whole: _Work, images: NDArray[Any], y: Array, learning_rate: float
    ) -> Array:
        """The same step by the network of those inputs that are not 0 in the whole batch."""
        inked = images.max(axis=0).nonzero()[0]  # (n,)
        if not len(inked):
            inked = np.zeros(1, np.intp)  # there is no network without inputs
        work = self._for_some_inputs(whole, len(inked))
        np.take(whole.rows, inked, out=work.rows, mode="clip")
        work.rest[:] = whole.rest
        np.take(images, inked, axis=1, out=work.pixels, mode="clip")
        x = np.multiply(work.pixels, _SCALE, out=work.x)
        logits = self._descend(work, x, y, learning_rate)
        whole.rows[inked] = work.rows
        whole.rest[:] = work.rest
        return logits

    def _for_all_inputs(self, examples: int) -> _Work:
        if examples not in self._whole:
            network, shape = self.parameters, (examples, self.parameters.layers[0])
            self._whole[examples] = _Work(
                network,
                *_rows_and_rest(network),
                pixels=np.empty(shape, np.uint8),
                x=np.empty(shape, network.dtype),
                trace=Trace.empty(network, examples),
                grads=Gradients(network, examples),
            )
        return self._whole[examples]

    def _for_some_inputs(self, whole: _Work, inputs: int) -> _Work:
        """Views into the arrays for all inputs: fresh ones would not be in the cache."""
        examples = len(whole.x)
        if (examples, inputs) not in self._small:
            all_inputs, *sizes = whole.network.layers
            count = whole.network.count - (all_inputs - inputs) * sizes[0]
            network = Parameters(
                (inputs, *sizes), whole.network.activation, self._small_vector[:count]
            )
            grads = Gradients(network, examples, whole.grads.vector[:count])
            grads.deltas = whole.grads.deltas
            shape = (examples, inputs)
            self._small[shape] = _Work(
                network,
                *_rows_and_rest(network),
                pixels=whole.pixels.ravel()[: examples * inputs].reshape(shape),
                x=whole.x.ravel()[: examples * inputs].reshape(shape),
                trace=Trace(whole.trace.z, list(whole.trace.a)),
                grads=grads,
            )
        return self._small[examples, inputs]


def _rows_and_rest(network: Parameters) -> tuple[NDArray[np.void], Array]:
    W1 = network.weights[0]
    return W1.view(f"V{W1[0].nbytes}").ravel(), network.vector[W1.size :]

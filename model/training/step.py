"""One gradient step after another on the same parameters, on work arrays that are made once."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from model.network import Array, Gradients, Parameters, Trace, backward, forward
from model.optimizer import Optimizer

__all__ = ["DenseStep", "GradientStep", "Work", "scale_into"]


class GradientStep(Protocol):
    """Learns from one batch at a time."""

    optimizer: Optimizer

    @property
    def parameters(self) -> Parameters:
        """What has been learnt so far."""

    @property
    def input_order(self) -> NDArray[np.intp] | None:
        """The order (n_0,) in which the columns of batches are expected; None: as they are."""

    def step(self, images: NDArray[Any], y: Array, learning_rate: float) -> Array:
        """One step on `images` (m, n_0), uint8 0..255 or floats 0..1, with targets y (m, k).

        Returns the logits (m, k) before the step; the next step overwrites them.
        """


@dataclass(frozen=True, slots=True)
class Work:
    """A network and the arrays for a step of m examples on its n_0 inputs."""

    network: Parameters
    x: Array  # (m, n_0)
    trace: Trace
    grads: Gradients

    @classmethod
    def empty(cls, network: Parameters, examples: int) -> "Work":
        """Arrays for batches of `examples` rows."""
        x = np.empty((examples, network.layers[0]), network.dtype)
        return cls(network, x, Trace.empty(network, examples), Gradients(network, examples))

    def step(self, x: Array, y: Array, optimizer: Optimizer, learning_rate: float) -> Array:
        """Forward, backward, update; returns the logits (m, k) before it."""
        forward(self.network, x, out=self.trace)
        backward(self.network, self.trace, y, out=self.grads)
        optimizer.step(self.network, self.grads, learning_rate)
        return self.trace.z[-1]


class DenseStep:
    """The step on all inputs; changes `parameters` in place."""

    input_order = None

    def __init__(self, parameters: Parameters, optimizer: Optimizer) -> None:
        self.parameters = parameters
        self.optimizer = optimizer
        self._work: dict[int, Work] = {}  # by m

    def step(self, images: NDArray[Any], y: Array, learning_rate: float) -> Array:
        """One step, as `GradientStep.step`."""
        if len(images) not in self._work:
            self._work[len(images)] = Work.empty(self.parameters, len(images))
        work = self._work[len(images)]
        in_bytes = images.dtype == np.uint8
        x = scale_into(work.x, images) if in_bytes else images
        return work.step(x, y, self.optimizer, learning_rate)


def scale_into(x: Array, images: NDArray[np.uint8]) -> Array:
    """Set x to images/255, and return it."""
    # A product of bytes and a float32 takes NumPy a third of the time of a quotient.
    return np.multiply(images, np.float32(1 / 255), out=x)

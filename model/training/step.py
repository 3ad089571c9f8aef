"""One gradient step on a mini-batch, with work arrays that are allocated once and reused."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from model.network import Array, Gradients, Parameters, Trace, backward, forward
from model.optimizer import Optimizer

__all__ = ["DenseStep", "GradientStep", "Workspace", "scale_into"]


class GradientStep(Protocol):
    """Holds parameters and updates them by one mini-batch at a time."""

    optimizer: Optimizer

    @property
    def parameters(self) -> Parameters:
        """The parameters after the steps so far."""

    @property
    def input_order(self) -> NDArray[np.intp] | None:
        """The order (n_0,) of columns that `step` expects of images; None for the original one."""

    def step(self, images: NDArray[Any], y: Array, learning_rate: float) -> Array:
        """Update the parameters by a batch of images (m, n_0) with targets y (m, k).

        The images are uint8 in 0..255, which are divided by 255, or floats, which are taken as they
        are. Returns the logits (m, k) before the step;
        the next step overwrites them.
        """


@dataclass(frozen=True, slots=True)
class Workspace:
    """A network and the arrays that a step of m examples on its n_0 inputs writes to."""

    network: Parameters
    x: Array  # (m, n_0)
    trace: Trace
    grads: Gradients

    @classmethod
    def empty(cls, network: Parameters, examples: int) -> "Workspace":
        """Uninitialised arrays for batches of `examples` rows."""
        x = np.empty((examples, network.layers[0]), network.dtype)
        return cls(network, x, Trace.empty(network, examples), Gradients(network, examples))

    def step(self, x: Array, y: Array, optimizer: Optimizer, learning_rate: float) -> Array:
        """Run forward, backward and update; returns the logits (m, k) before the update."""
        forward(self.network, x, out=self.trace)
        backward(self.network, self.trace, y, out=self.grads)
        optimizer.step(self.network, self.grads, learning_rate)
        return self.trace.z[-1]


class DenseStep:
    """The step on all inputs; it changes the `parameters` that it is given, in place."""

    input_order = None

    def __init__(self, parameters: Parameters, optimizer: Optimizer) -> None:
        self.parameters = parameters
        self.optimizer = optimizer
        self._work: dict[int, Workspace] = {}  # by m

    def step(self, images: NDArray[Any], y: Array, learning_rate: float) -> Array:
        """Take one step, as `GradientStep.step`."""
        if len(images) not in self._work:
            self._work[len(images)] = Workspace.empty(self.parameters, len(images))
        work = self._work[len(images)]
        in_bytes = images.dtype == np.uint8
        x = scale_into(work.x, images) if in_bytes else images
        return work.step(x, y, self.optimizer, learning_rate)


def scale_into(x: Array, images: NDArray[np.uint8]) -> Array:
    """Set x to images / 255, and return it."""
    # Multiplying by the reciprocal takes NumPy a third of the time of a division.
    return np.multiply(images, np.float32(1 / 255), out=x)

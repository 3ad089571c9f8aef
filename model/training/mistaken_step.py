"""The gradient step of somebody whose backward pass has a mistake in it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.exercises.mistakes import mistake, steps_with
from model.network import Array, Gradients, Parameters, Trace, forward_to_logits
from model.optimizer import Optimizer
from model.training.step import scale_into

__all__ = ["MistakenStep"]


class MistakenStep:
    """The step with the first form of a row of mistakes; it changes `parameters` in place.

    The loss is that of the right forward pass, so that runs can be compared. A mistake that is a
    matter of what was there before (row 9: gradients added to those of the call before) is made
    with this batch alone, as a call made twice.
    """

    input_order = None

    def __init__(self, parameters: Parameters, optimizer: Optimizer, number: int) -> None:
        self.parameters = parameters
        self.optimizer = optimizer
        self._steps = steps_with(mistake(number))
        self._grads = Gradients(parameters, 0, np.empty_like(parameters.vector))
        self._traces: dict[int, Trace] = {}  # by m

    def step(self, images: NDArray[Any], y: Array, learning_rate: float) -> Array:
        """Take one step, as `GradientStep.step`."""
        m = len(images)
        if m not in self._traces:
            self._traces[m] = Trace.empty(self.parameters, m)
        dtype = self.parameters.dtype
        in_bytes = images.dtype == np.uint8
        x = scale_into(np.empty(images.shape, dtype), images) if in_bytes else images
        logits = forward_to_logits(self.parameters, x, self._traces[m]).z[-1]
        wrong = self._steps.run(self.parameters, x, y).grads
        for name, place in self._grads.arrays().items():
            place[...] = wrong[f"d{name}"]
        self.optimizer.step(self.parameters, self._grads, learning_rate)
        return logits

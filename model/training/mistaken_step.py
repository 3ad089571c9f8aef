"""The gradient step of somebody whose backward pass has a mistake in it."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.exercises.mistakes import mistake, steps_with
from model.exercises.steps import RIGHT
from model.network import Array, Gradients, Parameters, Trace, forward_to_logits
from model.optimizer import SGD, Optimizer
from model.training.step import scale_into

__all__ = ["MistakenStep"]

ACCUMULATED = 9  # the row of gradients added to those of the call before


class MistakenStep:
    """The step with the first form of a row of mistakes; it changes `parameters` in place.

    The loss is that of the right forward pass, so that runs can be compared. Gradients that are
    never set to zero (row 9) add up over all calls since training began: that is SGD's velocity
    with momentum 1, whatever momentum the recipe has, and so a checkpoint holds it already.
    """

    input_order = None

    def __init__(self, parameters: Parameters, optimizer: Optimizer, number: int) -> None:
        self.parameters = parameters
        self.optimizer, self._steps = optimizer, steps_with(mistake(number))
        if number == ACCUMULATED and isinstance(optimizer, SGD):
            self.optimizer, self._steps = replace(optimizer, momentum=1.0), RIGHT
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

"""The update rule: SGD with momentum and weight decay, and its learning-rate schedules."""

import math
from collections.abc import Callable

import numpy as np

from model.activations import Array
from model.network import Gradients, Parameters

__all__ = ["SCHEDULES", "SGD"]


def _constant(progress: float) -> float:
    return 1.0


def _cosine(progress: float) -> float:
    # Half a cosine from 1 to 0 (Loshchilov & Hutter 2017, without restarts).
    return 0.5 * (1 + math.cos(math.pi * progress))


#: The factor on the learning rate at `progress`, the share of all steps done, 0..1.
SCHEDULES: dict[str, Callable[[float], float]] = {"constant": _constant, "cosine": _cosine}


class SGD:
    """Stochastic gradient descent.

        v ← μ v + dL/dθ + λ θ          θ ← θ − α v

    with learning rate α, momentum μ and weight decay λ (λ acts on weights, not on biases). With
    μ = λ = 0 this is θ ← θ − α dL/dθ. The convention is PyTorch's (Sutskever et al. 2013 scale v by
    α instead). `velocity` (count,) is the whole state.
    """

    def __init__(
        self,
        parameters: Parameters,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        velocity: Array | None = None,
    ) -> None:
        self.parameters = parameters
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.velocity = np.zeros_like(parameters.vector) if velocity is None else velocity
        self._change = np.empty_like(parameters.vector)

    def step(self, grads: Gradients, learning_rate: float) -> None:
        """Change the parameters in place by one update; `grads` is used up as scratch."""
        if self.weight_decay:
            for dW, W in zip(grads.weights, self.parameters.weights, strict=True):
                dW += self.weight_decay * W
        velocity = grads.vector
        if self.momentum:
            self.velocity *= self.momentum
            self.velocity += grads.vector
            velocity = self.velocity
        np.multiply(velocity, learning_rate, out=self._change)
        self.parameters.vector -= self._change

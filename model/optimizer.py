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
    α instead). `velocity` v (count,) is the whole state, zeros to begin with.
    """

    def __init__(self, velocity: Array, momentum: float = 0.0, weight_decay: float = 0.0) -> None:
        self.velocity = velocity
        self.momentum = momentum
        self.weight_decay = weight_decay

    def step(self, parameters: Parameters, grads: Gradients, learning_rate: float) -> None:
        """Change `parameters` in place by one update; `grads` is used up as scratch."""
        if self.weight_decay:
            for dW, W in zip(grads.weights, parameters.weights, strict=True):
                dW += self.weight_decay * W
        v = grads.vector
        if self.momentum:
            v = self.velocity
            v *= self.momentum
            v += grads.vector
        parameters.vector -= np.multiply(v, learning_rate, out=grads.vector)

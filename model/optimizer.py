"""Update rules, each one class with its state, and learning-rate schedules."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np

from model.activations import Array
from model.network import Gradients, Parameters

__all__ = ["OPTIMIZERS", "SCHEDULES", "SGD", "Optimizer"]


def _constant(progress: float) -> float:
    return 1.0


def _cosine(progress: float) -> float:
    # Half a cosine from 1 to 0 (Loshchilov & Hutter 2017, without restarts).
    return 0.5 * (1 + math.cos(math.pi * progress))


#: The factor on the learning rate at `progress`, the share of all steps done, 0..1.
SCHEDULES: dict[str, Callable[[float], float]] = {"constant": _constant, "cosine": _cosine}


@dataclass(slots=True)
class Optimizer(ABC):
    """An update rule: what it remembers from step to step, and its hyperparameters.

    A rule is a dataclass. Its fields named in STATE are arrays, which a checkpoint keeps by these
    names; all others are hyperparameters, which a recipe has under the same names.
    """

    STATE: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def initial_state(cls, parameters: Parameters) -> dict[str, Array]:
        """The state before the first step: one zero for each parameter, (count,) each."""
        return {name: np.zeros_like(parameters.vector) for name in cls.STATE}

    @classmethod
    def create(cls, state: Mapping[str, Array], recipe: Any) -> Self:
        """The rule with a copy of `state`, and hyperparameters from `recipe`'s attributes."""
        names = [field.name for field in fields(cls) if field.name not in cls.STATE]
        copies = {name: state[name].copy() for name in cls.STATE}
        return cls(**copies, **{name: getattr(recipe, name) for name in names})

    @property
    def state(self) -> dict[str, Array]:
        """Copies of the arrays that the next steps depend on, by name."""
        return {name: getattr(self, name).copy() for name in self.STATE}

    @property
    def ignores_zero_gradients(self) -> bool:
        """Whether a parameter whose gradient is 0 always stays as it is.

        Only then may a step leave out the weights of inputs that are blank in its whole batch. Most
        rules move them all the same: by momentum, by weight decay.
        """
        return False

    @abstractmethod
    def step(self, parameters: Parameters, grads: Gradients, learning_rate: float) -> None:
        """Change `parameters` in place by one update; `grads` is used up as scratch."""


@dataclass(slots=True)
class SGD(Optimizer):
    """Stochastic gradient descent.

        v ← μ v + dL/dθ + λ θ          θ ← θ − α v

    with learning rate α, momentum μ and weight decay λ (λ acts on weights, not on biases). With
    μ = λ = 0 this is θ ← θ − α dL/dθ. The convention is PyTorch's (Sutskever et al. 2013 scale v by
    α instead). `velocity` v (count,) is the whole state, zeros to begin with.
    """

    STATE: ClassVar[tuple[str, ...]] = ("velocity",)

    velocity: Array
    momentum: float = 0.0
    weight_decay: float = 0.0

    @property
    def ignores_zero_gradients(self) -> bool:
        """Plain gradient descent does: neither momentum nor weight decay moves anything."""
        return not (self.momentum or self.weight_decay)

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


#: Each update rule by the name that a recipe gives it.
OPTIMIZERS: dict[str, type[Optimizer]] = {"sgd": SGD}

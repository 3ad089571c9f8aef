"""Optimisers, each one class that holds its state, and learning-rate schedules."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np

from model.activations import Array
from model.network import Gradients, Parameters

__all__ = ["OPTIMIZERS", "RESERVED", "SCHEDULES", "SGD", "Optimizer"]


#: Arrays of a training state besides those of its optimiser (`serialization.checkpoint`).
RESERVED = ("meta", "parameters", "best")


def _constant(progress: float) -> float:
    return 1.0


def _cosine(progress: float) -> float:
    # Half a cosine from 1 to 0 (Loshchilov & Hutter 2017, without restarts).
    return 0.5 * (1 + math.cos(math.pi * progress))


#: Each gives the factor on the learning rate at `progress`, the share of all steps done, 0..1.
SCHEDULES: dict[str, Callable[[float], float]] = {"constant": _constant, "cosine": _cosine}


@dataclass
class Optimizer(ABC):
    """An update rule: its hyperparameters, and the state it keeps between steps.

    A rule is a dataclass. The fields named in STATE are float32 arrays, which a checkpoint stores
    under these names; one of another shape than θ, such as a count of steps (1,), is made in
    `initial_state`. All other fields are hyperparameters, which a recipe has under the same names.
    """

    STATE: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        """Raise TypeError for a state that takes a name which a checkpoint needs itself."""
        taken = sorted({*cls.STATE} & {*RESERVED})
        if taken:
            raise TypeError(
                f"{cls.__name__}.STATE: a training state has its own {', '.join(taken)}"
            )

    @classmethod
    def initial_state(cls, parameters: Parameters) -> dict[str, Array]:
        """The state before the first step: an array of zeros (count,) for each name in STATE."""
        return {name: np.zeros_like(parameters.vector) for name in cls.STATE}

    @classmethod
    def create(cls, state: Mapping[str, Array], recipe: Any) -> Self:
        """Make the rule from a copy of `state` and the hyperparameters that `recipe` has."""
        names = [field.name for field in fields(cls) if field.name not in cls.STATE]
        copies = {name: state[name].copy() for name in cls.STATE}
        return cls(**copies, **{name: getattr(recipe, name) for name in names})

    @property
    def state(self) -> dict[str, Array]:
        """A copy of each array of the state, by name, for a checkpoint."""
        return {name: getattr(self, name).copy() for name in self.STATE}

    @property
    def ignores_zero_gradients(self) -> bool:
        """Whether the rule leaves every parameter unchanged whose gradient is 0.

        Only then may a step skip the weights of inputs that are 0 in the whole batch. Most rules
        change such weights too, by momentum or by weight decay.
        """
        return False

    @abstractmethod
    def step(self, parameters: Parameters, grads: Gradients, learning_rate: float) -> None:
        """Update `parameters` in place once; `grads` is overwritten, as scratch memory."""


@dataclass
class SGD(Optimizer):
    """Stochastic gradient descent.

        v ← μ v + dL/dθ + λ θ          θ ← θ − α v

    with learning rate α, momentum μ and weight decay λ, which acts on weights and not on biases.
    With μ = λ = 0 this is θ ← θ − α dL/dθ. The convention is PyTorch's (Sutskever et al. 2013 scale
    v by α instead). `velocity` v (count,) is the whole state, zeros to begin with.
    """

    STATE: ClassVar[tuple[str, ...]] = ("velocity",)

    velocity: Array
    momentum: float = 0.0
    weight_decay: float = 0.0

    @property
    def ignores_zero_gradients(self) -> bool:
        """True without momentum and weight decay, which alone change such a parameter."""
        return not (self.momentum or self.weight_decay)

    def step(self, parameters: Parameters, grads: Gradients, learning_rate: float) -> None:
        """Update `parameters` in place once; `grads` is overwritten, as scratch memory."""
        if self.weight_decay:
            for dW, W in zip(grads.weights, parameters.weights, strict=True):
                dW += self.weight_decay * W
        v = grads.vector
        if self.momentum:
            v = self.velocity
            v *= self.momentum
            v += grads.vector
        parameters.vector -= np.multiply(v, learning_rate, out=grads.vector)


#: The update rules by the names that a recipe has for them.
OPTIMIZERS: dict[str, type[Optimizer]] = {"sgd": SGD}

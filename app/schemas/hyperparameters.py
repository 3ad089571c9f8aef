"""The hyperparameters as pydantic fields and as GET /hyperparameters shows them.

All of it is made from `model.training.recipe.HYPERPARAMETERS`, the only place where names, ranges
and explanations are written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from model.data.idx import MNIST_EXAMPLES
from model.training.hyperparameters import Hyperparameter
from model.training.recipe import HYPERPARAMETERS

__all__ = ["HyperparameterInfo", "describe", "given_fields", "offered", "optional_fields"]


class Choice(BaseModel):
    """One value of a choice, and its label in a form."""

    value: str
    label: str


class HyperparameterInfo(BaseModel):
    """One field of POST /train, with all that a form needs to show and check it."""

    name: str
    label: str = Field(description="Its label in a form.")
    words: str = Field(description="What it does, in a sentence or two.")
    unit: str = Field(description="The unit of its numbers; empty if they have none.")
    kind: Literal["whole", "number", "choice", "flag", "sizes"]
    low: float | None = Field(description="The least number that is allowed.")
    high: float | None = Field(description="The greatest number that is allowed.")
    choices: list[Choice] | None = Field(
        description="The values of a choice, a flag or a number that stands for something; "
        "otherwise null."
    )
    optional: bool = Field(
        description="Whether its value may be null, which stands for all there are, or for none."
    )
    main: bool = Field(description="Whether a form shows it at once, not under more settings.")


def offered() -> dict[str, Hyperparameter]:
    """The hyperparameters that a server accepts, by name, in the order of a form."""
    return {name: h for name, h in HYPERPARAMETERS.items() if h.offered and not h.local}


def describe(hyperparameter: Hyperparameter) -> HyperparameterInfo:
    """The entry of GET /hyperparameters for one hyperparameter."""
    counted = hyperparameter.kind in ("whole", "number", "sizes")
    values = hyperparameter.values
    return HyperparameterInfo(
        name=hyperparameter.name,
        label=hyperparameter.label,
        words=hyperparameter.words,
        unit=hyperparameter.unit if counted else "",
        kind=hyperparameter.kind,
        low=hyperparameter.low if counted else None,
        high=_high(hyperparameter) if counted else None,
        choices=[Choice(value=v, label=hyperparameter.choice_label(v)) for v in values] or None,
        optional=hyperparameter.optional,
        main=hyperparameter.main,
    )


def optional_fields() -> dict[str, Any]:
    """A pydantic field for each, None by default, for a request that overrides a preset."""
    return {
        name: (_type(h) | None, Field(None, description=h.words)) for name, h in offered().items()
    }


def given_fields() -> dict[str, Any]:
    """A pydantic field for each, without a default: a response has all of them."""
    return {
        name: (_plain_type(h) | None if h.optional else _plain_type(h), ...)
        for name, h in offered().items()
    }


def _high(hyperparameter: Hyperparameter) -> float:
    """The upper limit; a server trains on the bundled MNIST, whose size limits its examples."""
    if hyperparameter.name == "train_examples":
        return MNIST_EXAMPLES
    return hyperparameter.high


def _type(hyperparameter: Hyperparameter) -> Any:
    limits = Field(ge=hyperparameter.low, le=_high(hyperparameter))
    if hyperparameter.kind == "sizes":
        most = Field(min_length=1, max_length=hyperparameter.most)
        return Annotated[list[Annotated[int, limits]], most]
    if hyperparameter.kind in ("whole", "number"):
        return Annotated[_plain_type(hyperparameter), limits]
    return _plain_type(hyperparameter)


def _plain_type(hyperparameter: Hyperparameter) -> Any:
    kinds: dict[str, Callable[[], Any]] = {
        "whole": lambda: int,
        "number": lambda: float,
        "flag": lambda: bool,
        "sizes": lambda: list[int],
        "choice": lambda: Literal[hyperparameter.choices],
    }
    return kinds[hyperparameter.kind]()

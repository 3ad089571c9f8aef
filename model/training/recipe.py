"""The named recipes, and what a recipe is: every hyperparameter of a training run.

Hyperparameters were chosen on the validation split (the last 5,000 training images), never on the
test images.
"""

import math
import reprlib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

from model.activations import ACTIVATIONS
from model.errors import RecipeError
from model.optimizer import SCHEDULES
from model.preprocessing.pipeline import FEATURES

__all__ = ["AUGMENTATIONS", "INITIALIZATIONS", "PRESETS", "Recipe", "recipe"]

INITIALIZATIONS = ("scaled", "blog")
AUGMENTATIONS = ("none", "affine", "full")

_CHOICES = {
    "schedule": tuple(SCHEDULES),
    "activation": tuple(ACTIVATIONS),
    "initialization": INITIALIZATIONS,
    "augment": AUGMENTATIONS,
    "features": FEATURES,
}
#: Smallest and largest value of each number, both allowed.
_RANGES: dict[str, tuple[float, float]] = {
    "epochs": (1, 10_000),
    "batch_size": (1, 60_000),
    "learning_rate": (1e-9, 100),
    "momentum": (0, 0.9999),
    "weight_decay": (0, 1),
    "train_examples": (1, 10_000_000),
    "drawn_examples": (0, 1_000_000),
    "seed": (0, 2**32 - 1),
}
_WHOLE = ("epochs", "batch_size", "train_examples", "drawn_examples", "seed")
_MOST_LAYERS, _MOST_UNITS = 8, 4096
_MOST_WEIGHTS = 20_000_000  # a checkpoint holds them three times and must stay readable


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train: checked when made, so a recipe that exists is one that can run.

    learning_rate is α and momentum μ, weight_decay λ of `model.optimizer.SGD`. train_examples None
    means all there are; fewer takes the first ones; drawn_examples more are synthetic.
    Raises RecipeError with the field's name.
    """

    preset: str = "fast"
    epochs: int = 10
    batch_size: int = 64
    learning_rate: float = 0.1
    momentum: float = 0.0
    weight_decay: float = 0.0
    schedule: str = "constant"
    hidden_layers: Sequence[int] = (128,)
    activation: str = "sigmoid"
    initialization: str = "scaled"
    augment: str = "none"
    deskew: bool = False
    features: str = "pixels"
    train_examples: int | None = None
    drawn_examples: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            _check_number(name, getattr(self, name), low, high)
        for name, allowed in _CHOICES.items():
            _check_choice(name, getattr(self, name), allowed)
        if not isinstance(self.deskew, bool):
            raise RecipeError("deskew", f"must be true or false, found {_shown(self.deskew)}.")
        _check_layers("hidden_layers", self.hidden_layers)
        object.__setattr__(self, "hidden_layers", tuple(self.hidden_layers))


def _check_number(name: str, value: Any, low: float, high: float) -> None:
    if value is None and name == "train_examples":
        return
    kinds = (int,) if name in _WHOLE else (int, float)
    infinite = isinstance(value, float) and not math.isfinite(value)
    if isinstance(value, bool) or not isinstance(value, kinds) or infinite:
        noun = "a whole number" if name in _WHOLE else "a number"
        raise RecipeError(name, f"must be {noun}, found {_shown(value)}.")
    if not low <= value <= high:
        raise RecipeError(name, f"must lie from {low:,} to {high:,}, found {_shown(value)}.")


def _check_choice(name: str, value: Any, allowed: Sequence[str]) -> None:
    if not isinstance(value, str) or value not in allowed:
        choices = ", ".join(allowed)
        raise RecipeError(name, f"{_shown(value)} is unknown; choose one of {choices}.")


def _check_layers(name: str, sizes: Any) -> None:
    if not isinstance(sizes, list | tuple):
        raise RecipeError(name, f"must be a list of sizes, found {_shown(sizes)}.")
    if not 1 <= len(sizes) <= _MOST_LAYERS:
        raise RecipeError(name, f"give 1 to {_MOST_LAYERS} sizes, found {len(sizes)}.")
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= _MOST_UNITS:
            raise RecipeError(
                name, f"each size must lie from 1 to {_MOST_UNITS:,}, found {_shown(size)}."
            )
    weights = sum(n_in * n_out for n_in, n_out in pairwise((784, *sizes, 10)))
    if weights > _MOST_WEIGHTS:
        raise RecipeError(
            name,
            f"make {weights:,} weights, at most {_MOST_WEIGHTS:,} are trained; use smaller layers.",
        )


def _shown(value: Any) -> str:
    """A value as a message shows it, short however long it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return reprlib.repr(value)
    long = isinstance(value, int) and abs(value) > 1e15
    return "one of over 15 digits" if long else f"{value:,}"


PRESETS: dict[str, Recipe] = {
    # The text's own. Its learning rate is low for this network: expect about 88 %.
    "blog": Recipe(
        preset="blog", epochs=10, batch_size=64, learning_rate=0.01, initialization="blog"
    ),
    # 98 % of the test images in seconds.
    "fast": Recipe(
        preset="fast",
        epochs=3,
        batch_size=64,
        learning_rate=0.3,
        momentum=0.9,
        schedule="cosine",
        deskew=True,
    ),
    # The most accurate 784-128-10 sigmoid network we know how to train; makes pretrained.npz.
    "best": Recipe(
        preset="best",
        epochs=100,
        batch_size=64,
        learning_rate=0.15,
        momentum=0.9,
        weight_decay=2e-5,
        schedule="cosine",
        augment="full",
        deskew=True,
        features="edges",
        drawn_examples=3_000,
    ),
}


def recipe(preset: str = "fast", **overrides: Any) -> Recipe:
    """A preset with some of its fields replaced; a field given as None keeps the preset's value."""
    _check_choice("preset", preset, tuple(PRESETS))
    known = {field.name for field in fields(Recipe)}
    for name in overrides:
        if name not in known:
            raise RecipeError(name, "is not a hyperparameter.")
    given = {name: value for name, value in overrides.items() if value is not None}
    return replace(PRESETS[preset], **given)

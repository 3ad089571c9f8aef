"""Recipes: all hyperparameters of a training run, and the presets.

The presets' values were chosen on the validation split (the last 5,000 training images), never on
the test images.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from model.activations import ACTIVATIONS
from model.errors import RecipeError
from model.exercises.mistakes import KINDS
from model.network import INITIALIZATIONS
from model.optimizer import OPTIMIZERS, SCHEDULES
from model.preprocessing.pipeline import FEATURES, LEAST_SCALES
from model.training.hyperparameters import (
    Hyperparameter,
    check_choice,
    choice,
    flag,
    number,
    sizes,
    whole,
)

__all__ = [
    "AUGMENTATIONS",
    "HYPERPARAMETERS",
    "PRESETS",
    "Recipe",
    "going_on",
    "recipe",
    "stored_recipe",
]

AUGMENTATIONS = ("none", "affine", "full")


@dataclass(frozen=True, slots=True)
class Recipe:
    """All hyperparameters of a training run, checked on construction.

    learning_rate is α, momentum μ and weight_decay λ of `model.optimizer`. train_examples takes the
    first so many training images, None all of them; drawn_examples adds as many synthetic digits
    drawn from pen strokes (`model.synthesis`). early_stopping ends the run after so many epochs
    without a lower validation loss (`model.training.stopping`), None never. rescale divides the
    inputs of 0..255 by 255; without, the network is trained on them as they are. test_each_epoch
    changes no weight: it asks whoever runs the recipe to show the test accuracy after each epoch
    (`model.training.onlooker`). mistake is a row of `model.exercises.mistakes`: the run trains with
    the gradients of somebody who makes it, in a network of one hidden layer of sigmoids.
    kept_scale is no hyperparameter: it is the least_scale of a model or a run that is gone on from.
    Raises RecipeError, which names the field.
    """

    preset: str = "fast"
    epochs: int = whole(10, 1, 10_000, main=True)
    early_stopping: int | None = whole(None, 1, 10_000, optional=True)
    learning_rate: float = number(0.1, 1e-9, 100, main=True)
    batch_size: int = whole(64, 1, 60_000, main=True)
    optimizer: str = choice("sgd", tuple(OPTIMIZERS))
    momentum: float = number(0.0, 0, 0.9999)
    weight_decay: float = number(0.0, 0, 1)
    schedule: str = choice("constant", tuple(SCHEDULES))
    hidden_layers: Sequence[int] = sizes((128,), 1, 4096, most=8)
    activation: str = choice("sigmoid", tuple(ACTIVATIONS))
    initialization: str = choice("scaled", INITIALIZATIONS)
    augment: str = choice("none", AUGMENTATIONS)
    deskew: bool = flag(False)
    features: str = choice("pixels", FEATURES)
    rescale: bool = flag(True)
    train_examples: int | None = whole(None, 1, 10_000_000, optional=True)
    # Local only: drawing digits takes time and memory that a server's clients should not command.
    drawn_examples: int = whole(0, 0, 1_000_000, local=True)
    seed: int = whole(0, 0, 2**32 - 1)
    test_each_epoch: bool = flag(False)
    mistake: int | None = whole(None, 1, KINDS, optional=True, mistakes=True)
    kept_scale: float | None = None

    @property
    def least_scale(self) -> float:
        """How narrow the deskewing leaves digits: as before, or as suits what is seen of them."""
        return LEAST_SCALES[self.features] if self.kept_scale is None else self.kept_scale

    def __post_init__(self) -> None:
        for name, hyperparameter in HYPERPARAMETERS.items():
            hyperparameter.check(getattr(self, name))
        object.__setattr__(self, "hidden_layers", tuple(self.hidden_layers))
        if self.mistake and (len(self.hidden_layers) != 1 or self.activation != "sigmoid"):
            raise RecipeError("mistake", "recipe.mistake_elsewhere")


#: The hyperparameters by name, in the order in which forms and options show them.
HYPERPARAMETERS: dict[str, Hyperparameter] = {
    field.name: replace(field.metadata["hyperparameter"], name=field.name)
    for field in fields(Recipe)
    if "hyperparameter" in field.metadata
}

PRESETS: dict[str, Recipe] = {
    # As in the text that the derivation completes; its low learning rate gives about 88 %.
    "blog": Recipe(
        preset="blog",
        epochs=10,
        batch_size=64,
        learning_rate=0.01,
        initialization="blog",
        test_each_epoch=True,
    ),
    # A test accuracy of 98 % within seconds.
    "fast": Recipe(
        preset="fast",
        epochs=3,
        batch_size=64,
        learning_rate=0.3,
        momentum=0.9,
        schedule="cosine",
        deskew=True,
    ),
    # The most accurate 784-128-10 sigmoid network that was found; makes pretrained.npz.
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
        drawn_examples=4_500,
    ),
    # For going on from a network with samples of one's own: some seconds, and little forgotten.
    # Steps are short and all of MNIST is rehearsed, as what resembles the samples must be there.
    "hand": Recipe(
        preset="hand",
        epochs=4,
        batch_size=64,
        learning_rate=0.03,
        momentum=0.9,
        schedule="cosine",
        augment="full",
        deskew=True,
        features="edges",
        drawn_examples=9_000,
    ),
}


def stored_recipe(made: Recipe) -> dict[str, Any]:
    """The recipe as jobs and files of weights keep it: what nobody could choose is left out."""
    return {
        name: value
        for name, value in asdict(made).items()
        if name == "preset" or (name in HYPERPARAMETERS and HYPERPARAMETERS[name].offered)
    }


def going_on(made: Recipe, least_scale: float) -> Recipe:
    """The recipe for going on from a model or a run whose deskewing has this `least_scale`."""
    return replace(made, kept_scale=least_scale)


def recipe(preset: str = "fast", **overrides: Any) -> Recipe:
    """A preset with some of its fields replaced; a field given as None keeps the preset's value.

    Raises RecipeError for an unknown preset or field and for a value out of range.
    """
    check_choice("preset", preset, tuple(PRESETS))
    for name in overrides:
        if name not in HYPERPARAMETERS:
            raise RecipeError(name, "recipe.no_hyperparameter")
    given = {name: value for name, value in overrides.items() if value is not None}
    return replace(PRESETS[preset], **given)

"""The recipe of a run that goes on from a trained network."""

from typing import Any

from model.classifier import Classifier
from model.training.recipe import Recipe, going_on, recipe

__all__ = ["recipe_from"]


def recipe_from(base: Classifier | None, preset: str, **overrides: Any) -> Recipe:
    """A preset for going on from `base`, if there is one, with some fields replaced.

    Layers, activation, deskew and features are those of `base` unless they are given; so is how
    narrow its deskewing leaves digits where it looks at its inputs in the same way. Raises
    RecipeError as `recipe` does.
    """
    if base is None:
        return recipe(preset, **overrides)
    own = {
        "hidden_layers": base.parameters.layers[1:-1],
        "activation": base.parameters.activation,
        "deskew": base.deskew,
        "features": base.features,
    }
    given = {name: value for name, value in overrides.items() if value is not None}
    made = recipe(preset, **{**own, **given})
    alike = (made.deskew, made.features) == (base.deskew, base.features)
    return going_on(made, base.least_scale) if alike else made

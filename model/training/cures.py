"""The cure of a diagnosis: the change of a recipe that does what the sentence advises.

A hint (`model.training.diagnostics`) says in words what to do. Here the same is said for a program,
as values for fields of the recipe, so that a run can be repeated with that one change.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from model.errors import RecipeError
from model.messages import Message
from model.training.recipe import Recipe

__all__ = ["Change", "cure"]

Change = dict[str, Any]  # values of fields of a recipe, as JSON has them

PATIENCE = 5  # epochs, where early stopping is the cure
OF_THE_START = {"activation", "hidden_layers", "initialization"}  # a base model has its own


def cure(diagnosis: Message, recipe: Recipe, from_base: bool = False) -> Change | None:
    """The change of the recipe's fields that cures what the message diagnoses, or None.

    The message is a hint about a run of this recipe, or the error of one that diverged. There is no
    cure where the message advises none, where the changed recipe would be none or the same, and
    where the change does not fit the base model whose weights the run goes on from (`from_base`).
    """
    find = CURES.get(diagnosis.code)
    change = find(diagnosis.values, recipe) if find is not None else {}
    if not change or (from_base and change.keys() & OF_THE_START):
        return None
    try:
        cured = replace(recipe, **change)
    except RecipeError:
        return None
    return change if cured != recipe else None


def _to_rate(values: Mapping[str, Any], _: Recipe) -> Change:
    return {"learning_rate": values["to_rate"]}


def _tenth_of_rate(values: Mapping[str, Any], _: Recipe) -> Change:
    rate = values["learning_rate"]
    return {"learning_rate": float(f"{rate / 10:.3g}")}


def _more_epochs(values: Mapping[str, Any], _: Recipe) -> Change:
    return {"epochs": values["epochs"]}


def _against_vanishing(_: Mapping[str, Any], recipe: Recipe) -> Change:
    if recipe.activation in ("sigmoid", "tanh"):
        return {"activation": "relu"}
    return {"hidden_layers": list(recipe.hidden_layers[: len(recipe.hidden_layers) // 2])}


def _against_overfitting(_: Mapping[str, Any], recipe: Recipe) -> Change:
    """The first that is left of what was found to help most: see `model.training.lessons`."""
    if recipe.augment == "none":
        return {"augment": "full"}
    if recipe.train_examples is not None:
        return {"train_examples": None}
    return {} if recipe.early_stopping else {"early_stopping": PATIENCE}


CURES: dict[str, Callable[[Mapping[str, Any], Recipe], Change]] = {
    "training.diverged": _tenth_of_rate,
    "hint.not_a_number": _to_rate,
    "hint.loss_rises": _to_rate,
    "hint.saturated": _to_rate,
    "hint.saturated_by_start": lambda _, recipe: {"initialization": "scaled"},
    "hint.saturated_by_pixels": lambda _, recipe: {"rescale": True},
    "hint.units_off": _to_rate,
    "hint.dead_units": _to_rate,
    "hint.vanishing_gradient": _against_vanishing,
    "hint.too_slow": _to_rate,
    "hint.gap": _against_overfitting,
    "hint.overfits": _against_overfitting,
    "hint.still_falling": _more_epochs,
    "hint.schedule_ended_early": _more_epochs,
}

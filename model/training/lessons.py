"""Lessons of a run that goes wrong: a broken recipe, the hint that tells, and the one change.

They are what the debugging section of the text warns of. Each pair trains in a few seconds. The
recipes were found by experiment on the validation digits: over many seeds the hint is given while
the broken recipe trains, and never while the cured one does, whose validation loss ends much lower.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from model.messages import say
from model.training.recipe import Recipe, recipe

__all__ = ["LESSONS", "Lesson"]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A recipe that goes wrong, the code of the hint about it, and the change that cures it.

    `change` has values of the recipe's fields, as `model.training.cures.cure` finds them.
    """

    name: str
    broken: Recipe
    hint: str
    change: Mapping[str, Any]

    @property
    def cured(self) -> Recipe:
        """The broken recipe with the one change."""
        return replace(self.broken, **self.change)

    @property
    def title(self) -> str:
        """What goes wrong, in a few words."""
        return say(f"lesson.{self.name}.title")

    @property
    def words(self) -> str:
        """What to look at before the curves show it, in two or three sentences."""
        return say(f"lesson.{self.name}.words")


def _lesson(name: str, hint: str, change: dict[str, Any], **broken: Any) -> Lesson:
    """A lesson on plain gradient descent, a few epochs of some thousand digits."""
    plain = {"momentum": 0.0, "schedule": "constant", "deskew": False, "learning_rate": 0.3}
    few = {"epochs": 8, "train_examples": 3000}
    return Lesson(
        name, recipe("fast", **{**plain, **few, **broken}), hint, MappingProxyType(change)
    )


#: The lessons by name, in the order in which they are taught.
LESSONS: dict[str, Lesson] = {
    each.name: each
    for each in (
        _lesson("rate_too_high", "hint.saturated", {"learning_rate": 1.0}, learning_rate=10.0),
        _lesson("rate_too_low", "hint.too_slow", {"learning_rate": 0.3}, learning_rate=0.03),
        _lesson(
            "vanishing_gradient",
            "hint.vanishing_gradient",
            {"activation": "relu"},
            hidden_layers=(64, 64, 64, 64),
            learning_rate=0.1,
        ),
        _lesson(
            "dead_units",
            "hint.dead_units",
            {"learning_rate": 0.2},
            activation="relu",
            learning_rate=2.0,
        ),
        _lesson(
            "bad_start",
            "hint.saturated_by_start",
            {"initialization": "scaled"},
            initialization="standard_normal",
        ),
        _lesson("pixels_to_255", "hint.saturated_by_pixels", {"rescale": True}, rescale=False),
        _lesson(
            "overfitting",
            "hint.overfits",
            {"augment": "full"},
            train_examples=500,
            batch_size=10,
            epochs=24,
            learning_rate=0.1,
            momentum=0.9,
        ),
    )
}

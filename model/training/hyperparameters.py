"""The hyperparameters of a training run: kinds, ranges and the checks of values.

`Recipe` declares its fields with `whole`, `number`, `choice`, `flag` and `sizes`. That is the one
table of hyperparameters: the checks of a recipe, the schema of POST /train, the options of `byhand
train` and the page's form are made from it. Labels, descriptions and units are in `model.messages`
under `hyperparameter.NAME.label`, `.words` and `.unit`.
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal, TypeVar

from model.errors import RecipeError
from model.messages import say

__all__ = [
    "Hyperparameter",
    "check_weights",
    "choice",
    "flag",
    "hyperparameter",
    "number",
    "sizes",
    "whole",
]

Kind = Literal["whole", "number", "choice", "flag", "sizes"]
T = TypeVar("T")

MOST_WEIGHTS = 20_000_000  # a checkpoint holds several copies, within the limit of `npz`
INPUTS, CLASSES = 784, 10  # of the networks that a recipe makes


@dataclass(frozen=True, slots=True)
class Hyperparameter:
    """The values that one field of a recipe may have.

    `whole` and `number` lie from `low` to `high`, both included; a `choice` is one of `choices`; a
    `flag` is true or false; `sizes` are 1 to `most` whole numbers from `low` to `high`. `optional`:
    None is allowed and means no limit. `main`: forms show it directly, not under further options.
    `local`: the field is for runs on one's own machine and not offered by the service. `mistakes`:
    a whole number is a row of mistakes, which `model.messages` calls `mistake.NUMBER.name`.
    """

    kind: Kind
    name: str = ""
    low: float = 0
    high: float = 0
    choices: tuple[str, ...] = ()
    most: int = 0
    optional: bool = False
    main: bool = False
    local: bool = False
    mistakes: bool = False

    @property
    def offered(self) -> bool:
        """Whether forms and options show it: a choice with one value is left out."""
        return len(self.choices) != 1

    @property
    def label(self) -> str:
        """The name that forms show."""
        return say(f"hyperparameter.{self.name}.label")

    @property
    def words(self) -> str:
        """The description, a sentence or two."""
        return say(f"hyperparameter.{self.name}.words")

    @property
    def unit(self) -> str:
        """The unit of its numbers; empty for a number without one."""
        return say(f"hyperparameter.{self.name}.unit")

    @property
    def values(self) -> tuple[str, ...]:
        """The values to choose from, as text; none where any number or sizes may be given."""
        if self.mistakes:
            return tuple(str(number) for number in range(int(self.low), int(self.high) + 1))
        return ("false", "true") if self.kind == "flag" else self.choices

    def choice_label(self, value: str) -> str:
        """The name that forms show for one of `values`."""
        if self.mistakes:
            name = say(f"mistake.{value}.name")
            return f"{value}. {name}"
        return say(f"hyperparameter.{self.name}.{value}")

    def check(self, value: Any) -> None:
        """Raise RecipeError, which names the field, unless `value` is allowed."""
        if value is None and self.optional:
            return
        if self.kind == "choice":
            check_choice(self.name, value, self.choices)
        elif self.kind == "flag":
            if not isinstance(value, bool):
                raise RecipeError(self.name, "recipe.no_flag", found=_shown(value))
        elif self.kind == "sizes":
            self._check_sizes(value)
        else:
            self._check_number(value)

    def _check_number(self, value: Any) -> None:
        kinds = (int,) if self.kind == "whole" else (int, float)
        infinite = isinstance(value, float) and not math.isfinite(value)
        if isinstance(value, bool) or not isinstance(value, kinds) or infinite:
            code = "recipe.no_whole" if self.kind == "whole" else "recipe.no_number"
            raise RecipeError(self.name, code, found=_shown(value))
        if not self.low <= value <= self.high:
            raise RecipeError(
                self.name, "recipe.out_of_range", low=self.low, high=self.high, found=_shown(value)
            )

    def _check_sizes(self, found: Any) -> None:
        if not isinstance(found, list | tuple):
            raise RecipeError(self.name, "recipe.no_sizes", found=_shown(found))
        if not 1 <= len(found) <= self.most:
            raise RecipeError(self.name, "recipe.number_of_sizes", most=self.most, found=len(found))
        for size in found:
            if isinstance(size, bool) or not isinstance(size, int):
                raise RecipeError(self.name, "recipe.size", high=self.high, found=_shown(size))
            if not self.low <= size <= self.high:
                raise RecipeError(self.name, "recipe.size", high=self.high, found=_shown(size))
        check_weights(self.name, found, MOST_WEIGHTS)


def check_weights(name: str, hidden: Sequence[int], most: int) -> None:
    """Raise RecipeError, which names the field, if hidden layers make more than `most` weights."""
    weights = sum(n_in * n_out for n_in, n_out in pairwise((INPUTS, *hidden, CLASSES)))
    if weights > most:
        raise RecipeError(name, "recipe.too_many_weights", found=weights, most=most)


def check_choice(name: str, value: Any, allowed: Sequence[str]) -> None:
    """Raise RecipeError, which names the field, unless `value` is one of `allowed`."""
    if not isinstance(value, str) or value not in allowed:
        raise RecipeError(name, "recipe.unknown_choice", found=_shown(value), allowed=list(allowed))


def hyperparameter(default: T, **about: Any) -> T:
    """Declare a recipe's field; typed as its default, which the dataclass puts there."""
    declared: T = field(default=default, metadata={"hyperparameter": Hyperparameter(**about)})
    return declared


def whole(default: T, low: int, high: int, **about: Any) -> T:
    """Declare a field that holds a whole number from `low` to `high`."""
    return hyperparameter(default, kind="whole", low=low, high=high, **about)


def number(default: float, low: float, high: float, **about: Any) -> float:
    """Declare a field that holds a number from `low` to `high`."""
    return hyperparameter(default, kind="number", low=low, high=high, **about)


def choice(default: str, choices: Sequence[str]) -> str:
    """Declare a field that holds one of `choices`."""
    return hyperparameter(default, kind="choice", choices=tuple(choices))


def flag(default: bool) -> bool:
    """Declare a field that is true or false."""
    return hyperparameter(default, kind="flag")


def sizes(default: Sequence[int], low: int, high: int, most: int) -> Sequence[int]:
    """Declare a field that holds 1 to `most` layer sizes, each from `low` to `high`."""
    return hyperparameter(default, kind="sizes", low=low, high=high, most=most)


def _shown(value: Any) -> str:
    """A value as an error message shows it, shortened where it is long."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return reprlib.repr(value)
    if isinstance(value, int) and abs(value) > 1e15:
        return say("recipe.huge_number")
    return f"{value:,}"

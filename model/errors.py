"""The exceptions this package raises.

ByhandError
├── ShapeError          an array does not fit the network
├── RecipeError         a hyperparameter is out of range; carries the field's name
├── DivergenceError     the loss of a training run is no longer finite
├── DatasetError        an IDX file is missing, damaged or of another kind
├── ExerciseError       there is no such exercise, or what was submitted is no gradient
├── CheckpointError     a saved file is refused: which array, what was expected, what was found
└── InkError            an image cannot be brought to 28x28
    └── BlankImageError     all of its pixels are background
"""

from typing import Any

from model.messages import Message

__all__ = [
    "BlankImageError",
    "ByhandError",
    "CheckpointError",
    "DatasetError",
    "DivergenceError",
    "ExerciseError",
    "InkError",
    "RecipeError",
    "ShapeError",
]


class ByhandError(Exception):
    """Base class of the package's errors: a code of `model.messages` and the values it needs.

    `str` of it gives the sentence for a person.
    """

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.message = Message(code, values)

    def __str__(self) -> str:
        return str(self.message)


class ShapeError(ByhandError, ValueError):
    """An array's shape does not fit the network."""


class RecipeError(ByhandError, ValueError):
    """A hyperparameter is out of range; `field` is its name."""

    def __init__(self, field: str, code: str, **values: Any) -> None:
        super().__init__(code, **values)
        self.args = (field, code)  # the arguments that unpickling passes
        self.field = field

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


class DivergenceError(ByhandError):
    """The loss of a training run is no longer finite."""


class DatasetError(ByhandError):
    """A dataset file is missing, damaged or of another kind."""


class CheckpointError(ByhandError):
    """A saved model or training state is refused: it is damaged, or parts do not fit."""


class ExerciseError(ByhandError, ValueError):
    """There is no such exercise, or what was submitted for it is no gradient."""


class InkError(ByhandError, ValueError):
    """An image cannot be brought to 28x28."""


class BlankImageError(InkError):
    """The image has no foreground: all of its pixels are background."""

"""The exceptions this package raises.

ByhandError
├── ShapeError          an array does not fit the network
├── RecipeError         a hyperparameter is out of range; carries the field's name
├── DivergenceError     the loss of a training run is no longer a number
├── DatasetError        an IDX file is missing, damaged or of another kind
├── CheckpointError     a saved file is refused: which array, what was expected, what was found
└── InkError            an image cannot be brought to 28x28
    └── BlankImageError     there is no ink in it
"""

from typing import Any

from model.messages import Message

__all__ = [
    "BlankImageError",
    "ByhandError",
    "CheckpointError",
    "DatasetError",
    "DivergenceError",
    "InkError",
    "RecipeError",
    "ShapeError",
]


class ByhandError(Exception):
    """Whatever goes wrong in `model`: a code of `model.messages` and its values.

    `str` gives the sentence, meant for a person.
    """

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.message = Message(code, values)

    def __str__(self) -> str:
        return str(self.message)


class ShapeError(ByhandError, ValueError):
    """An array's shape does not fit the network."""


class RecipeError(ByhandError, ValueError):
    """A hyperparameter, `field`, is out of range."""

    def __init__(self, field: str, code: str, **values: Any) -> None:
        super().__init__(code, **values)
        self.args = (field, code)  # what unpickling calls this with
        self.field = field

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


class DivergenceError(ByhandError):
    """The loss of a training run is no longer a number."""


class DatasetError(ByhandError):
    """A dataset file is missing, damaged or not what it should be."""


class CheckpointError(ByhandError):
    """A saved model or training state is refused."""


class InkError(ByhandError, ValueError):
    """An image cannot be brought to 28x28."""


class BlankImageError(InkError):
    """There is no ink in the image."""

"""Bodies of /digits and /models/{id}/evaluation: test images, and a model's results on them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from app.schemas.predictions import SEVEN_FLAT

__all__ = ["COUNT", "Evaluation", "Mistake", "TestDigit"]

COUNT = 10_000  # images in MNIST's test set

Name = Annotated[int, Field(ge=0, le=9)]
Share = Annotated[float, Field(ge=0, le=1)]
Row = Annotated[list[int], Field(min_length=10, max_length=10)]


class TestDigit(BaseModel):
    """One image of a test set with its label."""

    __test__ = False  # pytest would collect the class by its name

    index: int = Field(description="Its index in the test set.", examples=[0])
    label: Name = Field(examples=[7])
    pixels: list[int] = Field(
        min_length=784,
        max_length=784,
        description="28 rows of 28, 0 (black) to 255 (white ink).",
        examples=[SEVEN_FLAT],
    )


class Mistake(TestDigit):
    """A test digit, and the digit that a model reads it as."""

    digit: Name = Field(description="The digit it was read as.", examples=[1])
    confidence: Share = Field(description="The probability of that digit.", examples=[0.9])
    label_probability: Share = Field(description="The probability of its label.", examples=[0.01])


class Evaluation(BaseModel):
    """A model's results on all test images of its data set."""

    model: str = Field(examples=["pretrained"])
    dataset: str | None = Field(
        None, description="The data set whose test images these are; null: MNIST."
    )
    classes: list[str] = Field([], description="Names by label; empty where labels are digits.")
    examples: int = Field(description="How many images were evaluated.", examples=[COUNT])
    accuracy: Share = Field(examples=[0.99])
    loss: float | None = Field(
        description="Mean cross-entropy of its probabilities, in nats; null: not finite.",
        examples=[0.03],
    )
    confusion: list[Row] = Field(
        min_length=10,
        max_length=10,
        description="Row t, column p: how many digits t were read as p.",
        examples=[[[1000 if t == p else 0 for p in range(10)] for t in range(10)]],
    )
    mistakes: list[Mistake] = Field(
        description="The worst mistakes, those whose label got the least probability first; with "
        "`label` and `digit` those in that cell of the matrix."
    )

"""Request and response bodies of /predict, /predict/batch and /gradients.

For speed, the routes parse and write these by hand. The models here are what /docs shows, and the
tests validate every response against them.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

__all__ = [
    "BatchPrediction",
    "Box",
    "Check",
    "DigitInPicture",
    "DigitsPrediction",
    "EncodedImage",
    "Explanation",
    "ImageForm",
    "Images",
    "LabelledEncodedImage",
    "LabelledForm",
    "LabelledImage",
    "LabelledImages",
    "Layer",
    "OneImage",
    "Prediction",
    "Step",
]

Pixel = Annotated[float, Field(ge=0, le=255)]
Digit = Annotated[int, Field(ge=0, le=9)]
Probability = Annotated[float, Field(ge=0, le=1)]
Row = Annotated[list[Pixel], Field(min_length=28, max_length=28)]
Flat = Annotated[list[Pixel], Field(min_length=784, max_length=784)]
Square = Annotated[list[Row], Field(min_length=28, max_length=28)]
Probabilities = Annotated[list[Probability], Field(min_length=10, max_length=10)]

# A seven: a bar and a slanted stroke, so that "Try it out" in /docs answers 7.
SEVEN = [
    [
        255
        if (7 <= row < 10 and 7 <= col < 20) or (10 <= row < 23 and 0 <= col + row // 2 - 20 < 4)
        else 0
        for col in range(28)
    ]
    for row in range(28)
]
SEVEN_FLAT: list[float] = [value for line in SEVEN for value in line]
ONE_OF_EACH = [0.002, 0.001, 0.004, 0.003, 0.001, 0.001, 0.001, 0.98, 0.002, 0.005]


class OneImage(BaseModel):
    """One image, white on black, 0 to 255, row by row; it is used without preprocessing."""

    pixels: Flat | Square = Field(
        description="784 numbers, or 28 rows of 28, 0 (black) to 255 (white).",
        examples=[SEVEN],
    )


class EncodedImage(BaseModel):
    """A drawing or a photo of one digit: a picture's file in base64."""

    image: str = Field(
        description="PNG, JPEG, WebP, GIF, BMP or TIFF in base64, or a data: URL of it."
    )


class LabelledEncodedImage(EncodedImage):
    """Such a picture and the digit that it shows."""

    label: Digit = Field(description="The digit that the picture shows.", examples=[7])


class LabelledImage(OneImage):
    """An image and the digit that it shows."""

    label: Digit = Field(description="The digit that the image shows.", examples=[7])


class LabelledImages(BaseModel):
    """Several images with their labels; loss and gradients are averaged over them."""

    pixels: list[Flat | Square] = Field(min_length=1, examples=[[SEVEN_FLAT]])
    labels: list[Digit] = Field(min_length=1, description="One for each image.", examples=[[7]])


class Images(BaseModel):
    """Several images in one request."""

    pixels: list[Flat | Square] = Field(min_length=1, examples=[[SEVEN_FLAT]])


class ImageForm(BaseModel):
    """A drawing or a photo of one digit."""

    image: bytes = Field(
        description="PNG, JPEG, WebP, GIF, BMP or TIFF; cropped, centred and scaled as MNIST was.",
        json_schema_extra={"format": "binary"},
    )


class LabelledForm(ImageForm):
    """A picture and the digit that it shows."""

    label: Digit = Field(description="The digit that the picture shows.")


class Layer(BaseModel):
    """One layer's values in the forward pass of one image."""

    z: list[float] = Field(description="Z = A W + b, before the activation.")
    a: list[float] = Field(description="A = g(Z); in the last layer the probabilities.")


NAME = Field(
    None,
    alias="class",
    exclude_if=lambda value: value is None,
    description="The name of the class `digit`, where the model's classes are named.",
)


class Prediction(BaseModel):
    """The digit that the network recognises in one image, and how sure it is."""

    digit: Digit = Field(examples=[7])
    class_: str | None = NAME
    confidence: Probability = Field(description="The digit's probability.", examples=[0.98])
    probabilities: Probabilities = Field(
        description="The probabilities of 0 to 9, in this order, calibrated: of answers given at "
        "90 %, about nine in ten are right.",
        examples=[ONE_OF_EACH],
    )
    uncertain: bool = Field(
        description="Whether it may well be another digit or no digit.", examples=[False]
    )
    reason: str | None = Field(
        description="Why it is uncertain, in a sentence; null when it is not.",
        examples=[None, "It could be a 4 or a 9."],
    )
    model: str = Field(description="The model that answered.", examples=["pretrained"])
    classes: list[str] | None = Field(
        None,
        exclude_if=lambda value: value is None,
        description="With details=true: the names of the classes, where they are no digits.",
    )
    input: list[float] | None = Field(
        None, description="With details=true: the network's 784 inputs, 0..1."
    )
    upright: list[float] | None = Field(
        None,
        description="With details=true: the preprocessed digit, 784 pixels, 0..1, deskewed if "
        "the model does that. `input` is computed from it.",
    )
    layers: list[Layer] | None = Field(
        None,
        description="With details=true: the forward pass as derived; the last a is softmax(z).",
    )
    temperature: float | None = Field(
        None,
        description="With details=true: T of the calibration. `probabilities` is softmax(z / T).",
    )
    calibrated: bool | None = Field(
        None,
        description="With details=true: whether T is known well enough that answers given at 90 % "
        "are right about nine times in ten.",
    )
    kinds: dict[str, Probability] | None = Field(
        None,
        description="With details=true: the probabilities that it is a digit, a letter or sign, "
        "a scribble, several digits, a filled shape, a picture.",
    )
    stages: dict[str, str] | None = Field(
        None,
        description="With details=true, for a picture: each preprocessing step, as a data: URL.",
    )


class Box(BaseModel):
    """A rectangle in the picture, in its pixels as it is seen, set upright."""

    left: int = Field(ge=0, description="Pixels from the picture's left edge.")
    top: int = Field(ge=0, description="Pixels from the picture's upper edge.")
    width: int = Field(ge=1)
    height: int = Field(ge=1)


class DigitInPicture(BaseModel):
    """One of the digits of a picture, with the fields of a prediction."""

    digit: Digit = Field(examples=[7])
    class_: str | None = NAME
    confidence: Probability = Field(description="The digit's probability.", examples=[0.98])
    probabilities: Probabilities = Field(examples=[ONE_OF_EACH])
    uncertain: bool = Field(description="Whether it may well be another digit or no digit.")
    reason: str | None = Field(description="Why it is uncertain; null when it is not.")
    model: str = Field(examples=["pretrained"])
    box: Box
    pixels: list[int] = Field(
        min_length=784, max_length=784, description="The 28x28 image that was read, 0 to 255."
    )


class DigitsPrediction(BaseModel):
    """With digits=many: each digit of a picture, line by line, from left to right."""

    digits: list[DigitInPicture] = Field(min_length=1)
    number: str = Field(description="The digits as one text.", examples=["27"])
    width: int = Field(ge=1, description="The picture's width in pixels, set upright.")
    height: int = Field(ge=1, description="The picture's height in pixels, set upright.")
    model: str = Field(examples=["pretrained"])


class BatchPrediction(BaseModel):
    """The digits that the network recognises, one for each image in the order sent."""

    digits: list[Digit] = Field(examples=[[7]])
    classes: list[str | None] | None = Field(
        None,
        exclude_if=lambda value: value is None,
        description="The names of these classes, where the model's classes are named.",
    )
    probabilities: list[Probabilities] = Field(examples=[[ONE_OF_EACH]])
    uncertain: list[bool] = Field(examples=[[False]])
    reasons: list[str | None] = Field(
        description="Why each is uncertain; null where it is not.", examples=[[None]]
    )
    model: str = Field(examples=["pretrained"])


class Check(BaseModel):
    """Backpropagation against central differences (L(θ+ε) - L(θ-ε)) / 2ε, in float64."""

    max_relative_error: float = Field(description="At most 1e-7 if the derivation is right.")
    entries: int = Field(description="How many single weights and biases were compared.")
    epsilon: float = Field(description="The step ε of the differences.")
    worst: dict[str, Any] = Field(
        description="The entry with the largest error: its array, index and both values."
    )
    kinks: int = Field(description="Entries left out, where a relu has no derivative.")


class Step(BaseModel):
    """The same image after the step θ - α dL/dθ; the stored model does not change."""

    learning_rate: float
    squared_norm: float | None = Field(description="‖dL/dθ‖² before the step; null: not finite.")
    loss: float | None = Field(description="The loss after the step; null: not finite.")
    probabilities: Any = Field(description="The probabilities after the step.")
    predicted_loss: float | None = Field(
        description="L - α ‖dL/dθ‖²: the loss that a linear step predicts."
    )
    test_accuracy: float | None = Field(
        None, description="With test_digits: what share of them it reads now; of the last step."
    )
    update_ratios: list[float | None] = Field(
        description="‖ΔW‖ / ‖W‖ of each layer; in training about 0.001 a step is healthy."
    )


class Explanation(BaseModel):
    """Forward and backward pass. For one image arrays are flat, for several a row is an image."""

    loss: float = Field(description="-log of the right label's probability, mean over the images.")
    label: Digit | list[Digit]
    probabilities: Any = Field(description="P, at temperature 1: softmax(Z) as derived.")
    input: Any = Field(description="X, 0..1: the network's input.")
    layers: list[dict[str, Any]] = Field(description="Z and A of each layer.")
    deltas: list[Any] = Field(description="D1, D2, …: dL/dZ of each layer.")
    gradients: dict[str, Any] = Field(
        description="dL/dW and dL/db by array. W1, 100,352 numbers, only with full=true."
    )
    norms: dict[str, float] = Field(description="The Euclidean norm of each array's gradient.")
    input_gradient: Any = Field(
        description="dL/dX: how each input of the network would change the loss."
    )
    model: str
    check: Check | None = Field(None, description="With check=true.")
    test_accuracy: float | None = Field(
        None, description="With test_digits: what share of them the model reads before a step."
    )
    step: Step | None = Field(None, description="With learning_rate: the last step.")
    steps: list[Step] | None = Field(None, description="With learning_rate: every step.")
